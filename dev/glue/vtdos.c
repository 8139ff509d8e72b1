/*
 * This kernel as dev/vtd sees it: one small function for each line of dev/vtd/os.h, where
 * their contracts are.
 *
 * Locks: the locks of the core have RANK_UNIT. Inside them only frames, the heap, the log
 * and configuration space are used, whose locks rank higher.
 */

#include "arch/arch.h"
#include "dev/pci/os.h"
#include "dev/vtd/os.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/page.h"

struct OsLock {
	Lock lock;
};

paddr_t
os_page_alloc(void)
{
	return page_alloc(0, PAGE_TABLE);
}

void
os_page_free(paddr_t pa)
{
	page_put(pa);
}

void
os_page_withhold(paddr_t pa)
{
	page_withhold(pa);
}

void *
os_ptr(paddr_t pa)
{
	return page_ptr(pa);
}

paddr_t
os_pa(const void *p)
{
	return page_addr(p);
}

uint32_t *
os_page_word(paddr_t pa)
{
	return page_note(pa);
}

volatile void *
os_map_regs(paddr_t pa, size_t len)
{
	return arch_map_mmio(pa, len);
}

/* Tables of firmware and memory that is in use count as RAM too. */
bool
os_is_ram(paddr_t pa, uint64_t len)
{
	for (uint i = 0; i < bootinfo.nmem; i++) {
		const MemRange *m = &bootinfo.mem[i];

		if (m->kind != MEM_RESERVED && pa < m->base + m->len &&
			m->base < pa + len)
			return true;
	}
	return pa + len < pa;
}

/* Only RAM has a page structure, and only RAM is in the direct map. */
bool
os_is_page(paddr_t pa)
{
	return page_kind(pa) != PAGE_NONE;
}

void
os_clflush(const void *p, size_t len)
{
	arch_clflush(p, len);
}

OsLock *
os_lock_new(const char *name)
{
	OsLock *l = kalloc(sizeof *l);

	if (l != NULL)
		lock_init(&l->lock, RANK_UNIT, name);
	return l;
}

void
os_lock(OsLock *l) NO_ANALYSIS
{
	lock(&l->lock);
}

void
os_unlock(OsLock *l) NO_ANALYSIS
{
	unlock(&l->lock);
}

uint64_t
os_now(void)
{
	return arch_now();
}

void
os_relax(void)
{
	arch_relax();
}

void
os_log(const char *fmt, ...)
{
	char line[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprint(line, sizeof line, fmt, ap);
	va_end(ap);
	kprint("%s", line);
}

int
os_interrupt(void (*fn)(void *), void *arg, uint64_t *addr, uint32_t *data)
{
	uint vector;
	int err = irq_alloc(fn, arg, "vtd", &vector);

	if (err == 0)
		irq_message(vector, addr, data);
	return err;
}

uint8_t
os_pci_read8(uint16_t segment, uint8_t bus, uint8_t devfn, uint32_t off)
{
	return pcios_read((bdf_t)segment << 16 | (bdf_t)bus << 8 | devfn, off, 1);
}

void *
os_alloc(size_t n)
{
	return kalloc(n);
}

void
os_free(void *p)
{
	kfree(p);
}

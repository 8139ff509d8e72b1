/*
 * A third host for dev/vtd, as small as one can be: an ordinary process whose pages are
 * physical memory and whose one unit is a page of registers. The core is linked as it is,
 * compiled freestanding. Each function of os.h is a line or two, here or in kernel.c; the
 * unit lives in os_relax, where time passes: it answers commands, runs the queue, and
 * keeps one translation until it is told to forget it. Numbers are the manual's, not
 * reg.h's.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dev/vtd/iommu.h"
#include "dev/vtd/os.h"

#define REGS    0xfed90000ull
#define LATCHED (1u << 30 | 1u << 24)            /* RTPS IRTPS: stay up */
#define LEVELS  (1u << 31 | 1u << 26 | 1u << 25) /* TES QIES IRES: follow the command */
#define NEED(e) ((e) ? (void)0 : (printf("port: failed: %s\n", #e), exit(1)))

/* ---- the unit ---- */

static _Alignas(4096) uint8_t regs[4096];
static struct {
	uint16_t sid;
	uint64_t page, pa;
} kept; /* its IOTLB: one entry */

static uint32_t *
r32(int off)
{
	return (uint32_t *)(regs + off);
}
static uint64_t *
r64(int off)
{
	return (uint64_t *)(regs + off);
}

static void
carry_out(const uint64_t *d)
{
	if ((d[0] & 15) == 5) /* wait: status data to the status address */
		*(uint32_t *)d[1] = (uint32_t)(d[0] >> 32);
	else if ((d[0] & 15) == 2)
		kept.pa = 0;
	else
		NEED((d[0] & 15) == 1); /* context cache: there is none */
}

void
os_relax(void)
{
	uint32_t gcmd = *r32(0x18);

	*r32(0x1c) = (*r32(0x1c) & LATCHED) | (gcmd & (LATCHED | LEVELS));
	*r32(0x34) = 0; /* no fault, no error */
	for (; *r32(0x1c) >> 26 & 1 && *r64(0x80) != *r64(0x88);
		*r64(0x80) = (*r64(0x80) + 16) % 4096)
		carry_out((uint64_t *)((*r64(0x90) & ~0xfffull) + *r64(0x80)));
}

/* Where a write ends up; 0: blocked. Root, context and second-level tables as written. */
static uint64_t
dma(uint16_t sid, iova_t iova)
{
	uint64_t root = *r64(0x20) & ~0xfffull, *e;

	if (kept.pa && kept.sid == sid && kept.page == iova >> 12)
		return kept.pa + iova % 4096;
	e = (uint64_t *)root + 2 * (sid >> 8);
	if (!(*e & 1))
		return 0;
	e = (uint64_t *)(*e & ~0xfffull) + 2 * (sid & 255);
	if (!(*e & 1))
		return 0;
	uint64_t table = *e & ~0xfffull;
	for (int level = (int)(e[1] & 7) + 2; level > 0; level--) {
		e = (uint64_t *)table + (iova >> (12 + 9 * (level - 1)) & 511);
		if (!(*e & 2))
			return 0;
		table = *e & 0xffffffffff000ull;
	}
	kept.sid = sid, kept.page = iova >> 12, kept.pa = table;
	return table + iova % 4096;
}

/* ---- os.h ---- */

struct OsLock {
	bool held;
};

paddr_t
os_page_alloc(void)
{
	return (paddr_t)memset(aligned_alloc(4096, 4096), 0, 4096);
}
void
os_page_free(paddr_t pa)
{
	free((void *)pa);
}
void
os_page_withhold(paddr_t pa)
{
	(void)pa;
}
void *
os_ptr(paddr_t pa)
{
	return (void *)pa;
}
paddr_t
os_pa(const void *p)
{
	return (paddr_t)p;
}
uint32_t *
os_page_word(paddr_t pa)
{
	static uint32_t note[1 << 20];
	NEED(pa >> 32 == 0);
	return &note[pa >> 12];
}
volatile void *
os_map_regs(paddr_t pa, size_t len)
{
	return pa == REGS && len <= sizeof regs ? regs : NULL;
}
bool
os_is_ram(paddr_t pa, uint64_t len)
{
	return pa + len <= REGS || pa >= REGS + sizeof regs;
}
bool
os_is_page(paddr_t pa)
{
	return os_is_ram(pa, 4096);
}
void
os_clflush(const void *p, size_t len)
{
	(void)p, (void)len;
}
OsLock *
os_lock_new(const char *name)
{
	(void)name;
	return calloc(1, sizeof(OsLock));
}
void
os_lock(OsLock *l)
{
	NEED(!l->held);
	l->held = true;
}
void
os_unlock(OsLock *l)
{
	NEED(l->held);
	l->held = false;
}
uint64_t
os_now(void)
{
	return (uint64_t)clock() * (1000000000 / CLOCKS_PER_SEC);
}
void
os_log(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}
int
os_interrupt(void (*f)(void *), void *arg, uint64_t *a, uint32_t *d)
{
	return (void)f, (void)arg, (void)a, (void)d, -ENOSPC;
}
uint8_t
os_pci_read8(uint16_t s, uint8_t b, uint8_t f, uint32_t o)
{
	return (void)s, (void)b, (void)f, (void)o, 0xff;
}
/* ---- a machine, a device, a process ---- */

/* 48 bits; one unit, at REGS, has every device of segment 0. */
/* clang-format off */
static const uint8_t dmar[64] = {
	'D', 'M', 'A', 'R', 64, [8] = 1, [9] = 0x84, [36] = 47,
	[50] = 16, [52] = 1, [58] = 0xd9, [59] = 0xfe,
};
/* clang-format on */

/* A process's three levels of page tables with one page at va; returns its entry. */
static uint64_t *
make_tables(iova_t va, paddr_t page, paddr_t *top)
{
	paddr_t table = *top = os_page_alloc();

	for (int level = 3; level > 1; level--) {
		uint64_t *e = (uint64_t *)table + (va >> (12 + 9 * (level - 1)) & 511);
		table = os_page_alloc();
		*e = table | 3;
	}
	((uint64_t *)table)[va >> 12 & 511] = page | 3;
	return (uint64_t *)table + (va >> 12 & 511);
}

int
main(void)
{
	const uint16_t sid = 0x18; /* 00:03.0 */
	const iova_t va = 0x10002000;
	paddr_t top, page = os_page_alloc();
	uint64_t *leaf = make_tables(va, page, &top);
	Domain *d;

	*r32(0x00) = 0x10;
	*r64(0x08) = 0x00d2008c222f0606; /* tables of 3 and 4 levels */
	*r64(0x10) = 0xf03;              /* coherent, queue */
	NEED(vtd_parse(dmar, sizeof dmar) == 0);
	Unit *u = vtd_unit_for(&(VtdPath){ .bdf = sid });
	NEED(vtd_start() == 0 && vtd_enable() == 0 && unit_state(u) == UNIT_ON &&
		dma(sid, va) == 0);
	NEED(domain_new_shared(top, DOMAIN_R | DOMAIN_W, &d) == 0);
	NEED(domain_attach(d, u, &sid, 1) == 0);
	NEED(dma(sid, va + 0x123) == page + 0x123);
	*leaf = 0;
	NEED(domain_flush(d, va, 4096, false) == 0 && dma(sid, va) == 0);
	*leaf = page | 3;
	NEED(domain_added(d, va, 4096) == 0 && dma(sid, va) == page);
	NEED(domain_detach(d, u, &sid, 1) == 0 && dma(sid, va) == 0);
	domain_free(d);
	printf("port: attached, translated, detached\n");
}

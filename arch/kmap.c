/*
 * The kernel's page tables: the direct map of RAM and of nothing else, the image,
 * windows, and stacks.
 *
 * No byte is ever writable and executable. The text is read-only and the only executable
 * memory, constants are read-only, and both are read-only in the direct map as well. Each
 * entry of the upper half of the root that will ever be used is present when kmap_init
 * returns, so a process's root copies entries 256..511 once. Mappings are only added,
 * never removed or weakened, so no CPU has anything to forget. There are no global pages.
 * A large page is 2 MiB, and is used where all of it has the same rights. Locks:
 * kmap_lock (RANK_KMAP) guards the tables after page_init; pages are allocated outside of
 * it.
 */
#include "arch/kmap.h"

#include "arch/cpu.h"
#include "arch/entry.h"
#include "arch/io.h"
#include "arch/memmap.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/string.h"

#define E_P    (1ull << 0)
#define E_W    (1ull << 1)
#define E_PWT  (1ull << 3)
#define E_PCD  (1ull << 4)
#define E_PS   (1ull << 7)
#define E_NX   (1ull << 63)
#define E_ADDR 0x000ffffffffff000ull

#define RIGHTS_RO  (E_P | E_NX)
#define RIGHTS_RW  (E_P | E_W | E_NX)
#define RIGHTS_RX  E_P
#define RIGHTS_REG (RIGHTS_RW | E_PCD | E_PWT) /* PAT entry 3: uncached */

#define LARGE      (2ul << 20)
#define BOOT_REACH (4ull << 30) /* what boot.S maps */

static paddr_t root;
static paddr_t early, early_end; /* tables made before page_init come from here */
static Lock kmap_lock = LOCK_INIT(RANK_KMAP, "kmap");
static vaddr_t window_next = WINDOW_BASE; /* under kmap_lock */

static uint
index_at(vaddr_t va, int level)
{
	return va >> (12 + 9 * (level - 1)) & 511;
}

/* The entry for va at a level (1: 4 KiB, 2: 2 MiB). A table that is missing is made of
 * the page *spare, which is then 0. NULL: one more page is needed. */
static uint64_t *
entry_of(vaddr_t va, int level, paddr_t *spare)
{
	uint64_t *t = arch_direct(root);

	for (int l = 4; l > level; l--) {
		uint64_t *e = &t[index_at(va, l)];
		if (*e == 0) {
			if (*spare == 0)
				return NULL;
			*e = *spare | E_P | E_W;
			*spare = 0;
		}
		t = arch_direct(*e & E_ADDR);
	}
	return &t[index_at(va, level)];
}

static paddr_t
early_page(void)
{
	paddr_t pa = early;

	assert(pa < early_end);
	early += PAGE_SIZE;
	memset(arch_direct(pa), 0, PAGE_SIZE);
	return pa;
}

static uint64_t *
early_entry(vaddr_t va, int level)
{
	paddr_t spare = 0;
	uint64_t *e;

	while ((e = entry_of(va, level, &spare)) == NULL)
		spare = early_page();
	assert(spare == 0);
	return e;
}

/* ---- direct map and image ---- */

static paddr_t
image_pa(const void *p)
{
	return (uint64_t)p - IMAGE_BASE;
}

/* Rights of a RAM page in the direct map. What is constant in the image is read-only
 * there too. */
static uint64_t
direct_rights(paddr_t pa)
{
	bool constant = pa >= image_pa(image_start) && pa < image_pa(image_data);

	return constant ? RIGHTS_RO : RIGHTS_RW;
}

static bool
page_mixed(paddr_t pa)
{
	return pa < image_pa(image_data) && pa + LARGE > image_pa(image_start);
}

static void
direct_map(const MemRange *r)
{
	paddr_t pa = r->base, end = r->base + r->len;

	while (pa < end) {
		vaddr_t va = DIRECT_BASE + pa;
		if (pa % LARGE == 0 && end - pa >= LARGE && !page_mixed(pa)) {
			*early_entry(va, 2) = pa | RIGHTS_RW | E_PS;
			pa += LARGE;
		} else {
			*early_entry(va, 1) = pa | direct_rights(pa);
			pa += PAGE_SIZE;
		}
	}
}

static void
image_map(const char *from, const char *to, uint64_t rights)
{
	for (const char *p = from; p < to; p += PAGE_SIZE)
		if (p != boot_stack_guard)
			*early_entry((vaddr_t)p, 1) = image_pa(p) | rights;
}

/* At most so many tables are needed: for each range, all that it can touch at each
 * level. */
static size_t
tables_needed(void)
{
	/* Root, image and its place in the direct map, windows, stacks. */
	size_t n = 16 + 2 * (image_end - image_start) / LARGE;

	for (uint i = 0; i < bootinfo.nmem; i++) {
		const MemRange *r = &bootinfo.mem[i];
		/* two ragged ends, a PD per GiB, a PDPT per 512 GiB */
		if (r->kind == MEM_RAM)
			n += 2 + (r->len >> 30) + 2 + (r->len >> 39) + 2;
	}
	return n;
}

void
kmap_init(void)
{
	size_t n = tables_needed();

	early = memmap_carve(&bootinfo, n * PAGE_SIZE, BOOT_REACH);
	early_end = early + n * PAGE_SIZE;
	if (early == 0)
		panic("no memory below 4 GiB for the kernel's page tables");
	root = early_page();
	for (uint i = 0; i < bootinfo.nmem; i++)
		if (bootinfo.mem[i].kind == MEM_RAM)
			direct_map(&bootinfo.mem[i]);
	image_map(image_text, image_rodata, RIGHTS_RX);
	image_map(image_rodata, image_data, RIGHTS_RO);
	image_map(image_data, image_end, RIGHTS_RW);
	early_entry(WINDOW_BASE, 3);
	early_entry(STACK_BASE, 3);
	arch_load_root(root);
}

/* ---- after page_init ---- */

/* Stores a value into the entry for va at a level, and makes the tables above it.
 * -EEXIST: something is there already, and stays. -ENOMEM: nothing changed. */
static int
map_one(vaddr_t va, int level, uint64_t value)
{
	paddr_t spare = 0;
	uint64_t *e;
	bool taken;

	for (;;) {
		lock(&kmap_lock);
		e = entry_of(va, level, &spare);
		if (e != NULL)
			break;
		unlock(&kmap_lock);
		spare = page_alloc(0, PAGE_TABLE);
		if (spare == 0)
			return -ENOMEM;
	}
	taken = *e != 0;
	if (!taken)
		*e = value;
	unlock(&kmap_lock);
	if (spare != 0) /* somebody else made the table meanwhile */
		page_free(spare, 0);
	return taken ? -EEXIST : 0;
}

int
kmap_page(vaddr_t va)
{
	paddr_t pa = page_alloc(0, PAGE_KERNEL);
	int err;

	if (pa == 0)
		return -ENOMEM;
	err = map_one(va, 1, pa | RIGHTS_RW);
	if (err != 0)
		page_free(pa, 0);
	return err == -EEXIST ? 0 : err;
}

/* Gives addresses for len bytes. Their low 21 bits are those of pa, so that large pages
 * fit. They are never given back. 0: there are no more. */
static vaddr_t
window_take(paddr_t pa, size_t len)
{
	vaddr_t va;

	lock(&kmap_lock);
	va = len >= LARGE ? roundup(window_next, LARGE) + pa % LARGE : window_next;
	if (len > WINDOW_END - va)
		va = 0;
	else
		window_next = va + len + PAGE_SIZE; /* a hole after each */
	unlock(&kmap_lock);
	return va;
}

/* Maps len bytes at pa, which need not be whole pages, with these rights at an address of
 * its own. Returns the address of the first byte, or NULL without memory or addresses;
 * what was mapped until then stays. */
static void *
window_map(paddr_t pa, size_t len, uint64_t rights)
{
	paddr_t first = rounddown(pa, PAGE_SIZE), end = pa + len;
	vaddr_t base, va;

	if (len == 0 || end < pa || end > 1ull << cpu_features.phys_bits)
		return NULL;
	len = roundup(end, PAGE_SIZE) - first;
	if ((base = window_take(first, len)) == 0)
		return NULL;
	va = base;
	for (paddr_t at = first; at < first + len;) {
		bool large = at % LARGE == 0 && va % LARGE == 0 &&
			first + len - at >= LARGE;
		if (map_one(va, large ? 2 : 1, at | rights | (large ? E_PS : 0)) != 0)
			return NULL;
		at += large ? LARGE : PAGE_SIZE;
		va += large ? LARGE : PAGE_SIZE;
	}
	return (void *)(base + pa % PAGE_SIZE);
}

volatile void *
arch_map_mmio(paddr_t pa, size_t len)
{
	/* To map memory both cached and uncached is undefined, and RAM is cached. */
	if (memmap_has_ram(&bootinfo, pa, len))
		return NULL;
	return window_map(pa, len, RIGHTS_REG);
}

const void *
arch_map_ro(paddr_t pa, size_t len)
{
	return window_map(pa, len, RIGHTS_RO);
}

void *
arch_direct(paddr_t pa)
{
	return (void *)(DIRECT_BASE + pa);
}

paddr_t
arch_direct_pa(const void *p)
{
	uint64_t a = (uint64_t)p;

	return a >= IMAGE_BASE ? a - IMAGE_BASE : a - DIRECT_BASE;
}

paddr_t
arch_kernel_root(void)
{
	return root;
}

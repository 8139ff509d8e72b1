/* User page tables: see pt.h. Nothing here knows why a page is mapped. */

#include "arch/pt.h"
#include "arch/arch.h"
#include "kern/log.h"
#include "kern/page.h"

#define ENTRIES 512
#define LINK    (PTE_P | PTE_RW | PTE_US | PTE_A) /* rights are decided at the leaf */

static bool flush;
static pte_t leaf_bits;

void
pt_set_flush(bool on)
{
	flush = on;
}

void
pt_set_snoop(bool on)
{
	leaf_bits = on ? PTE_SNP : 0;
}

pte_t
pt_leaf_bits(void)
{
	return leaf_bits;
}

void
pte_store(pte_t *e, pte_t v)
{
	*(volatile pte_t *)e = v;
	if (flush)
		arch_clflush(e, sizeof *e);
}

/* Gives an empty table page that is written back, as rule 4 says. 0: no memory. */
static paddr_t
table_new(void)
{
	paddr_t pa = page_alloc(0, PAGE_TABLE);

	if (pa != 0 && flush)
		arch_clflush(page_ptr(pa), PAGE_SIZE);
	return pa;
}

static pte_t *
table_at(paddr_t pa)
{
	return page_ptr(pa);
}

static uint
table_slot(vaddr_t va, int level)
{
	return va >> (PAGE_SHIFT + 9 * (level - 1)) & (ENTRIES - 1);
}

/* Bytes one entry of a level covers. */
static uint64_t
level_span(int level)
{
	return 1ull << (PAGE_SHIFT + 9 * (level - 1));
}

paddr_t
pt_root_new(void)
{
	const pte_t *kernel = table_at(arch_kernel_root());
	paddr_t root = page_alloc(0, PAGE_TABLE);
	paddr_t pdpt = table_new();

	if (root == 0 || pdpt == 0) {
		if (root != 0)
			page_put(root);
		if (pdpt != 0)
			page_put(pdpt);
		return 0;
	}
	for (uint i = ENTRIES / 2; i < ENTRIES; i++)
		table_at(root)[i] = kernel[i];
	pte_store(&table_at(root)[0], pdpt | LINK);
	return root;
}

static void
free_tables(pte_t e, int level)
{
	pte_t *t = table_at(e & PTE_ADDR);

	for (uint i = 0; level > 1 && i < ENTRIES; i++)
		if (t[i] & PTE_P)
			free_tables(t[i], level - 1);
	page_put(e & PTE_ADDR);
}

void
pt_root_free(paddr_t root)
{
	for (uint i = 0; i < ENTRIES / 2; i++)
		if (table_at(root)[i] & PTE_P)
			free_tables(table_at(root)[i], 3);
	page_put(root);
}

paddr_t
pt_pdpt(paddr_t root)
{
	return table_at(root)[0] & PTE_ADDR;
}

pte_t *
pt_leaf(paddr_t root, vaddr_t va, bool make)
{
	pte_t *t = table_at(root);

	assert(va < PT_TOP);
	for (int level = 4; level > 1; level--) {
		pte_t *e = &t[table_slot(va, level)];

		if (!(*e & PTE_P)) {
			paddr_t pa = make ? table_new() : 0;

			if (pa == 0)
				return NULL;
			pte_store(e, pa | LINK);
		}
		t = table_at(*e & PTE_ADDR);
	}
	return &t[table_slot(va, 1)];
}

static bool
table_empty(const pte_t *t)
{
	for (uint i = 0; i < ENTRIES; i++)
		if (t[i] != 0)
			return false;
	return true;
}

/* Does pt_trim below table t, which is at `level` and whose first byte is at `base`. t
 * itself stays. */
static uint
table_trim(pte_t *t, int level, vaddr_t base, vaddr_t va, vaddr_t end, paddr_t *list)
{
	uint n = 0;

	for (uint i = 0; level > 1 && i < ENTRIES; i++) {
		vaddr_t lo = base + i * level_span(level), hi = lo + level_span(level);

		if (!(t[i] & PTE_P) || hi <= va || lo >= end)
			continue;
		n += table_trim(table_at(t[i] & PTE_ADDR), level - 1, lo, va, end, list);
		if (!table_empty(table_at(t[i] & PTE_ADDR)))
			continue;
		page_push(list, t[i] & PTE_ADDR);
		pte_store(&t[i], 0);
		n++;
	}
	return n;
}

uint
pt_trim(paddr_t root, vaddr_t va, size_t len, paddr_t *list)
{
	pte_t *t = table_at(root);
	uint n = 0;

	/* Only the user's half, because all processes share the kernel's entries. */
	for (vaddr_t top = rounddown(va, PT_SPAN); top < va + len; top += PT_SPAN) {
		pte_t *e = &t[table_slot(top, 4)];

		if (!(*e & PTE_P))
			continue;
		n += table_trim(table_at(*e & PTE_ADDR), 3, top, va, va + len, list);
		/* The page below PML4[0] lives as long as the process (rule 6). */
		if (top != 0 && table_empty(table_at(*e & PTE_ADDR))) {
			page_push(list, *e & PTE_ADDR);
			pte_store(e, 0);
			n++;
		}
	}
	return n;
}

int
pt_each(paddr_t root, vaddr_t va, size_t len, int (*fn)(vaddr_t va, pte_t *e, void *arg),
	void *arg)
{
	vaddr_t end = va + len;

	while (va < end) {
		pte_t *t = table_at(root);
		int level = 4;

		while (level > 1 && (t[table_slot(va, level)] & PTE_P)) {
			t = table_at(t[table_slot(va, level)] & PTE_ADDR);
			level--;
		}
		if (level == 1 && (t[table_slot(va, 1)] & PTE_P)) {
			int err = fn(va, &t[table_slot(va, 1)], arg);

			if (err != 0)
				return err;
		}
		va = rounddown(va, level_span(level)) + level_span(level);
	}
	return 0;
}

/* SRC: kern/aspace.c kern/asmap.c kern/asprotect.c kern/asregs.c arch/pt.c
 * kern/region.c kern/layout.c kern/text.c */
/*
 * Address spaces over real page tables in host memory: what is mapped where, and above
 * all the order in which rights are taken away. The CPU side, the observer and the frame
 * allocator write a journal; the tests read it.
 */
#include "tests/host/host.h"

#include <sanitizer/lsan_interface.h>

#include "arch/arch.h"
#include "arch/pt.h"
#include "kern/asinner.h"
#include "kern/layout.h"
#include "kern/page.h"

#define RW (SPROT_READ | SPROT_WRITE)

/* ---- the machine around it ---- */

/* S shoot-down, A added, R removed (T with tables), F frame freed, W withheld */
static char journal[256];
static int removed_result;
static uint64_t kernel_root[512] __attribute__((aligned(4096)));
static bool saw_entry_at_shootdown;
static Aspace *watched;
static vaddr_t watched_va;

static void
note(char c)
{
	size_t n = strlen(journal);

	if (n + 1 < sizeof journal && (n == 0 || journal[n - 1] != c))
		journal[n] = c;
}

paddr_t
arch_kernel_root(void)
{
	return (paddr_t)kernel_root;
}

void
arch_load_root(paddr_t root)
{
	(void)root;
}

/* Memory as a unit that does not snoop sees it: lines, and when they first and last got
 * there. */
typedef struct Line {
	uintptr_t at;
	uint first, when;
	uint64_t v[8];
} Line;
static Line lines[4096];
static uint nlines, nflush;

static Line *
line_of(const void *p)
{
	uintptr_t at = (uintptr_t)p & ~63ul;

	for (uint i = 0; i < nlines; i++)
		if (lines[i].at == at)
			return &lines[i];
	return NULL;
}

void
arch_clflush(const void *p, size_t len)
{
	nflush++;
	for (uintptr_t at = (uintptr_t)p & ~63ul; at < (uintptr_t)p + len; at += 64) {
		Line *l = line_of((void *)at);

		if (l == NULL) {
			l = &lines[nlines++];
			l->first = nflush;
		}
		assert_true(nlines < nelem(lines));
		l->at = at;
		l->when = nflush;
		memcpy(l->v, (void *)at, 64);
	}
}

void
arch_shootdown(paddr_t root, vaddr_t va, size_t len)
{
	(void)va;
	(void)len;
	if (watched != NULL && root == watched->root) {
		pte_t *e = pt_leaf(root, watched_va, false);

		saw_entry_at_shootdown = e != NULL && *e != 0;
	}
	note('S');
}

void
page_put(paddr_t pa)
{
	note('F');
	free((void *)pa);
	host_frames--;
}

void
page_withhold(paddr_t pa)
{
	(void)pa;
	note('W');
}

static paddr_t links[4096][2]; /* page_push without writing into the page */
static uint nlinks;

void
page_push(paddr_t *list, paddr_t pa)
{
	links[nlinks][0] = pa;
	links[nlinks++][1] = *list;
	*list = pa;
	assert_true(nlinks < nelem(links));
}

paddr_t
page_pop(paddr_t *list)
{
	paddr_t pa = *list;

	for (uint i = nlinks; pa != 0 && i-- > 0;)
		if (links[i][0] == pa) {
			*list = links[i][1];
			return pa;
		}
	return 0;
}

static int added_result;

static int
on_added(void *arg, Aspace *as, vaddr_t va, size_t len, bool dma)
{
	(void)len;
	assert_int_not_equal(aspace_frame(as, va, SPROT_READ), 0);
	note((dma ? 'D' : 'A') + (arg != NULL ? 32 : 0)); /* another: in lower case */
	return added_result;
}

static int removed_prot;

static int
on_removed(void *arg, Aspace *as, vaddr_t va, size_t len, int prot, bool tables)
{
	removed_prot = prot;
	(void)as;
	(void)va;
	(void)len;
	note((tables ? 'T' : 'R') + (arg != NULL ? 32 : 0));
	return removed_result;
}

static AsObserver observer = { on_added, on_removed, NULL, NULL };

static Aspace *
fresh(void)
{
	Aspace *as = aspace_new();

	assert_non_null(as);
	memset(journal, 0, sizeof journal);
	removed_result = added_result = 0;
	watched = NULL;
	nlinks = 0;
	return as;
}

static void
done(Aspace *as)
{
	if (as->observers != NULL)
		aspace_unobserve(as, &observer);
	aspace_put(as);
	assert_int_equal(host_frames, 0);
	assert_int_equal(host_blocks, 0);
}

static pte_t
leaf(Aspace *as, vaddr_t va)
{
	pte_t *e = pt_leaf(as->root, va, false);

	return e != NULL ? *e : 0;
}

/* Every entry that is not present is 0, at every level. */
static void
check_zeros(paddr_t table, int level)
{
	const pte_t *t = page_ptr(table);

	for (uint i = 0; i < (level == 4 ? 256 : 512); i++) {
		if (!(t[i] & PTE_P))
			assert_int_equal(t[i], 0);
		else if (level > 1)
			check_zeros(t[i] & PTE_ADDR, level - 1);
		if (level < 4)
			assert_int_equal(t[i] &
					~(PTE_ADDR | PTE_P | PTE_RW | PTE_US | PTE_NX |
						PTE_A | PTE_D),
				0);
		/* A unit that walks them as its first stage finds nothing to set. */
		if (level < 4 && t[i] & PTE_P && t[i] & PTE_US)
			assert_true(t[i] & PTE_A &&
				(level > 1 || !(t[i] & PTE_RW) || t[i] & PTE_D));
	}
}

/* The unit sees what the CPU does, and saw no table before the table's zeros. */
static void
check_written_back(paddr_t table, int level)
{
	const pte_t *t = page_ptr(table);

	for (uint i = 0; i < 512; i++) {
		const Line *l = line_of(&t[i]);

		assert_non_null(l);
		assert_int_equal(l->v[i % 8], t[i]);
		if (level == 1 || !(t[i] & PTE_P))
			continue;
		for (uint k = 0; k < 512; k += 8) {
			const Line *below = line_of((pte_t *)page_ptr(t[i] & PTE_ADDR) +
				k);

			assert_true(below != NULL && below->first < l->when);
		}
		check_written_back(t[i] & PTE_ADDR, level - 1);
	}
}

/* ---- tests ---- */

static void
test_map(void **state)
{
	Aspace *as = fresh();
	vaddr_t va, two;

	(void)state;
	assert_int_equal(aspace_map(as, 0, 5000, RW, SMAP_ANON, &va), 0);
	assert_int_equal(va, (1ull << 39) - (4ull << 30) - 8192);
	assert_int_equal(leaf(as, va) & 7, 7);
	assert_int_equal(leaf(as, va) >> 63, 1);
	assert_int_equal(aspace_map(as, 0, 4096, SPROT_READ, SMAP_ANON, &two), 0);
	assert_int_equal(two, va - 4096);
	assert_int_equal(leaf(as, two) & 7, 5);
	assert_int_equal(aspace_size(as), 3 * 4096);
	check_zeros(as->root, 4);
	assert_int_equal(aspace_frame(as, va, SPROT_WRITE), leaf(as, va) & PTE_ADDR);
	assert_int_equal(aspace_frame(as, two, SPROT_WRITE), 0);
	done(as);
}

static void
test_refusals(void **state)
{
	Aspace *as = fresh();
	vaddr_t va;

	(void)state;
	assert_int_equal(aspace_map(as, 0, 0, RW, SMAP_ANON, &va), -EINVAL);
	assert_int_equal(aspace_map(as, 0, 4096, 7, SMAP_ANON, &va), -EINVAL);
	assert_int_equal(aspace_map(as, 0x1000, 4096, RW, SMAP_ANON | SMAP_FIXED, &va),
		-EINVAL);
	assert_int_equal(aspace_map(as, 0xfee00000, 4096, RW, SMAP_ANON | SMAP_FIXED,
				 &va),
		-EINVAL);
	assert_int_equal(aspace_map(as, ~0xfffull, 4096, RW, SMAP_ANON | SMAP_FIXED, &va),
		-EINVAL);
	assert_int_equal(aspace_map(as, LAYOUT_MEMTOP - 4096, 8192, RW,
				 SMAP_ANON | SMAP_FIXED, &va),
		-EINVAL);
	assert_int_equal(aspace_unmap(as, 0x123, 4096), -EINVAL);
	assert_int_equal(aspace_unmap(as, 0, ~0ull), -EINVAL);
	assert_int_equal(aspace_protect(as, 0x20000000, 4096, RW), -ENOMEM);
	assert_int_equal(aspace_size(as), 0);
	done(as);
}

static void
test_unmap_order(void **state)
{
	Aspace *as = fresh();
	paddr_t pdpt;
	vaddr_t va;

	(void)state;
	aspace_observe(as, &observer);
	assert_int_equal(aspace_map(as, 0, 8192, RW, SMAP_ANON, &va), 0);
	assert_string_equal(journal, "A");
	watched = as;
	watched_va = va;
	pdpt = aspace_pdpt(as);
	assert_int_equal(aspace_unmap(as, va, 4096), 0);
	/* Entry, CPUs, devices, and only then the frame; no table page went. */
	assert_string_equal(journal, "ASRF");
	assert_false(saw_entry_at_shootdown);
	memset(journal, 0, sizeof journal);
	assert_int_equal(aspace_unmap(as, va + 4096, 4096), 0);
	assert_string_equal(journal, "STF");     /* the last page: its tables go too */
	assert_int_equal(aspace_pdpt(as), pdpt); /* but for the one that domains hold */
	check_zeros(as->root, 4);
	done(as);
}

/* Several may watch; one that cannot follow makes the call fail, with nothing mapped. */
static void
test_observers(void **state)
{
	AsObserver second = { on_added, on_removed, journal, NULL };
	Aspace *as = fresh();
	vaddr_t va, dma;

	(void)state;
	aspace_observe(as, &observer);
	assert_int_equal(aspace_map(as, 0, 4096, RW, SMAP_DMA, &dma), 0);
	assert_string_equal(journal, "D");
	aspace_observe(as, &second);
	assert_string_equal(journal, "Dd");
	memset(journal, 0, sizeof journal);
	assert_int_equal(aspace_protect(as, dma, 4096, SPROT_READ), 0);
	assert_string_equal(journal, "SdDrR");
	memset(journal, 0, sizeof journal);
	added_result = -ENOMEM;
	assert_int_equal(aspace_map(as, 0, 4096, RW, SMAP_ANON, &va), -ENOMEM);
	assert_string_equal(journal, "aStTF");
	aspace_unobserve(as, &observer);
	assert_int_equal(aspace_observe(as, &observer), -ENOMEM); /* and so is not */
	added_result = 0;
	memset(journal, 0, sizeof journal);
	assert_int_equal(aspace_unmap(as, dma, 4096), 0);
	assert_string_equal(journal, "StF");
	aspace_unobserve(as, &second);
	done(as);
}

static void
test_written_back(void **state)
{
	Aspace *as;
	vaddr_t va;

	(void)state;
	nlines = 0;
	pt_set_flush(true);
	as = fresh();
	assert_int_equal(aspace_map(as, 0, 3 * 4096, RW, SMAP_ANON, &va), 0);
	check_written_back(aspace_pdpt(as), 3);
	assert_int_equal(aspace_protect(as, va, 4096, SPROT_READ), 0);
	assert_int_equal(aspace_unmap(as, va + 4096, 4096), 0);
	check_written_back(aspace_pdpt(as), 3);
	pt_set_flush(false);
	done(as);
}

/* With it, every leaf has the bit and no other entry; without it, none. */
static void
test_snoop(void **state)
{
	Aspace *as, *copy;
	vaddr_t va;

	(void)state;
	pt_set_snoop(true);
	as = fresh();
	assert_int_equal(aspace_map(as, 0, 4096, RW, SMAP_ANON, &va), 0);
	assert_int_equal(leaf(as, va) & 0xfff, 0x867);
	assert_int_equal(aspace_protect(as, va, 4096, SPROT_READ), 0);
	assert_int_equal(leaf(as, va) & 0xfff, 0x825);
	assert_int_equal(aspace_fork(as, &copy), 0);
	assert_int_equal(leaf(copy, va) & 0xfff, 0x825);
	aspace_put(copy);
	pt_set_snoop(false);
	assert_int_equal(aspace_protect(as, va, 4096, RW), 0);
	assert_int_equal(leaf(as, va) & 0xfff, 0x67);
	done(as);
}

static void
test_unconfirmed(void **state)
{
	long frames = host_frames;
	vaddr_t va;
	Aspace *as;

	(void)state;
	__lsan_disable(); /* what is withheld is lost on purpose */
	as = fresh();
	aspace_observe(as, &observer);
	assert_int_equal(aspace_map(as, 0, 4096, RW, SMAP_ANON, &va), 0);
	removed_result = -EIO;
	memset(journal, 0, sizeof journal);
	assert_int_equal(aspace_unmap(as, va, 4096), -EIO);
	assert_string_equal(journal, "STW"); /* withheld, never freed */
	aspace_unobserve(as, &observer);
	aspace_put(as); /* and nothing of the rest is freed either */
	assert_string_equal(journal, "STW");
	assert_true(host_frames > frames);
	host_frames = 0;
	assert_int_equal(host_blocks, 0);
	__lsan_enable();
}

/* Rights that went unconfirmed: the frame, kept aside, is withheld when it is
 * unmapped. */
static void
test_unconfirmed_parked(void **state)
{
	vaddr_t va;
	Aspace *as;

	(void)state;
	__lsan_disable();
	as = fresh();
	aspace_observe(as, &observer);
	/* one keeps the table */
	assert_int_equal(aspace_map(as, 0, 8192, RW, SMAP_ANON, &va), 0);
	removed_result = -EIO;
	assert_int_equal(aspace_protect(as, va, 4096, 0), -EIO);
	memset(journal, 0, sizeof journal);
	assert_int_equal(aspace_unmap(as, va, 4096), -EIO);
	assert_string_equal(journal, "W");
	aspace_unobserve(as, &observer);
	aspace_put(as);
	host_frames = 0;
	__lsan_enable();
}

static void
test_protect(void **state)
{
	Aspace *as = fresh();
	vaddr_t va;
	paddr_t pa;

	(void)state;
	aspace_map(as, 0, 3 * 4096, RW, SMAP_ANON, &va);
	pa = leaf(as, va + 4096) & PTE_ADDR;
	strcpy(page_ptr(pa), "kept");
	assert_int_equal(aspace_observe(as, &observer), 0);
	assert_string_equal(journal, "A"); /* what was there before */
	memset(journal, 0, sizeof journal);
	assert_int_equal(aspace_protect(as, va + 4096, 4096, 0), 0);
	assert_string_equal(journal, "SR");
	assert_int_equal(removed_prot, 0);
	assert_int_equal(leaf(as, va + 4096), 0);
	check_zeros(as->root, 4);
	assert_int_equal(aspace_protect(as, va, 3 * 4096, SPROT_READ), 0);
	assert_int_equal(leaf(as, va + 4096) & (PTE_ADDR | 7), pa | 5);
	assert_string_equal(page_ptr(pa), "kept");
	assert_int_equal(leaf(as, va) & 7, 5);
	assert_int_equal(removed_prot, SPROT_READ);
	assert_int_equal(aspace_protect(as, va, 4 * 4096, RW), -ENOMEM);
	done(as);
}

static void
test_dma(void **state)
{
	Aspace *as = fresh();
	vaddr_t a, b;

	(void)state;
	assert_int_equal(aspace_map(as, 0, 4096, RW, SMAP_ANON | SMAP_DMA28, &a), 0);
	assert_int_equal(a, 0x10000000 - 0x200000 + 4096);
	assert_int_equal(aspace_map(as, 0, 0x200000, RW, SMAP_ANON | SMAP_DMA28, &b), 0);
	assert_int_equal(b, 0x10000000 - 0x600000 + 4096);
	/* Guards on both sides, and the stretch is nobody else's. */
	assert_int_equal(aspace_map(as, a + 4096, 4096, RW, SMAP_ANON | SMAP_FIXED, &b),
		-EEXIST);
	assert_int_equal(aspace_map(as, a - 4096, 4096, RW, SMAP_ANON | SMAP_FIXED, &b),
		-EEXIST);
	assert_int_equal(aspace_protect(as, a - 4096, 4096, RW), -ENOMEM);
	/* Gone with its guards: the same stretch can be had again. */
	assert_int_equal(aspace_unmap(as, a, 4096), 0);
	assert_int_equal(aspace_map(as, 0, 4096, RW, SMAP_ANON | SMAP_DMA28, &b), 0);
	assert_int_equal(b, a);
	done(as);
}

static void
test_fork(void **state)
{
	Aspace *as = fresh(), *child;
	vaddr_t va, dma, regs, now;

	(void)state;
	aspace_map(as, 0, 8192, RW, SMAP_ANON, &va);
	aspace_map(as, 0, 4096, RW, SMAP_ANON | SMAP_DMA, &dma);
	aspace_map_regs(as, 0xfeb00000, 4096, RW, as, &regs);
	aspace_brk(as, LAYOUT_BRK + 100, &now);
	strcpy(page_ptr(leaf(as, va) & PTE_ADDR), "parent");
	aspace_protect(as, va, 4096, 0); /* parked: copied all the same */
	assert_int_equal(aspace_fork(as, &child), 0);
	assert_int_equal(leaf(child, dma), 0);
	assert_int_equal(leaf(child, regs), 0);
	assert_int_equal(aspace_size(child), 3 * 4096);
	assert_int_equal(aspace_protect(child, va, 4096, SPROT_READ), 0);
	assert_string_equal(page_ptr(leaf(child, va) & PTE_ADDR), "parent");
	assert_int_equal(aspace_map(child, dma, 4096, RW, SMAP_ANON | SMAP_FIXED, &va),
		0);
	aspace_put(child);
	done(as);
}

static void
test_brk(void **state)
{
	Aspace *as = fresh();
	vaddr_t now;

	(void)state;
	assert_int_equal(aspace_brk(as, 0, &now), 0);
	assert_int_equal(now, 0x10000000);
	assert_int_equal(aspace_brk(as, 0x10000000 + 5000, &now), 0);
	assert_int_equal(aspace_size(as), 2 * 4096);
	assert_int_equal(aspace_brk(as, 0x10000000 + 1, &now), 0);
	assert_int_equal(aspace_size(as), 4096);
	assert_int_equal(aspace_brk(as, 1ull << 60, &now), -ENOMEM);
	assert_int_equal(now, 0x10000001);
	assert_int_equal(aspace_brk(as, 0x10000000, &now), 0);
	assert_int_equal(aspace_size(as), 0);
	done(as);
}

static void
test_regs(void **state)
{
	Aspace *as = fresh();
	char why[64];
	vaddr_t va;

	(void)state;
	assert_int_equal(aspace_map_regs(as, 0xfeb00000, 8192, RW, as, &va), 0);
	assert_true(va >= 1ull << 39 && va < 1ull << 40);
	assert_int_equal(leaf(as, va) & 0x1f, 0x1f); /* P RW US PWT PCD */
	assert_true(aspace_has_regs(as, as));
	memset(journal, 0, sizeof journal);
	aspace_revoke_regs(as, as, "0:3.0 was taken away");
	/* CPUs have let go before a table page is free */
	assert_string_equal(journal, "SF");
	assert_int_equal(leaf(as, va), 0);
	assert_false(aspace_has_regs(as, as));
	assert_true(aspace_explain(as, va, true, why, sizeof why));
	assert_string_equal(why, "0:3.0 was taken away");
	done(as);
}

/* Every allocation fails in turn; each failure leaves what was there. */
static void
test_no_memory(void **state)
{
	(void)state;
	for (long left = 0;; left++) {
		Aspace *as = fresh(), *child = NULL;
		vaddr_t va = 0, other, keep;
		int err;

		assert_int_equal(aspace_map(as, 0x20000000, 4096, RW,
					 SMAP_ANON | SMAP_FIXED, &keep),
			0);
		host_alloc_left = left;
		err = aspace_map(as, 0, 3 * 4096, RW, SMAP_ANON, &va);
		if (err == 0)
			err = aspace_map(as, 0, 4096, RW, SMAP_ANON | SMAP_DMA, &other);
		if (err == 0)
			err = aspace_protect(as, va, 8192, 0);
		if (err == 0)
			err = aspace_fork(as, &child);
		host_alloc_left = -1;
		check_zeros(as->root, 4);
		assert_true(leaf(as, keep) & PTE_P);
		if (child != NULL)
			aspace_put(child);
		done(as);
		if (err == 0)
			break;
		assert_int_equal(err, -ENOMEM);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_unmap_order),
		cmocka_unit_test(test_observers),
		cmocka_unit_test(test_unconfirmed),
		cmocka_unit_test(test_unconfirmed_parked),
		cmocka_unit_test(test_written_back),
		cmocka_unit_test(test_snoop),
		cmocka_unit_test(test_protect),
		cmocka_unit_test(test_dma),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_brk),
		cmocka_unit_test(test_regs),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

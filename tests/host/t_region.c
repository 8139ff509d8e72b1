/* SRC: kern/region.c kern/layout.c kern/text.c */
/*
 * Regions against a flat model of 64 pages, and where layout puts things.
 */
#include "tests/host/host.h"

#include "kern/aspace.h"
#include "kern/layout.h"
#include "kern/region.h"

#define N    64
#define BASE 0x10000000ull

/* What the model says of each page: 0 nothing, else 1 + kind * 8 + prot. */
static uint8_t flat[N];

static uint8_t
code(const Region *r)
{
	return r == NULL ? 0 : 1 + r->kind * 8 + r->prot;
}

static void
compare(const RegionList *l)
{
	vaddr_t last = 0;

	for (uint i = 0; i < N; i++)
		assert_int_equal(flat[i], code(region_find(l, BASE + i * PAGE_SIZE)));
	for (const Region *r = l->head; r != NULL; r = r->next) {
		assert_true(r->va >= last && r->len > 0);
		last = r->va + r->len;
	}
}

static void
add(RegionList *l, uint i, uint n, RegionKind kind, int prot)
{
	Region r = { .va = BASE + i * PAGE_SIZE,
		.len = n * PAGE_SIZE,
		.kind = kind,
		.prot = prot };

	if (region_overlap(l, r.va, r.len) != NULL)
		return;
	region_add(l, &r);
	memset(flat + i, code(&r), n);
}

static bool
model_covered(uint i, uint n)
{
	for (uint j = i; j < i + n; j++)
		if (flat[j] == 0)
			return false;
	return true;
}

static void
protect(RegionList *l, uint i, uint n, int prot)
{
	bool covered = model_covered(i, n);

	assert_int_equal(covered, region_covered(l, BASE + i * PAGE_SIZE, n * PAGE_SIZE));
	if (!covered)
		return;
	region_protect(l, BASE + i * PAGE_SIZE, n * PAGE_SIZE, prot);
	for (uint j = i; j < i + n; j++)
		flat[j] = 1 + (flat[j] - 1) / 8 * 8 + prot;
}

static void
test_random(void **state)
{
	RegionList l = { 0 };

	(void)state;
	srand(1);
	for (uint k = 0; k < 200000; k++) {
		uint i = rand() % N, n = 1 + rand() % (N - i);

		assert_int_equal(region_reserve(&l, 2), 0);
		switch (rand() % 3) {
		case 0:
			add(&l, i, n, rand() % 2 ? REGION_ANON : REGION_DMA, rand() % 4);
			break;
		case 1:
			region_cut(&l, BASE + i * PAGE_SIZE, n * PAGE_SIZE);
			memset(flat + i, 0, n);
			break;
		case 2:
			protect(&l, i, n, rand() % 4);
			break;
		}
		compare(&l);
	}
	region_free_all(&l);
}

static void
test_merge(void **state)
{
	RegionList l = { 0 };

	(void)state;
	region_reserve(&l, 3);
	region_add(&l,
		&(Region){ .va = 0x1000, .len = 0x1000, .kind = REGION_BRK, .prot = 3 });
	region_add(&l,
		&(Region){ .va = 0x3000, .len = 0x1000, .kind = REGION_BRK, .prot = 3 });
	region_add(&l,
		&(Region){ .va = 0x2000, .len = 0x1000, .kind = REGION_BRK, .prot = 3 });
	assert_int_equal(l.head->len, 0x3000);
	assert_null(l.head->next);
	region_free_all(&l);
}

static void
test_gap(void **state)
{
	RegionList l = { 0 };
	vaddr_t top = 1ull << 39;

	(void)state;
	/* Downward from the top, around what is there. */
	assert_int_equal(layout_gap(&l, BASE, top, 0x1000, 0x1000), top - 0x1000);
	region_reserve(&l, 1);
	region_add(&l,
		&(Region){ .va = top - 0x3000, .len = 0x2000, .kind = REGION_ANON });
	assert_int_equal(layout_gap(&l, BASE, top, 0x1000, 0x1000), top - 0x1000);
	assert_int_equal(layout_gap(&l, BASE, top, 0x2000, 0x1000), top - 0x5000);
	assert_int_equal(layout_gap(&l, BASE, top, 0x1000, 0x200000), top - 0x200000);
	/* Nothing above 4 GiB - 32 MiB and below 4 GiB; nothing in a bridge's window. */
	assert_int_equal(layout_gap(&l, BASE, 1ull << 32, 0x1000, 0x1000), 0xfdfff000);
	layout_keep_out(0xc0000000, 0x30000000, "0:1.0 window");
	layout_keep_out(0xf0000000, 0x0e000000, "0:2.0 window");
	assert_int_equal(layout_gap(&l, BASE, 1ull << 32, 0x1000, 0x1000), 0xbffff000);
	assert_string_equal(layout_window(0xbffff000, 0x1001), "0:1.0 window");
	assert_null(layout_window(0xbffff000, 0x1000));
	assert_string_equal(layout_window(0xfffff, 1), "first MiB");
	assert_string_equal(layout_window(0xfee00000, 1), "interrupts and platform");
	/* No room. */
	assert_int_equal(layout_gap(&l, BASE, BASE + 0x1000, 0x2000, 0x1000), 0);
	assert_int_equal(layout_gap(&l, 0, LAYOUT_LOW, 0x1000, 0x1000), 0);
	assert_int_equal(layout_gap(&l, 0xc0000000, 0xd0000000, 0x1000, 0x1000), 0);
	region_free_all(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

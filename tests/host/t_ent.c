/* SRC: dev/vtd/ent.c */
/*
 * Entries as numbers (VT-d 9.1, 9.3, 9.8), and the order of stores: a unit that fetches
 * at any moment sees an entry that is not present or one that is whole.
 */
#include "tests/host/host.h"

#include "dev/vtd/ent.h"
#include "dev/vtd/mmio.h"
#include "dev/vtd/os.h"

static struct {
	uint64_t *p;
	uint64_t v;
} story[8];
static unsigned nstory;

void
mem_store64(uint64_t *p, uint64_t v, bool flush)
{
	story[nstory].p = p;
	story[nstory++].v = v;
	*p = v;
	if (flush) {
		story[nstory].p = p;
		story[nstory++].v = 0xf1;
	}
}

static void
test_numbers(void **state)
{
	Ent e = ent_root(0x12345000);

	(void)state;
	assert_int_equal(e.lo, 0x0000000012345001ull);
	assert_int_equal(e.hi, 0);
	e = ent_context(0x6789000, 4, 0x2a);
	assert_int_equal(e.lo, 0x0000000006789001ull);
	assert_int_equal(e.hi, 0x0000000000002a02ull);
	e = ent_context(0x6789000, 3, 0x2a);
	assert_int_equal(e.hi, 0x0000000000002a01ull);
	e = ent_context(0xffffffffff000ull, 5, 0xffff); /* 16 bits of id, FPD and TT 0 */
	assert_int_equal(e.lo, 0x000ffffffffff001ull);
	assert_int_equal(e.hi, 0x0000000000ffff03ull);
	e = ent_pass(4, 0x2a); /* TT=2 */
	assert_int_equal(e.lo, 9);
	assert_int_equal(e.hi, 0x0000000000002a02ull);
}

static void
test_scalable(void **state)
{
	Ent e = ent_root2(0x12345000, 0x12346000);
	Pasid p;

	(void)state;
	assert_int_equal(e.lo, 0x12345001);
	assert_int_equal(e.hi, 0x12346001);
	/* 128 directory entries, PASID 0 where there is none */
	e = ent_context2(0x6789000);
	assert_int_equal(e.lo, 0x6789001);
	assert_int_equal(e.hi, 0);
	assert_int_equal(ent_directory(0xabc000), 0xabc001);
	p = ent_pasid(2, 0x6789000, 4, 0x2a); /* second level, AW 2, no A/D */
	assert_int_equal(p.e.lo, 0x6789089);
	assert_int_equal(p.e.hi, 0x2a);
	assert_int_equal(p.first, 0);
	p = ent_pasid(1, 0x6789000, 4, 0x2a); /* first level; FLPM 0: 4 levels */
	assert_int_equal(p.e.lo, 0x49);
	assert_int_equal(p.e.hi, 0x2a);
	assert_int_equal(p.first, 0x6789000);
	p = ent_pasid(4, 0, 5, 0xffff); /* pass-through */
	assert_int_equal(p.e.lo, 0x10d);
	assert_int_equal(p.e.hi, 0xffff);
	EPUT(p.e, PASID_PWSNP, 1);
	EPUT(p.e, PASID_PGSNP, 1);
	assert_int_equal(p.e.hi, 0x180ffff);
}

/* P comes last, and what is behind is there by then. */
static void
test_publish_pasid(void **state)
{
	uint64_t slot[8] = { 0 };
	Pasid p = ent_pasid(1, 0x6789000, 4, 0x2a);

	(void)state;
	nstory = 0;
	ent_publish_pasid(slot, &p, true);
	assert_int_equal(nstory, 4);
	assert_ptr_equal(story[2].p, slot);
	assert_int_equal(story[2].v, 0x49);
	assert_int_equal(story[3].v, 0xf1);
	assert_int_equal(slot[1], 0x2a);
	assert_int_equal(slot[2], 0x6789000);
	nstory = 0;
	ent_publish_pasid(slot, &p, false);
	assert_int_equal(nstory, 3);
}

static void
test_publish(void **state)
{
	Ent slot = { 0, 0 }, v = ent_context(0x6789000, 4, 0x2a);

	(void)state;
	nstory = 0;
	ent_publish(&slot, v, true);
	assert_int_equal(nstory, 3);
	assert_ptr_equal(story[0].p, &slot.hi); /* P comes last */
	assert_ptr_equal(story[1].p, &slot.lo);
	assert_int_equal(story[1].v, v.lo);
	assert_int_equal(story[2].v, 0xf1); /* then the line is written back */
	nstory = 0;
	ent_unpublish(&slot, true);
	assert_int_equal(nstory, 2);
	assert_ptr_equal(story[0].p, &slot.lo);
	assert_int_equal(story[0].v, 0);
	assert_int_equal(slot.hi, v.hi);
	ent_wipe(&slot, true);
	assert_int_equal(slot.hi, 0);
	nstory = 0;
	ent_publish(&slot, v, false); /* a unit that snoops */
	assert_int_equal(nstory, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_scalable),
		cmocka_unit_test(test_publish),
		cmocka_unit_test(test_publish_pasid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

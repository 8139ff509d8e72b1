/* SRC: dev/vtd/slwalk.c */
/*
 * Walking tables, written by hand with the bits a CPU leaves in them (arch/pt.h).
 */
#include "tests/host/host.h"

#include <string.h>

#include "dev/vtd/slwalk.h"

#define AT 0x200000ull /* "physical" address of page[0] */

static uint64_t page[3][512];

static const uint64_t *
rd(uint64_t pa)
{
	return pa >= AT && pa < AT + sizeof page && pa % 4096 == 0
		? page[(pa - AT) / 4096]
		: NULL;
}

/* pdpt = page 0, pd = page 1, pt = page 2; va 0x40201000 is pdpt 1, pd 1, pt 1 */
static void
process(void)
{
	memset(page, 0, sizeof page);
	page[0][1] = (AT + 0x1000) | 0x27;
	page[1][1] = (AT + 0x2000) | 0x27;
	page[2][1] = 0xabc000 | 0x67;              /* read, write */
	page[2][2] = 0xabd000 | 0x25;              /* read */
	page[2][3] = 0xabe000 | 1ull << 63 | 0x67; /* not executable */
	/* P=0 RW=1: write-only to the unit */
	page[2][4] = 0xabf000 | 2;
	page[1][2] = 0x40000000 | 0xe7;    /* 2 MiB */
	page[0][2] = 0x80000000 | 0xe5;    /* 1 GiB, read */
	page[1][3] = (AT + 0x2000) | 0x25; /* read-only above writable */
	page[1][4] = 0xdead000 | 0x27;     /* leads out of RAM */
}

static void
test_lookup(void **state)
{
	uint64_t size = 0;

	(void)state;
	process();
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x40201abc, rd, &size), 0xabc067);
	assert_int_equal(size, 4096);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x40202000, rd, &size), 0xabd025);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x40203000, rd, &size),
		0xabe067 | 1ull << 63);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x40204000, rd, &size), 0xabf002);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x40205000, rd, &size), 0);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x40400000, rd, &size), 0x400000e7);
	assert_int_equal(size, 2 << 20);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x9fffffff, rd, &size), 0x800000e5);
	assert_int_equal(size, 1 << 30);
	/* W lost on the way */
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x40601000, rd, &size), 0xabc065);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0x40801000, rd, &size), 0);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 0, rd, &size), 0);
	assert_int_equal(slwalk_lookup(AT, 3, 0, 1ull << 39 | 0x40201000, rd, &size), 0);
	assert_int_equal(slwalk_lookup(AT, 3, 0, ~0ull, rd, &size), 0);
	assert_int_equal(slwalk_lookup(0, 3, 0, 0, rd, &size), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: dev/text/mapcmd.c kern/cmd.c kern/text.c */
#include "tests/host/host.h"

#include "dev/text/mapcmd.h"

static MapCmd m;

static int
parse(const char *s)
{
	Cmd c;

	host_errstr[0] = 0;
	memset(&m, 0x55, sizeof m);
	assert_int_equal(cmd_parse(&c, s, strlen(s)), 0);
	return map_parse(&c, &m);
}

static void
test_good(void **state)
{
	(void)state;
	assert_int_equal(parse("map 0x10000 0x400000 8192 rw\n"), 0);
	assert_false(m.unmap);
	assert_int_equal(m.iova, 0x10000);
	assert_int_equal(m.va, 0x400000);
	assert_int_equal(m.len, 8192);
	assert_int_equal(m.rights, 3);
	assert_int_equal(parse("map 0 4194304 0x1000 r"), 0);
	assert_int_equal(m.iova, 0);
	assert_int_equal(m.va, 0x400000);
	assert_int_equal(m.rights, 1);
	assert_int_equal(parse("map 0 0 0x1000 w"), 0);
	assert_int_equal(m.rights, 2);
	assert_int_equal(parse("unmap 0x10000 4096"), 0);
	assert_true(m.unmap);
	assert_int_equal(m.iova, 0x10000);
	assert_int_equal(m.len, 4096);
	/* up to the last byte, and not one further */
	assert_int_equal(parse("unmap 0xfffffffffffff000 4096"), 0);
}

/* The sentence names the first word that is wrong; nothing is left of the command. */
static void
test_bad(void **state)
{
	static const struct {
		const char *s;
		int err;
		const char *why;
	} row[] = {
		{ "mop 0x1000 0x400000 4096 r", -EINVAL,
			"unknown word 'mop': want map IOVA VA LENGTH r|w|rw or unmap "
			"IOVA LENGTH" },
		{ "map", -EINVAL, "IOVA is missing: want map IOVA VA LENGTH r|w|rw" },
		{ "map 0x1000 0x400000 4096", -EINVAL,
			"r|w|rw is missing: want map IOVA VA LENGTH r|w|rw" },
		{ "unmap 0x1000", -EINVAL, "LENGTH is missing: want unmap IOVA LENGTH" },
		{ "map 0x1000 0x400000 4096 r w", -EINVAL,
			"'w' is a word too many: want map IOVA VA LENGTH r|w|rw" },
		{ "unmap 0x1000 0x400000 4096", -EINVAL,
			"'4096' is a word too many: want unmap IOVA LENGTH" },
		{ "map rw 0x1000 0x400000 4096", -EINVAL,
			"IOVA 'rw' is not a number: want map IOVA VA LENGTH r|w|rw" },
		{ "map 0x1000 400000h 4096 r", -EINVAL,
			"VA '400000h' is not a number: want map IOVA VA LENGTH r|w|rw" },
		{ "map 0x1000 0x400000 -4096 r", -EINVAL,
			"LENGTH '-4096' is not a number: "
			"want map IOVA VA LENGTH r|w|rw" },
		{ "unmap 0x1000 x", -EINVAL,
			"LENGTH 'x' is not a number: want unmap IOVA LENGTH" },
		{ "map 0x10000000000000000 0x400000 4096 r", -ERANGE,
			"IOVA '0x10000000000000000' is too large a number" },
		{ "map 0x1001 0x400000 4096 r", -EINVAL,
			"IOVA '0x1001' is not a multiple of 4096" },
		{ "map 0x1000 0x400800 4096 r", -EINVAL,
			"VA '0x400800' is not a multiple of 4096" },
		{ "map 0x1000 0x400000 4095 r", -EINVAL,
			"LENGTH '4095' is not a multiple of 4096" },
		{ "map 0x1000 0x400000 0 r", -EINVAL,
			"LENGTH '0': want at least one page" },
		{ "unmap 0x1000 0x0", -EINVAL, "LENGTH '0x0': want at least one page" },
		{ "map 0xfffffffffffff000 0x400000 8192 r", -ERANGE,
			"LENGTH '8192' from IOVA '0xfffffffffffff000' on is past 2^64" },
		{ "map 0x1000 0xfffffffffffff000 8192 r", -ERANGE,
			"LENGTH '8192' from VA '0xfffffffffffff000' on is past 2^64" },
		{ "unmap 0xfffffffffffff000 8192", -ERANGE,
			"LENGTH '8192' from IOVA '0xfffffffffffff000' on is past 2^64" },
		{ "map 0x1000 0x400000 4096 rwx", -EINVAL,
			"'rwx' are no rights: want r, w or rw" },
		{ "map 0x1000 0x400000 4096 wr", -EINVAL,
			"'wr' are no rights: want r, w or rw" },
	};
	MapCmd untouched;

	(void)state;
	memset(&untouched, 0x55, sizeof untouched);
	for (uint i = 0; i < nelem(row); i++) {
		assert_int_equal(parse(row[i].s), row[i].err);
		assert_string_equal(host_errstr, row[i].why);
		assert_memory_equal(&m, &untouched, sizeof m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: kern/cmd.c */
/* Control-file commands: splitting, numbers, and every spelling of a device in
 * user/man/iommu.md. */
#include "tests/host/host.h"

#include "kern/cmd.h"

static int
parse(Cmd *c, const char *s)
{
	return cmd_parse(c, s, strlen(s));
}

static void
splits(void **state)
{
	Cmd c;

	(void)state;
	assert_int_equal(parse(&c, "0:3.0 22"), 0);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.f[0], "0:3.0");
	assert_string_equal(c.f[1], "22");
	assert_int_equal(parse(&c, "  off\t\n"), 0);
	assert_int_equal(c.n, 1);
	assert_string_equal(c.f[0], "off");
	assert_int_equal(parse(&c, "off"), 0);
	assert_string_equal(c.f[0], "off");
	assert_int_equal(parse(&c, ""), 0);
	assert_int_equal(c.n, 0);
	assert_int_equal(parse(&c, "\n"), 0);
	assert_int_equal(c.n, 0);
	assert_int_equal(parse(&c, " \t \n"), 0);
	assert_int_equal(c.n, 0);
}

static void
refuses(void **state)
{
	char big[300];
	Cmd c;

	(void)state;
	assert_int_equal(cmd_parse(&c, "a\0b", 3), -EINVAL);
	assert_int_equal(cmd_parse(&c, "a\0", 2), -EINVAL);
	assert_int_equal(parse(&c, "a\nb"), -EINVAL);
	assert_int_equal(parse(&c, "a\n\n"), -EINVAL);
	assert_int_equal(parse(&c, "\na"), -EINVAL);
	assert_int_equal(parse(&c, "a\r\n"), -EINVAL);
	assert_int_equal(parse(&c, "a\x7f"), -EINVAL);
	assert_int_equal(parse(&c, "a\033[A"), -EINVAL);
	assert_int_equal(parse(&c, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"), 0);
	assert_int_equal(c.n, 16);
	assert_int_equal(parse(&c, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"), -E2BIG);
	memset(big, 'x', sizeof(big));
	assert_int_equal(cmd_parse(&c, big, 255), 0);
	assert_int_equal(cmd_parse(&c, big, 256), -E2BIG);
	big[255] = '\n';
	assert_int_equal(cmd_parse(&c, big, 256), 0);
	assert_int_equal(strlen(c.f[0]), 255);
}

static void
numbers(void **state)
{
	uint64_t v = 77;
	int i = 77;

	(void)state;
	assert_int_equal(cmd_u64("0", &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(cmd_u64("22", &v), 0);
	assert_int_equal(v, 22);
	assert_int_equal(cmd_u64("026", &v), 0); /* no octal */
	assert_int_equal(v, 26);
	assert_int_equal(cmd_u64("0x16", &v), 0);
	assert_int_equal(v, 22);
	assert_int_equal(cmd_u64("0xFFFFFFFFFFFFFFFF", &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(cmd_u64("18446744073709551615", &v), 0);
	assert_true(v == UINT64_MAX);
	v = 77;
	assert_int_equal(cmd_u64("18446744073709551616", &v), -ERANGE);
	assert_int_equal(cmd_u64("0x10000000000000000", &v), -ERANGE);
	assert_int_equal(cmd_u64("99999999999999999999999999999999999999", &v), -ERANGE);
	assert_int_equal(cmd_u64("99999999999999999999999999999999999999x", &v), -EINVAL);
	static const char *const bad[] = { "", "x", "0x", "1e9", "1e999999999", "-1",
		"+1", "1 ", " 1", "1.0", "foo", "22foo", "0x1g", "0X10", "0x0x1",
		"\xd9\xa1" };
	for (size_t k = 0; k < nelem(bad); k++)
		assert_int_equal(cmd_u64(bad[k], &v), -EINVAL);
	assert_int_equal(v, 77);

	assert_int_equal(cmd_int("5", 0, 5, &i), 0);
	assert_int_equal(i, 5);
	assert_int_equal(cmd_int("6", 0, 5, &i), -ERANGE);
	assert_int_equal(cmd_int("-1", 0, 5, &i), -ERANGE);
	assert_int_equal(cmd_int("-3", -3, 5, &i), 0);
	assert_int_equal(i, -3);
	assert_int_equal(cmd_int("2147483647", 0, INT32_MAX, &i), 0);
	assert_int_equal(i, 2147483647);
	assert_int_equal(cmd_int("2147483648", 0, INT32_MAX, &i), -ERANGE);
	assert_int_equal(cmd_int("4294967297", 0, INT32_MAX, &i), -ERANGE);
	assert_int_equal(cmd_int("--1", -5, 5, &i), -EINVAL);
	assert_int_equal(cmd_int("-", -5, 5, &i), -EINVAL);
	assert_int_equal(i, 2147483647);
}

/* Expected: segment << 16 | bus << 8 | device << 3 | function, worked out by hand. */
static void
devices(void **state)
{
	static const struct {
		const char *s;
		uint32_t bdf;
	} good[] = {
		{ "0:3.0", 0x18 },
		{ "0:1:0", 0x08 },
		{ "0:2/5", 0x15 },
		{ "00:1f.2", 0xfa },
		{ "00:1F.2", 0xfa },
		{ "0:3:0", 0x18 },
		{ "00:03.0", 0x18 },
		{ "0000:00:03.0", 0x18 },
		{ "0000:00:1f.2", 0xfa },
		{ "ff:1f.7", 0xffff },
		{ "1:0:3.0", 0x10018 },
		{ "ffff:ff:1f.7", 0xffffffff },
		{ "0:0:1:0", 0x08 },
	};
	static const char *const bad[] = { "", "0", "0:3", "0.3.0", "0/3/0", "0:3.0x",
		"0:3.0 ", " 0:3.0", "0:3.", ":3.0", "0:.0", "0:3.0.", "0:3.0:", "0:3..0",
		"0x0:3.0", "g:3.0", "-1:3.0", "0:0:0:3.0", "0.0:3.0", "0:3-0", "foo",
		"0:3.0\n", "00:1f.2,0", "0000.00:1f.2", "0:1:2:3:4" };
	static const char *const range[] = { "100:3.0", "0:20.0", "0:3.8", "10000:0:3.0",
		"0:9f.0", "fffffffffffffffff:3.0", "0:3.f", "a:b.c",
		"0:100000000000000003.0" };
	bdf_t b = 7;

	(void)state;
	for (size_t i = 0; i < nelem(good); i++) {
		assert_int_equal(cmd_bdf(good[i].s, &b), 0);
		assert_int_equal(b, good[i].bdf);
	}
	b = 7;
	for (size_t i = 0; i < nelem(bad); i++)
		assert_int_equal(cmd_bdf(bad[i], &b), -EINVAL);
	for (size_t i = 0; i < nelem(range); i++)
		assert_int_equal(cmd_bdf(range[i], &b), -ERANGE);
	assert_int_equal(b, 7);
}

/* The whole word, and no other. */
static void
words(void **state)
{
	static const char *const name[] = { "r", "w", "rw" };

	(void)state;
	assert_int_equal(cmd_word(name, 3, "r"), 0);
	assert_int_equal(cmd_word(name, 3, "rw"), 2);
	assert_int_equal(cmd_word(name, 2, "rw"), -1);
	assert_int_equal(cmd_word(name, 3, "rwx"), -1);
	assert_int_equal(cmd_word(name, 3, ""), -1);
}

static void
items(void **state)
{
	const char *list = "0:3.0,,x,0123456", *none = NULL;
	char word[8];

	(void)state;
	assert_true(cmd_item(&list, word, sizeof word));
	assert_string_equal(word, "0:3.0");
	assert_true(cmd_item(&list, word, sizeof word));
	assert_string_equal(word, "");
	assert_true(cmd_item(&list, word, sizeof word));
	assert_string_equal(word, "x");
	assert_true(cmd_item(&list, word, sizeof word));
	assert_string_equal(word, "0123456");
	assert_false(cmd_item(&list, word, sizeof word));
	list = "01234567,x";
	assert_true(cmd_item(&list, word, sizeof word));
	assert_string_equal(word, "0123...");
	assert_true(cmd_item(&list, word, sizeof word));
	assert_string_equal(word, "x");
	assert_false(cmd_item(&none, word, sizeof word));
}

static void
prints(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(bdf_print(0x18, buf, sizeof(buf)), "0:3.0");
	assert_string_equal(bdf_print(0xfa, buf, sizeof(buf)), "0:1f.2");
	assert_string_equal(bdf_print(0x10018, buf, sizeof(buf)), "1:0:3.0");
	assert_string_equal(bdf_print(0xffffffff, buf, sizeof(buf)), "ffff:ff:1f.7");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(refuses),
		cmocka_unit_test(numbers),
		cmocka_unit_test(devices),
		cmocka_unit_test(prints),
		cmocka_unit_test(words),
		cmocka_unit_test(items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

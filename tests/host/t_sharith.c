/* SRC: user/sh/arith.c user/sh/vars.c user/sh/mem.c */
/* $((...)): C's expressions. */
#include "tests/host/host.h"

#include "user/sh/arith.h"
#include "user/sh/vars.h"

static void
values(void **state)
{
	static const struct {
		const char *in;
		long long out;
	} t[] = {
		{ "", 0 },
		{ "1", 1 },
		{ " 1 + 2 ", 3 },
		{ "2+3*4", 14 },
		{ "(2+3)*4", 20 },
		{ "10-3-2", 5 },
		{ "100/10/5", 2 },
		{ "7%4", 3 },
		{ "-7/2", -3 },
		{ "-7%2", -1 },
		{ "-3", -3 },
		{ "- -3", 3 },
		{ "!0", 1 },
		{ "!5", 0 },
		{ "~0", -1 },
		{ "0x10", 16 },
		{ "010", 8 },
		{ "1<<4", 16 },
		{ "-16>>2", -4 },
		{ "1<2", 1 },
		{ "2<=1", 0 },
		{ "3==3", 1 },
		{ "3!=3", 0 },
		{ "6&3", 2 },
		{ "6|3", 7 },
		{ "6^3", 5 },
		{ "1|2&0", 1 },
		{ "1&&0", 0 },
		{ "1||0&&0", 1 },
		{ "1?2:3", 2 },
		{ "0?2:0?4:5", 5 },
		{ "1||1/0", 1 },
		{ "0&&1/0", 0 },
		{ "1?1:1/0", 1 },
		{ "n+1", 8 },
		{ "unset+1", 1 },
		{ "1+2<4", 1 },
		{ "1<<2+1", 8 },
		{ "2*-3", -6 },
		{ "v=5+1", 6 },
		{ "9223372036854775807+1", -9223372036854775807ll - 1 },
		{ "(-9223372036854775807-1)/-1", -9223372036854775807ll - 1 },
		{ "(-9223372036854775807-1)%-1", 0 },
	};
	long long v;

	(void)state;
	var_set("n", "7");
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
		const char *why = arith(t[i].in, &v);

		if (why != NULL || v != t[i].out)
			fail_msg("%s: %lld %s", t[i].in, v, why ? why : "");
	}
	assert_string_equal(var_get("v"), "6");
	assert_null(arith("1 || (w = 1)", &v));
	assert_null(var_get("w"));
}

static void
refused(void **state)
{
	static const char *const t[] = { "1+", "(1", "1)", "1 2", "1/0", "1%0", "08",
		"1a", "+", "1?2", "a b", "word+1", "1=2", "@" };
	char deep[4001];
	long long v;

	(void)state;
	var_set("word", "many words");
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		if (arith(t[i], &v) == NULL)
			fail_msg("accepted: %s", t[i]);
	memset(deep, '(', 4000);
	deep[4000] = '\0';
	assert_string_equal(arith(deep, &v), "nested too deeply");
	memset(deep, '-', 4000);
	assert_string_equal(arith(deep, &v), "nested too deeply");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

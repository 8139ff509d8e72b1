/* SRC: user/lib/bre.c */
/* Basic regular expressions, as grep has them. */
#include "tests/host/host.h"

#include "user/lib/bre.h"

static void
searches(void **state)
{
	static const struct {
		const char *re, *s;
		bool yes;
	} t[] = {
		{ "", "", true },
		{ "", "a", true },
		{ "a", "", false },
		{ "b", "abc", true },
		{ "^b", "abc", false },
		{ "^a", "abc", true },
		{ "c$", "abc", true },
		{ "b$", "abc", false },
		{ "^$", "", true },
		{ "^$", "a", false },
		{ "a.c", "xabcx", true },
		{ "a.c", "ac", false },
		{ "ab*c", "ac", true },
		{ "ab*c", "abbbc", true },
		{ "^.*$", "anything", true },
		{ "a*ab", "aaab", true },
		{ "[bc]d", "acd", true },
		{ "[^bc]d", "acd", false },
		{ "[a-c]*d", "abcd", true },
		{ "[]a]", "]", true },
		{ "[^]a]", "]", false },
		{ "x[0-9]*$", "x12", true },
		{ "\\.", "a", false },
		{ "\\.", "a.", true },
		{ "\\*", "*", true },
		{ "a\\$", "a$b", true },
		{ "a$b", "a$b", true },
		{ "*", "*", true },
		{ "^*", "*a", true },
		{ "pid [0-9][0-9]*)", "(pid 23)", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		if (bre_search(t[i].re, t[i].s, false) != t[i].yes)
			fail_msg("%s in %s", t[i].re, t[i].s);
}

static void
folds(void **state)
{
	(void)state;
	assert_true(bre_search("AbC", "xaBcx", true));
	assert_false(bre_search("AbC", "xaBcx", false));
	assert_true(bre_search("^[a-c]*$", "ABC", true));
	assert_true(bre_search("[A-C]", "b", true));
}

static void
checks(void **state)
{
	(void)state;
	assert_null(bre_check("a[b]*"));
	assert_non_null(bre_check("a[b"));
	assert_non_null(bre_check("a\\"));
	assert_null(bre_check("\\["));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(searches),
		cmocka_unit_test(folds),
		cmocka_unit_test(checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: user/sh/glob.c user/sh/mem.c */
/* Patterns against names. File names themselves are t_shexpand's. */
#include "tests/host/host.h"

#include "user/sh/glob.h"

static void
matches(void **state)
{
	static const struct {
		const char *pattern, *s;
		bool yes;
	} t[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "a", "a", true },
		{ "a", "ab", false },
		{ "*", "", true },
		{ "*", "abc", true },
		{ "a*", "abc", true },
		{ "*c", "abc", true },
		{ "a*c", "abbc", true },
		{ "a*c", "abcd", false },
		{ "*b*", "abc", true },
		{ "**", "a", true },
		{ "?", "a", true },
		{ "?", "", false },
		{ "a?c", "abc", true },
		{ "[abc]", "b", true },
		{ "[abc]", "d", false },
		{ "[a-c]", "b", true },
		{ "[a-c]", "d", false },
		{ "[!a-c]", "d", true },
		{ "[!a-c]", "b", false },
		{ "[^a]", "b", true },
		{ "[]]", "]", true },
		{ "[!]]", "]", false },
		{ "[a-]", "-", true },
		{ "[", "[", true },
		{ "[a", "[a", true },
		{ "\\*", "*", true },
		{ "\\*", "a", false },
		{ "\\[a]", "[a]", true },
		{ "[\\]]", "]", true },
		{ "a*b*c", "aXbYc", true },
		{ "a*b*c", "aXcYb", false },
		{ "*.c", ".c", true },
		{ "*a*a*a*b", "aaaaaaaaaaaa", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		if (glob_match(t[i].pattern, t[i].s) != t[i].yes)
			fail_msg("%s against %s", t[i].pattern, t[i].s);
}

static void
magic(void **state)
{
	(void)state;
	assert_true(glob_magic("a*"));
	assert_true(glob_magic("?"));
	assert_true(glob_magic("[a]"));
	assert_false(glob_magic("[a"));
	assert_false(glob_magic("\\*\\?"));
	assert_false(glob_magic("abc"));
}

/* Patterns that make naive matchers take for ever. */
static void
takes_no_time(void **state)
{
	char pattern[201], s[2001];

	(void)state;
	for (int i = 0; i < 200; i += 2)
		memcpy(pattern + i, "*a", 2);
	pattern[200] = '\0';
	memset(s, 'a', 2000);
	s[2000] = '\0';
	assert_true(glob_match(pattern, s));
	pattern[199] = 'b';
	assert_false(glob_match(pattern, s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(magic),
		cmocka_unit_test(takes_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

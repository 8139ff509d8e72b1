/* SRC: user/lib/wrap.c */
/* Filling pages of the manual, as man shows them. */
#include "tests/host/host.h"

#include "user/lib/wrap.h"

static void
check(const char *page, int width, const char *want)
{
	char *got = NULL;
	size_t n;
	FILE *f = open_memstream(&got, &n);

	wrap_page(page, width, f);
	fclose(f);
	assert_string_equal(got, want);
	free(got);
}

static void
paragraphs(void **state)
{
	(void)state;
	check("", 20, "");
	check("one\n", 20, "one\n");
	check("one\ntwo", 20, "one two\n");
	check("one two three four\n", 9, "one two\nthree\nfour\n");
	check("one  two\n\n\nthree\n", 20, "one two\n\n\nthree\n");
	check("a-word-that-is-too-wide b\n", 10, "a-word-that-is-too-wide\nb\n");
	check("exactly ten\n", 11, "exactly ten\n");
	check("exactly ten\n", 10, "exactly\nten\n");
	check("\xc3\xa9\xc3\xa9 \xc3\xa9\xc3\xa9\n", 5,
		"\xc3\xa9\xc3\xa9 \xc3\xa9\xc3\xa9\n");
}

static void
verbatim(void **state)
{
	(void)state;
	check("# a heading that is wide\ntext\n", 10, "# a heading that is wide\ntext\n");
	check("text\n\t$ a transcript  as it is\nmore\n", 10,
		"text\n\t$ a transcript  as it is\nmore\n");
	check("| a | table row |\n|---|---|\n", 5, "| a | table row |\n|---|---|\n");
}

static void
lists(void **state)
{
	(void)state;
	check("- one two\n  three\n- four\n", 10, "- one two\n  three\n- four\n");
	check("before\n- one\n\nbehind it\n", 20, "before\n- one\n\nbehind it\n");
	check("1. one two\n12. three four\n", 10, "1. one two\n12. three\n    four\n");
	check("3.14 is no item\n", 20, "3.14 is no item\n");
	check("- one two three\n", 7, "- one\n  two\n  three\n");
}

static void
columns(void **state)
{
	(void)state;
	assert_int_equal(text_columns("", 0), 0);
	assert_int_equal(text_columns("a\tb", 3), 9);
	assert_int_equal(text_columns("\xe2\x86\x92", 3), 1);
}

static void
screen(void **state)
{
	(void)state;
	unsetenv("COLUMNS");
	setenv("LINES", "nothing", 1);
	assert_int_equal(screen_width(), 80);
	assert_int_equal(screen_height(), 24);
	setenv("COLUMNS", "132", 1);
	setenv("LINES", "50", 1);
	assert_int_equal(screen_width(), 132);
	assert_int_equal(screen_height(), 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paragraphs),
		cmocka_unit_test(verbatim),
		cmocka_unit_test(lists),
		cmocka_unit_test(columns),
		cmocka_unit_test(screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

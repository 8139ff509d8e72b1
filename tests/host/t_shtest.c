/* SRC: user/sh/test.c user/sh/mem.c */
/* test and [. */
#include "tests/host/host.h"

#include "user/sh/shell.h"

static char said[200];

int
complain_text(const char *text)
{
	snprintf(said, sizeof said, "%s", text);
	return 1;
}

/* The status of [ with these words, ] added. */
static int
ask(const char *words)
{
	static char text[200];
	char *argv[20] = { "[" }, *save = NULL;
	int n = 1;

	said[0] = '\0';
	snprintf(text, sizeof text, "%s", words);
	for (char *w = strtok_r(text, " ", &save); w != NULL;
		w = strtok_r(NULL, " ", &save))
		argv[n++] = strcmp(w, "''") == 0 ? "" : w;
	argv[n++] = "]";
	return builtin_test(n, argv);
}

static void
answers(void **state)
{
	static const struct {
		const char *words;
		int status;
	} t[] = {
		{ "", 1 },
		{ "a", 0 },
		{ "''", 1 },
		{ "a = a", 0 },
		{ "a = b", 1 },
		{ "a != b", 0 },
		{ "1 -eq 1", 0 },
		{ "1 -eq 2", 1 },
		{ "1 -ne 2", 0 },
		{ "-1 -lt 0", 0 },
		{ "2 -le 2", 0 },
		{ "3 -gt 2", 0 },
		{ "2 -ge 3", 1 },
		{ "-n a", 0 },
		{ "-n ''", 1 },
		{ "-z ''", 0 },
		{ "-z a", 1 },
		{ "! a", 1 },
		{ "! ''", 0 },
		{ "! ! a", 0 },
		{ "-d /tmp", 0 },
		{ "-f /tmp", 1 },
		{ "-e /nowhere", 1 },
		{ "-e /tmp", 0 },
		{ "a -a b", 0 },
		{ "a -a ''", 1 },
		{ "'' -o b", 0 },
		{ "'' -o ''", 1 },
		{ "a -o b -a ''", 0 },
		{ "( a -o b ) -a ''", 1 },
		{ "-n", 0 },
		{ "! = !", 0 },
		{ "-d = -d", 0 },
		{ "a = a -a b = b", 0 },
		{ "! a = b", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		if (ask(t[i].words) != t[i].status)
			fail_msg("[ %s ]", t[i].words);
}

static void
refused(void **state)
{
	char *open[] = { "[", "a", NULL };

	(void)state;
	assert_int_equal(ask("1 -eq x"), 2);
	assert_string_equal(said, "test: not a number");
	assert_int_equal(ask("a b"), 2);
	assert_string_equal(said, "test: too many words");
	assert_int_equal(ask("( a"), 2);
	assert_int_equal(ask("a -a"), 2);
	assert_int_equal(builtin_test(2, open), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

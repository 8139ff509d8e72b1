/* SRC: kern/param.c */
#include "host.h"

#include "kern/param.h"

static Params ps;
static char why[200];

static const char *
wrong(const char *line)
{
	params_parse(&ps, line);
	assert_int_equal(ps.n, 1);
	return params_wrong(&ps.p[0], why, sizeof why);
}

static void
test_words(void **state)
{
	(void)state;
	params_parse(&ps, "  init=/bin/sh\tiommu=first-use  igfx_off \n");
	assert_int_equal(ps.n, 3);
	assert_false(ps.cut);
	assert_string_equal(params_get(&ps, "init"), "/bin/sh");
	assert_string_equal(params_get(&ps, "iommu"), "first-use");
	assert_string_equal(params_get(&ps, "igfx_off"), "");
	assert_null(params_get(&ps, "bounce"));
	assert_null(params_get(&ps, "ini"));
	params_parse(&ps, "");
	assert_int_equal(ps.n, 0);
	params_parse(&ps, "   ");
	assert_int_equal(ps.n, 0);
}

/* '=' in a value stays; a name without one is empty-valued; the last of two counts. */
static void
test_values(void **state)
{
	(void)state;
	params_parse(&ps, "init=/bin/a=b iommu=off iommu=on");
	assert_string_equal(params_get(&ps, "init"), "/bin/a=b");
	assert_string_equal(params_get(&ps, "iommu"), "on");
	params_parse(&ps, "iommu=off iommu=maybe"); /* a wrong one does not count */
	assert_string_equal(params_get(&ps, "iommu"), "off");
}

static void
test_wrong(void **state)
{
	(void)state;
	assert_null(wrong("iommu=on"));
	assert_null(wrong("iommu=first-use"));
	assert_null(wrong("iommu=off"));
	assert_null(wrong("init=/bin/sh"));
	assert_string_equal(wrong("iomu=off"), "unknown parameter iomu: ignored");
	assert_string_equal(wrong("iommu=up"),
		"iommu=up is not one of on|first-use|off: ignored");
	assert_null(wrong("iommu.inv=register"));
	assert_null(wrong("debug-exit"));
	assert_string_equal(wrong("iommu=o"),
		"iommu=o is not one of on|first-use|off: ignored");
	assert_string_equal(wrong("iommu=on|off"),
		"iommu=on|off is not one of on|first-use|off: ignored");
	assert_string_equal(wrong("iommu="),
		"iommu= is not one of on|first-use|off: ignored");
	assert_string_equal(wrong("init"), "init needs a value: ignored");
	assert_string_equal(wrong("igfx_off=1"), "igfx_off takes no value: ignored");
	assert_string_equal(wrong("bounce="), "bounce needs a value: ignored");
	assert_string_equal(wrong("=x"), "unknown parameter : ignored");
}

/* Too many words, too long a line: the rest is ignored, and known to be. */
static void
test_bounds(void **state)
{
	char line[2000] = "";

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(line, "a ");
	params_parse(&ps, line);
	assert_int_equal(ps.n, PARAM_MAX);
	assert_true(ps.cut);
	memset(line, 'x', sizeof line - 1);
	params_parse(&ps, line);
	assert_int_equal(ps.n, 1);
	assert_true(ps.cut);
	assert_int_equal(strlen(ps.p[0].name), PARAM_MAXLEN - 1);
	assert_non_null(params_wrong(&ps.p[0], why, sizeof why));
}

/* The kernel's own: what is not known is said on the console. */
static void
test_init(void **state)
{
	(void)state;
	host_log[0] = 0;
	param_init("iommu=on iommu=off debug=1 init= iommu=maybe debug=2");
	assert_string_equal(host_log,
		"boot: iommu is given again: on is ignored\n"
		"boot: unknown parameter debug: ignored\n"
		"boot: init needs a value: ignored\n"
		"boot: iommu=maybe is not one of on|first-use|off: ignored\n"
		"boot: unknown parameter debug: ignored\n");
	assert_string_equal(param_get("iommu"), "off");
	assert_true(param_is("iommu", "off"));
	assert_false(param_is("iommu", "on"));
	assert_false(param_is("bounce", ""));
	assert_null(param_get("init"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_init),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

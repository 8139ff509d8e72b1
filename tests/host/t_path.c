/* SRC: kern/path.c */
/* Paths: what cleaning gives, what it refuses, and the ways to cut a clean one. */
#include "tests/host/host.h"

#include "kern/path.h"

static void
cleans(void **state)
{
	static const struct {
		const char *cwd, *in, *out;
	} t[] = {
		{ "/", "/", "/" },
		{ "/", ".", "/" },
		{ "/", "..", "/" },
		{ "/", "/..", "/" },
		{ "/", "../../x", "/x" },
		{ "/a/b", "c", "/a/b/c" },
		{ "/a/b", "..", "/a" },
		{ "/a/b", "../..", "/" },
		{ "/a/b", "../../../..", "/" },
		{ "/a/b", "../c/./d//e/", "/a/c/d/e" },
		{ "/a", "/b", "/b" },
		{ "/a", "//b///c//", "/b/c" },
		{ "/a", "/b/.", "/b" },
		{ "/a", "/b/../c", "/c" },
		{ "/a", "/b/...", "/b/..." },
		{ "/a", "/.b/..c", "/.b/..c" },
		{ "/a", "#iommu", "#iommu" },
		{ "/a", "#iommu/", "#iommu" },
		{ "/a", "#iommu/attach", "#iommu/attach" },
		{ "/a", "#iommu/..", "#iommu" },
		{ "/a", "#iommu/../../x", "#iommu/x" },
		{ "/a", "#pci/0:3.0/../0:4.0/ctl", "#pci/0:4.0/ctl" },
		{ "#proc/3", "..", "#proc" },
		{ "#proc/3", "../..", "#proc" },
		{ "#proc/3", "status", "#proc/3/status" },
		{ "#proc", "3", "#proc/3" },
		{ "#proc", "/", "/" },
		{ "/a", "b/#c", "/a/b/#c" },
		{ "/a", "./#c", "/a/#c" },
		{ "/", "\xc3\xa4/\xff", "/\xc3\xa4/\xff" },
	};
	char out[SYS_PATHMAX];

	(void)state;
	for (size_t i = 0; i < nelem(t); i++) {
		assert_int_equal(path_clean(t[i].cwd, t[i].in, out), 0);
		assert_string_equal(out, t[i].out);
	}
}

static void
refuses(void **state)
{
	char long_name[80], deep[600], out[SYS_PATHMAX];

	(void)state;
	assert_int_equal(path_clean("/a", "", out), -ENOENT);

	memset(long_name, 'n', sizeof(long_name));
	long_name[64] = 0; /* 64 characters: one more than an element holds */
	assert_int_equal(path_clean("/", long_name, out), -ENAMETOOLONG);
	long_name[63] = 0;
	assert_int_equal(path_clean("/", long_name, out), 0);
	assert_int_equal(strlen(out), 64);
	long_name[0] = '#';
	assert_int_equal(path_clean("/", long_name, out), 0);
	long_name[63] = 'n';
	long_name[64] = 0;
	assert_int_equal(path_clean("/", long_name, out), -ENAMETOOLONG);

	for (int i = 0; i < 300; i++)
		memcpy(deep + 2 * i, "/d", 2);
	deep[511] = 0; /* "/d/d...": 511 characters and the terminator fit, 512 do not */
	deep[510] = 0;
	assert_int_equal(path_clean("/", deep, out), 0);
	assert_int_equal(strlen(out), 510);
	deep[510] = '/';
	deep[511] = 'd';
	deep[512] = 0;
	assert_int_equal(path_clean("/", deep, out), -ENAMETOOLONG);
	/* the limit is on what results: these climb back */
	memcpy(deep + 510, "/../d", 6);
	assert_int_equal(path_clean("/", deep, out), 0);
}

static void
elements(void **state)
{
	const char *p = path_rest("/a/bc/d");
	char name[SYS_NAMEMAX];

	(void)state;
	assert_true(path_next(&p, name));
	assert_string_equal(name, "a");
	assert_true(path_next(&p, name));
	assert_string_equal(name, "bc");
	assert_true(path_next(&p, name));
	assert_string_equal(name, "d");
	assert_false(path_next(&p, name));

	p = path_rest("#pci/0:3.0");
	assert_true(path_next(&p, name));
	assert_string_equal(name, "0:3.0");
	assert_false(path_next(&p, name));
	p = path_rest("/");
	assert_false(path_next(&p, name));
	p = path_rest("#pci");
	assert_false(path_next(&p, name));
}

static void
cuts(void **state)
{
	char path[SYS_PATHMAX] = "/a/b", name[SYS_NAMEMAX];

	(void)state;
	assert_string_equal(path_last("/"), "/");
	assert_string_equal(path_last("/a"), "a");
	assert_string_equal(path_last("/a/b"), "b");
	assert_string_equal(path_last("#x"), "#x");
	assert_string_equal(path_last("#x/y"), "y");

	assert_true(path_split(path, name));
	assert_string_equal(path, "/a");
	assert_string_equal(name, "b");
	assert_true(path_split(path, name));
	assert_string_equal(path, "/");
	assert_string_equal(name, "a");
	assert_false(path_split(path, name));
	strcpy(path, "#x/y");
	assert_true(path_split(path, name));
	assert_string_equal(path, "#x");
	assert_false(path_split(path, name));
}

static void
below(void **state)
{
	(void)state;
	assert_true(path_below("/sys/iommu", "/sys"));
	assert_true(path_below("/sys", "/sys"));
	assert_true(path_below("/sys", "/"));
	assert_false(path_below("/system", "/sys"));
	assert_false(path_below("/", "/sys"));
	assert_false(path_below("#sys", "/"));
}

static void
names(void **state)
{
	(void)state;
	assert_true(path_name_ok("a b.c"));
	assert_true(path_name_ok("..."));
	assert_true(path_name_ok("\xe2\x82\xac"));
	assert_false(path_name_ok(""));
	assert_false(path_name_ok("."));
	assert_false(path_name_ok(".."));
	assert_false(path_name_ok("a/b"));
	assert_false(path_name_ok("a\nb"));
	assert_false(path_name_ok("a\x7f"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleans),
		cmocka_unit_test(refuses),
		cmocka_unit_test(elements),
		cmocka_unit_test(cuts),
		cmocka_unit_test(below),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: user/sh/expand.c user/sh/lex.c user/sh/mem.c user/sh/vars.c user/sh/glob.c
 * user/sh/arith.c user/sh/parse.c */
/* Expansion: what words become, as POSIX has it for the parts the shell knows. */
#include "tests/host/host.h"

#include <sys/stat.h>
#include <unistd.h>

#include "user/sh/expand.h"
#include "user/sh/vars.h"

/* Stands for running commands: the text itself, in angle brackets. */
void
command_output(const char *commands, Buf *b)
{
	buf_putc(b, '<');
	buf_puts(b, commands);
	buf_putc(b, '>');
}

/* The words raw becomes, each in brackets; or `! why`. */
static const char *
words(const char *raw)
{
	static char out[1024];
	char *one[] = { (char *)raw }, **w;
	Arena a = { 0 };
	const char *why;
	size_t at = 0;
	int n = expand_words(&a, one, 1, &w, &why);

	out[0] = '\0';
	if (n < 0)
		snprintf(out, sizeof out, "! %s", why);
	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, sizeof out - at, "[%s]", w[i]);
	arena_free(&a);
	return out;
}

typedef struct Pair {
	const char *in, *out;
} Pair;

static void
check(const Pair *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words(t[i].in), t[i].out) != 0)
			fail_msg("%s: %s, not %s", t[i].in, words(t[i].in), t[i].out);
}

static int
set_up(void **state)
{
	static char *args[] = { "a b", "", "c" };

	(void)state;
	var_set("x", "5");
	var_set("two", "p  q");
	var_set("star", "*");
	var_set("empty", "");
	var_set("path", "/usr/local/bin");
	var_set("HOME", "/home");
	params = (Params){ "name", args, 3 };
	last_status = 3;
	last_back = 22;
	shell_pid = 2;
	return 0;
}

static void
quotes(void **state)
{
	static const Pair t[] = {
		{ "a", "[a]" },
		{ "'a b'", "[a b]" },
		{ "\"a b\"", "[a b]" },
		{ "a\\ b", "[a b]" },
		{ "''", "[]" },
		{ "\"\"", "[]" },
		{ "a''b", "[ab]" },
		{ "'$x'", "[$x]" },
		{ "\\$x", "[$x]" },
		{ "\"\\$x \\\" \\\\ \\a\"", "[$x \" \\ \\a]" },
		{ "\\#iommu", "[#iommu]" },
		{ "'#iommu'", "[#iommu]" },
		{ "\"it's\"", "[it's]" },
		{ "'a'\"b\"c", "[abc]" },
	};

	(void)state;
	check(t, sizeof t / sizeof t[0]);
}

static void
variables(void **state)
{
	/* clang-format off */
	static const Pair t[] = {
		{ "$x", "[5]" },	  { "${x}y", "[5y]" },	  { "$xy", "" },
		{ "$unset", "" },	  { "\"$unset\"", "[]" }, { "a$unset", "[a]" },
		{ "$two", "[p][q]" },	  { "\"$two\"", "[p  q]" }, { "a$two'b c'",
			"[ap][qb c]" },
		{ "${#path}", "[14]" },	  { "${#unset}", "[0]" }, { "$?", "[3]" },
		{ "$!", "[22]" },	  { "$$", "[2]" },	  { "$#", "[3]" },
		{ "$0", "[name]" },	  { "$3", "[c]" },	  { "$4", "" },
		{ "$12", "[a][b2]" },	  { "${3}", "[c]" },	  { "$", "[$]" },
		{ "a$", "[a$]" },	  { "\"$\"", "[$]" },	  { "$.", "[$.]" },
		{ "~", "[/home]" },	  { "~/a", "[/home/a]" }, { "a~", "[a~]" },
		{ "'~'", "[~]" },
	};
	/* clang-format on */

	(void)state;
	check(t, sizeof t / sizeof t[0]);
}

static void
arguments(void **state)
{
	static const Pair t[] = {
		{ "$@", "[a][b][c]" },
		{ "$*", "[a][b][c]" },
		{ "\"$@\"", "[a b][][c]" },
		{ "\"$*\"", "[a b  c]" },
		{ "x\"$@\"y", "[xa b][][cy]" },
		{ "${@}", "[a][b][c]" },
	};

	(void)state;
	check(t, sizeof t / sizeof t[0]);
	params.n = 0;
	assert_string_equal(words("\"$@\""), "");
	assert_string_equal(words("\"$*\""), "[]");
	assert_string_equal(words("a\"$@\""), "[a]");
	params.n = 3;
}

static void
operators(void **state)
{
	static const Pair t[] = {
		{ "${x:-no}", "[5]" },
		{ "${unset:-no}", "[no]" },
		{ "${unset-no}", "[no]" },
		{ "${empty-no}", "" },
		{ "${empty:-no}", "[no]" },
		{ "${x:+yes}", "[yes]" },
		{ "${unset:+yes}", "" },
		{ "${unset:-$x}", "[5]" },
		{ "${unset:-${x}1}", "[51]" },
		{ "\"${unset:-a b}\"", "[a b]" },
		{ "${path#*/}", "[usr/local/bin]" },
		{ "${path##*/}", "[bin]" },
		{ "${path%/*}", "[/usr/local]" },
		{ "${path%%/*}", "" },
		{ "${path#nothing}", "[/usr/local/bin]" },
		{ "${path%'/'*}", "[/usr/local]" },
		{ "${star#'*'}", "" },
		{ "${unset:?gone}", "! unset: gone" },
		{ "${unset:?}", "! unset: not set" },
		{ "${x!}", "! bad ${...}" },
		{ "${}", "! bad ${...}" },
		{ "${x", "! unfinished $" },
	};

	(void)state;
	check(t, sizeof t / sizeof t[0]);
	assert_string_equal(words("${fresh:=made}"), "[made]");
	assert_string_equal(var_get("fresh"), "made");
	var_unset("fresh");
	assert_string_equal(words("${9:=made}"), "! 9: cannot be assigned");
}

static void
commands(void **state)
{
	static const Pair t[] = {
		{ "$(a)", "[<a>]" },
		{ "$(a b)", "[<a][b>]" },
		{ "\"$(a b)\"", "[<a b>]" },
		{ "x$(a)y", "[x<a>y]" },
		{ "$(a $(b))", "[<a][$(b)>]" },
		{ "`a`", "[<a>]" },
		{ "\"`a \\`b\\``\"", "[<a `b`>]" },
		{ "\"$(a \"b\")\"", "[<a \"b\">]" },
		{ "$((1 + 2))", "[3]" },
		{ "$(($x * 2))", "[10]" },
		{ "$((x * 2))", "[10]" },
		{ "\"$((2))\"", "[2]" },
		{ "$((1 / 0))", "! division by zero" },
		{ "$( (a) )", "[<][(a)][>]" },
	};

	(void)state;
	check(t, sizeof t / sizeof t[0]);
}

static void
separators(void **state)
{
	(void)state;
	var_set("list", "a:b::c ");
	assert_string_equal(words("$list"), "[a:b::c]");
	var_set("IFS", ":");
	assert_string_equal(words("$list"), "[a][b][][c ]");
	assert_string_equal(words("x:y"), "[x:y]"); /* typed text is never split */
	var_unset("IFS");
}

static void
file_names(void **state)
{
	char dir[] = "/tmp/t_shexpand.XXXXXX", was[512], path[600];
	static const char *const files[] = { "b.c", "a.c", "a.h", ".hid" };

	(void)state;
	assert_non_null(getcwd(was, sizeof was));
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	for (int i = 0; i < 4; i++)
		fclose(fopen(files[i], "w"));
	assert_int_equal(mkdir("sub", 0755), 0);
	fclose(fopen("sub/a.c", "w"));
	assert_string_equal(words("*.c"), "[a.c][b.c]");
	assert_string_equal(words("*"), "[a.c][a.h][b.c][sub]");
	assert_string_equal(words(".h*"), "[.hid]");
	assert_string_equal(words("[!b].?"), "[a.c][a.h]");
	assert_string_equal(words("*/*.c"), "[sub/a.c]");
	assert_string_equal(words("s*/a.c"), "[sub/a.c]");
	assert_string_equal(words("'*'.c"), "[*.c]");
	assert_string_equal(words("\\*.c"), "[*.c]");
	assert_string_equal(words("no*"), "[no*]");
	assert_string_equal(words("$star.h"), "[a.h]");
	assert_string_equal(words("\"$star\".h"), "[*.h]");
	snprintf(path, sizeof path, "%s/a.?", dir);
	assert_non_null(strstr(words(path), "/a.c]["));
	for (int i = 0; i < 4; i++)
		unlink(files[i]);
	unlink("sub/a.c");
	rmdir("sub");
	assert_int_equal(chdir(was), 0);
	rmdir(dir);
}

static void
whole(void **state)
{
	Arena a = { 0 };
	const char *why;

	(void)state;
	assert_string_equal(expand_word(&a, "$two *", &why), "p  q *");
	assert_string_equal(expand_word(&a, "~/x", &why), "/home/x");
	assert_string_equal(expand_word(&a, "\"$@\"", &why), "a b  c");
	assert_null(expand_word(&a, "${unset:?}", &why));
	assert_string_equal(expand_pattern(&a, "a*'*'\"?\"", &why), "a*\\*\\?");
	assert_string_equal(expand_here(&a, "a \"$x\" 'b' \\$x `c`\n", &why),
		"a \"5\" 'b' $x <c>\n");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes),
		cmocka_unit_test(variables),
		cmocka_unit_test(arguments),
		cmocka_unit_test(operators),
		cmocka_unit_test(commands),
		cmocka_unit_test(separators),
		cmocka_unit_test(file_names),
		cmocka_unit_test(whole),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

/* SRC: user/sh/parse.c user/sh/lex.c user/sh/mem.c */
/* The shell's parser: trees printed back in brackets, and texts it must refuse. */
#include "tests/host/host.h"

#include "user/sh/parse.h"

static Buf out;

static void show(const Node *n);

static void
show_words(char *const *w, int n)
{
	for (int i = 0; i < n; i++) {
		buf_putc(&out, ' ');
		buf_puts(&out, w[i]);
	}
}

static void
show_redirs(const Redir *r)
{
	static const char *const op[] = { "<", ">", ">>", "<&", ">&", "<<" };

	for (; r != NULL; r = r->next) {
		buf_putc(&out, ' ');
		buf_putc(&out, '0' + r->fd);
		buf_puts(&out, op[r->op - T_IN]);
		buf_puts(&out, r->here ? r->here->text : r->word);
	}
}

static void
show_arms(const Node *arm)
{
	for (; arm != NULL; arm = arm->next) {
		buf_puts(&out, " [");
		show_words(arm->words, arm->nwords);
		if (arm->b != NULL)
			show(arm->b);
		buf_puts(&out, "]");
	}
}

static void
show(const Node *n)
{
	static const char *const kind[] = { "", "|", "!", "&&", "||", ";", "&", "sub",
		"{}", "if", "while", "until", "for", "case", "func" };

	buf_puts(&out, "(");
	buf_puts(&out, kind[n->kind]);
	if (n->name != NULL) {
		buf_putc(&out, ' ');
		buf_puts(&out, n->name);
	}
	show_words(n->assigns, n->nassigns);
	show_words(n->words, n->nwords);
	if (n->kind == N_FOR && n->words == NULL)
		buf_puts(&out, " @");
	if (n->kind == N_CASE)
		show_arms(n->next);
	if (n->a != NULL)
		show(n->a);
	if (n->b != NULL)
		show(n->b);
	if (n->c != NULL)
		show(n->c);
	show_redirs(n->redir);
	buf_puts(&out, ")");
}

/* Every command of text, a newline between; errors as `! why`. */
static const char *
parsed(const char *text)
{
	Arena a = { 0 };
	const char *why = "";
	Parse r;
	Node *n;
	Lex l;

	out.n = 0;
	buf_puts(&out, "");
	lex_init(&l, text, &a);
	while ((r = parse_command(&l, &n, &why)) != P_END) {
		if (out.n > 0)
			buf_putc(&out, '\n');
		if (r == P_ERROR) {
			buf_puts(&out, "! ");
			buf_puts(&out, why);
		} else if (n != NULL) {
			show(n);
		}
	}
	arena_free(&a);
	return out.s;
}

static void
trees(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "", "" },
		{ "a b c", "( a b c)" },
		{ "x=1 y= a z=2", "( x=1 y= a z=2)" },
		{ "a|b|c", "(|( a)(|( b)( c)))" },
		{ "a && b || c", "(||(&&( a)( b))( c))" },
		{ "! a | b", "(!(|( a)( b)))" },
		{ "! ! a", "( a)" },
		{ "a; b; c", "(;( a)(;( b)( c)))" },
		{ "a & b", "(;(&( a))( b))" },
		{ "a | b &", "(&(|( a)( b)))" },
		{ "a && b &", "(&(&&( a)( b)))" },
		{ "(a; b) >x", "(sub(;( a)( b)) 1>x)" },
		{ "{ a; b; }", "({}(;( a)( b)))" },
		{ "a >x 2>>y <z 2>&1", "( a 1>x 2>>y 0<z 2>&1)" },
		{ ">x a", "( a 1>x)" },
		{ "if a; then b; fi", "(if( a)( b))" },
		{ "if a; then b; else c; fi", "(if( a)( b)( c))" },
		{ "if a; then b; elif c; then d; else e; fi",
			"(if( a)( b)(if( c)( d)( e)))" },
		{ "if a\nthen\nb\nfi\nc", "(if( a)( b))\n( c)" },
		{ "while a; do b; c; done", "(while( a)(;( b)( c)))" },
		{ "until a; do b; done | c", "(|(until( a)( b))( c))" },
		{ "for i in 1 2; do a; done", "(for i 1 2( a))" },
		{ "for i in; do a; done", "(for i( a))" },
		{ "for i; do a; done", "(for i @( a))" },
		{ "for i\ndo a\ndone", "(for i @( a))" },
		{ "case x in a|b) c;; (d) ;; *) e; esac",
			"(case x [ a b( c)] [ d] [ *( e)])" },
		{ "case x in\na)\nb\n;;\nesac", "(case x [ a( b)])" },
		{ "f() { a; }", "(func f({}( a)))" },
		{ "f() (a)", "(func f(sub( a)))" },
		{ "a |\nb", "(|( a)( b))" },
		{ "a &&\n\nb", "(&&( a)( b))" },
		{ "if true; then { a; } fi", "(if( true)({}( a)))" },
		/* words only where commands begin */
		{ "echo if then", "( echo if then)" },
		{ "\n\na", "( a)" },
		{ "cat <<E\nx y\nE\nb", "( cat 0<<x y\n)\n( b)" },
		{ "cat <<A <<'B'\n1\nA\n2\nB\n", "( cat 0<<1\n 0<<2\n)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		assert_string_equal(parsed(t[i].in), t[i].out);
}

static void
refused(void **state)
{
	static const char *const t[] = {
		"a |",
		"| a",
		"a && ; b",
		"a ;; b",
		")",
		"(a",
		"{ a",
		"fi",
		"if a; fi",
		"if a then b; fi",
		"while a; done",
		"for 1 in a; do b; done",
		"for i in a do b; done",
		"case x in a b) c;; esac",
		"a >",
		"a > > b",
		"( )",
		"f( { a; }",
		"1f() { a; }",
		"a () b ) c",
		"do a; done",
		"cat <<E\nx\n",
		"{ a; } b",
		"& a",
		"a & & b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		if (strstr(parsed(t[i]), "! ") == NULL)
			fail_msg("accepted: %s", t[i]);
}

/* After an error the rest of the line is gone and the next one is read. */
static void
recovers(void **state)
{
	(void)state;
	assert_string_equal(parsed("a ) b c\nd"), "! syntax error near ')'\n( d)");
	assert_string_equal(parsed("fi\nd"), "! syntax error near 'fi'\n( d)");
}

/* No text may exhaust the stack of 64 KiB. */
static void
depth_bounded(void **state)
{
	static char deep[20001];

	(void)state;
	memset(deep, '(', 20000);
	assert_string_equal(parsed(deep), "! nested too deeply");
	for (int i = 0; i < 20000; i += 4)
		memcpy(deep + i, "a&& ", 4);
	assert_string_equal(parsed(deep), "! too many && and || in a row");
}

static void
names(void **state)
{
	(void)state;
	assert_true(name_valid("a_1", 3));
	assert_true(name_valid("_", 1));
	assert_false(name_valid("1a", 2));
	assert_false(name_valid("a-b", 3));
	assert_false(name_valid("", 0));
}

static int
release(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees),
		cmocka_unit_test(refused),
		cmocka_unit_test(recovers),
		cmocka_unit_test(depth_bounded),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}

/* SRC: user/sh/lex.c user/sh/mem.c */
/* The shell's lexer: what is a word, what an operator, what joins lines, what never ends. */
#include "tests/host/host.h"

#include "user/sh/lex.h"

static const char *const op_name[] = { "EOF", "NL", "", ";", ";;", "&", "&&", "|", "||",
				       "(",   ")",  "<", ">", ">>", "<&", ">&", "<<" };

/* All tokens of text, words in brackets, each redirection with its descriptor. */
static char *
tokens(const char *text)
{
	static char out[2048];
	Arena a = { 0 };
	size_t n = 0;
	Lex l;

	lex_init(&l, text, &a);
	do {
		lex_next(&l);
		if (l.tok == T_WORD)
			n += (size_t)snprintf(out + n, sizeof out - n, "[%s] ", l.word);
		else if (l.tok >= T_IN && l.io >= 0)
			n += (size_t)snprintf(out + n, sizeof out - n, "%d%s ", l.io, op_name[l.tok]);
		else
			n += (size_t)snprintf(out + n, sizeof out - n, "%s ", op_name[l.tok]);
	} while (l.tok != T_EOF && n < sizeof out - 64);
	if (l.err != NULL)
		snprintf(out + n, sizeof out - n, "! %s", l.err);
	arena_free(&a);
	return out;
}

static void
splits(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{ "", "EOF " },
		{ "a", "[a] EOF " },
		{ "  a\tb \n", "[a] [b] NL EOF " },
		{ "a|b||c&d&&e;f;;", "[a] | [b] || [c] & [d] && [e] ; [f] ;; EOF " },
		{ "(a)", "( [a] ) EOF " },
		{ "a<b>c>>d<<e", "[a] < [b] > [c] >> [d] << [e] EOF " },
		{ "a 2>&1 <&3", "[a] 2>& [1] <& [3] EOF " },
		{ "a2>b", "[a2] > [b] EOF " }, /* the digit belongs to the word */
		{ "2 >b", "[2] > [b] EOF " },
		{ "12>b", "12> [b] EOF " },
		{ "a # b; c\nd", "[a] NL [d] EOF " },
		{ "a#b $#", "[a#b] [$#] EOF " },
		{ "#iommu", "EOF " },
		{ "\\#iommu", "[\\#iommu] EOF " },
		{ "'#iommu'x", "['#iommu'x] EOF " },
		{ "'a b;c'\"d e\"", "['a b;c'\"d e\"] EOF " },
		{ "\"a\\\"b c\" d", "[\"a\\\"b c\"] [d] EOF " },
		{ "$(a b | c) d", "[$(a b | c)] [d] EOF " },
		{ "$(a (b) ')')d", "[$(a (b) ')')d] EOF " },
		{ "$((1 + (2)))", "[$((1 + (2)))] EOF " },
		{ "${x:-a b}c", "[${x:-a b}c] EOF " },
		{ "\"$(a \"b c\")\" d", "[\"$(a \"b c\")\"] [d] EOF " },
		{ "`a b` c", "[`a b`] [c] EOF " },
		{ "a\\ b", "[a\\ b] EOF " },
		{ "a\\\nb \\\n c", "[ab] [c] EOF " },
		{ "\"a\\\nb\"", "[\"ab\"] EOF " },
		{ "'a\\\nb'", "['a\\\nb'] EOF " },
		{ "if{", "[if{] EOF " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		assert_string_equal(tokens(t[i].in), t[i].out);
}

static void
never_ends(void **state)
{
	(void)state;
	assert_non_null(strstr(tokens("'a"), "! unfinished '...'"));
	assert_non_null(strstr(tokens("\"a"), "! unfinished \"...\""));
	assert_non_null(strstr(tokens("$(a"), "! unfinished $(...)"));
	assert_non_null(strstr(tokens("${a"), "! unfinished ${...}"));
	assert_non_null(strstr(tokens("`a"), "! unfinished `...`"));
	assert_non_null(strstr(tokens("\"$(a\""), "! unfinished"));
}

static const char *pieces[8];
static int piece;
static bool was_started[8];

static const char *
more(Lex *l)
{
	was_started[piece] = l->started;
	return pieces[piece] ? pieces[piece++] : NULL;
}

/* A quote goes on in the next line, which is asked for knowing that a command has begun. */
static void
fetches(void **state)
{
	Arena a = { 0 };
	Lex l;

	(void)state;
	pieces[0] = "\n", pieces[1] = "a 'b\n", pieces[2] = "c' d\n", pieces[3] = NULL;
	piece = 0;
	lex_init(&l, "", &a);
	l.more = more;
	lex_next(&l);
	assert_int_equal(l.tok, T_NEWLINE);
	assert_int_equal(piece, 1);
	lex_next(&l);
	assert_string_equal(l.word, "a");
	assert_int_equal(piece, 2); /* no line is asked for before it is needed */
	lex_next(&l);
	assert_string_equal(l.word, "'b\nc'");
	assert_false(was_started[1]);
	assert_true(was_started[2]);
	lex_next(&l);
	lex_next(&l);
	assert_int_equal(l.tok, T_NEWLINE);
	lex_next(&l);
	assert_int_equal(l.tok, T_EOF);
	arena_free(&a);
}

static void
closes(void **state)
{
	const char *p = "a $(b) \")\" ')') rest", *q = "x:-${y}} rest";

	(void)state;
	assert_ptr_equal(lex_close(p, ')'), strstr(p, ") rest"));
	assert_ptr_equal(lex_close(q, '}'), strstr(q, "} rest"));
	assert_null(lex_close("a b", ')'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(never_ends),
		cmocka_unit_test(fetches),
		cmocka_unit_test(closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: user/sh/lex.c user/sh/mem.c */
/* The shell's lexer: what is a word, what an operator, what joins lines, what never
 * ends. */
#include "tests/host/host.h"

#include "user/sh/lex.h"

static const char *const op_name[] = { "EOF", "NL", "", ";", ";;", "&", "&&", "|", "||",
	"(", ")", "<", ">", ">>", "<&", ">&", "<<" };

#define OUT 2048

/* All tokens, words in brackets, each redirection with its descriptor. */
static void
put_tokens(Lex *l, char *out)
{
	Arena a = { 0 };
	size_t n = 0;

	l->arena = &a;
	do {
		lex_next(l);
		if (l->tok == T_WORD)
			n += (size_t)snprintf(out + n, OUT - n, "[%s] ", l->word);
		else if (l->tok >= T_IN && l->io >= 0)
			n += (size_t)snprintf(out + n, OUT - n, "%d%s ", l->io,
				op_name[l->tok]);
		else
			n += (size_t)snprintf(out + n, OUT - n, "%s ", op_name[l->tok]);
	} while (l->tok != T_EOF && n < OUT - 64);
	if (l->err != NULL)
		snprintf(out + n, OUT - n, "! %s", l->err);
	arena_free(&a);
}

static char *
tokens(const char *text)
{
	static char out[OUT];
	Lex l;

	lex_init(&l, text, NULL);
	put_tokens(&l, out);
	return out;
}

/* The same of a text that comes line by line, as a console gives it. */
static const char *coming;

static const char *
next_line(Lex *l)
{
	static char line[64];
	size_t n = strcspn(coming, "\n") + (strchr(coming, '\n') != NULL);

	(void)l;
	if (n == 0)
		return NULL;
	memcpy(line, coming, n);
	line[n] = 0;
	coming += n;
	return line;
}

static char *
line_tokens(const char *text)
{
	static char out[OUT];
	Lex l;

	coming = text;
	lex_init(&l, "", NULL);
	l.more = next_line;
	put_tokens(&l, out);
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
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
		assert_string_equal(tokens(t[i].in), t[i].out);
		assert_string_equal(line_tokens(t[i].in), t[i].out);
	}
}

/* Whether a text comes as a whole or line by line makes no difference. */
static void
pieces_alike(void **state)
{
	static const char *const joined[] = {
		"a \\\n\\\n b\n",
		"\\\n\\\n\n",
		"a \\\n\\\n#b\nc\n",
		"a \\\n\\\n2>b\n",
		"a\\\n\\\n b\n",
		"\\\n \\\n",
		"a \\\n\\\n|b\n",
		"\"a\\\n\\\nb\"\n",
	};
	static const char letter[] = "ab2 \n\\\\'\"$`(){}#<>&|;";
	unsigned seed = 7;

	(void)state;
	for (size_t i = 0; i < sizeof joined / sizeof joined[0]; i++)
		assert_string_equal(line_tokens(joined[i]), tokens(joined[i]));
	assert_string_equal(line_tokens("a \\\n\\\n b\n"), "[a] [b] NL EOF ");
	for (int i = 0; i < 300000; i++) {
		char text[24];
		size_t n = 0;

		while (n < 4 + seed % 16) {
			seed = seed * 1664525 + 1013904223;
			text[n] = letter[(seed >> 16) % (sizeof letter - 1)];
			if (text[n++] == '\\' && seed >> 30 == 0) /* often */
				text[n++] = '\n';
		}
		strcpy(text + n, "\n");
		assert_string_equal(line_tokens(text), tokens(text));
	}
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

/* A quote goes on in the next line, which is asked for knowing that a command has
 * begun. */
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
		cmocka_unit_test(pieces_alike),
		cmocka_unit_test(never_ends),
		cmocka_unit_test(fetches),
		cmocka_unit_test(closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: user/sh/lex.c user/sh/mem.c */
/*
 * The shell's lexer. It ends, tokens are taken from the text, and a text that comes line by
 * line, as at a terminal, gives the tokens of the whole one. A word keeps what was typed:
 * lexed again it is that one word.
 */
#include "tests/fuzz/fuzz.h"
#include "user/sh/lex.h"

static const char *rest;
static char       *line; /* in memory of exactly its size */

static const char *
more(Lex *l)
{
	size_t n = strcspn(rest, "\n");

	(void)l;
	n += rest[n] == '\n';
	if (n == 0)
		return NULL; /* the last one stays: the lexer still stands at its end */
	free(line);
	line = in_text(&(In){ (const uint8_t *)rest, n });
	rest += n;
	return line;
}

static void
check_word(const char *word)
{
	Arena a = { 0 };
	Lex l;

	lex_init(&l, word, &a);
	lex_next(&l);
	CHECK(l.tok == T_WORD && l.err == NULL && strcmp(l.word, word) == 0);
	lex_next(&l);
	CHECK(l.tok == T_EOF);
	arena_free(&a);
}

static void
check_token(const Lex *l, size_t left)
{
	CHECK(l->tok <= T_HERE && tok_name(l) != NULL);
	CHECK(strlen(l->p) <= left);
	CHECK((l->tok == T_WORD) == (l->word != NULL));
	if (l->tok >= T_IN)
		CHECK(l->io >= -1 && l->io <= 99);
	if (l->tok == T_WORD && l->err == NULL && *l->word != 0)
		check_word(l->word);
}

static void
check_same(const Lex *a, const Lex *b)
{
	CHECK(a->tok == b->tok && (a->err == NULL) == (b->err == NULL));
	if (a->tok == T_WORD)
		CHECK(strcmp(a->word, b->word) == 0);
	else if (a->tok >= T_IN)
		CHECK(a->io == b->io);
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	char *text = in_text(&(In){ in, n });
	Arena a = { 0 }, b = { 0 };
	size_t limit = strlen(text);
	Lex whole, byline;

	lex_init(&whole, text, &a);
	lex_init(&byline, "", &b);
	byline.more = more;
	rest = text;
	do {
		size_t left = strlen(whole.p);

		lex_next(&whole);
		lex_next(&byline);
		check_token(&whole, left);
		check_same(&whole, &byline);
		CHECK(whole.tok == T_EOF || limit-- > 0);
	} while (whole.tok != T_EOF && whole.err == NULL);
	for (const char *s = text; *s != 0 && s < text + 8; s++) {
		char close = *s == '(' ? ')' : '}';
		const char *e = lex_close(s, close);

		CHECK(e == NULL || (e >= s && *e == close));
	}
	free(line);
	line = NULL;
	arena_free(&a);
	arena_free(&b);
	free(text);
}

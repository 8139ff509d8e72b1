/* The lexer (lex.h). Pure: text in, tokens out. */
#include "user/sh/lex.h"

#include <ctype.h>
#include <string.h>

#define END (-1)

void
lex_init(Lex *l, const char *text, Arena *arena)
{
	*l = (Lex){ .p = text, .arena = arena };
}

/* Next character without taking it; fetches another piece at the end of this one. */
static int
peek(Lex *l)
{
	const char *piece;

	while (*l->p == '\0') {
		if (l->ended || l->cut || l->more == NULL ||
			(piece = l->more(l)) == NULL) {
			l->ended = !l->cut;
			return END;
		}
		l->p = piece;
	}
	return (unsigned char)*l->p;
}

static int
get(Lex *l)
{
	int c = peek(l);

	if (c != END)
		l->p++;
	return c;
}

/* A backslash and a newline are nothing at all, also where the next piece begins. */
static bool
skip_joined(Lex *l)
{
	if (peek(l) != '\\' || l->p[1] != '\n')
		return false;
	l->p += 2;
	return true;
}

static void
fail_at_end(Lex *l, const char *what)
{
	if (l->err == NULL)
		l->err = what;
}

static void scan_dollar(Lex *l, Buf *b);

/* The rest of '...', the opening quote being in b. */
static void
scan_single(Lex *l, Buf *b)
{
	int c;

	while ((c = get(l)) != END) {
		buf_putc(b, c);
		if (c == '\'')
			return;
	}
	fail_at_end(l, "unfinished '...'");
}

static void
scan_escape(Lex *l, Buf *b)
{
	int c = get(l);

	if (c == '\n' && b->s[b->n - 1] == '\\')
		b->s[--b->n] = '\0';
	else if (c != END)
		buf_putc(b, c);
}

static void
scan_backquote(Lex *l, Buf *b)
{
	int c;

	while ((c = get(l)) != END) {
		buf_putc(b, c);
		if (c == '`')
			return;
		if (c == '\\')
			scan_escape(l, b);
	}
	fail_at_end(l, "unfinished `...`");
}

static void
scan_double(Lex *l, Buf *b)
{
	int c;

	while ((c = get(l)) != END) {
		buf_putc(b, c);
		if (c == '"')
			return;
		if (c == '\\')
			scan_escape(l, b);
		else if (c == '$')
			scan_dollar(l, b);
		else if (c == '`')
			scan_backquote(l, b);
	}
	fail_at_end(l, "unfinished \"...\"");
}

/* The rest of $(...) or ${...}, with whatever nests in it. */
static void
scan_nested(Lex *l, Buf *b, int open, int close)
{
	int c, depth = 1;

	while ((c = get(l)) != END) {
		buf_putc(b, c);
		if (c == close && --depth == 0)
			return;
		if (c == open && open == '(')
			depth++;
		else if (c == '\'')
			scan_single(l, b);
		else if (c == '"')
			scan_double(l, b);
		else if (c == '`')
			scan_backquote(l, b);
		else if (c == '\\')
			scan_escape(l, b);
		else if (c == '$')
			scan_dollar(l, b);
	}
	fail_at_end(l, open == '(' ? "unfinished $(...)" : "unfinished ${...}");
}

static void
scan_dollar(Lex *l, Buf *b)
{
	int c = *l->p;

	if (c != '(' && c != '{')
		return;
	buf_putc(b, get(l));
	scan_nested(l, b, c, c == '(' ? ')' : '}');
}

static bool
ends_word(int c)
{
	return c == END || strchr(" \t\n;&|<>()", c) != NULL;
}

/* Reads a word, quotes and all, up to what ends one. Text that ends inside quotes leaves
 * l->err. */
static void
scan_word(Lex *l)
{
	Buf b = { 0 };

	buf_puts(&b, "");
	while (skip_joined(l) || !ends_word(peek(l))) {
		int c = peek(l);

		if (c == END || ends_word(c))
			continue;
		buf_putc(&b, get(l));
		if (c == '\\')
			scan_escape(l, &b);
		else if (c == '\'')
			scan_single(l, &b);
		else if (c == '"')
			scan_double(l, &b);
		else if (c == '`')
			scan_backquote(l, &b);
		else if (c == '$')
			scan_dollar(l, &b);
	}
	l->tok = T_WORD;
	l->word = arena_strn(l->arena, b.s, b.n);
	buf_free(&b);
}

static void
skip_blanks(Lex *l)
{
	int c;

	while (skip_joined(l) || (c = peek(l)) == ' ' || c == '\t' || c == '\r')
		if (*l->p == ' ' || *l->p == '\t' || *l->p == '\r')
			l->p++;
	if (peek(l) == '#')
		while ((c = peek(l)) != END && c != '\n')
			l->p++;
}

static bool
take(Lex *l, char c)
{
	if (*l->p != c)
		return false;
	l->p++;
	return true;
}

/* The operator that begins with c, which has been read: the longest that fits. */
static Tok
scan_operator(Lex *l, int c)
{
	switch (c) {
	case ';':
		return take(l, ';') ? T_DSEMI : T_SEMI;
	case '&':
		return take(l, '&') ? T_AND : T_AMP;
	case '|':
		return take(l, '|') ? T_OR : T_PIPE;
	case '(':
		return T_LPAREN;
	case ')':
		return T_RPAREN;
	case '<':
		return take(l, '<') ? T_HERE : take(l, '&') ? T_INDUP : T_IN;
	default:
		return take(l, '>') ? T_APPEND : take(l, '&') ? T_OUTDUP : T_OUT;
	}
}

/* The line is over: now come the texts of the here documents it announced. */
static void
scan_heres(Lex *l)
{
	Buf line = { 0 }, text = { 0 };
	int c;

	for (; l->heres != NULL && l->err == NULL; l->heres = l->heres->next) {
		text.n = 0;
		buf_puts(&text, "");
		for (;;) {
			line.n = 0;
			buf_puts(&line, "");
			while ((c = get(l)) != END && c != '\n')
				buf_putc(&line, c);
			if (strcmp(line.s, l->heres->end) == 0)
				break;
			if (c == END) {
				fail_at_end(l, "unfinished << text");
				break;
			}
			buf_puts(&text, line.s);
			buf_putc(&text, '\n');
		}
		l->heres->text = arena_strn(l->arena, text.s, text.n);
	}
	buf_free(&line);
	buf_free(&text);
}

/* Digits directly before < or > name a descriptor. */
static bool
scan_io(Lex *l)
{
	const char *p = l->p;

	l->io = -1;
	if (!isdigit((unsigned char)*p))
		return false;
	if (isdigit((unsigned char)p[1]))
		p++;
	if (p[1] != '<' && p[1] != '>')
		return false;
	l->io = p > l->p ? (p[-1] - '0') * 10 + (*p - '0') : *p - '0';
	l->p = p + 1;
	return true;
}

void
lex_next(Lex *l)
{
	int c;

	l->word = NULL;
	skip_blanks(l);
	c = peek(l);
	if (c == END) {
		l->tok = T_EOF;
		if (l->heres != NULL)
			fail_at_end(l, "unfinished << text");
		return;
	}
	if (c == '\n') {
		l->p++;
		l->tok = T_NEWLINE;
		scan_heres(l);
		return;
	}
	l->started = true;
	if (scan_io(l) || ends_word(c))
		l->tok = scan_operator(l, get(l));
	else
		scan_word(l);
}

const char *
tok_name(const Lex *l)
{
	/* clang-format off */
	static const char *const names[] = {
		"end of input", "newline", "", ";", ";;", "&", "&&", "|", "||",
		"(", ")", "<", ">", ">>", "<&", ">&", "<<",
	};
	/* clang-format on */

	return l->tok == T_WORD ? l->word : names[l->tok];
}

const char *
lex_close(const char *p, char close)
{
	char open = close == ')' ? '(' : '{';
	Lex l;
	Buf b = { 0 };
	Arena none = { 0 };
	const char *end = NULL;

	lex_init(&l, p, &none);
	scan_nested(&l, &b, open, close);
	if (l.err == NULL)
		end = l.p - 1;
	buf_free(&b);
	return end;
}

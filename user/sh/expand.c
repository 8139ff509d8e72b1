/*
 * Expansion (expand.h). A word is turned into characters that each carry where they came
 * from:
 *
 *	FROM_VALUE   an unquoted $x or $(...)
 *	FROM_TEXT    typed without quotes
 *	FROM_QUOTES  in quotes or behind a backslash
 *	EMPTY        no character: quotes stood here, so there is a word, maybe empty
 *	BREAK        no character: the next element of "$@"
 *
 * Only what is FROM_VALUE is split into fields. Only what is FROM_VALUE or FROM_TEXT can
 * be part of a pattern.
 */
#include "user/sh/expand.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "user/sh/arith.h"
#include "user/sh/glob.h"
#include "user/sh/lex.h"
#include "user/sh/parse.h"
#include "user/sh/vars.h"

#define MAXDEPTH 20

enum { FROM_VALUE = 'v', FROM_TEXT = 't', FROM_QUOTES = 'q', EMPTY = 'e', BREAK = 'b' };

typedef struct Exp {
	Buf s, from; /* characters and where each came from */
	Arena *arena;
	const char *why;
	int depth;
} Exp;

static void expand_text(Exp *e, const char *p, const char *end, bool quoted);

static void
put(Exp *e, int c, int from)
{
	buf_putc(&e->s, c);
	buf_putc(&e->from, from);
}

static void
put_value(Exp *e, const char *v, bool quoted)
{
	for (; v != NULL && *v != '\0'; v++)
		put(e, *v, quoted ? FROM_QUOTES : FROM_VALUE);
}

static void
put_number(Exp *e, long long n, bool quoted)
{
	char text[24];

	put_value(e, int_text(n, text), quoted);
}

/* $@ and $*: "$@" is a word for each, the others are joined by blanks and split again. */
static void
put_params(Exp *e, char which, bool quoted)
{
	for (int i = 0; i < params.n; i++) {
		if (i > 0 && quoted && which == '@')
			put(e, ' ', BREAK);
		else if (i > 0)
			put_value(e, " ", quoted);
		if (quoted)
			put(e, ' ', EMPTY);
		put_value(e, params.arg[i], quoted);
	}
}

/* The value of a parameter by name, in the arena when it had to be made; NULL: unset. */
static const char *
value(Exp *e, const char *name)
{
	char text[24];
	long n;

	if (isdigit((unsigned char)name[0])) {
		n = strtol(name, NULL, 10);
		return n == 0 ? params.arg0 : n <= params.n ? params.arg[n - 1] : NULL;
	}
	if (name[1] != '\0' || isalpha((unsigned char)name[0]) || name[0] == '_')
		return var_get(name);
	switch (name[0]) {
	case '?':
		n = last_status;
		break;
	case '$':
		n = shell_pid;
		break;
	case '!':
		if (last_back == 0)
			return NULL;
		n = last_back;
		break;
	case '#':
		n = params.n;
		break;
	default:
		return NULL;
	}
	return arena_str(e->arena, int_text(n, text));
}

/* [p, end) expanded to one string; pattern: quoted characters get backslashes. */
static char *
joined(Exp *e, const char *p, const char *end, bool quoted, bool pattern)
{
	Exp sub = { .arena = e->arena, .depth = e->depth + 1 };
	Buf b = { 0 };
	char *r;

	buf_puts(&sub.s, "");
	buf_puts(&b, "");
	expand_text(&sub, p, end, quoted);
	for (size_t i = 0; i < sub.s.n; i++) {
		char from = sub.from.s[i];

		if (from == EMPTY)
			continue;
		if (pattern && from == FROM_QUOTES && strchr("*?[]\\!-^", sub.s.s[i]))
			buf_putc(&b, '\\');
		buf_putc(&b, sub.s.s[i]);
	}
	if (sub.why != NULL)
		e->why = sub.why;
	r = arena_strn(e->arena, b.s, b.n);
	buf_free(&b);
	buf_free(&sub.s);
	buf_free(&sub.from);
	return r;
}

/* ${x#p} ${x##p} ${x%p} ${x%%p}: v without the shortest or longest matching end. */
static const char *
trim(Exp *e, const char *v, const char *pattern, char side, bool longest)
{
	size_t n = strlen(v);
	char *part = arena_str(e->arena, v);

	for (size_t i = 0; i <= n; i++) {
		size_t cut = longest ? n - i : i; /* how much goes */

		if (side == '%' && glob_match(pattern, part + n - cut))
			return arena_strn(e->arena, v, n - cut);
		if (side == '#') {
			char c = part[cut];

			part[cut] = '\0';
			if (glob_match(pattern, part))
				return v + cut;
			part[cut] = c;
		}
	}
	return v;
}

/* What follows the name in ${name...}: one of - = + ? (with : also for empty), # or %. */
static void
apply_operator(Exp *e, char *name, const char *v, const char *p, const char *end,
	bool quoted)
{
	bool colon = *p == ':', missing;
	char op = p[colon];
	const char *arg = p + colon + 1;

	missing = v == NULL || (colon && *v == '\0');
	if (!colon && (op == '#' || op == '%')) {
		bool twice = *arg == op;
		char *pattern = joined(e, arg + twice, end, false, true);

		put_value(e, trim(e, v ? v : "", pattern, op, twice), quoted);
	} else if (op == '+') {
		if (!missing)
			expand_text(e, arg, end, quoted);
	} else if (op != '-' && op != '=' && op != '?') {
		e->why = "bad ${...}";
	} else if (!missing) {
		put_value(e, v, quoted);
	} else if (op == '-') {
		expand_text(e, arg, end, quoted);
	} else if (op == '=' && name_valid(name, strlen(name))) {
		char *to = joined(e, arg, end, quoted, false);

		var_set(name, to);
		put_value(e, to, quoted);
	} else {
		char *text = joined(e, arg, end, quoted, false);
		Buf b = { 0 };

		if (op == '=')
			text = "cannot be assigned";
		else if (*text == '\0')
			text = "not set";
		buf_puts(&b, name);
		buf_puts(&b, ": ");
		buf_puts(&b, text);
		e->why = arena_str(e->arena, b.s);
		buf_free(&b);
	}
}

/* How long the parameter's name at p is: letters, digits, or one special character. */
static size_t
name_length(const char *p)
{
	size_t n = 0;

	if (isdigit((unsigned char)*p))
		while (isdigit((unsigned char)p[n]))
			n++;
	else
		while (isalnum((unsigned char)p[n]) || p[n] == '_')
			n++;
	return n > 0 ? n : *p != '\0' && strchr("?$!#@*-", *p) != NULL;
}

/* ${...}; [p, end) is what is between the braces. */
static void
expand_braces(Exp *e, const char *p, const char *end, bool quoted)
{
	bool length = *p == '#' && p + 1 < end && name_length(p + 1) > 0;
	const char *v;
	size_t n;
	char *name;

	p += length;
	n = name_length(p);
	if (n == 0 || p + n > end || (length && p + n != end)) {
		e->why = "bad ${...}";
		return;
	}
	name = arena_strn(e->arena, p, n);
	v = value(e, name);
	p += n;
	if (length)
		put_number(e, v ? (long long)strlen(v) : 0, quoted);
	else if (p < end)
		apply_operator(e, name, v, p, end, quoted);
	else if (*name == '@' || *name == '*')
		put_params(e, *name, quoted);
	else
		put_value(e, v, quoted);
}

static void
expand_command(Exp *e, const char *p, const char *end, bool quoted)
{
	Buf out = { 0 };

	command_output(arena_strn(e->arena, p, (size_t)(end - p)), &out);
	put_value(e, out.s, quoted);
	buf_free(&out);
}

static void
expand_arith(Exp *e, const char *p, const char *end, bool quoted)
{
	long long n = 0;
	const char *why = arith(joined(e, p, end, true, false), &n);

	if (why != NULL && e->why == NULL)
		e->why = why;
	put_number(e, n, quoted);
}

/* What follows a $ at p; returns where the text goes on. */
static const char *
expand_dollar(Exp *e, const char *p, bool quoted)
{
	const char *end;
	size_t n;

	if (*p == '(' || *p == '{') {
		end = lex_close(p + 1, *p == '(' ? ')' : '}');
		if (end == NULL) {
			e->why = "unfinished $";
			return p + strlen(p);
		}
		if (*p == '{')
			expand_braces(e, p + 1, end, quoted);
		else if (p[1] == '(' && end[-1] == ')' &&
			lex_close(p + 2, ')') == end - 1)
			expand_arith(e, p + 2, end - 1, quoted);
		else
			expand_command(e, p + 1, end, quoted);
		return end + 1;
	}
	n = isdigit((unsigned char)*p) ? 1 : name_length(p);
	if (n == 0)
		put(e, '$', quoted ? FROM_QUOTES : FROM_TEXT);
	else if (*p == '@' || *p == '*')
		put_params(e, *p, quoted);
	else
		put_value(e, value(e, arena_strn(e->arena, p, n)), quoted);
	return p + n;
}

/* `...`, p being behind the first. Inside, \ keeps only ` $ and itself from meaning. */
static const char *
expand_backquote(Exp *e, const char *p, bool quoted)
{
	Buf b = { 0 };

	buf_puts(&b, "");
	for (; *p != '\0' && *p != '`'; p++) {
		if (*p == '\\' && p[1] != '\0' && strchr("`$\\", p[1]) != NULL)
			p++;
		buf_putc(&b, *p);
	}
	expand_command(e, b.s, b.s + b.n, quoted);
	buf_free(&b);
	return *p ? p + 1 : p;
}

static const char *
expand_single(Exp *e, const char *p, const char *end)
{
	put(e, ' ', EMPTY);
	for (; p < end && *p != '\''; p++)
		put(e, *p, FROM_QUOTES);
	return p < end ? p + 1 : p;
}

/* Where the "..." that begins before p ends: at its closing quote. */
static const char *
double_end(const char *p, const char *end)
{
	while (p < end && *p != '"') {
		const char *close = NULL;

		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '$' && (p[1] == '(' || p[1] == '{'))
			close = lex_close(p + 2, p[1] == '(' ? ')' : '}');
		else if (*p == '`')
			for (close = p + 1; close < end && *close != '`'; close++)
				close += *close == '\\';
		p = close ? close + 1 : p + 1;
	}
	return p < end ? p : end;
}

static const char *
expand_double(Exp *e, const char *p, const char *end)
{
	const char *close = double_end(p, end);

	/* "$@" of nothing is no word at all. */
	if (close - p != 2 || p[0] != '$' || p[1] != '@' || params.n > 0)
		put(e, ' ', EMPTY);
	expand_text(e, p, close, true);
	return close < end ? close + 1 : close;
}

/* A backslash at p: in double quotes it is one unless it stands before $ ` " \. */
static const char *
expand_escape(Exp *e, const char *p, const char *end, bool quoted)
{
	if (p + 1 >= end || (quoted && strchr("$`\"\\", p[1]) == NULL)) {
		put(e, '\\', FROM_QUOTES);
		return p + 1;
	}
	put(e, p[1], FROM_QUOTES);
	return p + 2;
}

/* Expands [p, end) onto the characters of e. `quoted`: inside double quotes. An error
 * ends it and is left in e->why. */
static void
expand_text(Exp *e, const char *p, const char *end, bool quoted)
{
	if (e->depth > MAXDEPTH) {
		e->why = "nested too deeply";
		return;
	}
	while (p < end && e->why == NULL) {
		char c = *p;

		if (c == '\\') {
			p = expand_escape(e, p, end, quoted);
		} else if (c == '$') {
			p = expand_dollar(e, p + 1, quoted);
		} else if (c == '`') {
			p = expand_backquote(e, p + 1, quoted);
		} else if (c == '\'' && !quoted) {
			p = expand_single(e, p + 1, end);
		} else if (c == '"' && !quoted) {
			p = expand_double(e, p + 1, end);
		} else {
			put(e, c, quoted ? FROM_QUOTES : FROM_TEXT);
			p++;
		}
	}
}

/* ~ and ~/...: home, as if it had been quoted. */
static const char *
expand_tilde(Exp *e, const char *raw)
{
	const char *home = var_get("HOME");

	if (raw[0] != '~' || (raw[1] != '\0' && raw[1] != '/') || home == NULL)
		return raw;
	put_value(e, home, true);
	return raw + 1;
}

/* ---- splitting ---- */

typedef struct Words {
	Arena *arena;
	char **w;
	int n, cap;
} Words;

static void
words_add(Words *l, char *w)
{
	if (l->n + 1 >= l->cap) {
		l->cap = l->cap ? 2 * l->cap : 16;
		l->w = mem_grow(l->w, (size_t)l->cap * sizeof *l->w);
	}
	l->w[l->n++] = w;
}

/* One field, [i, end): as file names when it is a pattern that matches, else itself. */
static void
add_field(Words *l, const Exp *e, size_t i, size_t end)
{
	Buf plain = { 0 }, pattern = { 0 };
	char **files;
	int n = 0;

	buf_puts(&plain, "");
	buf_puts(&pattern, "");
	for (; i < end; i++) {
		char from = e->from.s[i];

		if (from == EMPTY)
			continue;
		if (from == FROM_QUOTES && strchr("*?[]\\", e->s.s[i]) != NULL)
			buf_putc(&pattern, '\\');
		buf_putc(&pattern, e->s.s[i]);
		buf_putc(&plain, e->s.s[i]);
	}
	if (glob_magic(pattern.s))
		n = glob_files(l->arena, pattern.s, &files);
	for (int k = 0; k < n; k++)
		words_add(l, files[k]);
	if (n == 0)
		words_add(l, arena_strn(l->arena, plain.s, plain.n));
	buf_free(&plain);
	buf_free(&pattern);
}

/* 1: blank separator, 2: one that also ends an empty field, 0: none. */
static int
separator(const Exp *e, size_t i, const char *ifs)
{
	if (e->from.s[i] != FROM_VALUE || strchr(ifs, e->s.s[i]) == NULL)
		return 0;
	return strchr(" \t\n", e->s.s[i]) ? 1 : 2;
}

/* Cuts what was expanded into fields, at IFS where it came from unquoted values, and at
 * BREAK. */
static void
split(Words *l, const Exp *e)
{
	const char *ifs = var_get("IFS");
	size_t i = 0, start;

	if (ifs == NULL)
		ifs = " \t\n";
	for (;;) {
		while (i < e->s.n && separator(e, i, ifs) == 1)
			i++;
		if (i == e->s.n)
			return;
		start = i;
		while (i < e->s.n && e->from.s[i] != BREAK && !separator(e, i, ifs))
			i++;
		add_field(l, e, start, i);
		while (i < e->s.n && separator(e, i, ifs) == 1)
			i++;
		if (i < e->s.n && (e->from.s[i] == BREAK || separator(e, i, ifs) == 2))
			i++;
	}
}

static void
expand_start(Exp *e, Arena *a)
{
	*e = (Exp){ .arena = a };
	buf_puts(&e->s, "");
	buf_puts(&e->from, "");
}

static void
expand_end(Exp *e)
{
	buf_free(&e->s);
	buf_free(&e->from);
}

int
expand_words(Arena *a, char *const *raw, int n, char ***out, const char **why)
{
	Words l = { .arena = a };
	Exp e;

	*why = NULL;
	for (int i = 0; i < n && *why == NULL; i++) {
		const char *p;

		expand_start(&e, a);
		p = expand_tilde(&e, raw[i]);
		expand_text(&e, p, p + strlen(p), false);
		*why = e.why;
		if (e.why == NULL)
			split(&l, &e);
		expand_end(&e);
	}
	*out = arena_alloc(a, (size_t)(l.n + 1) * sizeof **out);
	if (l.n > 0)
		memcpy(*out, l.w, (size_t)l.n * sizeof **out);
	free(l.w);
	return *why ? -1 : l.n;
}

/* Expands raw to one word in a, without splitting; `pattern`: quoted characters get a
 * backslash. NULL: *why says what is wrong. */
static char *
expand_single_word(Arena *a, const char *raw, bool quoted, bool pattern, const char **why)
{
	Exp e = { .arena = a };
	Exp home;
	const char *p = raw;
	char *rest, *r;

	expand_start(&home, a);
	if (!quoted)
		p = expand_tilde(&home, raw);
	rest = joined(&e, p, p + strlen(p), quoted, pattern);
	r = arena_alloc(a, home.s.n + strlen(rest) + 1);
	memcpy(r, home.s.s, home.s.n);
	strcpy(r + home.s.n, rest);
	expand_end(&home);
	*why = e.why;
	return e.why ? NULL : r;
}

char *
expand_word(Arena *a, const char *raw, const char **why)
{
	return expand_single_word(a, raw, false, false, why);
}

char *
expand_pattern(Arena *a, const char *raw, const char **why)
{
	return expand_single_word(a, raw, false, true, why);
}

/* As in double quotes, except that " is an ordinary character. */
char *
expand_here(Arena *a, const char *text, const char **why)
{
	return expand_single_word(a, text, true, false, why);
}

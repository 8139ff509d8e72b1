/*
 * Arithmetic (arith.h) by precedence climbing. Overflow wraps. A variable's value must be
 * a number; unset is 0. Only assignment with = changes a variable. Pure but for those.
 */
#include "user/sh/arith.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "user/sh/mem.h"
#include "user/sh/vars.h"

#define MAXDEPTH 40

typedef struct Expr {
	const char *p;
	const char *why;
	int depth;
	bool skip; /* the side of && || ?: that does not count */
} Expr;

typedef struct Op {
	char text[3];
	int level; /* higher binds tighter */
} Op;

/* Longer spellings first. */
/* clang-format off */
static const Op ops[] = {
	{ "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<=", 7 }, { ">=", 7 },
	{ "<<", 8 }, { ">>", 8 }, { "|", 3 },  { "^", 4 },  { "&", 5 },	 { "<", 7 },
	{ ">", 7 },  { "+", 9 },  { "-", 9 },  { "*", 10 }, { "/", 10 }, { "%", 10 },
};
/* clang-format on */

static int64_t conditional(Expr *e);

static void
skip_blanks(Expr *e)
{
	e->p += strspn(e->p, " \t\n");
}

static int64_t
wrong(Expr *e, const char *why)
{
	if (e->why == NULL)
		e->why = why;
	return 0;
}

static int64_t
value_of(Expr *e, const char *s)
{
	char *end;
	int64_t v;

	if (s == NULL || *s == '\0')
		return 0;
	v = (int64_t)strtoull(s, &end, 0);
	end += strspn(end, " \t\n");
	return *end == '\0' ? v : wrong(e, "value is not a number");
}

/* A name, whose value it is; or an assignment to it, NAME=EXPRESSION. */
static int64_t
variable(Expr *e)
{
	char name[64], text[24];
	size_t n = 0;
	int64_t v;

	while (isalnum((unsigned char)e->p[n]) || e->p[n] == '_')
		n++;
	if (n >= sizeof name)
		return wrong(e, "name too long");
	memcpy(name, e->p, n);
	name[n] = '\0';
	e->p += n;
	skip_blanks(e);
	if (e->p[0] != '=' || e->p[1] == '=')
		return value_of(e, var_get(name));
	e->p++;
	v = conditional(e);
	if (!e->skip && e->why == NULL)
		var_set(name, int_text(v, text));
	return v;
}

/* A number, a name, or an expression in parentheses. */
static int64_t
primary(Expr *e)
{
	int64_t v;
	char *end;
	char c;

	skip_blanks(e);
	c = *e->p;
	if (c == '(') {
		e->p++;
		v = conditional(e);
		skip_blanks(e);
		if (*e->p != ')')
			return wrong(e, "')' expected");
		e->p++;
		return v;
	}
	if (isdigit((unsigned char)c)) {
		v = (int64_t)strtoull(e->p, &end, 0);
		e->p = end;
		return isalnum((unsigned char)*end) ? wrong(e, "bad number") : v;
	}
	if (isalpha((unsigned char)c) || c == '_')
		return variable(e);
	return wrong(e, "number expected");
}

/* A primary with any of + - ! ~ before it. */
static int64_t
unary(Expr *e)
{
	int64_t v;
	char c;

	skip_blanks(e);
	c = *e->p;
	if (c == '\0' || strchr("-+!~", c) == NULL)
		return primary(e);
	if (++e->depth > MAXDEPTH)
		return wrong(e, "nested too deeply");
	e->p++;
	v = unary(e);
	e->depth--;
	switch (c) {
	case '-':
		return (int64_t) - (uint64_t)v;
	case '!':
		return !v;
	case '~':
		return ~v;
	}
	return v;
}

static int64_t
divide(Expr *e, int64_t a, int64_t b, bool rest)
{
	if (b == 0)
		return e->skip ? 0 : wrong(e, "division by zero");
	if (b == -1)
		return rest ? 0 : (int64_t) - (uint64_t)a;
	return rest ? a % b : a / b;
}

/* a op b for two-sided operators. Division by 0 is an error, unless the value is not
 * wanted (e->skip). */
static int64_t
apply(Expr *e, const char *op, int64_t a, int64_t b)
{
	switch (op[0] | op[1] << 8) {
	case '|' | '|' << 8:
		return a || b;
	case '&' | '&' << 8:
		return a && b;
	case '=' | '=' << 8:
		return a == b;
	case '!' | '=' << 8:
		return a != b;
	case '<' | '=' << 8:
		return a <= b;
	case '>' | '=' << 8:
		return a >= b;
	case '<' | '<' << 8:
		return (int64_t)((uint64_t)a << (b & 63));
	case '>' | '>' << 8:
		return a >> (b & 63);
	case '|':
		return a | b;
	case '^':
		return a ^ b;
	case '&':
		return a & b;
	case '<':
		return a < b;
	case '>':
		return a > b;
	case '+':
		return (int64_t)((uint64_t)a + (uint64_t)b);
	case '-':
		return (int64_t)((uint64_t)a - (uint64_t)b);
	case '*':
		return (int64_t)((uint64_t)a * (uint64_t)b);
	}
	return divide(e, a, b, op[0] == '%');
}

static const Op *
operator_at(const char *p)
{
	for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
		if (strncmp(p, ops[i].text, strlen(ops[i].text)) == 0)
			return &ops[i];
	return NULL;
}

/* Operators of at least this level, to the left first. */
static int64_t
binary(Expr *e, int level)
{
	int64_t a = unary(e), b;
	const Op *op;

	while (e->why == NULL) {
		bool was = e->skip;

		skip_blanks(e);
		op = operator_at(e->p);
		if (op == NULL || op->level < level)
			break;
		e->p += strlen(op->text);
		if ((op->level == 1 && a != 0) || (op->level == 2 && a == 0))
			e->skip = true;
		b = binary(e, op->level + 1);
		e->skip = was;
		a = apply(e, op->text, a, b);
	}
	return a;
}

/* A whole expression: `a ? b : c` or less. The side that is not taken is read but not
 * computed. */
static int64_t
conditional(Expr *e)
{
	int64_t test, yes, no;
	bool was = e->skip;

	if (++e->depth > MAXDEPTH)
		return wrong(e, "nested too deeply");
	test = binary(e, 1);
	skip_blanks(e);
	if (e->why == NULL && *e->p == '?') {
		e->p++;
		e->skip = was || test == 0;
		yes = conditional(e);
		skip_blanks(e);
		if (*e->p != ':')
			return wrong(e, "':' expected");
		e->p++;
		e->skip = was || test != 0;
		no = conditional(e);
		e->skip = was;
		test = test ? yes : no;
	}
	e->depth--;
	return test;
}

const char *
arith(const char *text, long long *out)
{
	Expr e = { .p = text };

	skip_blanks(&e);
	*out = *e.p ? conditional(&e) : 0;
	skip_blanks(&e);
	if (e.why == NULL && *e.p != '\0')
		e.why = "operator expected";
	return e.why;
}

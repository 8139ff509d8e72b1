/*
 * test and [: questions about strings, numbers and files.
 *
 *	or   = and { -o and }     and = not { -a not }     not = [ ! ] not | primary
 *	primary = ( or ) | -f FILE ... | A OP B | WORD
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sh/shell.h"

typedef struct Test {
	char **w; /* what is left */
	int n;
	const char *why;
} Test;

static bool test_or(Test *t);

static bool
at(const Test *t, const char *word)
{
	return t->n > 0 && strcmp(t->w[0], word) == 0;
}

static char *
take(Test *t)
{
	t->n--;
	return *t->w++;
}

static long long
integer(Test *t, const char *s)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(s, &end, 10);
	if ((*end != '\0' || end == s || errno != 0) && t->why == NULL)
		t->why = "not a number";
	return v;
}

/* -d -e -f ... for a path. A file that is not there fails each of them. */
static bool
about_file(char what, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	switch (what) {
	case 'd':
		return S_ISDIR(st.st_mode);
	case 'f':
		return !S_ISDIR(st.st_mode);
	case 'r':
		return (st.st_mode & 0444) != 0;
	case 'w':
		return (st.st_mode & 0222) != 0;
	case 'x':
		return (st.st_mode & 0111) != 0;
	case 's':
		return st.st_size > 0;
	}
	return true; /* e */
}

static bool
unary(Test *t, char what, const char *arg)
{
	switch (what) {
	case 'n':
		return *arg != '\0';
	case 'z':
		return *arg == '\0';
	case 't':
		return isatty((int)integer(t, arg));
	}
	return about_file(what, arg);
}

/* -eq -ne -lt ... between two numbers. */
static bool
compare(Test *t, const char *op, long long a, long long b)
{
	switch (op[1] << 8 | op[2]) {
	case 'e' << 8 | 'q':
		return a == b;
	case 'n' << 8 | 'e':
		return a != b;
	case 'l' << 8 | 't':
		return a < b;
	case 'l' << 8 | 'e':
		return a <= b;
	case 'g' << 8 | 't':
		return a > b;
	case 'g' << 8 | 'e':
		return a >= b;
	}
	t->why = "no such comparison";
	return false;
}

static bool
is_binary(const char *op)
{
	static const char *const ops[] = { "=", "==", "!=", "-eq", "-ne", "-lt", "-le",
		"-gt", "-ge", NULL };

	for (int i = 0; ops[i] != NULL; i++)
		if (strcmp(op, ops[i]) == 0)
			return true;
	return false;
}

static bool
binary(Test *t)
{
	const char *a = take(t), *op = take(t), *b = take(t);

	if (op[0] == '-')
		return compare(t, op, integer(t, a), integer(t, b));
	return (strcmp(a, b) == 0) == (op[0] == '=');
}

/* One test: a comparison, an expression in parentheses, a unary test, or a word that is
 * not empty. */
static bool
test_primary(Test *t)
{
	const char *w;
	bool r;

	if (t->n >= 3 && is_binary(t->w[1]))
		return binary(t);
	if (t->n == 0) {
		t->why = "a word is missing";
		return false;
	}
	w = take(t);
	if (strcmp(w, "(") == 0 && t->n > 0) {
		r = test_or(t);
		if (!at(t, ")"))
			t->why = "')' is missing";
		else
			take(t);
		return r;
	}
	if (t->n > 0 && w[0] == '-' && w[1] != '\0' && w[2] == '\0' &&
		strchr("defnrstwxz", w[1]) != NULL)
		return unary(t, w[1], take(t));
	return *w != '\0';
}

static bool
test_not(Test *t)
{
	bool not = false;

	while (t->n > 1 && at(t, "!") && !(t->n >= 3 && is_binary(t->w[1]))) {
		take(t);
		not = !not ;
	}
	return test_primary(t) != not ;
}

static bool
test_and(Test *t)
{
	bool r = test_not(t);

	while (t->why == NULL && at(t, "-a")) {
		take(t);
		r = test_not(t) && r;
	}
	return r;
}

static bool
test_or(Test *t)
{
	bool r = test_and(t);

	while (t->why == NULL && at(t, "-o")) {
		take(t);
		r = test_and(t) || r;
	}
	return r;
}

int
builtin_test(int argc, char **argv)
{
	Test t = { .w = argv + 1, .n = argc - 1 };
	Buf line = { 0 };
	bool r;

	if (strcmp(argv[0], "[") == 0) {
		if (argc < 2 || strcmp(argv[argc - 1], "]") != 0) {
			complain_text("[: ']' is missing");
			return 2;
		}
		t.n--;
	}
	if (t.n == 0)
		return 1;
	r = test_or(&t);
	if (t.why == NULL && t.n > 0)
		t.why = "too many words";
	if (t.why == NULL)
		return !r;
	buf_puts(&line, "test: ");
	buf_puts(&line, t.why);
	complain_text(line.s);
	buf_free(&line);
	return 2;
}

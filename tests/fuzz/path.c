/* SRC: kern/path.c kern/string.c */
/*
 * Paths. Two texts, split at the first newline: where we are and what was asked. What is
 * clean obeys the definition in path.h, cleaning it again changes nothing, and it can be
 * taken apart and put together.
 */
#include "kern/path.h"
#include "kern/errno.h"
#include "tests/fuzz/fuzz.h"

static void
check_clean(const char *s)
{
	const char *rest = path_rest(s), *p = rest;
	char name[SYS_NAMEMAX], again[SYS_PATHMAX], joined[SYS_PATHMAX];
	size_t n;

	CHECK(strlen(s) < SYS_PATHMAX && (s[0] == '/' || s[0] == '#'));
	CHECK(strstr(s, "//") == NULL);
	CHECK(*rest == 0 || s[strlen(s) - 1] != '/');
	CHECK(path_clean("/", s, again) == 0 && strcmp(again, s) == 0);

	n = (size_t)(rest - s);
	memcpy(joined, s, n);
	joined[n] = 0;
	while (path_next(&p, name)) {
		CHECK(strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
			strchr(name, '/') == NULL);
		if (joined[n - 1] != '/')
			joined[n++] = '/';
		strcpy(joined + n, name);
		n += strlen(name);
	}
	CHECK(*p == 0 && strcmp(joined, s) == 0);
}

static void
check_split(const char *clean)
{
	char dir[SYS_PATHMAX], name[SYS_NAMEMAX], again[SYS_PATHMAX];

	strcpy(dir, clean);
	CHECK(path_below(clean, clean));
	if (!path_split(dir, name)) {
		CHECK(*path_rest(clean) == 0 && strcmp(path_last(clean), clean) == 0);
		return;
	}
	CHECK(strcmp(name, path_last(clean)) == 0 && path_below(clean, dir) &&
		!path_below(dir, clean));
	check_clean(dir);
	CHECK(path_clean(dir, name, again) == 0 || *name == '#');
	if (*name != '#')
		CHECK(strcmp(again, clean) == 0);
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	char *text = in_text(&(In){ in, n }), *nl = strchr(text, '\n');
	char cwd[SYS_PATHMAX] = "/", out[SYS_PATHMAX];
	const char *want = text;

	if (nl != NULL) {
		*nl = 0;
		want = nl + 1;
		if (path_clean("/", text, out) == 0)
			strcpy(cwd, out);
		(void)path_name_ok(text);
	}
	int err = path_clean(cwd, want, out);
	CHECK(err == 0 || err == -ENAMETOOLONG || (err == -ENOENT && *want == 0));
	if (err == 0) {
		check_clean(out);
		check_split(out);
		if (*want == '/')
			CHECK(*out == '/');
	}
	free(text);
}

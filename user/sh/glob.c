/* Patterns (glob.h). Matching is pure; glob_files reads directories. */
#include "user/sh/glob.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Found {
	Arena *arena;
	char **name;
	int n, cap;
} Found;

bool
glob_match(const char *p, const char *s)
{
	return fnmatch(p, s, 0) == 0;
}

bool
glob_magic(const char *p)
{
	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '*' || *p == '?')
			return true;
		else if (*p == '[' && strchr(p, ']') != NULL)
			return true;
	}
	return false;
}

static void
found_add(Found *f, const char *path)
{
	if (f->n + 1 >= f->cap) {
		f->cap = f->cap ? 2 * f->cap : 32;
		f->name = mem_grow(f->name, (size_t)f->cap * sizeof *f->name);
	}
	f->name[f->n++] = arena_str(f->arena, path);
}

/* Without the backslashes. */
static void
unescape(Buf *b, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\' && i + 1 < n)
			i++;
		buf_putc(b, p[i]);
	}
}

static void walk(Found *f, Buf *path, const char *pattern);

/* Every name in path (the current directory when empty) that matches the first n
 * characters of pattern, and below each what follows. */
static void
walk_dir(Found *f, Buf *path, const char *pattern, size_t n)
{
	DIR *d = opendir(path->n ? path->s : ".");
	char *part = mem_alloc(n + 1);
	size_t was = path->n;
	struct dirent *e;

	memcpy(part, pattern, n);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if ((e->d_name[0] == '.' && part[0] != '.') ||
			!glob_match(part, e->d_name))
			continue;
		buf_puts(path, e->d_name);
		walk(f, path, pattern + n);
		path->n = was;
		path->s[was] = '\0';
	}
	if (d != NULL)
		closedir(d);
	free(part);
}

/* Adds to f every file that matches pattern below path, which is left as it was. */
static void
walk(Found *f, Buf *path, const char *pattern)
{
	size_t was = path->n, n = strspn(pattern, "/");
	struct stat st;
	char *part;
	bool magic;

	buf_putn(path, pattern, n);
	pattern += n;
	n = strcspn(pattern, "/");
	part = arena_strn(f->arena, pattern, n);
	magic = n > 0 && glob_magic(part);
	if (magic) {
		walk_dir(f, path, pattern, n);
	} else {
		unescape(path, pattern, n);
		if (pattern[n] != '\0')
			walk(f, path, pattern + n);
		else if (stat(path->s, &st) == 0)
			found_add(f, path->s);
	}
	path->n = was;
	path->s[was] = '\0';
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
glob_files(Arena *a, const char *pattern, char ***out)
{
	Found f = { .arena = a };
	Buf path = { 0 };

	buf_puts(&path, "");
	walk(&f, &path, pattern);
	buf_free(&path);
	if (f.n > 0)
		qsort(f.name, (size_t)f.n, sizeof *f.name, by_name);
	*out = arena_alloc(a, (size_t)(f.n + 1) * sizeof **out);
	if (f.n > 0)
		memcpy(*out, f.name, (size_t)f.n * sizeof **out);
	free(f.name);
	return f.n;
}

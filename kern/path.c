/*
 * Cleans and cuts paths: characters in, characters out. Names are bytes, so any UTF-8
 * passes. There are no links, so cleaning by text alone is right: a/.. is always the
 * directory one came from, whatever is bound where. Pure.
 */

#include "kern/path.h"
#include "kern/errno.h"
#include "kern/string.h"

/* The length of the root that a clean path begins with: of "/", or of "#name". */
static size_t
root_len(const char *clean)
{
	const char *slash = strchr(clean, '/');

	if (*clean != '#')
		return 1;
	return slash == NULL ? strlen(clean) : (size_t)(slash - clean);
}

static int
path_append(char *out, size_t *n, const char *e, size_t len)
{
	bool slash = *n > 0 && out[*n - 1] != '/';

	if (len >= SYS_NAMEMAX || *n + slash + len >= SYS_PATHMAX)
		return -ENAMETOOLONG;
	if (slash)
		out[(*n)++] = '/';
	memcpy(out + *n, e, len);
	*n += len;
	out[*n] = 0;
	return 0;
}

static void
path_climb(char *out, size_t *n)
{
	size_t root = root_len(out);

	while (*n > root && out[*n - 1] != '/')
		(*n)--;
	if (*n > root)
		(*n)--;
	out[*n] = 0;
}

int
path_clean(const char *cwd, const char *path, char out[SYS_PATHMAX])
{
	size_t n = 0;
	int err = 0;

	if (*path == 0)
		return -ENOENT;
	if (*path == '#') {
		size_t root = root_len(path);

		err = path_append(out, &n, path, root);
		path += root;
	} else {
		if (strcopy(out, *path == '/' ? "/" : cwd, SYS_PATHMAX) >= SYS_PATHMAX)
			return -ENAMETOOLONG;
		n = strlen(out);
	}
	while (err == 0 && *path != 0) {
		const char *e = path;

		while (*path != 0 && *path != '/')
			path++;
		size_t len = path - e;
		if (*path == '/')
			path++;
		if (len == 0 || (len == 1 && e[0] == '.'))
			continue;
		if (len == 2 && e[0] == '.' && e[1] == '.')
			path_climb(out, &n);
		else
			err = path_append(out, &n, e, len);
	}
	return err;
}

const char *
path_rest(const char *clean)
{
	return clean + root_len(clean);
}

bool
path_next(const char **p, char name[SYS_NAMEMAX])
{
	const char *s = *p;
	size_t n = 0;

	while (*s == '/')
		s++;
	while (s[n] != 0 && s[n] != '/' && n < SYS_NAMEMAX - 1)
		n++;
	memcpy(name, s, n);
	name[n] = 0;
	*p = s + n;
	return n > 0;
}

const char *
path_last(const char *clean)
{
	const char *slash = strrchr(path_rest(clean), '/');

	if (slash != NULL)
		return slash + 1;
	return *path_rest(clean) != 0 ? path_rest(clean) : clean;
}

bool
path_split(char clean[SYS_PATHMAX], char name[SYS_NAMEMAX])
{
	size_t n = strlen(clean);

	if (*path_rest(clean) == 0)
		return false;
	strcopy(name, path_last(clean), SYS_NAMEMAX);
	path_climb(clean, &n);
	return true;
}

bool
path_below(const char *clean, const char *top)
{
	size_t n = strlen(top);

	if (strncmp(clean, top, n) != 0)
		return false;
	return clean[n] == 0 || clean[n] == '/' || (n > 0 && top[n - 1] == '/');
}

bool
path_name_ok(const char *name)
{
	if (*name == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (const char *s = name; *s != 0; s++)
		if (*s == '/' || (unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return strlen(name) < SYS_NAMEMAX;
}

/*
 * Paths, pure. A clean path is absolute, "/a/b" or "#name/a/b", with no empty element,
 * '.', '..' or '/' at the end; "/" alone is the root. '..' never climbs above "/" or
 * above "#name".
 */
#pragma once

#include "kern/sys.h"
#include "kern/types.h"

/* Puts the clean form of path into out; a relative path begins at cwd, which is clean.
 * -ENOENT: path is empty. -ENAMETOOLONG: the result, or one element, does not fit. */
int path_clean(const char *cwd, const char *path, char out[SYS_PATHMAX]);
/* Copies the element at *p of a clean path into name and moves *p behind it. Returns
 * false at the end. Begin with path_rest. */
bool path_next(const char **p, char name[SYS_NAMEMAX]);
/* What follows the root, "/" or "#name", of a clean path. */
const char *path_rest(const char *clean);
/* The last element; of a root, the root itself. */
const char *path_last(const char *clean);
/* Cuts the last element off `clean` and copies it into name. Returns false when there is
 * only the root. */
bool path_split(char clean[SYS_PATHMAX], char name[SYS_NAMEMAX]);
/* Whether `clean` is `top` or lies below it. */
bool path_below(const char *clean, const char *top);
/* Whether a new file may be called this: it is not empty, '.' or '..', and contains no
 * '/' and no control character. */
bool path_name_ok(const char *name);

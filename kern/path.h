/*
 * Paths, pure. A clean path is absolute, "/a/b" or "#name/a/b", with no empty element,
 * '.', '..' or '/' at the end; "/" alone is the root. '..' never climbs above "/" or
 * above "#name".
 */
#pragma once

#include "kern/sys.h"
#include "kern/types.h"

/* Clean path, taken from cwd (clean itself) when relative, into out[SYS_PATHMAX].
 * -ENOENT: empty; -ENAMETOOLONG: the result, or one element, does not fit. */
int path_clean(const char *cwd, const char *path, char out[SYS_PATHMAX]);
/* The element after *p in a clean path, moving *p behind it; false at the end. Start with
 * path_rest. */
bool path_next(const char **p, char name[SYS_NAMEMAX]);
/* What follows the root, "/" or "#name", of a clean path. */
const char *path_rest(const char *clean);
/* The last element; of a root, the root itself. */
const char *path_last(const char *clean);
/* Cut the last element off, giving it; false when there is only the root. */
bool path_split(char clean[SYS_PATHMAX], char name[SYS_NAMEMAX]);
/* True when `clean` is `top` or lies below it. */
bool path_below(const char *clean, const char *top);
/* A new file may be called this: not empty, '.', '..', no '/', no control character. */
bool path_name_ok(const char *name);

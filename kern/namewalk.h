/*
 * From names to places. Private to the name space (kern/ns.c, kern/uniondir.c).
 */
#pragma once

#include "kern/mount.h"

/* Where a walk is. */
typedef struct Place {
	Chan *c;  /* ours alone, not open; c->path is the clean path walked */
	Union *u; /* what is seen there when that is a union: c is its first member */
} Place;

void place_put(Place *p);
/* path_clean, with a sentence. */
int walk_clean(const char *cwd, const char *path, char out[SYS_PATHMAX]);
/* Walk a clean path. follow_last: what is bound over the last element counts. On failure
 * *p holds nothing. */
int walk_path(Pgrp *g, const char *path, bool follow_last, Place *p);
int walk_dir(Pgrp *g, const char *path, Place *p); /* following, to a directory */
/* From a directory to its child. In a union the first member that has the name decides;
 * *member, when asked for, becomes that member, with a reference. */
int walk_step(Place *p, const char *name, Chan **member);
int walk_name(Chan *c, const char *path); /* set c->path */

/* For an open Chan on a union: remember the union, to read all of it. */
int uniondir_open(Chan *c, Union *u);

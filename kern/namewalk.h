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

void place_put(Place *p); /* lets go of both, and empties *p */
/* path_clean, whose errors get a sentence. */
int walk_clean(const char *cwd, const char *path, char out[SYS_PATHMAX]);
/* Walks a clean path. follow_last tells whether what is bound over the last element is
 * reached, or the place itself. On an error there is a sentence and *p holds nothing. */
int walk_path(Pgrp *g, const char *path, bool follow_last, Place *p);
/* The same, following the last element. -ENOTDIR: it is no directory. */
int walk_dir(Pgrp *g, const char *path, Place *p);
/* Moves p from a directory to its child. In a union the first member that has the name
 * decides; *member, when asked for, becomes that member, with a reference. On an error
 * there is a sentence and p stays where it was. */
int walk_step(Place *p, const char *name, Chan **member);
int walk_name(Chan *c, const char *path); /* c->path becomes a copy of path; -ENOMEM */

/* Makes c, which is open on the first member of a union, read all of it. Keeps references
 * of its own until ns_close, which is also due after -ENOMEM. */
int uniondir_open(Chan *c, Union *u);

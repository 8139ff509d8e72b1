/*
 * Mount tables. For each place that is covered, which is known by its device and qid, the
 * table has the Union that is seen there instead. A Union does not change once it is in a
 * table, because binding makes a new one. So a walk, or an open directory, keeps a
 * reference and needs no lock while devices are asked. Private to the name space
 * (kern/ns.c, namewalk.c, mount.c, uniondir.c).
 */
#pragma once

#include "kern/ns.h"

#define UNION_MAX 32
#define MOUNT_MAX 128
#define BIND_ORIG 0x100 /* Member.how: the covered directory itself, shown in its union */

typedef struct Member {
	Chan *c; /* not open; walked only as a clone */
	int how; /* BIND_* it came by, or BIND_ORIG */
} Member;

typedef struct Union {
	uint refs; /* atomic */
	uint n;
	Member m[];
} Union;

Union *union_get(Union *u); /* one more reference, which is returned */
void union_put(Union *u);   /* NULL is fine; the last reference lets go of the members */
/* The member in which new files are made, borrowed; NULL: no member takes any. */
Chan *union_creator(const Union *u);

/* What is bound over c, with a reference; NULL when nothing is. */
Union *mount_find(Pgrp *g, const Chan *c);
/* Binds the n places `add` over `at`, taking references of its own; at->path is how
 * ns_print calls the place. -ENOMEM or -ENOSPC, with a sentence: nothing changed. */
int mount_bind(Pgrp *g, Chan *at, Chan *const add[], uint n, int flags);
/* Takes `what` out of the union over `at`; NULL takes all out. -ENOENT: it is not there.
 * Errors leave a sentence, and the table as it was. */
int mount_unbind(Pgrp *g, const Chan *at, const Chan *what);
/* Marks what is bound at or below the clean path `top`, so that pgrp_clear leaves it. */
void mount_keep(Pgrp *g, const char *top);

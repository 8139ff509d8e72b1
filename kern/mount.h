/*
 * Mount tables: for each covered place, by identity (device and qid), the Union that is
 * seen there instead. A Union never changes once it is in a table; binding makes a new
 * one. So a walk, or an open directory, keeps a reference and needs no lock while devices
 * are asked. Private to the name space (kern/ns.c, namewalk.c, mount.c, uniondir.c).
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

void union_put(Union *u);
Union *union_get(Union *u);
Chan *union_creator(const Union *u); /* where new files go; NULL: nowhere */

/* What is bound over c, with a reference; NULL when nothing is. */
Union *mount_find(Pgrp *g, const Chan *c);
/* Bind the n places `add` over `at`; at->path is how the place is called in ns_print. */
int mount_bind(Pgrp *g, Chan *at, Chan *const add[], uint n, int flags);
/* Take what out of the union over `at`; NULL takes all. -ENOENT: it is not there. */
int mount_unbind(Pgrp *g, const Chan *at, const Chan *what);
void mount_keep(Pgrp *g, const char *top);

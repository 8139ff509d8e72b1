/*
 * Name spaces. A process group (Pgrp) has a mount table, shared by fork: bind in a child
 * changes its parent's names, as in Plan 9. Paths are cleaned lexically, so '..' across a
 * mount goes back the way it came. '#name' is the root of a device, unless the table is
 * sealed.
 */
#pragma once

#include "kern/chan.h"

typedef struct Pgrp Pgrp;

Pgrp *pgrp_new(void); /* an empty table; one reference; root is '#root' */
Pgrp *pgrp_get(Pgrp *g);
void pgrp_put(Pgrp *g);
Pgrp *pgrp_copy(Pgrp *g); /* own copy; NULL without memory */
void pgrp_seal(Pgrp *g);  /* refuse '#' names and further bind from '#' */
int pgrp_clear(Pgrp *g);  /* nothing but the root, and what was bound with BIND_KEEP */
bool pgrp_shared(const Pgrp *g); /* somebody else has it too */
bool pgrp_sealed(const Pgrp *g);

/* All take a path absolute, relative to cwd (an absolute clean path), or starting with
 * '#'. */
int ns_walk(Pgrp *g, const char *cwd, const char *path, Chan **out); /* not open */
int ns_open(Pgrp *g, const char *cwd, const char *path, int flags, uint32_t mode,
	Chan **out);
int ns_mkdir(Pgrp *g, const char *cwd, const char *path, uint32_t mode);
int ns_remove(Pgrp *g, const char *cwd, const char *path);
int ns_rename(Pgrp *g, const char *cwd, const char *from, const char *to);
int ns_bind(Pgrp *g, const char *cwd, const char *new, const char *old, int flags);
int ns_unmount(Pgrp *g, const char *cwd, const char *new, const char *old);
/* Entry i of an open directory, unions concatenated without repeats. */
int ns_entry(Pgrp *g, Chan *c, uint i, Stat *st);
void ns_close(Chan *c);          /* for chan_put: forget the union being read */
void ns_print(Pgrp *g, Text *t); /* one line per bind, as commands that rebuild it */

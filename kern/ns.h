/*
 * Name spaces. A process group (Pgrp) has a mount table, which fork shares: a bind in a
 * child changes its parent's names too, as in Plan 9. '..' is taken out of a path before
 * it is walked, so across a mount it goes back the way the path came. '#name' is the root
 * of a device, unless the table is sealed.
 */
#pragma once

#include "kern/chan.h"

typedef struct Pgrp Pgrp;

/* An empty table with one reference, in which "/" is '#root'. NULL without memory. */
Pgrp *pgrp_new(void);
Pgrp *pgrp_get(Pgrp *g);
void pgrp_put(Pgrp *g);   /* NULL is fine; the last reference frees the table */
Pgrp *pgrp_copy(Pgrp *g); /* a new table that shows the same; NULL without memory */
void pgrp_seal(Pgrp *g);  /* from now on names that begin with '#' are refused */
int pgrp_clear(Pgrp *g);  /* unbinds all but what BIND_KEEP has marked; returns 0 */
bool pgrp_shared(const Pgrp *g); /* somebody else has a reference too */
bool pgrp_sealed(const Pgrp *g);

/*
 * What can be done by name. A path is absolute, relative to cwd (which is absolute and
 * clean), or begins with '#'. No lock is held. Each returns 0 or a code, and then leaves
 * a sentence that does not repeat the path; where there are two paths and the second is
 * at fault, the sentence names it. After an error nothing has changed and *out is not
 * set. Chans come with a reference.
 */
int ns_walk(Pgrp *g, const char *cwd, const char *path, Chan **out); /* not open */
/* Opens the file, or makes and opens it (SO_CREAT in flags); mode is for a new file. */
int ns_open(Pgrp *g, const char *cwd, const char *path, int flags, uint32_t mode,
	Chan **out);
int ns_mkdir(Pgrp *g, const char *cwd, const char *path, uint32_t mode);
int ns_remove(Pgrp *g, const char *cwd, const char *path);
int ns_rename(Pgrp *g, const char *cwd, const char *from, const char *to);
int ns_bind(Pgrp *g, const char *cwd, const char *new, const char *old, int flags);
int ns_unmount(Pgrp *g, const char *cwd, const char *new, const char *old);
/* Entry i of an open directory. Of a union all members are shown, each name once.
 * -ENOENT: there are not so many. */
int ns_entry(Pgrp *g, Chan *c, uint i, Stat *st);
void ns_close(Chan *c);          /* for chan_put: forgets the union that c reads */
void ns_print(Pgrp *g, Text *t); /* one line per bind, as commands that rebuild it */

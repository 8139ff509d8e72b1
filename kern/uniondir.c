/*
 * Reads a directory that is a union: its members one after the other, each name once, as
 * a walk would find it. The union is the one that was there when it was opened. Locks:
 * Chan.lock guards the cursor, and is not held while devices are asked, so two readers of
 * one Chan may both see an entry.
 */

#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/ns.h"
#include "kern/namewalk.h"

/* What c->ns points at: the open members, and where the last entry was found. */
typedef struct UnionDir {
	Union *u;
	struct Cursor {
		uint i;       /* entry of the union */
		uint k, j;    /* is entry j of member k */
	} next;               /* under the Chan's lock */
	Chan *dir[UNION_MAX]; /* NULL: may not be read */
} UnionDir;

int
uniondir_open(Chan *c, Union *u)
{
	UnionDir *d = kalloc(sizeof *d);

	if (d == NULL)
		return fail(-ENOMEM, "out of memory");
	d->u = union_get(u);
	c->ns = d;
	for (uint i = 0; i < u->n; i++) {
		if ((d->dir[i] = chan_clone(u->m[i].c)) == NULL)
			return -ENOMEM;
		if (chan_open(d->dir[i], SO_RDONLY) != 0) {
			chan_put(d->dir[i]);
			d->dir[i] = NULL;
		}
	}
	return 0;
}

/* Whether an earlier member than k has this name too, so that it is not shown again. */
static bool
name_hidden(const UnionDir *d, uint k, const char *name)
{
	for (uint i = 0; i < k; i++) {
		Chan *c = chan_clone(d->u->m[i].c);
		bool found = c != NULL && c->dev->walk(c, name) == 0;

		chan_put(c);
		if (found)
			return true;
	}
	return false;
}

/* Gives the entry at *at, or the first one behind it that is not hidden, and moves *at
 * past it. -ENOENT: there is none. */
static int
next_entry(const UnionDir *d, struct Cursor *at, Stat *st)
{
	while (at->k < d->u->n) {
		Chan *c = d->dir[at->k];
		int err = c == NULL ? -ENOENT : c->dev->entry(c, at->j, st);

		if (err == -ENOENT) {
			at->k++;
			at->j = 0;
			continue;
		}
		if (err != 0)
			return err;
		at->j++;
		if (name_hidden(d, at->k, st->name))
			continue;
		at->i++;
		return 0;
	}
	return -ENOENT;
}

int
ns_entry(Pgrp *g, Chan *c, uint i, Stat *st)
{
	UnionDir *d = c->ns;
	struct Cursor at;
	int err = 0;

	(void)g;
	if (d == NULL)
		return c->dev->entry(c, i, st);
	mutex_lock(&c->lock);
	at = d->next;
	mutex_unlock(&c->lock);
	if (at.i > i)
		at = (struct Cursor){ 0 };
	while (err == 0 && at.i <= i)
		err = next_entry(d, &at, st);
	if (err == 0) {
		mutex_lock(&c->lock);
		d->next = at;
		mutex_unlock(&c->lock);
	}
	return err;
}

void
ns_close(Chan *c)
{
	UnionDir *d = c->ns;

	if (d == NULL)
		return;
	for (uint i = 0; i < nelem(d->dir); i++)
		chan_put(d->dir[i]);
	union_put(d->u);
	kfree(d);
}

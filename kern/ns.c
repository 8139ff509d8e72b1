/*
 * Walking the name space, and what is done by name: open, create, remove, rename, bind.
 *
 * A path is cleaned by text, then walked from a device's root, element by element; after
 * each step the mount table may put a union in place of what was reached. Devices are
 * called with no lock held. A failed call leaves the reason alone, without the path: the
 * caller knows what it asked for. Absent: search permission of directories is not checked.
 */

#include "kern/ns.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/mount.h"
#include "kern/path.h"
#include "kern/string.h"

/* Where a walk is. */
typedef struct Place {
	Chan  *c; /* ours alone, not open */
	Union *u; /* what is seen there when that is a union: c is its first member */
} Place;

/* An open union directory: its members, opened, and where the last entry was found. */
typedef struct UnionDir {
	Union *u;
	struct Cursor {
		uint i;    /* entry of the union */
		uint k, j; /* is entry j of member k */
	} next; /* under the Chan's lock */
	Chan *dir[UNION_MAX]; /* NULL: may not be read */
} UnionDir;

static void
place_put(Place *p)
{
	chan_put(p->c);
	union_put(p->u);
	*p = (Place){ 0 };
}

static int
no_file(void)
{
	return fail(-ENOENT, "no such file or directory");
}

static int
clean(const char *cwd, const char *path, char out[SYS_PATHMAX])
{
	int err = path_clean(cwd, path, out);

	if (err == -ENAMETOOLONG)
		return fail(err, "name too long");
	return err != 0 ? no_file() : 0;
}

/* ---- walking ---- */

/* Enter the device a clean path starts from. */
static int
enter(Pgrp *g, const char *path, Chan **out)
{
	size_t len = path_rest(path) - path;
	char name[SYS_NAMEMAX] = "root", *spec;
	Dev *d;
	int err;

	if (path[0] == '#') {
		if (pgrp_sealed(g))
			return fail(-EPERM, "names that begin with # are refused in a sealed name space");
		memcpy(name, path + 1, len - 1);
		name[len - 1] = 0;
	}
	spec = strchr(name, '.');
	if (spec != NULL)
		*spec++ = 0;
	if ((d = dev_find(name)) == NULL)
		return fail(-ENOENT, "no device is called #%s", name);
	if ((*out = chan_new()) == NULL)
		return -ENOMEM;
	(*out)->qid.dir = true;
	if ((err = d->attach(*out, spec == NULL ? "" : spec)) != 0) {
		chan_put(*out);
		return err;
	}
	(*out)->dev = d;
	return 0;
}

/* Put what is bound over p in its place. */
static int
follow(Pgrp *g, Place *p)
{
	Union *u = mount_find(g, p->c);
	Chan *c;

	if (u == NULL)
		return 0;
	if ((c = chan_clone(u->m[0].c)) == NULL) {
		union_put(u);
		return -ENOMEM;
	}
	chan_put(p->c);
	*p = (Place){ c, u };
	return 0;
}

/* From a directory to its child. In a union the first member that has the name decides;
 * *member, when asked for, is that member. */
static int
step(Place *p, const char *name, Chan **member)
{
	int err = -ENOENT;

	if (p->u == NULL) {
		err = p->c->dev->walk(p->c, name);
		return err == -ENOENT ? no_file() : err;
	}
	for (uint i = 0; err == -ENOENT && i < p->u->n; i++) {
		Chan *m = p->u->m[i].c, *c = chan_clone(m);

		if (c == NULL)
			return -ENOMEM;
		err = c->dev->walk(c, name);
		if (err != 0) {
			chan_put(c);
			continue;
		}
		if (member != NULL)
			*member = chan_get(m);
		place_put(p);
		p->c = c;
	}
	return err == -ENOENT ? no_file() : err;
}

static int
set_path(Chan *c, const char *path)
{
	char *s = kstrdup(path);

	if (s == NULL)
		return fail(-ENOMEM, "out of memory");
	kfree(c->path);
	c->path = s;
	return 0;
}

static int
not_dir(const char *path, const char *rest)
{
	char at[SYS_PATHMAX];

	strcopy(at, path, sizeof(at));
	if (rest > path)
		at[rest - path] = 0;
	return fail(-ENOTDIR, "not a directory: %s", at);
}

static int
walk_on(Pgrp *g, const char *path, bool follow_last, Place *p)
{
	const char *rest = path_rest(path);
	char name[SYS_NAMEMAX];
	int err;

	for (;;) {
		if ((*rest != 0 || follow_last) && (err = follow(g, p)) != 0)
			return err;
		if (*rest == 0)
			return set_path(p->c, path);
		if (!p->c->qid.dir)
			return not_dir(path, rest);
		path_next(&rest, name);
		if ((err = step(p, name, NULL)) != 0)
			return err;
	}
}

/* Walk a clean path. follow_last: what is bound over the last element counts. On failure
 * *p holds nothing. */
static int
resolve(Pgrp *g, const char *path, bool follow_last, Place *p)
{
	int err;

	*p = (Place){ 0 };
	if ((err = enter(g, path, &p->c)) == 0)
		err = walk_on(g, path, follow_last, p);
	else
		p->c = NULL;
	if (err != 0)
		place_put(p);
	return err;
}

static int
resolve_dir(Pgrp *g, const char *path, Place *p)
{
	int err = resolve(g, path, true, p);

	if (err == 0 && !p->c->qid.dir) {
		place_put(p);
		return not_dir(path, path);
	}
	return err;
}

int
ns_walk(Pgrp *g, const char *cwd, const char *path, Chan **out)
{
	char full[SYS_PATHMAX];
	Place p;
	int err;

	if ((err = clean(cwd, path, full)) != 0 || (err = resolve(g, full, true, &p)) != 0)
		return err;
	union_put(p.u);
	*out = p.c;
	return 0;
}

/* ---- opening and making ---- */

static int
open_union(Chan *c, Union *u)
{
	UnionDir *d = kalloc(sizeof(*d));

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

static int
open_existing(Pgrp *g, const char *path, int flags, Chan **out)
{
	Place p;
	int err = resolve(g, path, true, &p);

	if (err != 0)
		return err;
	if ((flags & SO_CREAT) && (flags & SO_EXCL))
		err = fail(-EEXIST, "file exists");
	if (err == 0)
		err = chan_open(p.c, flags & ~(SO_CREAT | SO_EXCL));
	if (err == 0 && p.u != NULL && p.u->n > 1 && p.c->qid.dir)
		err = open_union(p.c, p.u);
	if (err == 0) {
		*out = chan_get(p.c);
	}
	place_put(&p);
	return err;
}

static int
check_writable(Chan *dir)
{
	Stat st;
	int err = chan_stat(dir, &st);

	if (err == 0 && !(st.mode & 0200))
		err = fail(-EACCES, "permission denied");
	return err;
}

/* The directory where a new file of p goes, as a place of its own. */
static int
creator(const Place *p, Chan **out)
{
	Chan *c = p->u == NULL ? p->c : union_creator(p->u);

	if (c == NULL)
		return fail(-EACCES, "no directory bound here takes new files (bind -c)");
	if (!c->dev->create)
		return fail(-EROFS, "no files can be made here");
	*out = chan_clone(c);
	return *out == NULL ? -ENOMEM : check_writable(*out);
}

static int
create(Pgrp *g, const char *path, int flags, uint32_t mode, bool dir, Chan **out)
{
	char up[SYS_PATHMAX], name[SYS_NAMEMAX];
	Chan *c = NULL;
	Place p;
	int err;

	strcopy(up, path, sizeof(up));
	if (!path_split(up, name))
		return fail(-EEXIST, "file exists");
	if (!path_name_ok(name))
		return fail(-EINVAL, "a name holds no control characters");
	if ((err = resolve_dir(g, up, &p)) != 0)
		return err;
	err = creator(&p, &c);
	place_put(&p);
	if (err == 0 && (err = c->dev->create(c, name, flags, mode & 0777, dir)) == 0) {
		c->flags = flags & ~(SO_CREAT | SO_EXCL | SO_TRUNC);
		err = set_path(c, path);
	}
	if (err != 0) {
		chan_put(c);
		return err;
	}
	*out = c;
	return 0;
}

int
ns_open(Pgrp *g, const char *cwd, const char *path, int flags, uint32_t mode, Chan **out)
{
	char full[SYS_PATHMAX];
	int err = clean(cwd, path, full);

	/* Once more when somebody made the file between the look and the making. */
	for (int try = 0; err == 0 && try < 2; try++) {
		err = open_existing(g, full, flags, out);
		if (err != -ENOENT || !(flags & SO_CREAT))
			return err;
		err = create(g, full, flags, mode, false, out);
		if (err != -EEXIST || (flags & SO_EXCL))
			return err;
		err = 0;
	}
	return err != 0 ? err : fail(-EEXIST, "file exists");
}

int
ns_mkdir(Pgrp *g, const char *cwd, const char *path, uint32_t mode)
{
	char full[SYS_PATHMAX];
	Chan *c;
	Place p;
	int err;

	if ((err = clean(cwd, path, full)) != 0)
		return err;
	if ((err = resolve(g, full, true, &p)) == 0) {
		place_put(&p);
		return fail(-EEXIST, "file exists");
	}
	if (err != -ENOENT || (err = create(g, full, SO_RDONLY, mode, true, &c)) != 0)
		return err;
	chan_put(c);
	return 0;
}

/* ---- removing and renaming ---- */

/* The file itself, not what is bound over it, and the directory it is in. */
static int
find_in_dir(Pgrp *g, const char *path, Chan **dir, Chan **file)
{
	char up[SYS_PATHMAX], name[SYS_NAMEMAX];
	Union *over;
	Place p;
	int err;

	strcopy(up, path, sizeof(up));
	if (!path_split(up, name))
		return fail(-EBUSY, "is the root of a device");
	if ((err = resolve_dir(g, up, &p)) != 0)
		return err;
	*dir = NULL;
	if (p.u == NULL && (*dir = chan_clone(p.c)) == NULL)
		err = -ENOMEM;
	if (err == 0)
		err = step(&p, name, dir);
	if (err == 0 && (over = mount_find(g, p.c)) != NULL) {
		union_put(over);
		err = fail(-EBUSY, "something is bound there");
	}
	if (err == 0)
		err = check_writable(*dir);
	if (err != 0) {
		chan_put(*dir);
		place_put(&p);
		return err;
	}
	*file = p.c;
	union_put(p.u);
	return 0;
}

int
ns_remove(Pgrp *g, const char *cwd, const char *path)
{
	char full[SYS_PATHMAX];
	Chan *dir, *c;
	int err;

	if ((err = clean(cwd, path, full)) != 0 ||
		(err = find_in_dir(g, full, &dir, &c)) != 0)
		return err;
	if (c->dev->remove == NULL)
		err = fail(-EROFS, "cannot be removed");
	else
		err = c->dev->remove(c);
	chan_put(c);
	chan_put(dir);
	return err;
}

/* Where a file that is in `from` goes when renamed into p: the same directory when it is
 * one of p's, so that a rename inside a union stays where the file is. */
static Chan *
rename_target(const Place *p, Chan *from)
{
	if (p->u == NULL)
		return p->c;
	for (uint i = 0; i < p->u->n; i++)
		if (chan_same(p->u->m[i].c, from))
			return p->u->m[i].c;
	return union_creator(p->u);
}

static int
rename_into(Pgrp *g, Chan *dir, Chan *c, char to[SYS_PATHMAX])
{
	char name[SYS_NAMEMAX];
	Chan *target;
	Place p, old;
	int err;

	if (!path_split(to, name))
		return fail(-EBUSY, "is the root of a device");
	if (!path_name_ok(name))
		return fail(-EINVAL, "a name holds no control characters");
	if ((err = resolve_dir(g, to, &p)) != 0)
		return err;
	target = rename_target(&p, dir);
	if (target == NULL || target->dev != c->dev)
		err = fail(-EXDEV, "cannot be renamed from one device to another");
	else if (c->dev->rename == NULL)
		err = fail(-EROFS, "cannot be renamed");
	else
		err = check_writable(target);
	if (err == 0 && (old.c = chan_clone(target)) != NULL) {
		Union *over = NULL;

		if (old.c->dev->walk(old.c, name) == 0 && (over = mount_find(g, old.c)) != NULL)
			err = fail(-EBUSY, "something is bound there");
		union_put(over);
		chan_put(old.c);
	}
	if (err == 0)
		err = c->dev->rename(c, target, name);
	place_put(&p);
	return err;
}

int
ns_rename(Pgrp *g, const char *cwd, const char *from, const char *to)
{
	char a[SYS_PATHMAX], b[SYS_PATHMAX];
	Chan *dir, *c;
	int err;

	if ((err = clean(cwd, from, a)) != 0 || (err = clean(cwd, to, b)) != 0 ||
		(err = find_in_dir(g, a, &dir, &c)) != 0)
		return err;
	err = rename_into(g, dir, c, b);
	chan_put(c);
	chan_put(dir);
	return err;
}

/* ---- binding ---- */

static int
check_bind(const Chan *new, const Chan *old, int flags)
{
	if (new->qid.dir != old->qid.dir)
		return fail(-EINVAL, "a directory is bound over a directory, a file over a file");
	if (!old->qid.dir && flags != BIND_REPLACE)
		return fail(-EINVAL, "only directories form unions");
	return 0;
}

static int
bind_places(Pgrp *g, const Place *new, const Place *old, int flags)
{
	Chan *add[UNION_MAX];
	uint n = 0;
	int err = check_bind(new->c, old->c, flags);

	if (err != 0)
		return err;
	if (new->u == NULL || !new->c->qid.dir)
		add[n++] = new->c;
	else /* a union is bound with all it shows */
		for (; n < new->u->n; n++)
			add[n] = new->u->m[n].c;
	return mount_bind(g, old->c, add, n, flags);
}

int
ns_bind(Pgrp *g, const char *cwd, const char *new, const char *old, int flags)
{
	char from[SYS_PATHMAX], to[SYS_PATHMAX];
	Place a, b;
	int err;

	if ((err = clean(cwd, new, from)) != 0 || (err = clean(cwd, old, to)) != 0)
		return err;
	if (flags == BIND_KEEP) {
		mount_keep(g, to);
		return 0;
	}
	if ((flags & ~(BIND_BEFORE | BIND_AFTER | BIND_CREATE)) != 0 ||
		(flags & BIND_BEFORE && flags & BIND_AFTER))
		return fail(-EINVAL, "bind: no such flags");
	if ((err = resolve(g, from, true, &a)) != 0)
		return err;
	if ((err = resolve(g, to, false, &b)) == 0) {
		err = bind_places(g, &a, &b, flags);
		place_put(&b);
	}
	place_put(&a);
	return err;
}

/* `new` is named as it was when it was bound: by what it is, or by what is seen there. */
static int
unmount_one(Pgrp *g, const char *new, const Chan *at)
{
	Place p;
	int err = -ENOENT;

	for (int follow_last = 0; follow_last < 2 && err == -ENOENT; follow_last++) {
		if ((err = resolve(g, new, follow_last, &p)) != 0)
			return err;
		err = mount_unbind(g, at, p.c);
		place_put(&p);
	}
	return err;
}

int
ns_unmount(Pgrp *g, const char *cwd, const char *new, const char *old)
{
	char from[SYS_PATHMAX], at[SYS_PATHMAX];
	Place p;
	int err;

	if ((new != NULL && (err = clean(cwd, new, from)) != 0) ||
		(err = clean(cwd, old, at)) != 0 || (err = resolve(g, at, false, &p)) != 0)
		return err;
	err = new == NULL ? mount_unbind(g, p.c, NULL) : unmount_one(g, from, p.c);
	place_put(&p);
	return err;
}

/* ---- reading directories ---- */

/* A name that an earlier member has too is seen there, not here. */
static bool
hidden(const UnionDir *d, uint k, const char *name)
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

/* The entry at *at, or the first visible one behind it; *at moves past it. */
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
		if (hidden(d, at->k, st->name))
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

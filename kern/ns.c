/*
 * What is done by name: open, create, remove, rename, bind, unmount. kern/namewalk.c
 * finds the place and kern/mount.c knows what is bound where. Here are the rules: where a
 * new file goes in a union, what must be writable, and what is in the way. The sentence
 * of a failed call has no path. If a call takes two paths, it names the second when that
 * one is at fault. Locks: none is held; the mount table and the devices have their own.
 */

#include "kern/ns.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/path.h"
#include "kern/proc.h"
#include "kern/string.h"
#include "kern/namewalk.h"

/* Stores the sentence of the last failure again, with a path behind it. For the second of
 * two paths. */
static int
fail_with_path(int err, const char *path)
{
	char why[SYS_ERRMAX];

	strcopy(why, proc_self()->errstr, sizeof why);
	return fail(err, "%s: %s", why, path);
}

int
ns_walk(Pgrp *g, const char *cwd, const char *path, Chan **out)
{
	char full[SYS_PATHMAX];
	Place p;
	int err;

	if ((err = walk_clean(cwd, path, full)) != 0 ||
		(err = walk_path(g, full, true, &p)) != 0)
		return err;
	union_put(p.u);
	*out = p.c;
	return 0;
}

/* ---- opening and making ---- */

/* Opens a file or directory that is there. -ENOENT: it is not. Any error leaves a
 * sentence. */
static int
open_existing(Pgrp *g, const char *path, int flags, Chan **out)
{
	Place p;
	int err = walk_path(g, path, true, &p);

	if (err != 0)
		return err;
	if ((flags & SO_CREAT) && (flags & SO_EXCL))
		err = fail(-EEXIST, "file exists");
	if (err == 0)
		err = chan_open(p.c, flags & ~(SO_CREAT | SO_EXCL));
	if (err == 0 && p.u != NULL && p.u->n > 1 && p.c->qid.dir)
		err = uniondir_open(p.c, p.u);
	if (err == 0)
		*out = chan_get(p.c);
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

/* Gives the directory where a new file of p goes, as a Chan of its own. *out is NULL
 * before, and the caller lets go of what is there even after an error. */
static int
creator_clone(const Place *p, Chan **out)
{
	Chan *c = p->u == NULL ? p->c : union_creator(p->u);

	if (c == NULL)
		return fail(-EACCES, "no directory bound here takes new files (bind -c)");
	if (c->dev->create == NULL)
		return fail(-EROFS, "no files can be made here");
	*out = chan_clone(c);
	return *out == NULL ? -ENOMEM : check_writable(*out);
}

/* Makes a file, or a directory if dir, and opens it. The last element of path is its
 * name. In a union it goes where union_creator says. -EEXIST: the name is taken, and the
 * caller of open may try to open it. Any error leaves a sentence. */
static int
file_create(Pgrp *g, const char *path, int flags, uint32_t mode, bool dir, Chan **out)
{
	char up[SYS_PATHMAX], name[SYS_NAMEMAX];
	Chan *c = NULL;
	Place p;
	int err;

	strcopy(up, path, sizeof up);
	if (!path_split(up, name))
		return fail(-EEXIST, "file exists");
	if (!path_name_ok(name))
		return fail(-EINVAL, "a name holds no control characters");
	if ((err = walk_dir(g, up, &p)) != 0)
		return err;
	err = creator_clone(&p, &c);
	place_put(&p);
	if (err == 0 && (err = c->dev->create(c, name, flags, mode & 0777, dir)) == 0) {
		c->flags = flags & ~(SO_CREAT | SO_EXCL | SO_TRUNC);
		err = walk_name(c, path);
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
	int err = walk_clean(cwd, path, full);

	/* Once more when somebody made the file between the look and the making. */
	for (int try = 0; err == 0 && try < 2; try++) {
		err = open_existing(g, full, flags, out);
		if (err != -ENOENT || !(flags & SO_CREAT))
			return err;
		err = file_create(g, full, flags, mode, false, out);
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

	if ((err = walk_clean(cwd, path, full)) != 0)
		return err;
	if ((err = walk_path(g, full, true, &p)) == 0) {
		place_put(&p);
		return fail(-EEXIST, "file exists");
	}
	if (err != -ENOENT ||
		(err = file_create(g, full, SO_RDONLY, mode, true, &c)) != 0)
		return err;
	chan_put(c);
	return 0;
}

/* ---- removing and renaming ---- */

/* Finds the file at path itself, not what is bound over it, and the directory it is in.
 * Both come with a reference. -EBUSY: something is bound over it, or it is a root. */
static int
find_in_dir(Pgrp *g, const char *path, Chan **dir, Chan **file)
{
	char up[SYS_PATHMAX], name[SYS_NAMEMAX];
	Union *over;
	Place p;
	int err;

	strcopy(up, path, sizeof up);
	if (!path_split(up, name))
		return fail(-EBUSY, "is the root of a device");
	if ((err = walk_dir(g, up, &p)) != 0)
		return err;
	*dir = NULL;
	if (p.u == NULL && (*dir = chan_clone(p.c)) == NULL)
		err = -ENOMEM;
	if (err == 0)
		err = walk_step(&p, name, dir);
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

	if ((err = walk_clean(cwd, path, full)) != 0 ||
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

/* The directory into which a file of `from` goes when it is renamed to a name in p. In a
 * union it stays in `from` if that is a member. Borrowed; NULL: no member takes files. */
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

/* -EBUSY, with a sentence: the name is taken in dir, and something is bound over the file
 * there. */
static int
check_replaced(Pgrp *g, Chan *dir, const char *name)
{
	Chan *c = chan_clone(dir);
	Union *over = NULL;

	if (c == NULL)
		return -ENOMEM;
	if (c->dev->walk(c, name) == 0)
		over = mount_find(g, c);
	chan_put(c);
	union_put(over);
	return over != NULL ? fail(-EBUSY, "something is bound over what is there") : 0;
}

/* Renames the file c, which is in dir, to the path `to`, which is cut in doing so. Both
 * must be of one device, and nothing may be bound over what the file replaces. An error
 * leaves a sentence; where `to` could not be walked, the sentence names it. */
static int
rename_into(Pgrp *g, Chan *dir, Chan *c, char to[SYS_PATHMAX])
{
	char name[SYS_NAMEMAX];
	Chan *target;
	Place p;
	int err;

	if (!path_split(to, name))
		return fail(-EBUSY, "is the root of a device");
	if (!path_name_ok(name))
		return fail(-EINVAL, "a name holds no control characters");
	if ((err = walk_dir(g, to, &p)) != 0)
		return fail_with_path(err, to);
	target = rename_target(&p, dir);
	if (target == NULL || target->dev != c->dev)
		err = fail(-EXDEV, "cannot be renamed from one device to another");
	else if (c->dev->rename == NULL)
		err = fail(-EROFS, "cannot be renamed");
	else if ((err = check_writable(target)) == 0)
		err = check_replaced(g, target, name);
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

	if ((err = walk_clean(cwd, from, a)) != 0 ||
		(err = walk_clean(cwd, to, b)) != 0 ||
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
		return fail(-EINVAL,
			"a directory is bound over a directory, "
			"a file over a file");
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

	if ((err = walk_clean(cwd, new, from)) != 0 ||
		(err = walk_clean(cwd, old, to)) != 0)
		return err;
	if (flags == BIND_KEEP) {
		mount_keep(g, to);
		return 0;
	}
	if ((flags & ~(BIND_BEFORE | BIND_AFTER | BIND_CREATE)) != 0 ||
		(flags & BIND_BEFORE && flags & BIND_AFTER))
		return fail(-EINVAL, "bind: no such flags");
	if ((err = walk_path(g, from, true, &a)) != 0)
		return err;
	if ((err = walk_path(g, to, false, &b)) != 0) {
		err = fail_with_path(err, to);
	} else {
		err = bind_places(g, &a, &b, flags);
		place_put(&b);
	}
	place_put(&a);
	return err;
}

/* Takes `new` out of what is bound at `at`. It may have been named by what it is when it
 * was bound, or by what is seen there, so both are tried. */
static int
unmount_one(Pgrp *g, const char *new, const Chan *at)
{
	Place p;
	int err = -ENOENT;

	for (int follow_last = 0; follow_last < 2 && err == -ENOENT; follow_last++) {
		if ((err = walk_path(g, new, follow_last, &p)) != 0)
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

	if ((new != NULL && (err = walk_clean(cwd, new, from)) != 0) ||
		(err = walk_clean(cwd, old, at)) != 0)
		return err;
	if ((err = walk_path(g, at, false, &p)) != 0)
		return new == NULL ? err : fail_with_path(err, at);
	err = new == NULL ? mount_unbind(g, p.c, NULL) : unmount_one(g, from, p.c);
	place_put(&p);
	return err;
}

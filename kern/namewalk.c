/*
 * Walking from names to places. A path is cleaned as text and then followed from a
 * device's root, element by element. After each step the mount table may put a union in
 * place of what was reached. The sentence of a failed walk has no path, because the
 * caller knows what it asked for. Absent: search permission of directories. Locks: none
 * is held while devices are called.
 */

#include "kern/namewalk.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/path.h"
#include "kern/string.h"

void
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

int
walk_clean(const char *cwd, const char *path, char out[SYS_PATHMAX])
{
	int err = path_clean(cwd, path, out);

	if (err == -ENAMETOOLONG)
		return fail(err, "name too long");
	return err != 0 ? no_file() : 0;
}

/* Makes *out the root of the device that a clean path starts from. After an error there
 * is a sentence and *out is not to be used. */
static int
device_enter(Pgrp *g, const char *path, Chan **out)
{
	size_t len = path_rest(path) - path;
	char name[SYS_NAMEMAX] = "root", *spec;
	Dev *d;
	int err;

	if (path[0] == '#') {
		if (pgrp_sealed(g))
			return fail(-EPERM,
				"names that begin with # are refused in "
				"a sealed name space");
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
	(*out)->dev = d;
	if ((err = d->attach(*out, spec == NULL ? "" : spec)) != 0) {
		(*out)->dev = NULL; /* there is nothing to close */
		chan_put(*out);
	}
	return err;
}

/* If something is bound over p, puts that in its place. -ENOMEM: p is as it was. */
static int
mount_follow(Pgrp *g, Place *p)
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

int
walk_step(Place *p, const char *name, Chan **member)
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

int
walk_name(Chan *c, const char *path)
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

	strcopy(at, path, sizeof at);
	if (rest > path)
		at[rest - path] = 0;
	return fail(-ENOTDIR, "not a directory: %s", at);
}

/* Walks from the device's root in *p along the rest of path. After an error *p is
 * wherever the walk stopped, and the caller lets go of it. */
static int
walk_on(Pgrp *g, const char *path, bool follow_last, Place *p)
{
	const char *rest = path_rest(path);
	char name[SYS_NAMEMAX];
	int err;

	for (;;) {
		if ((*rest != 0 || follow_last) && (err = mount_follow(g, p)) != 0)
			return err;
		if (*rest == 0)
			return walk_name(p->c, path);
		if (!p->c->qid.dir)
			return not_dir(path, rest);
		path_next(&rest, name);
		if ((err = walk_step(p, name, NULL)) != 0)
			return err;
	}
}

int
walk_path(Pgrp *g, const char *path, bool follow_last, Place *p)
{
	int err;

	*p = (Place){ 0 };
	if ((err = device_enter(g, path, &p->c)) == 0)
		err = walk_on(g, path, follow_last, p);
	else
		p->c = NULL;
	if (err != 0)
		place_put(p);
	return err;
}

int
walk_dir(Pgrp *g, const char *path, Place *p)
{
	int err = walk_path(g, path, true, p);

	if (err == 0 && !p->c->qid.dir) {
		place_put(p);
		return not_dir(path, path);
	}
	return err;
}

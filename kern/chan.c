/*
 * Chans: counted places in device trees. A Chan is walked while one process holds it, and
 * then opened once. After that its identity and flags are const, and it may be shared.
 * What is behind it is the device's. Here are the rules that every device wants: access
 * modes, permission bits (of the only user there is), and that directories are not
 * written. Locks: none is taken here; chan.lock is for whoever reads through c->off.
 */

#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/ns.h"

Chan *
chan_new(void)
{
	Chan *c = kalloc(sizeof *c);

	if (c == NULL) {
		fail(-ENOMEM, "out of memory");
		return NULL;
	}
	c->refs = 1;
	c->flags = -1;
	mutex_init(&c->lock, RANK_CHAN, "chan");
	return c;
}

Chan *
chan_get(Chan *c)
{
	__atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
	return c;
}

void
chan_put(Chan *c)
{
	if (c == NULL || __atomic_sub_fetch(&c->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	ns_close(c);
	if (c->dev != NULL && c->dev->close != NULL)
		c->dev->close(c);
	if (c->text != NULL)
		text_free(c->text);
	kfree(c->text);
	kfree(c->path);
	kfree(c);
}

Chan *
chan_clone(Chan *c)
{
	Chan *n = chan_new();

	if (n == NULL)
		return NULL;
	if (c->path != NULL && (n->path = kstrdup(c->path)) == NULL) {
		fail(-ENOMEM, "out of memory");
		chan_put(n);
		return NULL;
	}
	n->qid = c->qid;
	n->aux = c->aux;
	if (c->dev->clone != NULL && c->dev->clone(c, n) != 0) {
		chan_put(n); /* dev is not set yet: nothing to close */
		return NULL;
	}
	n->dev = c->dev;
	return n;
}

bool
chan_same(const Chan *a, const Chan *b)
{
	return a->dev == b->dev && a->qid.path == b->qid.path;
}

static bool
flags_read(int flags)
{
	return (flags & SO_ACCMODE) != SO_WRONLY;
}

static bool
flags_write(int flags)
{
	return (flags & SO_ACCMODE) != SO_RDONLY;
}

int
chan_open(Chan *c, int flags)
{
	Stat st;
	int err;

	if ((flags & SO_ACCMODE) == SO_ACCMODE)
		return fail(-EINVAL, "open: no such access mode");
	if (c->qid.dir && (flags_write(flags) || (flags & SO_TRUNC)))
		return fail(-EISDIR, "is a directory");
	if ((flags & SO_DIRECTORY) && !c->qid.dir)
		return fail(-ENOTDIR, "not a directory");
	if ((err = chan_stat(c, &st)) != 0)
		return err;
	if ((flags_read(flags) && !(st.mode & 0400)) ||
		((flags_write(flags) || (flags & SO_TRUNC)) && !(st.mode & 0200)))
		return fail(-EACCES, "permission denied");
	if (c->dev->open != NULL && (err = c->dev->open(c, flags)) != 0)
		return err;
	c->flags = flags;
	return 0;
}

static int
check_transfer(const Chan *c, bool ok, const char *what, long n, off_k off)
{
	if (c->flags < 0 || !ok)
		return fail(-EBADF, "not open for %s", what);
	if (c->qid.dir)
		return fail(-EISDIR, "is a directory");
	if (n < 0 || off < 0)
		return fail(-EINVAL, "negative length or offset");
	return 0;
}

long
chan_read(Chan *c, void *buf, long n, off_k off)
{
	int err = check_transfer(c, flags_read(c->flags), "reading", n, off);

	if (err != 0)
		return err;
	if (c->dev->read == NULL)
		return fail(-EACCES, "cannot be read");
	return c->dev->read(c, buf, n, off);
}

long
chan_write(Chan *c, const void *buf, long n, off_k off)
{
	int err = check_transfer(c, flags_write(c->flags), "writing", n, off);

	if (err != 0)
		return err;
	if (c->dev->write == NULL)
		return fail(-EACCES, "cannot be written");
	return c->dev->write(c, buf, n, off);
}

int
chan_stat(Chan *c, Stat *st)
{
	*st = (Stat){ 0 };
	return c->dev->stat(c, st);
}

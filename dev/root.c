/*
 * #root: the file system in memory that everything starts from, filled from the boot
 * archive. The tree of names is in dev/ramtree.c, what a file holds in dev/ramfile.c.
 * Locks: node_lock (RANK_DIR) over each call.
 */

#include "arch/arch.h"
#include "dev/devtab.h"
#include "dev/ramtree.h"
#include "kern/chan.h"
#include "kern/cpio.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/path.h"
#include "kern/proc.h"
#include "kern/string.h"

static long
root_read(Chan *c, void *buf, long n, off_k off)
{
	Node *f = c->aux;

	mutex_lock(&node_lock);
	n = ramfile_read(&f->bytes, buf, n, off);
	mutex_unlock(&node_lock);
	return n;
}

static long
root_write(Chan *c, const void *buf, long n, off_k off)
{
	Node *f = c->aux;
	long r;

	mutex_lock(&node_lock);
	r = ramfile_write(&f->bytes, buf, n,
		c->flags & SO_APPEND ? f->bytes.len : (uint64_t)off);
	if (r > 0)
		node_touch_locked(f);
	mutex_unlock(&node_lock);
	return r;
}

static void
chan_place_locked(Chan *c, Node *n) REQUIRES(node_lock)
{
	c->aux = n;
	c->qid = n->qid;
	n->refs++;
}

/* ---- the boot archive ---- */

/* Finds the directory that *rest leads to, and leaves its last part in name. Directories
 * that are missing are made. Says why it cannot be had. */
static int
load_dirs_locked(const char **rest, char name[SYS_NAMEMAX], Node **dir)
	REQUIRES(node_lock)
{
	int err = 0;

	*dir = &node_top;
	while (path_next(rest, name) && **rest != 0 && err == 0) {
		Node *n = *node_find_locked(*dir, name);

		if (n == NULL)
			err = node_make_locked(*dir, name, 0755, true, &n);
		else if (!n->qid.dir)
			err = fail(-ENOTDIR, "not a directory");
		*dir = n;
	}
	return err;
}

/* Puts one file or directory of the archive into the tree. A later one of the same name
 * takes the place of the earlier. Says why it is left out. */
static int
load_member_locked(const CpioFile *f) REQUIRES(node_lock)
{
	char path[SYS_PATHMAX], name[SYS_NAMEMAX];
	const char *rest;
	Node *dir, *n;
	int err = path_clean("/", f->name[0] == '#' ? "" : f->name, path);

	if (err != 0)
		return fail(err, "bad name");
	rest = path_rest(path);
	if (*rest == 0) { /* "." is the root itself */
		node_top.mode = f->mode;
		return 0;
	}
	if ((err = load_dirs_locked(&rest, name, &dir)) != 0)
		return err;
	if (!path_name_ok(name))
		return fail(-EINVAL, "bad name");
	n = *node_find_locked(dir, name);
	if (n == NULL &&
		(err = node_make_locked(dir, name, f->mode, f->type == CPIO_DIR, &n)) !=
			0)
		return err;
	if (n->qid.dir != (f->type == CPIO_DIR))
		return fail(-EEXIST, "both a file and a directory");
	n->mode = f->mode;
	n->mtime = f->mtime;
	ramfile_free(&n->bytes);
	n->bytes = ramfile_over(f->data, f->size);
	return 0;
}

int
root_load(const void *archive, size_t len)
{
	Cpio rest = { archive, len, 0 };
	CpioFile f;
	int err;

	mutex_lock(&node_lock);
	while ((err = cpio_next(&rest, &f)) > 0) {
		if (f.type != CPIO_FILE && f.type != CPIO_DIR)
			kprint("root: archive: %s: neither file nor directory, "
			       "left out\n",
				f.name);
		else if (load_member_locked(&f) != 0)
			kprint("root: archive: %s: %s, left out\n", f.name,
				proc_self()->errstr);
	}
	mutex_unlock(&node_lock);
	if (err == -EOVERFLOW)
		kprint("root: archive: cut off at byte %zu of %zu; "
		       "what came before is there\n",
			rest.at, len);
	else if (err != 0)
		kprint("root: archive: no cpio member (newc) at byte %zu; "
		       "what came before is there\n",
			rest.at);
	return err;
}

static void
root_init(void)
{
	node_top.mtime = arch_wall();
	if (bootinfo.archive == 0)
		kprint("root: no boot archive: / is empty\n");
	else
		root_load(arch_direct(bootinfo.archive), bootinfo.archive_len);
}

/* ---- the device ---- */

static int
root_attach(Chan *c, const char *spec)
{
	if (*spec != 0)
		return fail(-ENOENT, "#root has no %s", spec);
	mutex_lock(&node_lock);
	chan_place_locked(c, &node_top);
	mutex_unlock(&node_lock);
	return 0;
}

static int
root_walk(Chan *c, const char *name)
{
	Node *from = c->aux, *n;

	mutex_lock(&node_lock);
	n = *node_find_locked(from, name);
	if (n != NULL) {
		chan_place_locked(c, n);
		node_put_locked(from);
	}
	mutex_unlock(&node_lock);
	return n == NULL ? -ENOENT : 0;
}

static int
root_clone(Chan *from, Chan *to)
{
	mutex_lock(&node_lock);
	chan_place_locked(to, from->aux);
	mutex_unlock(&node_lock);
	return 0;
}

static void
root_close(Chan *c)
{
	mutex_lock(&node_lock);
	node_put_locked(c->aux);
	mutex_unlock(&node_lock);
}

static int
root_stat(Chan *c, Stat *st)
{
	mutex_lock(&node_lock);
	node_stat(c->aux, st);
	mutex_unlock(&node_lock);
	return 0;
}

static void
list_children(Chan *dir, Text *t) REQUIRES(node_lock)
{
	for (Node *n = ((Node *)dir->aux)->child; n != NULL; n = n->next) {
		Stat st;

		node_stat(n, &st);
		dirsnap_add(t, &st);
	}
}

static int
root_open(Chan *c, int flags)
{
	Node *n = c->aux;
	int err = 0;

	mutex_lock(&node_lock);
	if (n->qid.dir)
		err = dirsnap_open(c, list_children);
	else if (flags & SO_TRUNC) {
		ramfile_free(&n->bytes);
		node_touch_locked(n);
	}
	mutex_unlock(&node_lock);
	return err;
}

static int
root_create(Chan *c, const char *name, int flags, uint32_t mode, bool dir)
{
	Node *from = c->aux, *n;
	int err;

	(void)flags;
	mutex_lock(&node_lock);
	err = node_make_locked(from, name, mode, dir, &n);
	if (err == 0) {
		chan_place_locked(c, n);
		node_put_locked(from);
	}
	mutex_unlock(&node_lock);
	return err;
}

static int
root_remove(Chan *c)
{
	Node *n = c->aux;
	int err;

	mutex_lock(&node_lock);
	err = node_check_removal(n);
	if (err == 0) {
		node_unlink_locked(n);
		node_put_locked(n);
	}
	mutex_unlock(&node_lock);
	return err;
}

/* What has the name already is removed, if it may be. */
static int
root_rename(Chan *c, Chan *to, const char *name)
{
	Node *n = c->aux, *dir = to->aux, *there;
	int err;

	mutex_lock(&node_lock);
	there = *node_find_locked(dir, name);
	err = node_check_rename(n, dir, there);
	if (err == 0 && there != n) {
		if (there != NULL) {
			node_unlink_locked(there);
			node_put_locked(there);
		}
		node_unlink_locked(n);
		strcopy(n->name, name, sizeof n->name);
		node_link_locked(dir, n);
	}
	mutex_unlock(&node_lock);
	return err;
}

static int
root_wstat(Chan *c, uint32_t mode)
{
	mutex_lock(&node_lock);
	((Node *)c->aux)->mode = mode & 0777;
	mutex_unlock(&node_lock);
	return 0;
}

Dev rootdev = {
	.name = "root",
	.plain = true,
	.init = root_init,
	.attach = root_attach,
	.walk = root_walk,
	.clone = root_clone,
	.stat = root_stat,
	.open = root_open,
	.create = root_create,
	.close = root_close,
	.entry = dirsnap_entry,
	.read = root_read,
	.write = root_write,
	.remove = root_remove,
	.rename = root_rename,
	.wstat = root_wstat,
};

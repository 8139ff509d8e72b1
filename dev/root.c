/*
 * #root: the RAM file system everything starts from, filled from the boot archive.
 *
 * What a file holds is dev/ramfile.c's; here is the tree of names. A removed file lives
 * on until its last Chan is gone. Absent: hard links, symbolic links, owners. Locks: one
 * Mutex (RANK_DIR) guards the whole tree; Node.refs too.
 */

#include "arch/arch.h"
#include "dev/devtab.h"
#include "dev/ramfile.h"
#include "kern/chan.h"
#include "kern/cpio.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/path.h"
#include "kern/proc.h"
#include "kern/string.h"

typedef struct Node Node;
struct Node {
	Node *parent; /* NULL: the root, or removed */
	Node *next;   /* in the same directory, oldest first */
	Node *child;  /* directories */
	uint refs;    /* one for the tree, one per Chan */
	Qid qid;
	uint32_t mode;
	uint64_t mtime;
	RamFile bytes;
	char name[SYS_NAMEMAX];
};

static Mutex tree_lock = MUTEX_INIT(RANK_DIR, "root");
static Node top = { .refs = 1, .qid = { .dir = true }, .mode = 0755, .name = "/" };
static uint64_t last_id; /* tree_lock */

static void
node_put_locked(Node *f) REQUIRES(tree_lock)
{
	if (--f->refs > 0)
		return;
	ramfile_free(&f->bytes);
	kfree(f);
}

static void
touch_locked(Node *f) REQUIRES(tree_lock)
{
	f->qid.vers++;
	f->mtime = arch_wall();
}

static void
empty_locked(Node *f) REQUIRES(tree_lock)
{
	ramfile_free(&f->bytes);
	touch_locked(f);
}

static long
root_read(Chan *c, void *buf, long n, off_k off)
{
	Node *f = c->aux;

	mutex_lock(&tree_lock);
	n = ramfile_read(&f->bytes, buf, n, off);
	mutex_unlock(&tree_lock);
	return n;
}

static long
root_write(Chan *c, const void *buf, long n, off_k off)
{
	Node *f = c->aux;
	long r;

	mutex_lock(&tree_lock);
	r = ramfile_write(&f->bytes, buf, n,
		c->flags & SO_APPEND ? f->bytes.len : (uint64_t)off);
	if (r > 0)
		touch_locked(f);
	mutex_unlock(&tree_lock);
	return r;
}

/* ---- the tree ---- */

static Node **
find_locked(Node *dir, const char *name) REQUIRES(tree_lock)
{
	Node **n = &dir->child;

	while (*n != NULL && strcmp((*n)->name, name) != 0)
		n = &(*n)->next;
	return n;
}

static void
link_locked(Node *dir, Node *n) REQUIRES(tree_lock)
{
	Node **end = &dir->child;

	while (*end != NULL)
		end = &(*end)->next;
	n->next = NULL;
	n->parent = dir;
	*end = n;
	dir->mtime = arch_wall();
	dir->qid.vers++;
}

static void
unlink_locked(Node *n) REQUIRES(tree_lock)
{
	Node *dir = n->parent;
	Node **at = &dir->child;

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	n->parent = NULL;
	dir->mtime = arch_wall();
	dir->qid.vers++;
}

/* A directory that was removed while somebody stood in it takes no new files. */
static bool
is_gone(const Node *n)
{
	return n->parent == NULL && n != &top;
}

static int
make_locked(Node *dir, const char *name, uint32_t mode, bool isdir, Node **out)
	REQUIRES(tree_lock)
{
	Node *n;

	if (is_gone(dir))
		return fail(-ENOENT, "the directory was removed");
	if (*find_locked(dir, name) != NULL)
		return fail(-EEXIST, "file exists");
	if (!ramfile_room() || (n = kalloc(sizeof(*n))) == NULL)
		return ramfile_full();
	n->refs = 1;
	n->qid = (Qid){ .path = ++last_id, .dir = isdir };
	n->mode = mode & 0777;
	n->mtime = arch_wall();
	strcopy(n->name, name, sizeof(n->name));
	link_locked(dir, n);
	*out = n;
	return 0;
}

/* Whether n may disappear, by remove or because something is renamed to its name. */
static int
check_removal(const Node *n)
{
	if (n == &top)
		return fail(-EBUSY, "is the root");
	if (is_gone(n))
		return fail(-ENOENT, "no such file or directory");
	if (n->child != NULL)
		return fail(-ENOTEMPTY, "directory not empty");
	return 0;
}

static void
place_at(Chan *c, Node *n)
{
	c->aux = n;
	c->qid = n->qid;
	n->refs++;
}

static void
node_stat(const Node *n, Stat *st)
{
	*st = (Stat){ n->qid, n->mode, n->bytes.len, n->mtime, "" };
	strcopy(st->name, n->name, sizeof(st->name));
}

/* ---- the boot archive ---- */

static int
load_dirs_locked(const char **rest, char name[SYS_NAMEMAX], Node **dir)
	REQUIRES(tree_lock)
{
	int err = 0;

	*dir = &top;
	while (path_next(rest, name) && **rest != 0 && err == 0) {
		Node *n = *find_locked(*dir, name);

		if (n == NULL)
			err = make_locked(*dir, name, 0755, true, &n);
		else if (!n->qid.dir)
			err = fail(-ENOTDIR, "not a directory");
		*dir = n;
	}
	return err;
}

static int
load_member_locked(const CpioFile *f) REQUIRES(tree_lock)
{
	char path[SYS_PATHMAX], name[SYS_NAMEMAX];
	const char *rest;
	Node *dir, *n;
	int err = path_clean("/", f->name[0] == '#' ? "" : f->name, path);

	if (err != 0)
		return fail(err, "bad name");
	rest = path_rest(path);
	if (*rest == 0) { /* "." is the root itself */
		top.mode = f->mode;
		return 0;
	}
	if ((err = load_dirs_locked(&rest, name, &dir)) != 0)
		return err;
	if (!path_name_ok(name))
		return fail(-EINVAL, "bad name");
	n = *find_locked(dir, name);
	if (n == NULL &&
		(err = make_locked(dir, name, f->mode, f->type == CPIO_DIR, &n)) != 0)
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

	mutex_lock(&tree_lock);
	while ((err = cpio_next(&rest, &f)) > 0) {
		if (f.type != CPIO_FILE && f.type != CPIO_DIR)
			kprint("root: archive: %s: neither file nor directory, left out\n",
				f.name);
		else if (load_member_locked(&f) != 0)
			kprint("root: archive: %s: %s, left out\n", f.name,
				proc_self()->errstr);
	}
	mutex_unlock(&tree_lock);
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
	top.mtime = arch_wall();
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
	mutex_lock(&tree_lock);
	place_at(c, &top);
	mutex_unlock(&tree_lock);
	return 0;
}

static int
root_walk(Chan *c, const char *name)
{
	Node *from = c->aux, *n;

	mutex_lock(&tree_lock);
	n = *find_locked(from, name);
	if (n != NULL) {
		place_at(c, n);
		node_put_locked(from);
	}
	mutex_unlock(&tree_lock);
	return n == NULL ? -ENOENT : 0;
}

static int
root_clone(Chan *from, Chan *to)
{
	mutex_lock(&tree_lock);
	place_at(to, from->aux);
	mutex_unlock(&tree_lock);
	return 0;
}

static void
root_close(Chan *c)
{
	mutex_lock(&tree_lock);
	node_put_locked(c->aux);
	mutex_unlock(&tree_lock);
}

static int
root_stat(Chan *c, Stat *st)
{
	mutex_lock(&tree_lock);
	node_stat(c->aux, st);
	mutex_unlock(&tree_lock);
	return 0;
}

static void
list_children(Chan *dir, Text *t) REQUIRES(tree_lock)
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

	mutex_lock(&tree_lock);
	if (n->qid.dir)
		err = dirsnap_open(c, list_children);
	else if (flags & SO_TRUNC)
		empty_locked(n);
	mutex_unlock(&tree_lock);
	return err;
}

static int
root_create(Chan *c, const char *name, int flags, uint32_t mode, bool dir)
{
	Node *from = c->aux, *n;
	int err;

	(void)flags;
	mutex_lock(&tree_lock);
	err = make_locked(from, name, mode, dir, &n);
	if (err == 0) {
		place_at(c, n);
		node_put_locked(from);
	}
	mutex_unlock(&tree_lock);
	return err;
}

static int
root_remove(Chan *c)
{
	Node *n = c->aux;
	int err;

	mutex_lock(&tree_lock);
	err = check_removal(n);
	if (err == 0) {
		unlink_locked(n);
		node_put_locked(n);
	}
	mutex_unlock(&tree_lock);
	return err;
}

static bool
inside(const Node *n, const Node *dir)
{
	while (n != NULL && n != dir)
		n = n->parent;
	return n != NULL;
}

static int
check_rename(const Node *n, const Node *dir, const Node *there)
{
	if (n == &top)
		return fail(-EBUSY, "is the root");
	if (is_gone(n) || is_gone(dir))
		return fail(-ENOENT, "no such file or directory");
	if (inside(dir, n))
		return fail(-EINVAL, "a directory cannot move into itself");
	if (there == NULL || there == n)
		return 0;
	if (there->qid.dir && !n->qid.dir)
		return fail(-EISDIR, "is a directory");
	if (!there->qid.dir && n->qid.dir)
		return fail(-ENOTDIR, "not a directory");
	return check_removal(there);
}

static int
root_rename(Chan *c, Chan *to, const char *name)
{
	Node *n = c->aux, *dir = to->aux, *there;
	int err;

	mutex_lock(&tree_lock);
	there = *find_locked(dir, name);
	err = check_rename(n, dir, there);
	if (err == 0 && there != n) {
		if (there != NULL) {
			unlink_locked(there);
			node_put_locked(there);
		}
		unlink_locked(n);
		strcopy(n->name, name, sizeof(n->name));
		link_locked(dir, n);
	}
	mutex_unlock(&tree_lock);
	return err;
}

static int
root_wstat(Chan *c, uint32_t mode)
{
	mutex_lock(&tree_lock);
	((Node *)c->aux)->mode = mode & 0777;
	mutex_unlock(&tree_lock);
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

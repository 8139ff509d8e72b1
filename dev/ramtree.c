/*
 * The tree of names of #root. What a file holds is in dev/ramfile.c. A name that was
 * removed lives on until its last Chan is gone, but has no parent. Absent: hard links,
 * symbolic links, owners.
 * Locks: node_lock (RANK_DIR) guards the whole tree, references included.
 */

#include "dev/ramtree.h"
#include "arch/arch.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/string.h"

Mutex node_lock = MUTEX_INIT(RANK_DIR, "root");
Node node_top = { .refs = 1, .qid = { .dir = true }, .mode = 0755, .name = "/" };
static uint64_t last_id; /* node_lock */

void
node_put_locked(Node *f)
{
	if (--f->refs > 0)
		return;
	ramfile_free(&f->bytes);
	kfree(f);
}

void
node_touch_locked(Node *f)
{
	f->qid.vers++;
	f->mtime = arch_wall();
}

Node **
node_find_locked(Node *dir, const char *name)
{
	Node **n = &dir->child;

	while (*n != NULL && strcmp((*n)->name, name) != 0)
		n = &(*n)->next;
	return n;
}

void
node_link_locked(Node *dir, Node *n)
{
	Node **end = &dir->child;

	while (*end != NULL)
		end = &(*end)->next;
	n->next = NULL;
	n->parent = dir;
	*end = n;
	node_touch_locked(dir);
}

void
node_unlink_locked(Node *n)
{
	Node *dir = n->parent;
	Node **at = &dir->child;

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	n->parent = NULL;
	node_touch_locked(dir);
}

/* True for a directory that was removed while somebody stood in it. */
static bool
node_is_gone(const Node *n)
{
	return n->parent == NULL && n != &node_top;
}

int
node_make_locked(Node *dir, const char *name, uint32_t mode, bool isdir, Node **out)
{
	Node *n;

	if (node_is_gone(dir))
		return fail(-ENOENT, "the directory was removed");
	if (*node_find_locked(dir, name) != NULL)
		return fail(-EEXIST, "file exists");
	if (!ramfile_room() || (n = kalloc(sizeof *n)) == NULL)
		return ramfile_full();
	n->refs = 1;
	n->qid = (Qid){ .path = ++last_id, .dir = isdir };
	n->mode = mode & 0777;
	n->mtime = arch_wall();
	strcopy(n->name, name, sizeof n->name);
	node_link_locked(dir, n);
	*out = n;
	return 0;
}

int
node_check_removal(const Node *n)
{
	if (n == &node_top)
		return fail(-EBUSY, "is the root");
	if (node_is_gone(n))
		return fail(-ENOENT, "no such file or directory");
	if (n->child != NULL)
		return fail(-ENOTEMPTY, "directory not empty");
	return 0;
}

void
node_stat(const Node *n, Stat *st)
{
	*st = (Stat){ n->qid, n->mode, n->bytes.len, n->mtime, "" };
	strcopy(st->name, n->name, sizeof st->name);
}

static bool
node_is_inside(const Node *n, const Node *dir)
{
	while (n != NULL && n != dir)
		n = n->parent;
	return n != NULL;
}

int
node_check_rename(const Node *n, const Node *dir, const Node *there)
{
	if (n == &node_top)
		return fail(-EBUSY, "is the root");
	if (node_is_gone(n) || node_is_gone(dir))
		return fail(-ENOENT, "no such file or directory");
	if (node_is_inside(dir, n))
		return fail(-EINVAL, "a directory cannot move into itself");
	if (there == NULL || there == n)
		return 0;
	if (there->qid.dir && !n->qid.dir)
		return fail(-EISDIR, "is a directory");
	if (!there->qid.dir && n->qid.dir)
		return fail(-ENOTDIR, "not a directory");
	return node_check_removal(there);
}

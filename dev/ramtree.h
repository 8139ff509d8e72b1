/* The tree of names of #root: directories and files in memory. */
#pragma once

#include "dev/ramfile.h"
#include "kern/dev.h"
#include "kern/lock.h"

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

extern Mutex node_lock; /* guards the whole tree */
extern Node node_top;   /* the root */

/* Gives up a reference. The last one frees the node and what it holds. */
void node_put_locked(Node *n) REQUIRES(node_lock);
/* Its content has changed: a new version and time. */
void node_touch_locked(Node *n) REQUIRES(node_lock);
/* The place in dir's list where name is, or, with NULL in it, where it would be added. */
Node **node_find_locked(Node *dir, const char *name) REQUIRES(node_lock);
/* Adds n, which has no parent, to dir; takes it out of its directory. References stay. */
void node_link_locked(Node *dir, Node *n) REQUIRES(node_lock);
void node_unlink_locked(Node *n) REQUIRES(node_lock);
/* Adds a new, empty node to dir, with one reference, the tree's. Says why not. */
int node_make_locked(Node *dir, const char *name, uint32_t mode, bool isdir, Node **out)
	REQUIRES(node_lock);
/* Says why n must not disappear, by remove or because something is renamed to its name;
 * 0: it may. */
int node_check_removal(const Node *n) REQUIRES(node_lock);
/* Says why n must not move into dir, to a name that `there` has, or nobody if it is NULL;
 * 0: it may. */
int node_check_rename(const Node *n, const Node *dir, const Node *there)
	REQUIRES(node_lock);
void node_stat(const Node *n, Stat *st) REQUIRES(node_lock);

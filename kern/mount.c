/*
 * The mount table of a process group (mount.h has the idea). Its references are counted:
 * fork gives the child one, and pgrp_copy makes a table of its own that shares the
 * Unions. Locks: Pgrp.lock (RANK_PGRP) guards the list. Chans are let go of after it is
 * released, because a device's close may take any lock.
 */

#include "kern/mount.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/path.h"
#include "kern/string.h"

typedef struct Mount Mount;
struct Mount {
	Mount *next;
	Chan *at;
	Union *u;
	bool keep; /* survives pgrp_clear */
};

struct Pgrp {
	uint refs;     /* atomic */
	bool sealed;   /* set once */
	Mutex lock;    /* guards down to the end */
	Mount *mounts; /* in the order they were made */
};

/* ---- unions ---- */

static Union *
union_new(void)
{
	Union *u = kalloc(sizeof *u + UNION_MAX * sizeof(Member));

	if (u == NULL)
		fail(-ENOMEM, "out of memory");
	else
		u->refs = 1;
	return u;
}

Union *
union_get(Union *u)
{
	__atomic_add_fetch(&u->refs, 1, __ATOMIC_RELAXED);
	return u;
}

void
union_put(Union *u)
{
	if (u == NULL || __atomic_sub_fetch(&u->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (uint i = 0; i < u->n; i++)
		chan_put(u->m[i].c);
	kfree(u);
}

static bool
member_creates(const Member *m)
{
	return m->how == BIND_REPLACE || (m->how & BIND_CREATE) != 0;
}

Chan *
union_creator(const Union *u)
{
	for (uint i = 0; i < u->n; i++)
		if (member_creates(&u->m[i]))
			return u->m[i].c;
	return NULL;
}

static bool
set_holds(Chan *const set[], uint n, const Chan *c)
{
	for (uint i = 0; i < n; i++)
		if (chan_same(set[i], c))
			return true;
	return false;
}

static int
add_member(Union *u, Chan *c, int how)
{
	if (u->n == UNION_MAX)
		return fail(-ENOSPC, "too many directories bound in one place");
	u->m[u->n++] = (Member){ chan_get(c), how };
	return 0;
}

/* Adds the members of u that are not in skip. A place is in a union once, so binding it
 * again moves it. */
static int
add_others(Union *to, const Union *u, Chan *const skip[], uint nskip)
{
	int err = 0;

	for (uint i = 0; u != NULL && i < u->n && err == 0; i++)
		if (!set_holds(skip, nskip, u->m[i].c))
			err = add_member(to, u->m[i].c, u->m[i].how);
	return err;
}

static int
add_all(Union *to, Chan *const add[], uint n, int how)
{
	int err = 0;

	for (uint i = 0; i < n && err == 0; i++)
		err = add_member(to, add[i],
			i > 0 && how == BIND_REPLACE ? BIND_AFTER : how);
	return err;
}

/* ---- the table ---- */

static Mount **
find_locked(Pgrp *g, const Chan *c) REQUIRES(g->lock)
{
	Mount **m = &g->mounts;

	while (*m != NULL && !chan_same((*m)->at, c))
		m = &(*m)->next;
	return m;
}

static void
mount_free(Mount *m)
{
	if (m == NULL)
		return;
	union_put(m->u);
	chan_put(m->at);
	kfree(m);
}

static void
mount_free_all(Mount *m)
{
	while (m != NULL) {
		Mount *next = m->next;

		mount_free(m);
		m = next;
	}
}

Union *
mount_find(Pgrp *g, const Chan *c)
{
	Mount *m;
	Union *u;

	mutex_lock(&g->lock);
	m = *find_locked(g, c);
	u = m == NULL ? NULL : union_get(m->u);
	mutex_unlock(&g->lock);
	return u;
}

/* Adds an entry at the end of the table. It takes over the caller's reference to u and
 * takes one of its own to at. After an error u is still the caller's. */
static int
append_locked(Pgrp *g, Chan *at, Union *u) REQUIRES(g->lock)
{
	Mount **end = &g->mounts, *m;
	uint n = 0;

	for (; *end != NULL; end = &(*end)->next)
		n++;
	if (n >= MOUNT_MAX)
		return fail(-ENOSPC, "too many places bound over");
	if ((m = kalloc(sizeof *m)) == NULL)
		return fail(-ENOMEM, "out of memory");
	m->at = chan_get(at);
	m->u = u;
	*end = m;
	return 0;
}

/* Fills the empty union `to` with the members of the old union, or the covered directory
 * itself, and the new ones before, after or instead of them. Errors leave a sentence. */
static int
build_union(Union *to, const Union *old, Chan *at, Chan *const add[], uint n, int flags)
{
	int how = flags & ~BIND_KEEP, err = 0;

	if (flags & BIND_BEFORE)
		err = add_all(to, add, n, how);
	if (err == 0 && (flags & (BIND_BEFORE | BIND_AFTER))) {
		if (old != NULL)
			err = add_others(to, old, add, n);
		else if (!set_holds(add, n, at))
			err = add_member(to, at, BIND_ORIG);
	}
	if (err == 0 && !(flags & BIND_BEFORE))
		err = add_all(to, add, n, how);
	return err;
}

int
mount_bind(Pgrp *g, Chan *at, Chan *const add[], uint n, int flags)
{
	Union *u = union_new(), *old = NULL;
	Mount *m;
	int err;

	if (u == NULL)
		return -ENOMEM;
	mutex_lock(&g->lock);
	m = *find_locked(g, at);
	err = build_union(u, m == NULL ? NULL : m->u, at, add, n, flags);
	if (err == 0 && m == NULL)
		err = append_locked(g, at, u);
	else if (err == 0) {
		old = m->u;
		m->u = u;
	}
	mutex_unlock(&g->lock);
	union_put(err == 0 ? old : u);
	return err;
}

/* Gives a new union without `what`. NULL with *err 0: only the covered directory would be
 * left. NULL with *err: it failed, with a sentence. */
static Union *
union_without(const Union *u, const Chan *what, int *err)
{
	Chan *const skip[1] = { (Chan *)what };
	Union *n = union_new();

	if (n == NULL) {
		*err = -ENOMEM;
		return NULL;
	}
	*err = add_others(n, u, skip, 1);
	if (n->n == u->n)
		*err = fail(-ENOENT, "not bound there");
	if (*err == 0 && n->n > 0 && !(n->n == 1 && n->m[0].how == BIND_ORIG))
		return n;
	union_put(n);
	return NULL;
}

int
mount_unbind(Pgrp *g, const Chan *at, const Chan *what)
{
	Union *old = NULL, *u = NULL;
	Mount **m, *gone = NULL;
	int err = 0;

	mutex_lock(&g->lock);
	m = find_locked(g, at);
	if (*m == NULL)
		err = fail(-ENOENT, "nothing is bound there");
	else if (what != NULL)
		u = union_without((*m)->u, what, &err);
	if (err == 0 && u != NULL) {
		old = (*m)->u;
		(*m)->u = u;
	} else if (err == 0) {
		gone = *m;
		*m = gone->next;
	}
	mutex_unlock(&g->lock);
	union_put(old);
	mount_free(gone);
	return err;
}

void
mount_keep(Pgrp *g, const char *top)
{
	mutex_lock(&g->lock);
	for (Mount *m = g->mounts; m != NULL; m = m->next)
		if (path_below(m->at->path, top))
			m->keep = true;
	mutex_unlock(&g->lock);
}

/* ---- groups ---- */

Pgrp *
pgrp_new(void)
{
	Pgrp *g = kalloc(sizeof *g);

	if (g == NULL)
		return NULL;
	g->refs = 1;
	mutex_init(&g->lock, RANK_PGRP, "pgrp");
	return g;
}

Pgrp *
pgrp_get(Pgrp *g)
{
	__atomic_add_fetch(&g->refs, 1, __ATOMIC_RELAXED);
	return g;
}

void
pgrp_put(Pgrp *g)
{
	if (g == NULL || __atomic_sub_fetch(&g->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	mount_free_all(g->mounts);
	kfree(g);
}

bool
pgrp_shared(const Pgrp *g)
{
	return __atomic_load_n(&g->refs, __ATOMIC_RELAXED) > 1;
}

Pgrp *
pgrp_copy(Pgrp *g)
{
	Pgrp *n = pgrp_new();
	Mount **end;
	bool whole = true;

	if (n == NULL)
		return NULL;
	n->sealed = pgrp_sealed(g);
	end = &n->mounts;
	mutex_lock(&g->lock);
	for (Mount *m = g->mounts; m != NULL && whole; m = m->next) {
		whole = (*end = kalloc(sizeof **end)) != NULL;
		if (!whole)
			break;
		(*end)->at = chan_get(m->at);
		(*end)->u = union_get(m->u);
		(*end)->keep = m->keep;
		end = &(*end)->next;
	}
	mutex_unlock(&g->lock);
	if (!whole) {
		pgrp_put(n);
		return NULL;
	}
	return n;
}

void
pgrp_seal(Pgrp *g)
{
	__atomic_store_n(&g->sealed, true, __ATOMIC_RELEASE);
}

bool
pgrp_sealed(const Pgrp *g)
{
	return __atomic_load_n(&g->sealed, __ATOMIC_ACQUIRE);
}

int
pgrp_clear(Pgrp *g)
{
	Mount *gone = NULL, **m;

	mutex_lock(&g->lock);
	for (m = &g->mounts; *m != NULL;) {
		Mount *x = *m;

		if (x->keep) {
			x->keep = false;
			m = &x->next;
			continue;
		}
		*m = x->next;
		x->next = gone;
		gone = x;
	}
	mutex_unlock(&g->lock);
	mount_free_all(gone);
	return 0;
}

/* ---- printing ---- */

/* Appends a name to a command line, in quotes if the shell would not read it as it is. */
static void
print_name(Text *t, const char *name)
{
	bool quote = false;

	for (const char *s = name; *s != 0; s++)
		quote |= strchr(" #'\"\\$*?[]<>|&;()`", *s) != NULL;
	if (!quote) {
		text_printf(t, " %s", name);
		return;
	}
	text_printf(t, " '");
	for (const char *s = name; *s != 0; s++)
		if (*s == '\'')
			text_printf(t, "'\\''");
		else
			text_putn(t, s, 1);
	text_printf(t, "'");
}

static void
print_bind(Text *t, const Member *m, int place, const char *at)
{
	text_printf(t, "bind");
	if (place != BIND_REPLACE || (m->how & BIND_CREATE))
		text_printf(t, " -%s%s",
			place == BIND_BEFORE          ? "b"
				: place == BIND_AFTER ? "a"
						      : "",
			m->how & BIND_CREATE ? "c" : "");
	print_name(t, m->c->path);
	print_name(t, at);
	text_printf(t, "\n");
}

/* Prints first the member that stands for the directory, then what is before and after
 * it. */
static void
print_mount(Text *t, const Mount *m)
{
	const Union *u = m->u;
	uint base = 0;

	for (uint i = 0; i < u->n; i++)
		if (!(u->m[i].how & (BIND_BEFORE | BIND_AFTER)))
			base = i;
	if (u->m[base].how != BIND_ORIG)
		print_bind(t, &u->m[base], BIND_REPLACE, m->at->path);
	for (uint i = base; i > 0; i--)
		print_bind(t, &u->m[i - 1], BIND_BEFORE, m->at->path);
	for (uint i = base + 1; i < u->n; i++)
		print_bind(t, &u->m[i], BIND_AFTER, m->at->path);
}

void
ns_print(Pgrp *g, Text *t)
{
	mutex_lock(&g->lock);
	for (const Mount *m = g->mounts; m != NULL; m = m->next)
		print_mount(t, m);
	mutex_unlock(&g->lock);
	if (pgrp_sealed(g))
		text_printf(t, "# sealed: names that begin with # are refused\n");
}

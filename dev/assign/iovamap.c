/*
 * Two treaps over the same ranges, one ordered by IOVA and one by virtual address. A
 * treap is a binary tree by start and a heap by a random weight, which keeps it balanced.
 * Each node has the greatest end below it, so overlaps are found although virtual
 * addresses may be mapped more than once. Pure but for the heap.
 */
#include "dev/assign/iovamap.h"
#include "kern/errno.h"
#include "kern/heap.h"

static uint64_t
range_end(const IovaRange *r, int by)
{
	return r != NULL ? r->in[by].end : 0;
}

static void
range_update(IovaRange *r, int by)
{
	uint64_t end = r->start[by] + r->len;
	uint64_t left = range_end(r->in[by].left, by),
		 right = range_end(r->in[by].right, by);

	end = left > end ? left : end;
	r->in[by].end = right > end ? right : end;
}

/* The order of the tree. Virtual addresses may be equal; then the IOVA decides. */
static bool
range_before(const IovaRange *a, const IovaRange *b, int by)
{
	return a->start[by] != b->start[by] ? a->start[by] < b->start[by]
					    : a->start[BY_IOVA] < b->start[BY_IOVA];
}

/* Cuts t in two: what is before `at` goes to *low, the rest to *high. */
static void
tree_split(IovaRange *t, const IovaRange *at, int by, IovaRange **low, IovaRange **high)
{
	if (t == NULL) {
		*low = *high = NULL;
	} else if (range_before(t, at, by)) {
		tree_split(t->in[by].right, at, by, &t->in[by].right, high);
		*low = t;
		range_update(t, by);
	} else {
		tree_split(t->in[by].left, at, by, low, &t->in[by].left);
		*high = t;
		range_update(t, by);
	}
}

static IovaRange *
tree_join(IovaRange *low, IovaRange *high, int by)
{
	if (low == NULL || high == NULL)
		return low != NULL ? low : high;
	if (low->weight >= high->weight) {
		low->in[by].right = tree_join(low->in[by].right, high, by);
		range_update(low, by);
		return low;
	}
	high->in[by].left = tree_join(low, high->in[by].left, by);
	range_update(high, by);
	return high;
}

static void
tree_insert(IovaRange **t, IovaRange *r, int by)
{
	IovaRange *low, *high;

	tree_split(*t, r, by, &low, &high);
	r->in[by].left = r->in[by].right = NULL;
	range_update(r, by);
	*t = tree_join(tree_join(low, r, by), high, by);
}

static void
tree_remove(IovaRange **t, const IovaRange *r, int by)
{
	if (*t == r)
		*t = tree_join(r->in[by].left, r->in[by].right, by);
	else
		tree_remove(range_before(r, *t, by) ? &(*t)->in[by].left
						    : &(*t)->in[by].right,
			r, by);
	if (*t != NULL)
		range_update(*t, by);
}

static void
iovamap_put_spare(IovaMap *m, IovaRange *r)
{
	r->in[0].left = m->spare;
	m->spare = r;
	m->nspare++;
}

int
iovamap_reserve(IovaMap *m, uint n)
{
	while (m->nspare < n) {
		IovaRange *r = kalloc(sizeof *r);

		if (r == NULL)
			return -ENOMEM;
		iovamap_put_spare(m, r);
	}
	return 0;
}

void
iovamap_add(IovaMap *m, iova_t iova, vaddr_t va, uint64_t len, uint rights)
{
	IovaRange *r = m->spare;

	m->spare = r->in[0].left;
	m->nspare--;
	m->n++;
	m->random = m->random * 1664525u + 1013904223u;
	*r = (IovaRange){
		.start = { iova, va }, .len = len, .rights = rights, .weight = m->random
	};
	tree_insert(&m->root[BY_IOVA], r, BY_IOVA);
	tree_insert(&m->root[BY_VA], r, BY_VA);
}

static void
iovamap_drop(IovaMap *m, IovaRange *r)
{
	tree_remove(&m->root[BY_IOVA], r, BY_IOVA);
	tree_remove(&m->root[BY_VA], r, BY_VA);
	m->n--;
	iovamap_put_spare(m, r);
}

void
iovamap_cut(IovaMap *m, iova_t iova, uint64_t len)
{
	const IovaRange *found;
	uint64_t end = iova + len;

	while ((found = iovamap_find(m, BY_IOVA, iova, len, DOMAIN_R | DOMAIN_W)) !=
		NULL) {
		IovaRange r = *found;
		uint64_t last = r.start[BY_IOVA] + r.len;

		iovamap_drop(m, (IovaRange *)(uintptr_t)found);
		if (r.start[BY_IOVA] < iova)
			iovamap_add(m, r.start[BY_IOVA], r.start[BY_VA],
				iova - r.start[BY_IOVA], r.rights);
		if (last > end)
			iovamap_add(m, end, r.start[BY_VA] + (end - r.start[BY_IOVA]),
				last - end, r.rights);
	}
}

static void
tree_free(IovaRange *t)
{
	while (t != NULL) {
		IovaRange *right = t->in[BY_IOVA].right;

		tree_free(t->in[BY_IOVA].left);
		kfree(t);
		t = right;
	}
}

void
iovamap_clear(IovaMap *m)
{
	while (m->spare != NULL) {
		IovaRange *r = m->spare;

		m->spare = r->in[0].left;
		kfree(r);
	}
	tree_free(m->root[BY_IOVA]);
	*m = (IovaMap){ .random = m->random };
}

static const IovaRange *
tree_find(const IovaRange *t, int by, uint64_t start, uint64_t len, uint rights)
{
	const IovaRange *r;

	if (t == NULL || t->in[by].end <= start)
		return NULL;
	if ((r = tree_find(t->in[by].left, by, start, len, rights)) != NULL)
		return r;
	if (t->start[by] >= start + len)
		return NULL;
	if (t->start[by] + t->len > start && t->rights & rights)
		return t;
	return tree_find(t->in[by].right, by, start, len, rights);
}

const IovaRange *
iovamap_find(const IovaMap *m, int by, uint64_t start, uint64_t len, uint rights)
{
	return tree_find(m->root[by], by, start, len, rights);
}

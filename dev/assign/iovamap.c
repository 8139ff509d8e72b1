/*
 * Two treaps over the same ranges: ordered by start, heaps by a random weight, every node
 * with the greatest end below it, so that overlaps are found although virtual addresses
 * may be mapped more than once.
 */
#include "dev/assign/iovamap.h"

#include "kern/errno.h"
#include "kern/heap.h"

static uint64_t
end_of(const IovaRange *r, int by)
{
	return r != NULL ? r->in[by].end : 0;
}

static void
update(IovaRange *r, int by)
{
	uint64_t end = r->start[by] + r->len;
	uint64_t left = end_of(r->in[by].left, by), right = end_of(r->in[by].right, by);

	end = left > end ? left : end;
	r->in[by].end = right > end ? right : end;
}

/* Equal starts (by VA) are told apart by their IOVA. */
static bool
before(const IovaRange *a, const IovaRange *b, int by)
{
	return a->start[by] != b->start[by] ? a->start[by] < b->start[by]
					    : a->start[BY_IOVA] < b->start[BY_IOVA];
}

/* All of t that is before `at` goes to *low, the rest to *high. */
static void
split(IovaRange *t, const IovaRange *at, int by, IovaRange **low, IovaRange **high)
{
	if (t == NULL) {
		*low = *high = NULL;
	} else if (before(t, at, by)) {
		split(t->in[by].right, at, by, &t->in[by].right, high);
		*low = t;
		update(t, by);
	} else {
		split(t->in[by].left, at, by, low, &t->in[by].left);
		*high = t;
		update(t, by);
	}
}

static IovaRange *
join(IovaRange *low, IovaRange *high, int by)
{
	if (low == NULL || high == NULL)
		return low != NULL ? low : high;
	if (low->weight >= high->weight) {
		low->in[by].right = join(low->in[by].right, high, by);
		update(low, by);
		return low;
	}
	high->in[by].left = join(low, high->in[by].left, by);
	update(high, by);
	return high;
}

static void
insert(IovaRange **t, IovaRange *r, int by)
{
	IovaRange *low, *high;

	split(*t, r, by, &low, &high);
	r->in[by].left = r->in[by].right = NULL;
	update(r, by);
	*t = join(join(low, r, by), high, by);
}

static void
take_out(IovaRange **t, const IovaRange *r, int by)
{
	if (*t == r)
		*t = join(r->in[by].left, r->in[by].right, by);
	else
		take_out(before(r, *t, by) ? &(*t)->in[by].left : &(*t)->in[by].right, r,
			by);
	if (*t != NULL)
		update(*t, by);
}

static void
put_spare(IovaMap *m, IovaRange *r)
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
		put_spare(m, r);
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
	insert(&m->root[BY_IOVA], r, BY_IOVA);
	insert(&m->root[BY_VA], r, BY_VA);
}

static void
drop(IovaMap *m, IovaRange *r)
{
	take_out(&m->root[BY_IOVA], r, BY_IOVA);
	take_out(&m->root[BY_VA], r, BY_VA);
	m->n--;
	put_spare(m, r);
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

		drop(m, (IovaRange *)(uintptr_t)found);
		if (r.start[BY_IOVA] < iova)
			iovamap_add(m, r.start[BY_IOVA], r.start[BY_VA],
				iova - r.start[BY_IOVA], r.rights);
		if (last > end)
			iovamap_add(m, end, r.start[BY_VA] + (end - r.start[BY_IOVA]),
				last - end, r.rights);
	}
}

static void
free_all(IovaRange *t)
{
	while (t != NULL) {
		IovaRange *right = t->in[BY_IOVA].right;

		free_all(t->in[BY_IOVA].left);
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
	free_all(m->root[BY_IOVA]);
	*m = (IovaMap){ .random = m->random };
}

static const IovaRange *
find(const IovaRange *t, int by, uint64_t start, uint64_t len, uint rights)
{
	const IovaRange *r;

	if (t == NULL || t->in[by].end <= start)
		return NULL;
	if ((r = find(t->in[by].left, by, start, len, rights)) != NULL)
		return r;
	if (t->start[by] >= start + len)
		return NULL;
	if (t->start[by] + t->len > start && t->rights & rights)
		return t;
	return find(t->in[by].right, by, start, len, rights);
}

const IovaRange *
iovamap_find(const IovaMap *m, int by, uint64_t start, uint64_t len, uint rights)
{
	return find(m->root[by], by, start, len, rights);
}

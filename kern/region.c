/*
 * The list of regions (region.h). It is sorted and singly linked, since a process has
 * about a dozen. Changes that may need a node take it from `spare`, which region_reserve
 * has filled before, so that nothing can fail half way. Locks: the owner of the list has
 * it locked.
 */

#include "kern/region.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"

/* clang-format off */
const char *const region_name[] = {
	[REGION_IMAGE] = "image", [REGION_BRK] = "brk",     [REGION_STACK] = "stack",
	[REGION_ANON] = "anon",   [REGION_DMA] = "dma",     [REGION_GUARD] = "guard",
	[REGION_REGS] = "regs",   [REGION_REVOKED] = "revoked",
};
/* clang-format on */

Region *
region_overlap(const RegionList *l, vaddr_t va, uint64_t len)
{
	for (Region *r = l->head; r != NULL && r->va < va + len; r = r->next)
		if (r->va + r->len > va)
			return r;
	return NULL;
}

Region *
region_find(const RegionList *l, vaddr_t va)
{
	return region_overlap(l, va, 1);
}

int
region_reserve(RegionList *l, uint n)
{
	uint have = 0;

	for (Region *r = l->spare; r != NULL; r = r->next)
		have++;
	for (; have < n; have++) {
		Region *r = kalloc(sizeof *r);

		if (r == NULL)
			return -ENOMEM;
		r->next = l->spare;
		l->spare = r;
	}
	return 0;
}

static Region *
node_take(RegionList *l)
{
	Region *r = l->spare;

	assert(r != NULL);
	l->spare = r->next;
	return r;
}

static void
node_give(RegionList *l, Region *r)
{
	r->next = l->spare;
	l->spare = r;
}

static bool
region_alike(const Region *a, const Region *b)
{
	return a->va + a->len == b->va && a->kind == b->kind && a->prot == b->prot &&
		a->token == b->token && a->why == b->why && a->kind != REGION_DMA &&
		a->kind != REGION_REGS;
}

static void
merge_next(RegionList *l, Region *r)
{
	Region *n = r->next;

	if (n == NULL || !region_alike(r, n))
		return;
	r->len += n->len;
	r->next = n->next;
	node_give(l, n);
}

void
region_add(RegionList *l, const Region *new)
{
	Region **pp = &l->head, *prev = NULL, *r = node_take(l);

	*r = *new;
	while (*pp != NULL && (*pp)->va < r->va) {
		prev = *pp;
		pp = &prev->next;
	}
	r->next = *pp;
	*pp = r;
	merge_next(l, r);
	if (prev != NULL)
		merge_next(l, prev);
}

/* Splits r at va, which lies inside it, into two. Uses one reserved node. */
static void
region_split(RegionList *l, Region *r, vaddr_t va)
{
	Region *n;

	if (va <= r->va || va >= r->va + r->len)
		return;
	n = node_take(l);
	*n = *r;
	n->va = va;
	n->len = r->va + r->len - va;
	r->len = va - r->va;
	r->next = n;
}

void
region_cut(RegionList *l, vaddr_t va, uint64_t len)
{
	Region *r, **pp = &l->head;

	if ((r = region_find(l, va)) != NULL)
		region_split(l, r, va);
	if ((r = region_find(l, va + len - 1)) != NULL)
		region_split(l, r, va + len);
	while ((r = *pp) != NULL && r->va < va + len) {
		if (r->va < va) {
			pp = &r->next;
			continue;
		}
		*pp = r->next;
		node_give(l, r);
	}
}

void
region_protect(RegionList *l, vaddr_t va, uint64_t len, int prot)
{
	Region *r;

	if ((r = region_find(l, va)) != NULL)
		region_split(l, r, va);
	if ((r = region_find(l, va + len - 1)) != NULL)
		region_split(l, r, va + len);
	for (r = region_find(l, va); r != NULL && r->va < va + len; r = r->next)
		r->prot = prot;
	for (r = l->head; r != NULL; r = r->next)
		while (r->next != NULL && region_alike(r, r->next))
			merge_next(l, r);
}

bool
region_covered(const RegionList *l, vaddr_t va, uint64_t len)
{
	for (const Region *r = region_find(l, va); r != NULL; r = r->next) {
		if (r->va > va)
			return false;
		if (r->va + r->len >= va + len)
			return true;
		len -= r->va + r->len - va;
		va = r->va + r->len;
	}
	return false;
}

static void
free_list(Region *r)
{
	while (r != NULL) {
		Region *next = r->next;

		kfree(r);
		r = next;
	}
}

void
region_free_all(RegionList *l)
{
	free_list(l->head);
	free_list(l->spare);
	l->head = l->spare = NULL;
}

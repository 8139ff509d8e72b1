/*
 * What a guest domain's owner has mapped, as the owner said it: ranges of IOVA that do
 * not overlap, each standing for as many bytes of the process's memory. Found by IOVA and
 * by virtual address in logarithmic time. Pure; the caller locks.
 */
#pragma once

#include "dev/vtd/iommu.h"
#include "kern/types.h"

enum { BY_IOVA, BY_VA };

typedef struct IovaRange IovaRange;
struct IovaRange {
	uint64_t start[2]; /* iova, va */
	uint64_t len;
	uint rights; /* DOMAIN_R, DOMAIN_W */

	uint32_t weight; /* random: a parent's is not less than its children's */
	struct {
		IovaRange *left, *right;
		uint64_t end; /* the greatest end below and here */
	} in[2];              /* a tree by each start */
};

typedef struct IovaMap {
	IovaRange *root[2];
	IovaRange *spare; /* reserved, through in[0].left */
	uint nspare, n;
	uint32_t random;
} IovaMap;

/* ranges that can be had without memory. -ENOMEM */
int iovamap_reserve(IovaMap *m, uint n);
/* Takes a reserved range; overlaps none by IOVA. */
void iovamap_add(IovaMap *m, iova_t iova, vaddr_t va, uint64_t len, uint rights);
/* Forget [iova, iova+len); what reaches out of it stays. Takes at most one reserved
 * range. */
void iovamap_cut(IovaMap *m, iova_t iova, uint64_t len);
void iovamap_clear(IovaMap *m); /* everything, and what is reserved */
/* The lowest range that overlaps [start, start+len), by IOVA or by VA, and has one of
 * `rights`; NULL. */
const IovaRange *iovamap_find(const IovaMap *m, int by, uint64_t start, uint64_t len,
	uint rights);

/*
 * What an owner in mode guest has mapped, as it said it: ranges of IOVA that do not
 * overlap, each of which stands for as many bytes of the process's memory. They are found
 * by IOVA and by virtual address in logarithmic time. Pure but for the heap; the caller
 * locks.
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

	uint32_t weight; /* random; a parent's is not less than its children's */
	struct {
		IovaRange *left, *right;
		uint64_t end; /* the greatest end of a range here or below */
	} in[2];              /* one tree by each start */
};

typedef struct IovaMap {
	IovaRange *root[2];
	IovaRange *spare; /* ranges in reserve, linked through in[0].left */
	uint nspare, n;
	uint32_t random;
} IovaMap;

/* Makes sure that the next n ranges need no memory, so that a later add or cut cannot
 * fail. -ENOMEM. */
int iovamap_reserve(IovaMap *m, uint n);
/* Adds a range, which must overlap none by IOVA. Takes one from the reserve. */
void iovamap_add(IovaMap *m, iova_t iova, vaddr_t va, uint64_t len, uint rights);
/* Forgets [iova, iova+len); of ranges that reach out of it the rest stays. Takes at most
 * one from the reserve. */
void iovamap_cut(IovaMap *m, iova_t iova, uint64_t len);
/* Forgets everything and frees the reserve. */
void iovamap_clear(IovaMap *m);
/* The lowest range that overlaps [start, start+len), by BY_IOVA or BY_VA, and has one of
 * `rights`; NULL: there is none. */
const IovaRange *iovamap_find(const IovaMap *m, int by, uint64_t start, uint64_t len,
	uint rights);

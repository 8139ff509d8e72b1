/*
 * What each stretch of an address space is: a sorted list of ranges that do not overlap.
 * Pure book-keeping: pages and tables are the address space's business.
 */
#pragma once

#include "kern/types.h"

typedef enum RegionKind {
	REGION_IMAGE, /* the program's segments */
	REGION_BRK,
	REGION_STACK,
	REGION_ANON,
	REGION_DMA,     /* memory made for devices */
	REGION_GUARD,   /* nothing, on purpose */
	REGION_REGS,    /* a device's registers */
	REGION_REVOKED, /* registers that were taken away */
} RegionKind;

typedef struct Region Region;
struct Region {
	Region *next;
	vaddr_t va;
	uint64_t len; /* bytes, whole pages */
	RegionKind kind;
	int prot;          /* SPROT_* */
	const void *token; /* registers: whose */
	const char *why;   /* revoked: what to say, for ever valid */
};

typedef struct RegionList {
	Region *head;
	Region *spare; /* reserved for splits, through next */
} RegionList;

extern const char *const region_name[];

Region *region_find(const RegionList *l, vaddr_t va); /* the one that holds va, or NULL */
/* The first that overlaps [va, va+len), or NULL. */
Region *region_overlap(const RegionList *l, vaddr_t va, uint64_t len);
/* Make sure `n` nodes can be had without allocating. -ENOMEM. */
int region_reserve(RegionList *l, uint n);
/* Add a range that overlaps nothing; takes one reserved node, merges with like
 * neighbours. */
void region_add(RegionList *l, const Region *r);
/* Take [va, va+len) out; pieces on both sides stay. Takes at most one reserved node. */
void region_cut(RegionList *l, vaddr_t va, uint64_t len);
/* Make [va, va+len), wholly covered, have other rights. At most two reserved nodes. */
void region_protect(RegionList *l, vaddr_t va, uint64_t len, int prot);
bool region_covered(const RegionList *l, vaddr_t va, uint64_t len);
void region_free_all(RegionList *l);

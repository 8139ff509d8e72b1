/*
 * What each stretch of an address space is, as a sorted list of ranges that do not
 * overlap. Only the list is kept here; pages and tables are the address space's work.
 * Addresses and lengths are whole pages. Locks: the owner of the list has it locked.
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

Region *region_find(const RegionList *l,
	vaddr_t va); /* the range with va in it, or NULL */
/* The first range that overlaps [va, va+len), or NULL. */
Region *region_overlap(const RegionList *l, vaddr_t va, uint64_t len);
/* Makes sure that the next changes find n nodes without allocating, so that they cannot
 * fail. -ENOMEM: nothing changed that anybody sees. */
int region_reserve(RegionList *l, uint n);
/* Adds a copy of r, which overlaps nothing; it becomes one with neighbours that are
 * alike. Uses one reserved node. */
void region_add(RegionList *l, const Region *r);
/* Takes [va, va+len) out of the list. What lies on both sides stays. Uses at most one
 * reserved node. */
void region_cut(RegionList *l, vaddr_t va, uint64_t len);
/* Gives [va, va+len), which is in ranges from end to end, other rights. Uses at most two
 * reserved nodes. */
void region_protect(RegionList *l, vaddr_t va, uint64_t len, int prot);
bool region_covered(const RegionList *l, vaddr_t va, uint64_t len); /* no hole in it */
void region_free_all(RegionList *l); /* the list is empty then */

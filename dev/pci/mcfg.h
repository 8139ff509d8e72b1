/* What dev/pci reads from firmware tables, whose content is not believed. Pure. */
#pragma once

#include "kern/types.h"

typedef struct McfgRange {
	uint64_t base; /* of bus `first`: 1 MiB per bus */
	uint seg, first, last;
} McfgRange;

#define MCFG_MAX 16

/* True if [a, a + alen) and [b, b + blen) have a byte in common. Neither may be empty.
 * The sums may exceed 64 bits. */
bool spans_meet(uint64_t a, uint64_t alen, uint64_t b, uint64_t blen);
/* The ranges of an MCFG table of len bytes, ascending by segment and bus, at most max of
 * them. Ranges that are wrong or overlap one before are left out. Returns how many. */
uint mcfg_parse(const void *table, size_t len, McfgRange *out, uint max);
/* True if [addr, addr + n) touches the registers of a unit of this DMAR table of len
 * bytes. */
bool dmar_covers(const void *table, size_t len, uint64_t addr, uint64_t n);

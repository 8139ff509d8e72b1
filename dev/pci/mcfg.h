/* What dev/pci needs of firmware tables, read as hostile input. Pure. */
#pragma once

#include "kern/types.h"

typedef struct McfgRange {
	uint64_t base; /* of bus `first`: 1 MiB per bus */
	uint seg, first, last;
} McfgRange;

#define MCFG_MAX 16

/* Do [a, a + alen) and [b, b + blen) meet? Neither is empty; sums may exceed 64 bits. */
bool spans_meet(uint64_t a, uint64_t alen, uint64_t b, uint64_t blen);
/* The MCFG's ranges, ascending by segment and bus, disjoint; unusable ones are dropped.
 * How many. */
uint mcfg_parse(const void *table, size_t len, McfgRange *out, uint max);
/* Does [addr, addr + n) touch the register window of a DMAR table's unit? */
bool dmar_covers(const void *table, size_t len, uint64_t addr, uint64_t n);

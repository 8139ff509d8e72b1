/* Reading second-level tables as a unit reads them. */
#pragma once

#include <stdint.h>

/* RAM by physical address; NULL: not RAM. */
typedef const uint64_t *(*SlRead)(uint64_t pa);

/*
 * The leaf entry for iova under a table of `levels`, its rights those of the whole walk;
 * 0 when there is none. must: bits of every entry on the way. *size: its page size.
 */
uint64_t slwalk_lookup(uint64_t table, uint32_t levels, uint64_t must, uint64_t iova,
	SlRead rd, uint64_t *size);

/* Second-level tables: for now the tops above a CPU's own page-directory-pointer page. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SL_SHARED_LEVELS 3 /* what a CPU's page-directory-pointer page is the root of */

/* RAM by physical address; NULL: not RAM. */
typedef const uint64_t *(*SlRead)(uint64_t pa);

/* Make the zeroed page at `page` a table of one level more than `below`. */
void slpt_cover(uint64_t *page, uint64_t below, bool flush);
/*
 * The leaf entry for iova under a table of `levels`, its rights those of the whole walk; 0
 * when there is none. *size: its page size.
 */
uint64_t slpt_lookup(uint64_t table, uint32_t levels, uint64_t iova, SlRead rd, uint64_t *size);

/*
 * Walking second-level tables (VT-d 9.8) from their top, pure. The tables may be our own
 * or a process's (a shared domain): what counts is the bits.
 */
#include "dev/vtd/slwalk.h"

#include <stddef.h>

#include "dev/vtd/ent.h"

uint64_t
slwalk_lookup(uint64_t table, uint32_t levels, uint64_t must, uint64_t iova, SlRead rd,
	uint64_t *size)
{
	uint64_t rights = FMASK(SL_R) | FMASK(SL_W);

	if (iova >> SL_SHIFT(levels + 1) != 0)
		return 0;
	for (uint32_t l = levels;; l--) {
		const uint64_t *page = rd(table);

		if (page == NULL)
			return 0;
		uint64_t e = __atomic_load_n(&page[SL_INDEX(iova, l)], __ATOMIC_RELAXED);
		rights &= e;
		if (rights == 0 || (e & must) != must)
			return 0;
		if (l == 1 || (l <= 3 && FGET(e, SL_PS))) {
			*size = SL_SPAN(l);
			return (e & ~(FMASK(SL_R) | FMASK(SL_W))) | rights;
		}
		table = FGET(e, SL_ADDR) << 12;
	}
}

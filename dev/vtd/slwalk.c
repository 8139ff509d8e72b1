/*
 * Walking second-level tables (VT-d 9.8) from their top, pure. The tables may be our own or
 * a process's (a shared domain): what counts is the bits.
 */
#include "dev/vtd/slwalk.h"

#include "dev/vtd/ent.h"

static uint32_t
shift(uint32_t level)
{
	return 12 + 9 * (level - 1);
}

uint64_t
slwalk_lookup(uint64_t table, uint32_t levels, uint64_t iova, SlRead rd, uint64_t *size)
{
	uint64_t rights = FMASK(SL_R) | FMASK(SL_W);

	if (iova >> shift(levels + 1) != 0)
		return 0;
	for (uint32_t l = levels;; l--) {
		const uint64_t *page = rd(table);

		if (!page)
			return 0;
		uint64_t e = __atomic_load_n(
			&page[iova >> shift(l) & (SL_ENTRIES - 1)], __ATOMIC_RELAXED);
		rights &= e;
		if (rights == 0)
			return 0;
		if (l == 1 || (l <= 3 && FGET(e, SL_PS))) {
			*size = 1ull << shift(l);
			return (e & ~(FMASK(SL_R) | FMASK(SL_W))) | rights;
		}
		table = FGET(e, SL_ADDR) << 12;
	}
}

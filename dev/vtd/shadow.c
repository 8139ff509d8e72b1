/*
 * Domains that show part of a process's own tables, or all of them with fewer rights: the
 * tables down to a level are ours, what they lead to is the process's.
 *
 *  private    our levels 3 and 2 -> the process's last-level tables, 2 MiB each
 *  read-only  our level 3        -> the process's level 2, 1 GiB each; R without W, which
 *                                   the walk ANDs with every right below
 *
 * So a page comes and goes with the process's own store into its table. Our tables change
 * only when a whole table of the process appears or goes. domain_added and domain_flush
 * see to that, and domain_flush does so before it invalidates. The caller holds whatever
 * keeps the process's tables still.
 */
#include "dev/vtd/vtd.h"

#define TOP 3

/* The entry for iova at level `floor` below a table of level 3, 0: none; *span: of how
 * many bytes around iova that is true. */
static uint64_t
entry_at(paddr_t table, uint32_t floor, iova_t iova, uint64_t *span)
{
	for (uint32_t level = TOP;; level--) {
		const uint64_t *e = os_ptr(table);
		uint64_t v = __atomic_load_n(&e[SL_INDEX(iova, level)], __ATOMIC_RELAXED);

		*span = SL_SPAN(level);
		if (level == floor || !FGET(v, SL_R) || FGET(v, SL_PS))
			return FGET(v, SL_R) && !FGET(v, SL_PS) ? v : 0;
		table = FGET(v, SL_ADDR) << 12;
	}
}

static iova_t
span_next(iova_t iova, uint64_t span)
{
	return (iova | (span - 1)) + 1;
}

int
shadow_show(Domain *d, iova_t iova, uint64_t len)
{
	uint32_t floor = d->tables.fmt.floor;
	uint64_t span, size = SL_SPAN(floor), any;
	SlChange c = SL_UNCHANGED;
	int err = 0;

	for (iova_t at = iova; at < iova + len && err == 0; at = span_next(at, span)) {
		uint64_t e = entry_at(d->pdpt, floor, at, &span);

		if (e && !entry_at(d->top, floor, at, &any))
			err = slpt_map(&d->tables, at & ~(size - 1),
				FGET(e, SL_ADDR) << 12, size, d->rights, &c);
	}
	return err != 0 ? -ENOMEM : 0;
}

bool
shadow_drop(Domain *d, iova_t iova, uint64_t len)
{
	uint32_t floor = d->tables.fmt.floor;
	uint64_t span, size = SL_SPAN(floor), any;
	bool gone = false;
	SlChange c = SL_UNCHANGED;

	for (iova_t at = iova; at < iova + len; at = span_next(at, span))
		if (entry_at(d->top, floor, at, &span) &&
			!entry_at(d->pdpt, floor, at, &any))
			gone |= slpt_unmap(&d->tables, at & ~(size - 1), size, &c) == 0;
	return gone;
}

/*
 * After the tables of a domain changed: every unit that has the domain invalidates what
 * the change demands, and then the domain's device, if it has a TLB of its own.
 *
 * Locks: each unit's in turn. The caller lets one call at a time change a domain.
 */
#include "dev/vtd/vtd.h"

/* One unit does. -ETIMEDOUT also if it broke earlier, with entries of d in its caches. */
static inline int
unit_tell(const DomainUnit *use, Change *c)
{
	Unit *u = use->unit;
	int err;

	os_lock(u->lock);
	c->did = (uint16_t)use->did;
	err = use->nsource > 0 ? unit_invalidate_locked(u, c)
		: use->lost    ? -ETIMEDOUT
			       : 0;
	os_unlock(u->lock);
	if (err != 0)
		unit_report(u);
	return err;
}

int
domain_invalidate(Domain *d, Change *c)
{
	int first = 0;

	const DomainUnit *end = d->use + d->nunit;

	for (const DomainUnit *use = d->use; use < end; use++) {
		int err = unit_tell(use, c);

		if (err != 0 && first == 0)
			first = err;
	}
	if (d->tlb.unit && c->kind != CHANGE_PAGES_ADDED) {
		int err = devtlb_flush(d, c->iova, c->len);
		if (!first)
			first = err;
	}
	return first;
}

int
domain_flush(Domain *d, iova_t iova, uint64_t len, bool tables)
{
	int err;

	d->nunmap++;
	if (d->pdpt && d->tables.root)
		tables |= shadow_drop(d, iova, len);
	err = domain_invalidate(d,
		&(Change){ .kind = tables ? CHANGE_TABLES_REMOVED : CHANGE_PAGES_REMOVED,
			.iova = iova,
			.len = len });
	slpt_sync(&d->tables, err == 0);
	return err;
}

int
domain_added(Domain *d, iova_t iova, uint64_t len)
{
	int err = d->pdpt && d->tables.root ? shadow_show(d, iova, len) : 0;

	d->nmap++;
	if (err || !d->flush_on_add)
		return err;
	return domain_invalidate(d,
		&(Change){ .kind = CHANGE_PAGES_ADDED, .iova = iova, .len = len });
}

/*
 * Domains in which an address is itself: pass-through, where the unit does not translate
 * a source at all (VT-d 9.3, TT=2), and identity, which does the same with tables for
 * units that have no pass-through, and leaves out what is not memory. Nobody but the
 * kernel's own drivers gets one, and only by boot parameter.
 *
 * Identity tables are filled before anything is attached and never change: no
 * invalidations. Locks: none.
 */
#include "dev/vtd/vtd.h"

int
domain_new_passthrough(Domain **out)
{
	Domain *d = domain_make(DOMAIN_PASSTHROUGH);

	if (d == NULL)
		return -ENOMEM;
	d->width = vtd_common().haw;
	*out = d;
	return 0;
}

int
domain_new_identity(uint32_t quota, Domain **out)
{
	return domain_make_tables(DOMAIN_IDENTITY, vtd_common().levels, 1, quota, out);
}

static bool
domain_used(const Domain *d)
{
	for (uint32_t i = 0; i < d->nunit; i++)
		if (d->use[i].did != 0)
			return true;
	return false;
}

int
domain_identity(Domain *d, paddr_t pa, uint64_t len, uint32_t rights)
{
	uint64_t top = d->size < d->memory ? d->size : d->memory;
	SlChange c = SL_UNCHANGED;
	int err;

	if (d->kind != DOMAIN_IDENTITY || len == 0 || (pa | len) & 4095 || rights - 1 > 2)
		return -EINVAL;
	if (domain_used(d))
		return -EBUSY;
	if (len > top || pa > top - len)
		return -ERANGE;
	if (pa < IRQ_WINDOW_END && pa + len > IRQ_WINDOW)
		return -EINVAL;
	if (!(rights & d->grants))
		return -ENOTSUP;
	err = slpt_map(&d->tables, pa, pa, len, rights, &c);
	slpt_sync(&d->tables, true); /* tables that were merged: no unit knows them yet */
	return err;
}

/*
 * Mappings of domains with tables of their own: check, change the tables, tell the units,
 * and only then give table pages back. One invalidation per call, however many pages.
 * What was absent and is present needs one only under caching mode or a write buffer; a
 * table that was merged into a large page always does.
 */
#include "dev/vtd/vtd.h"

/* Addresses of whole pages within what d can translate. */
static int
range_check(const Domain *d, iova_t iova, uint64_t len)
{
	if (d->kind != DOMAIN_MAPPED || len == 0 || (iova | len) & 4095)
		return -EINVAL;
	return len > d->size || iova > d->size - len ? -ERANGE : 0;
}

static int
memory_check(const Domain *d, paddr_t pa, uint64_t len)
{
	if (pa & 4095)
		return -EINVAL;
	return len > d->memory || pa > d->memory - len ? -ERANGE : 0;
}

/* The only invalidation here: of all that is pending, so that no table goes before its
 * own. */
int
domain_sync(Domain *d)
{
	SlChange c = d->pending;

	if (c.lo >= c.hi)
		return 0;
	d->pending = SL_UNCHANGED;
	int err = domain_invalidate(d,
		&(Change){
			.kind = c.tables ? CHANGE_TABLES_REMOVED : CHANGE_PAGES_REMOVED,
			.iova = c.lo,
			.len = c.hi - c.lo });
	if (d->tables.gone.n > 0)
		slpt_sync(&d->tables, err == 0);
	return err;
}

/* The units hear of what was mapped, or it is taken back. */
static int
mapping_announce(Domain *d, iova_t iova, uint64_t len)
{
	int err;

	if (d->pending.lo < d->pending.hi) {
		sl_note(&d->pending, iova, iova + len);
		d->pending.tables = true; /* one that is new may be cached as missing */
		err = domain_sync(d);
	} else {
		err = domain_invalidate(d,
			&(Change){
				.kind = CHANGE_PAGES_ADDED, .iova = iova, .len = len });
	}
	if (err != 0) {
		SlChange back = SL_UNCHANGED;
		slpt_unmap(&d->tables, iova, len, &back);
		slpt_sync(&d->tables, false);
		return err;
	}
	d->nmap++;
	return 0;
}

/* [iova, iova+len) is mapped, and the units know. */
static inline int
mapping_done(Domain *d, iova_t iova, uint64_t len)
{
	if (d->flush_on_add || d->pending.lo < d->pending.hi)
		return mapping_announce(d, iova, len);
	d->nmap++;
	return 0;
}

int
domain_map(Domain *d, iova_t iova, paddr_t pa, uint64_t len, uint32_t rights)
{
	int err;

	if (rights > (DOMAIN_R | DOMAIN_W) || !(rights & d->grants))
		return rights == DOMAIN_W ? -ENOTSUP : -EINVAL;
	if ((err = range_check(d, iova, len)) != 0 ||
		(err = memory_check(d, pa, len)) != 0 ||
		(err = slpt_map(&d->tables, iova, pa, len, rights, &d->pending)) != 0)
		return err;
	return mapping_done(d, iova, len);
}

/* [iova, iova+done) was mapped and is not wanted. */
static int
mapping_take_back(Domain *d, iova_t iova, uint64_t done, int err)
{
	if (done == 0)
		return err;
	slpt_unmap(&d->tables, iova, done, &d->pending);
	int late = domain_sync(d);
	return late != 0 ? late : err;
}

int
domain_map_runs(Domain *d, iova_t iova, uint64_t len, uint32_t rights, DomainRun run,
	void *arg)
{
	int err = rights - 1 > 2 ? -EINVAL : range_check(d, iova, len);
	uint64_t n = 0;

	if (rights == DOMAIN_W && !(rights & d->grants))
		return -ENOTSUP;
	for (uint64_t off = 0; off < len && err == 0; off += n) {
		paddr_t pa = 0;

		n = run(arg, off, len - off, &pa);
		err = n == 0 || n > len - off || n & 4095 ? -EFAULT
							  : memory_check(d, pa, n);
		if (err == 0)
			err = slpt_map(&d->tables, iova + off, pa, n, rights,
				&d->pending);
		if (err != 0)
			return mapping_take_back(d, iova, off, err);
	}
	return err != 0 ? err : mapping_done(d, iova, len);
}

static inline int
range_unmap(Domain *d, iova_t iova, uint64_t len)
{
	int err;

	if ((err = range_check(d, iova, len)) != 0 ||
		(err = slpt_unmap(&d->tables, iova, len, &d->pending)) != 0)
		return err;
	d->nunmap++;
	return 0;
}

int
domain_unmap_later(Domain *d, iova_t iova, uint64_t len)
{
	return range_unmap(d, iova, len);
}

int
domain_unmap(Domain *d, iova_t iova, uint64_t len)
{
	int err = range_unmap(d, iova, len);

	return err != 0 ? err : domain_sync(d);
}

int
domain_unmap_all(Domain *d)
{
	if (d->kind != DOMAIN_MAPPED)
		return -EINVAL;
	slpt_clear(&d->tables, &d->pending);
	return domain_sync(d);
}

uint32_t
domain_rights(const Domain *d, uint32_t rights)
{
	return rights & d->grants ? rights : rights | DOMAIN_R;
}

uint32_t
domain_width(const Domain *d)
{
	return d->width;
}

void
domain_info(const Domain *d, DomainInfo *o)
{
	*o = (DomainInfo){
		.kind = d->kind,
		.top = d->top,
		.levels = d->levels,
		.width = d->width,
		.pages = d->tables.pages,
		.quota = d->tables.quota,
		.clean = d->tables.clean.n,
		.big = d->tables.nbig,
		.nmap = d->nmap,
		.nunmap = d->nunmap,
		.tlb = d->tlb.unit != NULL,
	};
}

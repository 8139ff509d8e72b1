/*
 * What a context entry leads to in scalable mode (VT-d 3.4.3, 9.5, 9.6): a PASID
 * directory with one entry, which leads to a PASID table with one entry, that of PASID 0:
 * what translates requests without a PASID. No other requests are let through.
 *
 * A pair of pages for each domain on each unit, made with its id and published before the
 * first context entry leads there. They are never changed, and live until domain_free,
 * when nothing leads there and the caches of their id are empty.
 */
#include "dev/vtd/trace.h"
#include "dev/vtd/vtd.h"

Pasid
pasid_entry(const Domain *d, const Unit *u, paddr_t top)
{
	bool pass = d->kind == DOMAIN_PASSTHROUGH,
	     first = u->lim.mode == VTD_FIRST && !pass;
	uint32_t type = pass ? PGTT_PASS : first ? PGTT_FIRST : PGTT_SECOND;
	Pasid p = ent_pasid(type, top, pass ? u->lim.most : u->lim.levels, 0);

	EPUT(p.e, PASID_PWSNP, u->lim.smpwc);
	EPUT(p.e, PASID_PGSNP, first && u->lim.snoop); /* second stage: leaf by leaf */
	return p;
}

int
pasid_reserve(const Unit *u, paddr_t page[2])
{
	bool flush = !u->lim.coherent;

	if ((page[0] = table_page(flush)) != 0 && (page[1] = table_page(flush)) != 0)
		return 0;
	pasid_free(page[0], page[1], false);
	page[0] = 0;
	return -ENOMEM;
}

void
pasid_open_locked(const Unit *u, DomainUnit *use, const Pasid *p, paddr_t page[2])
{
	bool flush = !u->lim.coherent;
	Pasid own = *p;

	EPUT(own.e, PASID_DID, use->did);
	TRACE(trace_pasid(u->index, os_ptr(page[0]), os_ptr(page[1]), &own));
	ent_publish_pasid(os_ptr(page[1]), &own, flush);
	ent_publish_directory(os_ptr(page[0]), page[1], flush);
	use->dir = page[0];
	use->pasid = page[1];
	page[0] = page[1] = 0;
}

void
pasid_free(paddr_t dir, paddr_t table, bool withhold)
{
	if (dir)
		(withhold ? os_page_withhold : os_page_free)(dir);
	if (table)
		(withhold ? os_page_withhold : os_page_free)(table);
}

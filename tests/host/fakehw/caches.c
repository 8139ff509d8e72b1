/*
 * The caches of a unit: context entries by source, PASID entries, pages and tables by
 * domain id. Nothing leaves them before it is invalidated. Here is what an invalidation
 * drops.
 */
#include "tests/host/fakehw/unit.h"

void
cache_claim_id(FakeUnit *u, const Route *w)
{
	if (u->id[w->did].used &&
		(u->id[w->did].top != w->top ||
			u->id[w->did].first != (w->type == BY_FIRST)))
		bad(u, "domain id %u used with two tables", w->did);
	u->id[w->did].used = true;
	u->id[w->did].top = w->top;
	u->id[w->did].first = w->type == BY_FIRST;
}

static Tlb *
slot(Tlb *t, uint32_t n, uint16_t did, uint32_t level, uint64_t tag)
{
	return &t[(tag * 2654435761u + did * 40503u + level * 97u) % n];
}

Tlb *
cache_find(Tlb *t, uint32_t n, uint16_t did, uint32_t level, uint64_t tag)
{
	Tlb *e = slot(t, n, did, level, tag);

	return e->valid && e->did == did && e->level == level && e->tag == tag ? e : NULL;
}

void
cache_keep(Tlb *t, uint32_t n, Tlb e)
{
	e.valid = true;
	*slot(t, n, e.did, e.level, e.tag) = e;
}

void
cache_drop_context(FakeUnit *u, uint32_t gran, uint16_t did, uint16_t sid)
{
	if (gran == 1) {
		u->gen++;
		u->need_cc = false;
		u->cc_done = true;
		return;
	}
	if (gran == 2) {
		for (uint32_t i = 0; i < 65536; i++)
			if (u->ctx[i].gen == u->gen && u->ctx[i].tag == did)
				u->ctx[i].gen = 0;
		return;
	}
	/* Entries of scalable mode have no id, so there is none to compare. */
	if (u->ctx[sid].gen == u->gen && (u->scalable || u->ctx[sid].tag == did) &&
		!u->ctx[sid].by_root)
		u->ctx[sid].gen = 0;
}

/* Of one id, or all. */
void
cache_drop_pasids(FakeUnit *u, bool all, uint16_t did)
{
	buffer_drain(u);
	if (all) {
		u->pasid_gen++;
		if (u->need_pasid && !u->cc_done)
			bad(u, "after SRTP, PASID cache dropped before context cache");
		u->need_pasid = false;
		u->pasid_done = true;
		return;
	}
	for (uint32_t i = 0; i < 65536; i++)
		if (u->pasid[i].tag == did)
			u->pasid[i].gen = 0;
}

void
cache_drop_domain(FakeUnit *u, uint16_t did)
{
	for (uint32_t i = 0; i < NTLB; i++)
		if (u->tlb[i].did == did)
			u->tlb[i].valid = false;
	for (uint32_t i = 0; i < NWALK; i++)
		if (u->walk[i].did == did)
			u->walk[i].valid = false;
	u->id[did].used = false;
}

/* stage1: what first-stage tables translate; the other kind is left alone. */
static void
drop_pages(FakeUnit *u, uint16_t did, uint64_t first, uint64_t n, bool hint, bool stage1)
{
	if (first % n != 0)
		bad(u, "page-selective invalidation not aligned to its size");
	for (uint32_t i = 0; i < NTLB; i++)
		if (u->tlb[i].did == did && u->tlb[i].first == stage1 &&
			u->tlb[i].tag >= first && u->tlb[i].tag < first + n)
			u->tlb[i].valid = false;
	for (uint32_t i = 0; i < NWALK && !hint; i++) {
		Tlb *w = &u->walk[i];
		uint32_t s = 9 * w->level; /* pages under the table it leads to */
		if (w->did == did && w->first == stage1 &&
			w->tag <= (first + n - 1) >> s && w->tag >= first >> s)
			w->valid = false;
	}
}

/* Page-selective, of either stage. */
void
cache_drop_some(FakeUnit *u, uint16_t did, uint64_t addr, bool stage1)
{
	uint32_t am = addr & 0x3f;

	if (u->id[did].used && u->id[did].first != stage1)
		bad(u, "pages of id %u invalidated in the other stage", did);
	if (!(u->conf.cap >> 39 & 1))
		bad(u, "page-selective invalidation without CAP.PSI");
	else if (am > u->mamv)
		bad(u, "address mask %u above %u", am, u->mamv);
	else
		drop_pages(u, did, addr >> 12, 1ull << am, addr >> 6 & 1, stage1);
}

void
cache_drop_iotlb(FakeUnit *u, uint32_t gran, uint16_t did, uint64_t addr)
{
	buffer_drain(u);
	switch (gran) {
	case 1:
		memset(u->tlb, 0, sizeof u->tlb);
		memset(u->walk, 0, sizeof u->walk);
		memset(u->id, 0, sizeof u->id);
		if (u->need_iotlb && !u->cc_done)
			bad(u, "IOTLB invalidated before the context cache after SRTP");
		if (u->need_iotlb && u->scalable && !u->pasid_done)
			bad(u, "IOTLB invalidated before the PASID cache after SRTP");
		u->need_iotlb = false;
		break;
	case 2:
		cache_drop_domain(u, did);
		break;
	case 3:
		cache_drop_some(u, did, addr, false);
		break;
	default:
		bad(u, "IOTLB invalidation of granularity %u", gran);
	}
}

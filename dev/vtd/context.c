/*
 * Context entries: which domain translates the requests of a source. Attach publishes the
 * entries of all sources or of none, in the legal order, with the invalidations that
 * caching mode demands. Detach takes them away and waits until nothing is in flight. A
 * domain gets its id on a unit at the first attach.
 *
 * Locks: the unit's, for its tables and for DomainUnit. An operation that fails leaves
 * nothing behind. After -ETIMEDOUT the unit is BROKEN and the entries are not present,
 * but the unit may hold old ones: pages and ids it knew are withheld.
 */
#include "dev/vtd/vtd.h"

/* The page with one entry that leads to `below`, made when it is first needed. */
static paddr_t
upper_table(const Domain *d, paddr_t *at, paddr_t below)
{
	paddr_t page, none = 0;
	bool flush = !vtd_coherent();

	if (*at)
		return *at;
	if ((page = table_page(flush)) == 0)
		return 0;
	TRACE(trace_above(os_ptr(page), below | d->link));
	mem_store64(os_ptr(page), below | d->link, flush);
	if (__atomic_compare_exchange_n(at, &none, page, false, __ATOMIC_ACQ_REL,
		    __ATOMIC_ACQUIRE))
		return page;
	os_page_free(page);
	return none;
}

/* The root of d's tables in the form u wants; 0: no memory. */
static paddr_t
domain_top(Domain *d, const Unit *u)
{
	paddr_t top = d->top;

	for (uint32_t i = 0; top && i + d->levels < u->lim.levels; i++)
		top = upper_table(d, &d->upper[i], top);
	return top;
}

/* What is to lead to a domain on a unit, still without an id. */
typedef struct NewContext {
	Ent ctx;         /* legacy mode */
	Pasid pasid;     /* scalable mode; */
	paddr_t page[2]; /* and where to put it, if it is not there yet */
} NewContext;

/* Makes what d's context entries on u will be, but for the domain id. u->lock is not
 * held, because this allocates. -ENOTSUP: u lets nothing pass. -ENOMEM. On an error
 * nothing is left to be freed. */
static int
context_prepare(Domain *d, Unit *u, NewContext *new)
{
	bool pass = d->kind == DOMAIN_PASSTHROUGH;
	paddr_t top = pass ? 0 : domain_top(d, u);

	*new = (NewContext){ 0 };
	if (pass && !u->lim.pass)
		return -ENOTSUP;
	if (!pass && !top)
		return -ENOMEM;
	if (u->lim.mode == VTD_LEGACY) {
		new->ctx = pass ? ent_pass(u->lim.most, 0)
				: ent_context(top, u->lim.levels, 0);
		if (d->tlb.unit == u)
			EPUT(new->ctx, CTX_TT, TT_DEVICE);
		return 0;
	}
	new->pasid = pasid_entry(d, u, top);
	os_lock(u->lock);
	bool there = d->use[u->index].dir != 0;
	os_unlock(u->lock);
	return there ? 0 : pasid_reserve(u, new->page);
}

/* The context entry itself. */
static Ent
context_make_locked(const Unit *u, DomainUnit *use, NewContext *new)
{
	if (u->lim.mode == VTD_LEGACY) {
		EPUT(new->ctx, CTX_DID, use->did);
		return new->ctx;
	}
	if (use->dir == 0)
		pasid_open_locked(u, use, &new->pasid, new->page);
	return ent_context2(use->dir);
}

/* Does e, which is present, lead there? */
static bool
context_leads(const Unit *u, const DomainUnit *use, Ent e)
{
	if (use->did == 0)
		return false;
	return u->lim.mode == VTD_LEGACY ? EGET(e, CTX_DID) == use->did
					 : EGET(e, SM_DIR) << 12 == use->dir;
}

static Ent *
context_present_locked(const Unit *u, uint16_t sid)
{
	Ent *e = table_slot_locked(u, sid);

	return e && EGET(*e, CTX_P) ? e : NULL;
}

static void
contexts_clear_locked(Unit *u, DomainUnit *use, const uint16_t *sid, uint32_t nsid)
{
	for (uint32_t i = 0; i < nsid; i++) {
		Ent *e = context_present_locked(u, sid[i]);
		if (e == NULL)
			continue; /* named twice */
		ent_unpublish(e, !u->lim.coherent);
		use->nsource--;
		u->nsource--;
	}
}

/* Stores ctx for each source and invalidates what that demands. On an error the entries
 * are gone again, and the domain's id on u must never be used for another (use->lost). */
static int
contexts_publish_locked(Unit *u, DomainUnit *use, Ent ctx, const uint16_t *sid,
	uint32_t nsid)
{
	for (uint32_t i = 0; i < nsid; i++) {
		Ent *e = table_slot_locked(u, sid[i]);
		if (EGET(*e, CTX_P))
			continue; /* named twice */
		ent_publish(e, ctx, !u->lim.coherent);
		use->nsource++;
		u->nsource++;
	}
	int err = unit_invalidate_locked(u,
		&(Change){ .kind = CHANGE_CONTEXT_ADDED,
			.did = (uint16_t)use->did,
			.sid = sid,
			.nsid = nsid });
	if (err != 0) {
		contexts_clear_locked(u, use, sid, nsid);
		use->lost = true;
	}
	return err;
}

static int
sources_attach_locked(Unit *u, DomainUnit *use, bool alone, NewContext *new,
	const uint16_t *sid, uint32_t nsid)
{
	if (u->state == UNIT_BROKEN)
		return -ETIMEDOUT;
	if (alone && use->nsource > 0)
		return -EBUSY;
	for (uint32_t i = 0; i < nsid; i++)
		if (context_present_locked(u, sid[i]))
			return -EBUSY;
	if (use->did == 0 && (use->did = id_take_locked(u)) == 0)
		return -ENOSPC;
	return contexts_publish_locked(u, use, context_make_locked(u, use, new), sid,
		nsid);
}

int
domain_attach(Domain *d, Unit *u, const uint16_t *sid, uint32_t nsid)
{
	NewContext new;
	int err;

	if (unit_state(u) == UNIT_UNUSABLE)
		return -ENODEV;
	if (nsid == 0)
		return -EINVAL;
	if (d->tlb.unit && d->tlb.unit != u)
		return -EBUSY;
	err = context_prepare(d, u, &new);
	for (uint32_t i = 0; i < nsid && err == 0; i++)
		err = table_bus(u, (uint8_t)(sid[i] >> 8));
	if (err == 0) {
		os_lock(u->lock);
		err = sources_attach_locked(u, &d->use[u->index], d->tlb.unit != NULL,
			&new, sid, nsid);
		os_unlock(u->lock);
		unit_report(u);
	}
	pasid_free(new.page[0], new.page[1], false);
	return err;
}

/* Takes the entries of the sources away and invalidates. -ENODEV: one of them does not
 * lead to this domain, and nothing has changed. -ETIMEDOUT: the unit is BROKEN, the
 * entries are not present, and the domain's memory must be withheld. */
static int
sources_detach_locked(Unit *u, DomainUnit *use, const uint16_t *sid, uint32_t nsid)
{
	for (uint32_t i = 0; i < nsid; i++) {
		Ent *e = context_present_locked(u, sid[i]);
		if (e == NULL || !context_leads(u, use, *e))
			return -ENODEV;
	}
	contexts_clear_locked(u, use, sid, nsid);
	int err = unit_invalidate_locked(u,
		&(Change){ .kind = CHANGE_CONTEXT_REMOVED,
			.did = (uint16_t)use->did,
			.sid = sid,
			.nsid = nsid });
	use->lost |= err != 0;
	for (uint32_t i = 0; i < nsid && err == 0; i++)
		ent_wipe(table_slot_locked(u, sid[i]), !u->lim.coherent);
	return err;
}

int
domain_detach(Domain *d, Unit *u, const uint16_t *sid, uint32_t nsid)
{
	if (unit_state(u) == UNIT_UNUSABLE || nsid == 0)
		return -ENODEV;
	os_lock(u->lock);
	int err = sources_detach_locked(u, &d->use[u->index], sid, nsid);
	os_unlock(u->lock);
	unit_report(u);
	int late = err == -ENODEV ? 0 : domain_tlb_off(d); /* last: VT-d 6.2.2.1 */
	return err != 0 ? err : late;
}

/* ---- devices with a TLB ---- */

static bool
domain_attached(const Domain *d)
{
	for (uint32_t i = 0; i < d->nunit; i++)
		if (d->use[i].nsource > 0)
			return true;
	return false;
}

int
domain_attach_tlb(Domain *d, Unit *u, const VtdTlb *tlb)
{
	if (d->kind == DOMAIN_PASSTHROUGH || unit_state(u) == UNIT_UNUSABLE)
		return -ENOTSUP;
	if (domain_attached(d))
		return -EBUSY;
	if (!devtlb_join(u))
		return -ENOTSUP;
	d->tlb = (DevTlb){ .vtd = *tlb, .unit = u };
	int err = domain_attach(d, u, &tlb->sid, 1);
	if (err != 0)
		devtlb_forget(d);
	return err;
}

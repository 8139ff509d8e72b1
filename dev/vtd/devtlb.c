/*
 * Devices that translate by themselves (ATS; VT-d 4, 6.5.2.5). Such a device asks the
 * unit once and keeps the answer in a TLB of its own, so whatever is taken away is
 * invalidated there as well, after the unit's own caches have forgotten it: before, the
 * device could ask again and be told the old. Only devices the host drives and trusts:
 * what one sends as "already translated" is believed.
 *
 * A device may not answer. The unit gives up after a while (ITE) and goes on. Where it
 * takes longer than a wait may, the device is switched off by its host, everybody waits a
 * little longer meanwhile, and only then is the unit given up. In either case nothing the
 * device may have kept counts as confirmed, then or later.
 *
 * Locks: d->tlb is as the domain's tables, one caller at a time; the unit's lock for the
 * rest.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

#define LONGER_NS 800000000ull /* with UNIT_WAIT_NS: a second */

/* ---- invalidating ---- */

/* The unit waits for a device that is off now: what it reports ends it, or else it is
 * lost. */
static void
unit_recover(Unit *u)
{
	os_lock(u->lock);
	if (u->state != UNIT_BROKEN && qi_submit_locked(u, &(InvOp){ 0 }, 0) != 0)
		unit_break_locked(u, "an invalidation did not complete");
	u->patience -= LONGER_NS;
	os_unlock(u->lock);
	unit_report(u);
}

static int
flush_submit_locked(Unit *u, const InvOp *op)
{
	if (u->state == UNIT_BROKEN)
		return -ETIMEDOUT;
	int err = qi_device_locked(u, op);
	if (err == -ETIMEDOUT)
		u->patience += LONGER_NS; /* for all who come until recover() */
	return err;
}

int
devtlb_flush(Domain *d, iova_t iova, uint64_t len)
{
	DevTlb *t = &d->tlb;
	InvOp op = { .kind = INV_DEVICE, .sid = t->vtd.sid, .depth = t->vtd.depth };

	if (t->unit == NULL)
		return 0;
	if (t->silent)
		return -EIO;
	inv_block(&op, iova, len);
	os_lock(t->unit->lock);
	bool lost = t->unit->state == UNIT_BROKEN;
	int err = flush_submit_locked(t->unit, &op);
	os_unlock(t->unit->lock);
	if (err == 0 || lost)
		return err;
	t->silent = true;
	t->vtd.off(t->vtd.arg);
	if (err == -ETIMEDOUT)
		unit_recover(t->unit);
	return -EIO;
}

/* ---- life ---- */

static const char *
tlb_obstacle_locked(const Unit *u)
{
	if (!FGET(u->ecap, ECAP_DT))
		return "its unit takes no part in it";
	if (u->lim.mode != VTD_LEGACY)
		return "its unit is in scalable mode, where it is not used";
	return u->queued ? NULL : "that needs the invalidation queue";
}

const char *
unit_tlb_obstacle(Unit *u)
{
	os_lock(u->lock);
	const char *why = tlb_obstacle_locked(u);
	os_unlock(u->lock);
	return why;
}

/* From here on the queue stays: tune.c counts, too. */
bool
devtlb_join(Unit *u)
{
	os_lock(u->lock);
	bool can = tlb_obstacle_locked(u) == NULL;
	u->ntlb += can;
	os_unlock(u->lock);
	return can;
}

void
devtlb_forget(Domain *d)
{
	Unit *u = d->tlb.unit;

	os_lock(u->lock);
	u->ntlb--;
	os_unlock(u->lock);
	d->tlb.unit = NULL;
}

int
domain_tlb_off(Domain *d)
{
	if (d->tlb.unit == NULL)
		return 0;
	int err = devtlb_flush(d, 0, 0);
	devtlb_forget(d);
	return err;
}

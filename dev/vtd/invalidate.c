/*
 * Carrying out what a change of tables demands: the plan (inv.c), by queue or by
 * registers.
 *
 * Locks: the caller holds the unit's lock, which the wait for the unit is part of.
 */
#include "dev/vtd/vtd.h"

int
unit_invalidate_locked(Unit *u, const Change *c)
{
	InvOp op[INV_MAXOP];
	uint32_t n = inv_plan(&u->lim, c, op);
	int err;

	if (n == 0)
		return 0;
	if (u->state == UNIT_BROKEN)
		return -ETIMEDOUT;
	if (op[0].kind == INV_WBF) {
		u->ninv[INV_WBF]++;
		return unit_gcmd_locked(u, GCMD_DO_WBF);
	}
	err = u->queued ? qi_submit_locked(u, op, n) : ri_submit_locked(u, op, n);
	if (err == 0)
		return 0;
	unit_break_locked(u, "an invalidation did not complete");
	return -ETIMEDOUT;
}

/*
 * Invalidation by registers (VT-d 6.5.1), for units without a queue and by choice. Each
 * command completes before the next is given, which also makes fences superfluous. Never
 * used while the queue is on: units then leave the command pending for ever.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

static int
context_submit(Unit *u, const InvOp *op)
{
	int err = unit_wait_locked(u, mmio_read64, CCMD_REG, FMASK(CCMD_ICC), 0);

	if (err != 0)
		return err;
	u->ninv[op->kind]++;
	mmio_write64(u->regs, CCMD_REG, inv_ccmd(op));
	return unit_wait_locked(u, mmio_read64, CCMD_REG, FMASK(CCMD_ICC), 0);
}

static int
iotlb_submit(Unit *u, const InvOp *op)
{
	uint32_t at = u->lim.iotlb;
	int err = unit_wait_locked(u, mmio_read64, at + IOTLB_REG, FMASK(IOTLB_IVT), 0);

	if (err != 0)
		return err;
	u->ninv[op->kind]++;
	if (op->kind == INV_IOTLB_PAGE)
		mmio_write64(u->regs, at + IVA_REG, inv_iva(op));
	mmio_write64(u->regs, at + IOTLB_REG, inv_iotlb(&u->lim, op));
	return unit_wait_locked(u, mmio_read64, at + IOTLB_REG, FMASK(IOTLB_IVT), 0);
}

int
ri_submit_locked(Unit *u, const InvOp *op, uint32_t n)
{
	int err = 0;

	for (uint32_t i = 0; i < n && err == 0; i++)
		if (op[i].kind < INV_FENCE)
			err = context_submit(u, &op[i]);
		else if (op[i].kind > INV_FENCE)
			err = iotlb_submit(u, &op[i]);
	u->nwait++;
	return err;
}

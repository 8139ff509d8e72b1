/*
 * Looking at what is there: the way of a request through the tables, and counts. Reads
 * registers and memory, changes nothing.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"
#include "dev/vtd/walk.h"

const uint64_t *
look_table(uint64_t pa)
{
	return os_is_page(pa) ? os_ptr(pa) : NULL;
}

int
unit_walk(Unit *u, const WalkAsk *a, Walk *out)
{
	if (unit_state(u) == UNIT_UNUSABLE)
		return -ENODEV;
	WalkUnit w = {
		.cap = mmio_read64(u->regs, CAP_REG),
		.ecap = mmio_read64(u->regs, ECAP_REG),
		.rtaddr = mmio_read64(u->regs, RTADDR_REG),
		.haw = u->haw,
	};
	if (FGET(w.rtaddr, RTADDR_TTM) > TTM_SCALABLE)
		return -ENOTSUP;
	walk(&w, a, look_table, out);
	return 0;
}

void
unit_stats(Unit *u, UnitStats *o)
{
	os_lock(u->lock);
	*o = (UnitStats){
		.write_buffer = u->ninv[INV_WBF],
		.context_global = u->ninv[INV_CONTEXT_GLOBAL],
		.context_device = u->ninv[INV_CONTEXT_DEVICE],
		.iotlb_global = u->ninv[INV_IOTLB_GLOBAL],
		.iotlb_domain = u->ninv[INV_IOTLB_DOMAIN],
		.iotlb_page = u->ninv[INV_IOTLB_PAGE],
		.pasid_global = u->ninv[INV_PASID_GLOBAL],
		.pasid_domain = u->ninv[INV_PASID_DOMAIN],
		.interrupt_global = u->ninv[INV_IEC_GLOBAL],
		.interrupt_index = u->ninv[INV_IEC_INDEX],
		.device_tlb = u->ninv[INV_DEVICE],
		.waits = u->nwait,
		.wait_ns = u->wait_ns,
		.wait_max = u->wait_max,
		.sources = u->nsource,
		.ids = u->nid,
		.irqs = u->nirq,
	};
	os_unlock(u->lock);
	os_lock(u->fault_lock);
	o->faults = u->nfault;
	o->lost = u->nlost;
	os_unlock(u->fault_lock);
}

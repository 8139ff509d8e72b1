/*
 * Looking at what is there: what a unit is, what it was asked to do, how it translates a
 * request. Reads registers and memory, changes nothing.
 *
 * Locks: the unit's for what it guards, then the one of its fault records; never both.
 */
#include "dev/vtd/irt.h"
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"
#include "dev/vtd/walk.h"

const uint64_t *
look_table(uint64_t pa)
{
	return os_is_page(pa) ? os_ptr(pa) : NULL;
}

int
unit_walk(Unit *u, const WalkAsk *a, WalkReport *out)
{
	Walk o;

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
	walk(&w, a, look_table, &o);
	walk_report(&o, out);
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

static void
info_registers(const Unit *u, UnitInfo *o)
{
	o->ver = mmio_read32(u->regs, VER_REG);
	o->cap = mmio_read64(u->regs, CAP_REG);
	o->ecap = mmio_read64(u->regs, ECAP_REG);
	o->gsts = mmio_read32(u->regs, GSTS_REG);
	o->rtaddr = mmio_read64(u->regs, RTADDR_REG);
	o->fsts = mmio_read32(u->regs, FSTS_REG);
	o->fectl = mmio_read32(u->regs, FECTL_REG);
}

static void
info_limits(const Unit *u, UnitInfo *o)
{
	o->levels = u->lim.levels;
	o->width = u->lim.width;
	o->mgaw = u->lim.mgaw;
	o->ndomains = u->lim.ndomains;
	o->coherent = u->lim.coherent;
	o->caching_mode = u->lim.cm;
	o->rwbf = u->lim.rwbf;
	o->queued = u->queued;
	o->mode = u->lim.mode;
	o->passes = u->lim.pass;
	o->forges = u->lim.forges;
}

void
unit_info(Unit *u, UnitInfo *o)
{
	*o = (UnitInfo){ 0 };
	o->index = u->index;
	o->segment = u->segment;
	o->base = u->base;
	o->haw = u->haw;
	o->include_all = u->include_all;
	o->root = u->root_pa;
	if (u->regs)
		info_registers(u, o);
	info_limits(u, o);
	os_lock(u->lock);
	o->state = u->state;
	o->reason = u->reason;
	o->remaps = u->irt != NULL;
	o->no_remap = u->ir_reason;
	o->x2apic = u->x2apic;
	o->irq_max = IRT_ENTRIES;
	os_unlock(u->lock);
}

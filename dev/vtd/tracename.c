/*
 * Reading the trace. An event holds the address that was touched; here it gets a name:
 * which unit, which window of its registers, which table, whose entry. Tables and
 * register windows stay where they are as long as the machine runs, so the name found now
 * is the one it had then.
 *
 * Locks: none. What is read (where root and interrupt tables are, which root entries are
 * present) is set once.
 */
#include "dev/vtd/trace.h"

#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

/* Turns an offset into all registers into a window and an offset in that. */
static void
register_name(const Unit *u, VtdEvent *e)
{
	uint32_t off = e->reg.off, frcd = off - u->lim.frcd;

	e->unit = (uint16_t)u->index;
	if (off >= u->lim.frcd && frcd < u->lim.nfault * FRCD_SIZE) {
		e->reg.window = VTD_REGS_FAULT;
		e->reg.off = frcd;
	} else if (off == u->lim.iotlb + IVA_REG || off == u->lim.iotlb + IOTLB_REG) {
		e->reg.window = VTD_REGS_IOTLB;
		e->reg.off = off - u->lim.iotlb;
	}
}

static bool
root_leads(const uint64_t *root, paddr_t page)
{
	uint64_t r = __atomic_load_n(root, __ATOMIC_RELAXED);

	return FGET(r, ROOT_P) && FGET(r, ROOT_CTP) << 12 == page;
}

/* Is the page one of u's context tables? Then *source is the first of its sources. */
static bool
context_table(const Unit *u, paddr_t page, uint32_t *source)
{
	bool legacy = u->lim.mode == VTD_LEGACY;

	for (uint32_t bus = 0; bus < ENTRIES; bus++) {
		*source = bus << 8;
		if (root_leads(&u->root[bus].lo, page))
			return true;
		*source |= ENTRIES / 2;
		if (!legacy && root_leads(&u->root[bus].hi, page))
			return true;
	}
	return false;
}

/* Names the entry if it is in one of u's tables; false: it is not. */
static bool
entry_name(const Unit *u, VtdEvent *e)
{
	uint32_t i = (uint32_t)(e->entry.at % 4096) / sizeof(Ent), source;
	paddr_t page = e->entry.at & ~4095ull;
	bool legacy = u->lim.mode == VTD_LEGACY;

	if (page == u->root_pa) {
		e->entry.table = VTD_TABLE_ROOT;
		e->entry.index = (uint16_t)(i << 8);
	} else if (u->irt != NULL && page == os_pa(u->irt)) {
		e->entry.table = VTD_TABLE_INTERRUPT;
		e->entry.index = (uint16_t)i;
	} else if (u->root != NULL && context_table(u, page, &source)) {
		e->entry.table = legacy ? VTD_TABLE_CONTEXT : VTD_TABLE_SCALABLE;
		e->entry.index = (uint16_t)(source + (legacy ? i : i / 2));
	} else {
		return false;
	}
	e->unit = (uint16_t)u->index;
	return true;
}

bool
vtd_trace_at(uint64_t i, VtdEvent *out)
{
	TraceEvent t;

	if (!trace_at(i, &t))
		return false;
	*out = t.event;
	for (uint32_t n = 0; n < vtd_nunit(); n++) {
		const Unit *u = vtd_unit(n);

		if (out->kind == VTD_WROTE && u->regs == t.regs)
			register_name(u, out);
		if (out->kind == VTD_STORED && out->entry.table == VTD_TABLE_ROOT &&
			out->unit == VTD_NO_UNIT)
			entry_name(u, out);
	}
	return true;
}

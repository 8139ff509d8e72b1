/*
 * The ring of events. Writers take a number, mark the slot it falls on as being written,
 * fill it and put the number on it; readers copy and look whether the number is still
 * there. So nobody waits: a writer that finds another still in its slot, a whole ring
 * behind, drops its event, and what a reader does not find counts as lost.
 *
 * Events name what was touched, found by its address: only here, so that it costs nothing
 * while the trace is off. The ring is made when it is first switched on and stays. Locks:
 * none.
 */
#include "dev/vtd/trace.h"

#include "dev/vtd/irt.h"
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

#define BUSY ~0ull

typedef struct Slot {
	uint64_t mark; /* number of its event + 1; 0 none yet; BUSY: being written */
	VtdEvent event;
} Slot;

bool trace_on;
static Slot *ring;
static uint64_t next, begin; /* the number of the next event; of the first since `on` */

static int
make_ring(void)
{
	Slot *none = NULL, *made;

	if (ring)
		return 0;
	if ((made = os_alloc(VTD_EVENTS * sizeof *made)) == NULL)
		return -ENOMEM;
	if (!__atomic_compare_exchange_n(&ring, &none, made, false, __ATOMIC_RELEASE,
		    __ATOMIC_RELAXED))
		os_free(made);
	return 0;
}

int
vtd_trace(bool on)
{
	if (on && make_ring() != 0)
		return -ENOMEM;
	if (on && !trace_on)
		__atomic_store_n(&begin, __atomic_load_n(&next, __ATOMIC_RELAXED),
			__ATOMIC_RELAXED);
	__atomic_store_n(&trace_on, on, __ATOMIC_RELEASE);
	return 0;
}

bool
vtd_tracing(void)
{
	return __atomic_load_n(&trace_on, __ATOMIC_RELAXED);
}

void
vtd_trace_range(uint64_t *first, uint64_t *end)
{
	*first = __atomic_load_n(&begin, __ATOMIC_RELAXED);
	*end = __atomic_load_n(&next, __ATOMIC_RELAXED);
}

bool
vtd_trace_at(uint64_t i, VtdEvent *out)
{
	if (!ring)
		return false;
	const Slot *s = &ring[i % VTD_EVENTS];
	if (__atomic_load_n(&s->mark, __ATOMIC_ACQUIRE) != i + 1)
		return false;
	*out = s->event;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&s->mark, __ATOMIC_RELAXED) == i + 1;
}

static void
record(VtdEvent e)
{
	e.time = os_now();
	uint64_t i = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
	Slot *s = &ring[i % VTD_EVENTS];
	uint64_t was = __atomic_load_n(&s->mark, __ATOMIC_RELAXED);

	/* Only forward: who is a ring behind must not take the place of what is newer. */
	if (was == BUSY || was > i ||
		!__atomic_compare_exchange_n(&s->mark, &was, BUSY, false,
			__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	__atomic_thread_fence(__ATOMIC_RELEASE); /* BUSY before the event */
	s->event = e;
	__atomic_store_n(&s->mark, i + 1, __ATOMIC_RELEASE);
}

/* ---- events ---- */

void
trace_register(const volatile Regs *r, uint32_t off, uint64_t v)
{
	VtdEvent e = { .kind = VTD_WROTE, .reg = { .off = off, .value = v } };

	for (uint32_t i = 0; i < vtd_nunit(); i++) {
		const Unit *u = vtd_unit(i);
		uint32_t frcd = off - u->lim.frcd;

		if (u->regs != r)
			continue;
		e.unit = (uint16_t)i;
		if (off >= u->lim.frcd && frcd < u->lim.nfault * FRCD_SIZE) {
			e.reg.window = VTD_REGS_FAULT;
			e.reg.off = frcd;
		} else if (off == u->lim.iotlb + IVA_REG ||
			off == u->lim.iotlb + IOTLB_REG) {
			e.reg.window = VTD_REGS_IOTLB;
			e.reg.off = off - u->lim.iotlb;
		}
	}
	record(e);
}

void
trace_descriptor(const Unit *u, Ent d)
{
	record((VtdEvent){ .kind = VTD_QUEUED,
		.unit = (uint16_t)u->index,
		.descriptor = { d.lo, d.hi } });
}

void
trace_queue(const Unit *u, uint32_t from)
{
	for (; from != u->qi_tail; from = (from + u->qi_step) % QI_SLOTS)
		trace_descriptor(u, u->queue[from]);
}

static bool
leads(uint64_t root, const void *page)
{
	return FGET(root, ROOT_P) && os_ptr(FGET(root, ROOT_CTP) << 12) == page;
}

/* Is the page one of u's context tables? Then `source` is the first of its sources. */
static bool
context_table(const Unit *u, const void *page, uint32_t *source)
{
	bool legacy = u->lim.mode == VTD_LEGACY;

	for (uint32_t bus = 0; bus < ENTRIES; bus++) {
		*source = bus << 8;
		if (leads(u->root[bus].lo, page))
			return true;
		*source |= ENTRIES / 2;
		if (!legacy && leads(u->root[bus].hi, page))
			return true;
	}
	return false;
}

/* Which table of u's the page is. */
static bool
name_entry(const Unit *u, const Ent *page, uint32_t i, VtdEvent *e)
{
	uint32_t source;

	if (page == u->root) {
		e->entry.table = VTD_TABLE_ROOT;
		e->entry.index = (uint16_t)(i << 8);
	} else if (page == u->irt) {
		e->entry.table = VTD_TABLE_INTERRUPT;
		e->entry.index = (uint16_t)i;
	} else if (u->root && context_table(u, page, &source)) {
		e->entry.table = u->lim.mode == VTD_LEGACY ? VTD_TABLE_CONTEXT
							   : VTD_TABLE_SCALABLE;
		e->entry.index = (uint16_t)(source +
			(u->lim.mode == VTD_LEGACY ? i : i / 2));
	} else {
		return false;
	}
	e->unit = (uint16_t)u->index;
	return true;
}

void
trace_entry(const uint64_t *slot, uint64_t v)
{
	VtdEvent e = { .kind = VTD_STORED,
		.unit = VTD_NO_UNIT,
		.entry = { .table = VTD_TABLE_ABOVE,
			.n = 1,
			.at = os_pa(slot),
			.value = v } };
	uint64_t off = e.entry.at % 4096;

	for (uint32_t i = 0; i < vtd_nunit(); i++)
		if (name_entry(vtd_unit(i), (const Ent *)(slot - off / 8),
			    (uint32_t)off / 16, &e))
			break;
	record(e);
}

static void
record_word(const Unit *u, uint32_t table, const uint64_t *slot, uint64_t v)
{
	VtdEvent e = { .kind = VTD_STORED, .unit = (uint16_t)u->index };

	e.entry.table = table;
	e.entry.n = 1;
	e.entry.at = os_pa(slot);
	e.entry.value = v;
	record(e);
}

void
trace_pasid(const Unit *u, const uint64_t *dir, const uint64_t *slot, const Pasid *p)
{
	record_word(u, VTD_TABLE_PASID, slot + 2, p->first);
	record_word(u, VTD_TABLE_PASID, slot + 1, p->e.hi);
	record_word(u, VTD_TABLE_PASID, slot, p->e.lo);
	record_word(u, VTD_TABLE_DIRECTORY, dir,
		FVAL(DIR_TABLE, os_pa(slot) >> 12) | FMASK(DIR_P));
}

void
trace_level(uint32_t level, iova_t iova, const uint64_t *e, uint64_t v, uint64_t step,
	uint32_t n)
{
	record((VtdEvent){ .kind = VTD_STORED,
		.unit = VTD_NO_UNIT,
		.entry = { .table = VTD_TABLE_LEVEL,
			.level = (uint8_t)level,
			.n = (uint16_t)n,
			.at = os_pa(e),
			.iova = iova,
			.value = v,
			.step = step } });
}

void
trace_fault(const VtdFault *f)
{
	record((VtdEvent){ .kind = VTD_FAULTED, .unit = (uint16_t)f->unit, .fault = *f });
}

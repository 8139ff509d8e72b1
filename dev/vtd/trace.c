/*
 * The ring of events. A writer takes a number, marks the slot that belongs to it as being
 * written, fills the slot and puts the number on it. A reader copies the slot and then
 * looks whether the number is still there. So nobody waits. A writer that finds another
 * writer still in its slot, a whole ring behind, drops its own event, and an event that a
 * reader does not find counts as lost.
 *
 * Events hold the addresses that were touched. Which register or table that is,
 * tracename.c finds out when an event is read. The ring is made when recording is first
 * switched on, and stays.
 *
 * Locks: none.
 */
#include "dev/vtd/trace.h"

#include "dev/vtd/os.h"

#define BUSY ~0ull

typedef struct Slot {
	uint64_t mark; /* number of its event + 1; 0 none yet; BUSY: being written */
	TraceEvent event;
} Slot;

bool trace_on;
static Slot *ring;
static uint64_t next, begin; /* the number of the next event; of the first since `on` */

static int
ring_make(void)
{
	Slot *none = NULL, *made;

	if (ring != NULL)
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
	if (on && ring_make() != 0)
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
trace_at(uint64_t i, TraceEvent *out)
{
	const Slot *s;

	if (ring == NULL)
		return false;
	s = &ring[i % VTD_EVENTS];
	if (__atomic_load_n(&s->mark, __ATOMIC_ACQUIRE) != i + 1)
		return false;
	*out = s->event;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&s->mark, __ATOMIC_RELAXED) == i + 1;
}

static void
event_record(VtdEvent e, const volatile Regs *regs)
{
	uint64_t i = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
	Slot *s = &ring[i % VTD_EVENTS];
	uint64_t was = __atomic_load_n(&s->mark, __ATOMIC_RELAXED);

	e.time = os_now();
	/* Never overwrite a newer event: a writer that was overtaken by a whole ring
	 * drops its own. */
	if (was == BUSY || was > i ||
		!__atomic_compare_exchange_n(&s->mark, &was, BUSY, false,
			__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	__atomic_thread_fence(__ATOMIC_RELEASE); /* BUSY before the event */
	s->event = (TraceEvent){ e, regs };
	__atomic_store_n(&s->mark, i + 1, __ATOMIC_RELEASE);
}

/* ---- events ---- */

void
trace_register(const volatile Regs *r, uint32_t off, uint64_t v)
{
	VtdEvent e = { .kind = VTD_WROTE, .reg = { .off = off, .value = v } };

	event_record(e, r);
}

void
trace_descriptor(uint32_t unit, Ent d)
{
	VtdEvent e = {
		.kind = VTD_QUEUED, .unit = (uint16_t)unit, .descriptor = { d.lo, d.hi }
	};

	event_record(e, NULL);
}

/* A word of a table that is not of second level. */
static void
word_record(uint32_t unit, uint32_t table, const uint64_t *slot, uint64_t v)
{
	VtdEvent e = { .kind = VTD_STORED, .unit = (uint16_t)unit };

	e.entry.table = table;
	e.entry.n = 1;
	e.entry.at = os_pa(slot);
	e.entry.value = v;
	event_record(e, NULL);
}

void
trace_entry(const uint64_t *slot, uint64_t v)
{
	word_record(VTD_NO_UNIT, VTD_TABLE_ROOT, slot, v);
}

void
trace_above(const uint64_t *slot, uint64_t v)
{
	word_record(VTD_NO_UNIT, VTD_TABLE_ABOVE, slot, v);
}

void
trace_pasid(uint32_t unit, const uint64_t *dir, const uint64_t *slot, const Pasid *p)
{
	word_record(unit, VTD_TABLE_PASID, slot + 2, p->first);
	word_record(unit, VTD_TABLE_PASID, slot + 1, p->e.hi);
	word_record(unit, VTD_TABLE_PASID, slot, p->e.lo);
	word_record(unit, VTD_TABLE_DIRECTORY, dir,
		FVAL(DIR_TABLE, os_pa(slot) >> 12) | FMASK(DIR_P));
}

void
trace_level(uint32_t level, iova_t iova, const uint64_t *e, uint64_t v, uint64_t step,
	uint32_t n)
{
	VtdEvent event = { .kind = VTD_STORED,
		.unit = VTD_NO_UNIT,
		.entry = { .table = VTD_TABLE_LEVEL,
			.level = (uint8_t)level,
			.n = (uint16_t)n,
			.at = os_pa(e),
			.iova = iova,
			.value = v,
			.step = step } };

	event_record(event, NULL);
}

void
trace_fault(const VtdFault *f)
{
	VtdEvent e = { .kind = VTD_FAULTED, .unit = (uint16_t)f->unit, .fault = *f };

	event_record(e, NULL);
}

/*
 * DMA faults in the interrupt, from the unit's record to the process that is to blame. A
 * record has the source of the blocked request; here are found all functions that may
 * have sent it. Their owners are told,
 * the faults are counted, and the record goes to faultthread.c. If the owner asked for
 * it, or the device floods the unit with faults, its bus mastering goes off at once.
 *
 * An id may stand for several functions behind a bridge. Then all of those that have
 * owners are told and counted, and the record names none of them. Where the unit has
 * dropped records, every owner behind it is told, since any of them may have been
 * blocked.
 * Locks: one function's at a time.
 */

#include "dev/assign/blame.h"
#include "arch/arch.h"
#include "dev/assign/assigned.h"
#include "dev/assign/boot.h"
#include "dev/assign/faultthread.h"
#include "dev/assign/owner.h"
#include "kern/fmt.h"
#include "kern/string.h"

/* Whose request it may be: the functions with owners that answer to the source; if there
 * are none, the function with that very id; if there is none, all that answer to it.
 * Those with owners come first because behind a conventional bridge the id is the
 * bridge's own, and the bridge is nobody's. */
typedef enum Match { MATCH_OWNED, MATCH_ID, MATCH_ANY, MATCH_NONE } Match;

static bool
fn_matches(const AssignedFn *f, const VtdFault *v, Match m)
{
	switch (m) {
	case MATCH_ID:
		return f->pci->bdf == BDF(v->segment, 0, 0, 0) + v->sid;
	case MATCH_OWNED:
		return fn_answers(f, v->segment, v->sid) && assign_owner(f->pci) >= 0;
	case MATCH_ANY:
		return fn_answers(f, v->segment, v->sid);
	default:
		return false;
	}
}

static Match
match_best(const VtdFault *v)
{
	for (Match m = MATCH_OWNED; m < MATCH_NONE; m++)
		for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
			if (fn_matches(f, v, m))
				return m;
	return MATCH_NONE;
}

/* The storm limit. It is set in two stores: a fault in between may see the new count with
 * the old time. */
static uint storm_max = STORM_MAX;
static ns_t storm_time = STORM_TIME;

void
blame_set_storm(uint max, ns_t time)
{
	__atomic_store_n(&storm_max, max, __ATOMIC_RELAXED);
	__atomic_store_n(&storm_time, time, __ATOMIC_RELAXED);
}

void
blame_storm(uint *max, ns_t *time)
{
	*max = __atomic_load_n(&storm_max, __ATOMIC_RELAXED);
	*time = __atomic_load_n(&storm_time, __ATOMIC_RELAXED);
}

/* Why this fault stops the device, one clause; NULL: it does not. */
static const char *
fn_stop_reason(const AssignedFn *f, bool storm) REQUIRES(f->lock)
{
	if (storm && storm_max == STORM_MAX && storm_time == STORM_TIME)
		return "16 faults in one second";
	if (storm)
		return "more faults than storm in #vtd/ctl allows";
	return f->pid >= 0 && f->policy == FAULT_STOP ? "fault=stop" : NULL;
}

/* fn_event for who holds f->lock; the caller wakes the reader. */
static void
fn_tell_locked(AssignedFn *f, const char *line) REQUIRES(f->lock)
{
	if (f->pid > 0)
		event_put(&f->events, f->pid, line);
}

/* Stops f in the interrupt: bus mastering off, for good if that fails, and `why` told. */
static void
fn_stop_locked(AssignedFn *f, FaultRec *r, const char *why) REQUIRES(f->lock)
{
	char line[EVENT_LEN];

	if (fn_master_locked(f, false) != 0 && f->broken == NULL)
		f->broken = "bus mastering does not go off";
	f->wanted = false; /* power on does not bring it back: the owner must ask */
	if (r->stopped == NULL)
		r->stopped = why;
	snprint(line, sizeof line, "stop %s", why);
	fn_tell_locked(f, line);
}

/*
 * Counts the fault r against f, adds to r who f and its owner are and what is to happen
 * to them, tells the owner, and stops the device if its owner or a storm asks for that.
 * Runs in the interrupt: it takes f->lock and neither sleeps nor prints.
 */
static void
fn_blame(AssignedFn *f, FaultRec *r)
{
	char line[EVENT_LEN];
	const char *why;
	ns_t time;
	uint max;

	blame_storm(&max, &time);
	lock(&f->lock);
	r->hushed |= storm_hit(&f->storm, r->time) > STORM_SHOWN;
	bool storm = storm_count(&f->storm, r->time, time) >= max;
	r->device = f->pci->bdf;
	r->ndevice++;
	f->faults++;
	if (f->pid >= 0) {
		r->pid = f->pid;
		snprint(r->name, sizeof r->name, "%.31s", f->owner->name);
		r->kill |= f->policy == FAULT_KILL;
		fault_event(r, line, sizeof line);
		fn_tell_locked(f, line);
	}
	why = fn_stop_reason(f, storm);
	if (why != NULL)
		fn_stop_locked(f, r, why);
	if (storm) {
		f->flooded = r->time;
		f->storm.n = 0;
		memset(f->storm.t, 0, sizeof f->storm.t);
	}
	unlock(&f->lock);
	waitq_wake(&f->event_wait);
}

static void
unit_tell_lost(const VtdFault *v)
{
	char line[EVENT_LEN];

	snprint(line, sizeof line, "overflow unit %u: faults were lost", v->unit);
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (f->unit != NULL && unit_index(f->unit) == v->unit)
			fn_event(f, line);
}

static void
record_attribute(const VtdFault *v, FaultRec *r)
{
	Match m = match_best(v);

	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (fn_matches(f, v, m))
			fn_blame(f, r);
}

static void
blame_fault(const VtdFault *v)
{
	/* clang-format off */
	FaultRec r = {
		.time = arch_now(), .unit = v->unit, .pid = -1, .addr = v->addr,
		.source = BDF(v->segment, 0, 0, 0) + v->sid, .reason = v->reason,
		.text = vtd_fault_text(v->reason), .read = v->read, .lost = v->lost,
		.interrupt = v->interrupt,
	};
	/* clang-format on */

	if (v->lost)
		unit_tell_lost(v);
	else
		record_attribute(v, &r);
	faultthread_add(&r);
}

void
blame_init(void)
{
	vtd_on_fault(blame_fault);
}

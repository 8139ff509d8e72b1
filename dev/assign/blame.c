/*
 * DMA faults, in the interrupt: from the unit's record to the process that is to blame. A
 * record is matched to its function and owner, counted, told to the owner and handed to
 * faultthread.c; if the owner asked for it, or the device floods, bus mastering goes off
 * at once.
 *
 * A requester id may stand for several functions behind a bridge. Then all of the group's
 * owned ones are told and counted, and none is named. Lost records are logged as lost and
 * told to every owner behind the unit, since any of them may have been blocked.
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

/* Functions the source may be: those with owners whose id or alias it is, else the one
 * with that very id, else all it is an alias of. Owners first: behind a conventional
 * bridge the id is the bridge's own, and it is the owner who is to blame, stopped and
 * told. */
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

/* What a storm is. Set one by one: a fault in between may meet either. */
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

/* Why this fault stops the device; NULL: it does not. */
static const char *
fn_stop_reason(const AssignedFn *f, bool storm) REQUIRES(f->lock)
{
	if (storm && storm_max == STORM_MAX && storm_time == STORM_TIME)
		return "16 faults in one second";
	if (storm)
		return "more faults than storm in #vtd/ctl allows";
	return f->pid >= 0 && f->policy == FAULT_STOP ? "fault=stop" : NULL;
}

/* A kernel driver reads none. */
static void
fn_tell_locked(AssignedFn *f, const char *line) REQUIRES(f->lock)
{
	if (f->pid > 0)
		event_put(&f->events, f->pid, line);
}

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

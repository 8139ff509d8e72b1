/*
 * DMA faults: from the unit's record to the process that is to blame. In the interrupt a
 * record is matched to its function and owner, counted, written into the log and told to
 * the owner; if the owner asked for it, or the device floods, bus mastering goes off at
 * once. What can wait is done by a kernel thread: console lines, looking up what the
 * tables say of the address, ending the process.
 *
 * A requester id may stand for several functions behind a bridge. Then all of the group's
 * owned ones are told and counted, and none is named. Lost records are logged as lost and
 * told to every owner behind the unit, since any of them may have been blocked.
 *
 * Locks: log_lock (RANK_FAULT) guards the log and what has been said of it; each
 * function's own lock its part. Neither is taken inside the other.
 */

#include "arch/arch.h"
#include "dev/func.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/log.h"
#include "kern/string.h"

static Lock     log_lock = LOCK_INIT(RANK_FAULT, "faultlog");
static FaultLog faults;         /* log_lock */
static uint64_t printed;        /* log_lock: records below it were shown or hushed */
static uint     hushed;         /* log_lock: not shown since the last one that was */
static Waitq    news;           /* the thread sleeps here */
static Proc    *thread;         /* assign_lock; from the first attach on */

/* ---- what the console says, and the end of the owner who asked for it ---- */

/* The next record not shown yet. Records the ring has dropped count as hushed. */
static bool
next_unprinted(FaultRec *r, uint *skipped)
{
	uint64_t first;
	FaultRec *p;

	lock(&log_lock);
	first = faultlog_first(&faults);
	if (printed < first) {
		hushed += first - printed;
		printed = first;
	}
	p = faultlog_at(&faults, printed);
	if (p != NULL) {
		*r = *p;
		printed++;
		hushed += r->hushed;
		*skipped = hushed;
		if (!r->hushed || r->stopped != NULL)
			hushed = 0;
	}
	unlock(&log_lock);
	return p != NULL;
}

static void
print_one(const FaultRec *r, uint skipped)
{
	char text[320];

	if (r->hushed && r->stopped == NULL)
		return;
	if (skipped > 0)
		kprint("DMAR: %u more faults are in #vtd/faults\n", skipped);
	if (!r->hushed) {
		fault_console(r, text, sizeof text);
		kprint("%s", text);
	}
	if (r->stopped != NULL)
		kprint("DMAR: bus mastering of %02x:%02x.%x is off: %s (pid %d %s)\n",
		       BDF_BUS(r->source), BDF_DEV(r->source), BDF_FN(r->source), r->stopped,
		       r->pid, r->pid >= 0 ? r->name : "nobody");
}

static void
kill_owner(const FaultRec *r)
{
	Proc *p = proc_find(r->pid);
	char why[SYS_ERRMAX];

	if (p == NULL)
		return;
	snprint(why, sizeof why, "its device %x:%x.%x was blocked: %s of 0x%llx",
		BDF_BUS(r->device), BDF_DEV(r->device), BDF_FN(r->device),
		r->read ? "read" : "write", (unsigned long long)r->addr);
	proc_kill(p, SSIGKILL, why);
	proc_put(p);
}

static void
show_news(void)
{
	uint skipped = 0;
	FaultRec r;

	while (next_unprinted(&r, &skipped)) {
		print_one(&r, skipped);
		if (r.kill && r.pid > 0)
			kill_owner(&r);
	}
}

/* ---- in the interrupt ---- */

static bool
answers(const Func *f, const VtdFault *v)
{
	if (BDF_SEG(f->pci->bdf) != v->segment)
		return false;
	for (uint i = 0; i < f->pci->nsid; i++)
		if (f->pci->sid[i] == v->sid)
			return true;
	return false;
}

/* Functions the source may be: the one with that very id, else all it is an alias of that
 * have owners, else all it is an alias of. */
typedef enum Match { MATCH_ID, MATCH_OWNED, MATCH_ANY, MATCH_NONE } Match;

static bool
matches(const Func *f, const VtdFault *v, Match m)
{
	switch (m) {
	case MATCH_ID:
		return f->pci->bdf == BDF(v->segment, 0, 0, 0) + v->sid;
	case MATCH_OWNED:
		return answers(f, v) && assign_owner(f->pci) >= 0;
	case MATCH_ANY:
		return answers(f, v);
	default:
		return false;
	}
}

static Match
best_match(const VtdFault *v)
{
	for (Match m = MATCH_ID; m < MATCH_NONE; m++)
		for (Func *f = func_next(NULL); f != NULL; f = func_next(f))
			if (matches(f, v, m))
				return m;
	return MATCH_NONE;
}

/* Why this fault stops the device; NULL: it does not. */
static const char *
stop_reason(const Func *f, uint hits) REQUIRES(f->lock)
{
	if (hits >= STORM_MAX)
		return "16 faults in one second";
	return f->pid >= 0 && f->policy == FAULT_STOP ? "fault=stop" : NULL;
}

static void
stop_locked(Func *f, FaultRec *r, const char *why) REQUIRES(f->lock)
{
	char line[EVENT_LEN];

	if (func_master_locked(f, false) != 0 && f->broken == NULL)
		f->broken = "bus mastering does not go off";
	if (r->stopped == NULL)
		r->stopped = why;
	snprint(line, sizeof line, "stop %s", why);
	if (f->pid >= 0)
		event_put(&f->events, f->pid, line);
}

static void
blame(Func *f, FaultRec *r)
{
	char line[EVENT_LEN];
	const char *why;
	uint hits;

	lock(&f->lock);
	hits = storm_hit(&f->storm, r->time);
	r->hushed |= hits > STORM_SHOWN;
	r->device = f->pci->bdf;
	r->ndevice++;
	if (f->pid >= 0) {
		r->pid = f->pid;
		snprint(r->name, sizeof r->name, "%.31s", f->tenant->proc->name);
		r->kill |= f->policy == FAULT_KILL;
		fault_event(r, line, sizeof line);
		event_put(&f->events, f->pid, line);
	}
	why = stop_reason(f, hits);
	if (why != NULL)
		stop_locked(f, r, why);
	if (hits >= STORM_MAX) {
		f->flooded = r->time;
		f->storm.n = 0;
		memset(f->storm.t, 0, sizeof f->storm.t);
	}
	unlock(&f->lock);
	waitq_wake(&f->event_wait);
}

static void
tell_lost(const VtdFault *v)
{
	char line[EVENT_LEN];

	snprint(line, sizeof line, "overflow unit %u: faults were lost", v->unit);
	for (Func *f = func_next(NULL); f != NULL; f = func_next(f))
		if (f->unit != NULL && unit_index(f->unit) == v->unit)
			func_event(f, line);
}

static void
attribute(const VtdFault *v, FaultRec *r)
{
	Match m = best_match(v);

	for (Func *f = func_next(NULL); f != NULL; f = func_next(f))
		if (matches(f, v, m))
			blame(f, r);
}

static void
on_fault(const VtdFault *v)
{
	FaultRec r = {
		.time = arch_now(), .unit = v->unit, .pid = -1, .addr = v->addr,
		.source = BDF(v->segment, 0, 0, 0) + v->sid, .reason = v->reason,
		.text = vtd_fault_text(v->reason), .read = v->read, .lost = v->lost,
		.interrupt = v->interrupt,
	};

	if (v->lost)
		tell_lost(v);
	else
		attribute(v, &r);
	lock(&log_lock);
	faultlog_add(&faults, &r);
	unlock(&log_lock);
	waitq_wake(&news);
	if (__atomic_load_n(&thread, __ATOMIC_ACQUIRE) == NULL)
		show_news(); /* before the first attach: nobody to blame, nothing to look up */
}

/* ---- later ---- */

static const char *
tables_say(const FaultRec *r) REQUIRES(assign_lock)
{
	Tenant *t = r->pid >= 0 ? tenant_of_pid(r->pid) : NULL;

	if (r->interrupt)
		return "not a memory address";
	if (r->pid < 0)
		return "no domain";
	if (t == NULL)
		return "owner gone";
	if (r->addr >> 39 != 0)
		return "beyond the domain";
	if (aspace_lookup(t->as, r->addr, SPROT_READ | SPROT_WRITE) != 0)
		return "mapped read-write";
	return aspace_lookup(t->as, r->addr, SPROT_READ) != 0 ? "mapped read-only" : "not mapped";
}

static void
log_range(uint64_t *first, uint64_t *end)
{
	lock(&log_lock);
	*first = faultlog_first(&faults);
	*end = faults.n;
	unlock(&log_lock);
}

static bool
copy_record(uint64_t i, FaultRec *r)
{
	FaultRec *p;

	lock(&log_lock);
	p = faultlog_at(&faults, i);
	if (p != NULL)
		*r = *p;
	unlock(&log_lock);
	return p != NULL;
}

/* Fill in what is still missing, for every record there is. */
static void
look_up(void)
{
	const char *say;
	FaultRec r, *p;

	uint64_t first, end;

	log_range(&first, &end);
	mutex_lock(&assign_lock);
	for (uint64_t i = first; i < end; i++) {
		if (!copy_record(i, &r) || r.lost || r.tables != NULL)
			continue;
		say = tables_say(&r);
		lock(&log_lock);
		p = faultlog_at(&faults, i);
		if (p != NULL)
			p->tables = say;
		unlock(&log_lock);
	}
	mutex_unlock(&assign_lock);
}

static void
run(void *arg)
{
	(void)arg;
	for (;;) {
		lock(&log_lock);
		while (printed == faults.n)
			waitq_sleep_uninterruptible(&news, &log_lock, NEVER);
		unlock(&log_lock);
		show_news();
		look_up();
	}
}

void
dmafault_init(void)
{
	vtd_on_fault(on_fault);
}

int
dmafault_start(void)
{
	if (thread == NULL)
		thread = proc_kthread("dmafault", run, NULL);
	return thread != NULL ? 0 : fail(-ENOMEM, "no memory to watch for faults");
}

/* Snapshots of single records, so that the text is built without a lock. */
void
assign_faults(Text *t)
{
	uint64_t first, end;
	FaultRec r;

	vtd_poll_faults();
	look_up();
	log_range(&first, &end);
	if (first > 0)
		text_printf(t, "lost %llu older records\n", (unsigned long long)first);
	for (uint64_t i = first; i < end; i++)
		if (copy_record(i, &r))
			fault_line(&r, t);
}

/*
 * What becomes of a fault record after the interrupt. An owner that asked to be ended by
 * a fault is killed at once. The record is kept for #vtd/faults, and a kernel thread
 * prints it and looks up what the tables say of the address. Until the first attach there
 * is no thread: nobody is to blame yet, nothing to look up, and the interrupt prints.
 *
 * Locks: log_lock guards the log and what has been printed of it. Texts are made without
 * it, from copies of single records.
 */

#include "dev/assign/faultthread.h"
#include "arch/arch.h"
#include "dev/assign/assigned.h"
#include "dev/assign/owner.h"
#include "dev/vtd/inspect.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/log.h"

static Lock log_lock = LOCK_INIT(RANK_FAULT, "faultlog");
static FaultLog faults;  /* log_lock */
static uint64_t printed; /* log_lock: records below this number were shown or hushed */
static uint hushed;      /* log_lock: records not shown since the last one that was */
static Storm stray;      /* log_lock: records of sources that are no device of ours */
static Waitq news;       /* the thread sleeps here */
static Proc *thread;     /* assign_lock; from the first attach on */

/* Copies the next record that has not been printed, and how many were passed over before
 * it and must be mentioned. Records that the ring has dropped count as passed over.
 * False: there is none. */
static bool
record_next(FaultRec *r, uint *skipped)
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

/* Prints a record that is to be printed, and before it how many were not; also that its
 * device was stopped, which is printed in any case. */
static void
record_print(const FaultRec *r, uint skipped)
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
			BDF_BUS(r->device), BDF_DEV(r->device), BDF_FN(r->device),
			r->stopped, r->pid, r->pid >= 0 ? r->name : "nobody");
}

static void
records_print(void)
{
	uint skipped = 0;
	FaultRec r;

	while (record_next(&r, &skipped))
		record_print(&r, skipped);
}

/* Kills the owner, which asked not to run on after a fault. May be called in
 * interrupts. */
static void
record_kill_owner(const FaultRec *r)
{
	Proc *p = proc_find(r->pid);
	char why[SYS_ERRMAX];

	if (p == NULL)
		return;
	snprint(why, sizeof why, "its device %x:%x.%x was blocked: %s 0x%lx",
		BDF_BUS(r->device), BDF_DEV(r->device), BDF_FN(r->device),
		r->interrupt      ? "interrupt by index"
			: r->read ? "read of"
				  : "write of",
		r->addr);
	proc_kill(p, SSIGKILL, why);
	proc_put(p);
}

void
faultthread_add(const FaultRec *r)
{
	FaultRec n = *r;

	lock(&log_lock);
	if (n.ndevice == 0)
		n.hushed = storm_hit(&stray, n.time) > STORM_SHOWN;
	faultlog_add(&faults, &n);
	unlock(&log_lock);
	if (n.kill && n.pid > 0)
		record_kill_owner(&n);
	waitq_wake(&news);
	if (__atomic_load_n(&thread, __ATOMIC_ACQUIRE) == NULL)
		records_print();
}

/* ---- the thread ---- */

/* What the interrupt entry of that index is now. */
static const char *
entry_text(const FaultRec *r)
{
	VtdIrq q;

	if (r->reason == FAULT_COMPAT)
		return "compatibility format";
	if (!unit_irq_at(vtd_unit(r->unit), r->addr, &q))
		return "no entry";
	return vtd_irq_allows(&q, (uint16_t)r->source) ? "its own entry"
						       : "an entry of another";
}

/* What the tables say of the address now. Its owner may have left or mapped it
 * meanwhile. */
static const char *
tables_text(const FaultRec *r) REQUIRES(assign_lock)
{
	static const char *const say[] = {
		"not mapped",
		"mapped read-only",
		"mapped write-only",
		"mapped read-write",
	};
	PciFn *p = pci_find(r->device);
	AssignedFn *f = p != NULL ? fn_of(p) : NULL;
	uint64_t size;

	if (r->interrupt)
		return entry_text(r);
	if (r->pid < 0)
		return "no domain";
	if (f == NULL || f->owner == NULL || f->pid != r->pid)
		return "owner gone";
	if (r->addr >> domain_width(f->owner->domain) != 0)
		return "beyond the domain";
	return say[domain_lookup(f->owner->domain, r->addr, &size) &
		(DOMAIN_R | DOMAIN_W)];
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
log_copy(uint64_t i, FaultRec *r)
{
	FaultRec *p;

	lock(&log_lock);
	p = faultlog_at(&faults, i);
	if (p != NULL)
		*r = *p;
	unlock(&log_lock);
	return p != NULL;
}

/* Looks up what the tables say, for every record that it has not been looked up for. The
 * log's lock is not held meanwhile, so a record may be dropped in between. */
static void
log_fill_tables(void)
{
	uint64_t first, end;
	const char *say;
	FaultRec r, *p;

	log_range(&first, &end);
	assign_begin();
	for (uint64_t i = first; i < end; i++) {
		if (!log_copy(i, &r) || r.lost || r.tables != NULL)
			continue;
		say = tables_text(&r);
		lock(&log_lock);
		p = faultlog_at(&faults, i);
		if (p != NULL)
			p->tables = say;
		unlock(&log_lock);
	}
	assign_end(NULL);
}

static void
thread_run(void *arg)
{
	(void)arg;
	for (;;) {
		lock(&log_lock);
		while (printed == faults.n)
			waitq_sleep_uninterruptible(&news, &log_lock, NEVER);
		unlock(&log_lock);
		records_print();
		log_fill_tables();
	}
}

int
faultthread_start(void)
{
	if (thread == NULL)
		thread = proc_kthread("dmafault", thread_run, NULL);
	return thread != NULL ? 0 : fail(-ENOMEM, "no memory to watch for faults");
}

void
assign_faults(Text *t)
{
	uint64_t first, end;
	FaultRec r;

	vtd_poll_faults();
	log_fill_tables();
	log_range(&first, &end);
	if (first > 0)
		text_printf(t, "lost %lu older records\n", first);
	for (uint64_t i = first; i < end; i++)
		if (log_copy(i, &r))
			fault_line(&r, t);
}

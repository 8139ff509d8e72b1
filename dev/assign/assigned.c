/*
 * What is known of one function: state, bus mastering, ids, events. Bus mastering goes
 * through fn_master alone, so the time since it was last on is always known: a device
 * without reset may get a new owner only SETTLE_NS after that.
 *
 * Locks: dev/assign/assignlock.h. The fault interrupt may switch bus mastering off at any
 * time, so the write to the device and the record of it are made together under f->lock.
 */

#include "dev/assign/assigned.h"
#include "arch/arch.h"
#include "dev/assign/owner.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/log.h"

AssignedFn *
fn_of(const PciFn *f)
{
	return f->assign;
}

AssignedFn *
fn_next(const AssignedFn *f)
{
	PciFn *p = f == NULL ? pci_first() : f->pci->next;

	while (p != NULL && p->assign == NULL)
		p = p->next;
	return p != NULL ? p->assign : NULL;
}

void
fn_init(AssignedFn *f, PciFn *pci)
{
	f->pci = pci;
	f->pid = -1;
	f->state = FN_BLOCKED;
	f->quiet_since = arch_now(); /* pci_scan has switched it off */
	lock_init(&f->lock, RANK_FAULT, "function");
	bdf_print(pci->bdf, f->name, sizeof f->name);
	snprint(f->gone, sizeof f->gone,
		"the registers of %s are gone: it was taken away", f->name);
	pci->assign = f;
}

void
fn_move(AssignedFn *f, FnEvent e)
{
	int next = fn_state_next(f->state, e);

	assert(next >= 0);
	lock(&f->lock);
	f->state = next;
	unlock(&f->lock);
}

void
fn_wake(AssignedFn *f)
{
	waitq_wake(&f->event_wait);
	waitq_wake(&f->intr_wait);
}

void
fn_event(AssignedFn *f, const char *text)
{
	lock(&f->lock);
	if (f->pid > 0)
		event_put(&f->events, f->pid, text);
	unlock(&f->lock);
	waitq_wake(&f->event_wait);
}

int
fn_master_locked(AssignedFn *f, bool on)
{
	ns_t now = arch_now();
	int err;

	if (on &&
		(f->broken != NULL || (f->flooded != 0 && now - f->flooded < STORM_TIME)))
		return -EBUSY;
	err = pci_busmaster(f->pci, on);
	if (on) {
		f->mastering = true;
		f->emptied = false;
	} else if (f->mastering) {
		f->mastering = err != 0;
		f->quiet_since = now;
	}
	return err;
}

int
fn_master(AssignedFn *f, bool on)
{
	int err;

	lock(&f->lock);
	err = fn_master_locked(f, on);
	unlock(&f->lock);
	return err;
}

int
fn_silence(AssignedFn *f)
{
	int err;

	lock(&f->lock);
	f->wanted = f->mastering;
	err = fn_master_locked(f, false);
	unlock(&f->lock);
	return err;
}

void
fn_unsilence(AssignedFn *f)
{
	lock(&f->lock);
	if (f->wanted)
		fn_master_locked(f, true);
	f->wanted = false;
	unlock(&f->lock);
}

void
fn_set_wanted(AssignedFn *f, bool on)
{
	lock(&f->lock);
	f->wanted = on;
	unlock(&f->lock);
}

void
fn_break(AssignedFn *f, const char *why)
{
	char line[EVENT_LEN];
	bool first;

	lock(&f->lock);
	first = f->broken == NULL;
	if (first)
		f->broken = why;
	fn_master_locked(f, false);
	unlock(&f->lock);
	if (!first)
		return;
	kprint("%s is broken: %s\n", f->name, why);
	snprint(line, sizeof line, "broken %s", why);
	fn_event(f, line);
}

const char *
fn_broken(AssignedFn *f)
{
	return __atomic_load_n(&f->broken, __ATOMIC_ACQUIRE);
}

void
fn_settle(AssignedFn *f)
{
	ns_t left = settle_left(arch_now(), f->quiet_since, f->emptied);

	if (left > 0)
		arch_sleep(left);
}

bool
fn_answers(const AssignedFn *f, uint seg, uint16_t sid)
{
	for (uint i = 0; i < f->pci->nsid; i++)
		if (f->pci->sid[i] == sid && BDF_SEG(f->pci->bdf) == seg)
			return true;
	return false;
}

bool
fn_shares_id(const AssignedFn *f, const AssignedFn *g)
{
	for (uint i = 0; i < f->pci->nsid; i++)
		if (fn_answers(g, BDF_SEG(f->pci->bdf), f->pci->sid[i]))
			return true;
	return false;
}

/* True if another published function answers to sid, so its context entry must stay. */
static bool
sid_shared(const AssignedFn *f, uint16_t sid)
{
	for (AssignedFn *g = fn_next(NULL); g != NULL; g = fn_next(g))
		if (g != f && g->published && fn_answers(g, BDF_SEG(f->pci->bdf), sid))
			return true;
	return false;
}

uint
fn_sids(const AssignedFn *f, uint16_t sid[PCI_NSID])
{
	uint n = 0;

	for (uint i = 0; i < f->pci->nsid; i++)
		if (!sid_shared(f, f->pci->sid[i]))
			sid[n++] = f->pci->sid[i];
	return n;
}

bool
fn_owned_by(AssignedFn *f, const Owner *o)
{
	bool is;

	lock(&f->lock);
	is = f->owner == o;
	unlock(&f->lock);
	return is;
}

bool
fn_is_first(const AssignedFn *f)
{
	const AssignedFn *g = fn_next(NULL);

	if (f->owner == NULL)
		return false;
	while (g->owner != f->owner)
		g = fn_next(g);
	return f == g;
}

/* True if the running process owns f, translated or suspended. Otherwise says whose it
 * is. */
static bool
fn_mine(AssignedFn *f)
{
	int pid;
	bool held;

	lock(&f->lock);
	pid = f->pid;
	held = f->state == FN_OWNED || f->state == FN_SUSPENDED;
	unlock(&f->lock);
	if (held && pid == proc_self()->pid)
		return true;
	if (held)
		fail(-EPERM, "%s is owned by pid %d", f->name, pid);
	else
		fail(-EPERM, "%s is not assigned to any process", f->name);
	return false;
}

bool
assign_mine(const PciFn *pf)
{
	if (fn_of(pf) != NULL)
		return fn_mine(fn_of(pf));
	fail(-ENODEV, "the kernel had no memory to manage this device");
	return false;
}

int
fn_usable(const PciFn *pf)
{
	AssignedFn *f = fn_of(pf);

	if (!assign_mine(pf))
		return -EPERM;
	if (fn_broken(f) == NULL)
		return 0;
	return fail(-EIO, "%s is broken: %s", f->name, fn_broken(f));
}

/*
 * One function's attach. Its entries are published only after the device has been quieted
 * and the commands of its last owner have run out. What was changed is undone when a
 * later step fails. Whether f may be attached was decided before (admit.c).
 * Locks: the caller holds assign_lock.
 */

#include "dev/assign/attach.h"
#include "dev/assign/ats.h"
#include "dev/assign/drain.h"
#include "dev/assign/faultthread.h"
#include "dev/assign/kdev.h"
#include "dev/assign/modes.h"
#include "dev/assign/power.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/log.h"

static int
publish_failed(const AssignedFn *f, int err)
{
	uint u = unit_index(f->unit);

	switch (err) {
	case -ENOMEM:
		return fail(err, "no memory for the tables of IOMMU unit %u", u);
	case -ENOSPC:
		return fail(err, "IOMMU unit %u has no domain id left", u);
	case -ETIMEDOUT:
		return fail(err, "IOMMU unit %u does not answer", u);
	default:
		return fail(err, "IOMMU unit %u refuses %s", u, f->name);
	}
}

int
fn_publish(AssignedFn *f, Owner *o)
{
	uint16_t sid[PCI_NSID];
	uint n = fn_sids(f, sid);
	int err = n == 0 ? 0
		: o->ats ? ats_attach(f, o->domain)
			 : domain_attach(o->domain, f->unit, sid, n);

	if (err != 0)
		return publish_failed(f, err);
	f->published = true;
	return 0;
}

/* Stops whatever firmware or the last owner left running in the device. -EIO: it does not
 * stop. */
static int
fn_quiet(AssignedFn *f) REQUIRES(assign_lock)
{
	if (fn_master(f, false) != 0)
		return fail(-EIO, "%s: bus mastering does not go off", f->name);
	if (pci_drain(f->pci) != 0)
		return fail(-EIO, "%s: its transactions do not end", f->name);
	pci_interrupts_off(f->pci);
	if (!vtd_snoop())
		pci_nosnoop_off(f->pci);
	fn_settle(f);
	return 0;
}

void
fn_tell_attached(AssignedFn *f)
{
	char line[EVENT_LEN];

	snprint(line, sizeof line, "attach %s%s", attach_mode_name[f->owner->mode->word],
		f->owner->ro ? " ro" : "");
	fn_event(f, line);
}

/* f, whose entries are published, is o's from now on: its counts begin at 0, and lines of
 * an earlier process with this pid are forgotten. */
static void
fn_set_owner(AssignedFn *f, Owner *o, FaultPolicy policy) REQUIRES(assign_lock)
{
	fn_move(f, o->mode->taken);
	o->nfn++;
	lock(&f->lock);
	f->wanted = false;
	f->owner = o;
	f->pid = o->pid;
	f->policy = policy;
	f->flooded = 0;
	f->storm.n = 0;
	f->intr = 0;
	f->faults = 0;
	event_forget(&f->events, f->pid);
	unlock(&f->lock);
	fn_tell_attached(f);
	fn_wake(f);
}

/* Lets the driver begin. If it does not want the device, f is taken away from it
 * again. */
static int
fn_start_driver(AssignedFn *f, Owner *o) REQUIRES(assign_lock)
{
	int err = o->mode->start(o);

	if (err == 0)
		return 0;
	fn_begin_drain(f);
	owner_drain(o);
	owner_free_unused(o);
	return err;
}

int
fn_attach(AssignedFn *f, const AttachArgs *a, Proc *p)
{
	Owner *o;
	int err;

	if ((err = faultthread_start()) != 0 || (err = power_ready(f)) != 0 ||
		(err = fn_quiet(f)) != 0 ||
		(err = p != NULL ? owner_get(p, mode_of[a->mode], a->ro, &o)
				 : kdev_new(f, &o)) != 0)
		return err;
	if ((err = fn_publish(f, o)) != 0) {
		owner_free_unused(o);
		return err;
	}
	pci_memory_on(f->pci);
	fn_set_owner(f, o, a->policy);
	return o->mode->start != NULL ? fn_start_driver(f, o) : 0;
}

/*
 * Taking functions away: the state DRAINING, in its order. First the owner loses the
 * registers, then the device is silenced, the unit forgets it, the device is reset, and
 * the kernel waits until commands of the last owner have run out (it settles). Every step
 * is made for all functions that are leaving before the next step begins, so they wait
 * together. A step that fails makes its function BROKEN and does
 * not stop the others, because access must be taken away in any case. Nothing here
 * allocates.
 * Locks: the caller holds assign_lock.
 */

#include "dev/assign/drain.h"
#include "dev/assign/ats.h"
#include "dev/assign/intr.h"
#include "kern/errno.h"
#include "kern/log.h"

static void
step_revoke(AssignedFn *f) REQUIRES(assign_lock)
{
	if (f->owner->as != NULL)
		aspace_revoke_regs(f->owner->as, f->pci, f->gone);
}

static void
step_quiet(AssignedFn *f) REQUIRES(assign_lock)
{
	if (!pci_present(f->pci))
		fn_break(f, "it does not answer any more");
	else if (fn_master(f, false) != 0)
		fn_break(f, "bus mastering does not go off");
	pci_interrupts_off(f->pci);
	f->pending = pci_drain(f->pci) != 0;
}

/* The unit forgets f: domain_detach makes its entries not present and invalidates the
 * context cache, then the IOTLB with the old id, and waits (VT-d 6.5.3.3). Its interrupt
 * entry goes the same way. */
static void
step_unpublish(AssignedFn *f) REQUIRES(assign_lock)
{
	uint16_t sid[PCI_NSID];
	uint n = fn_sids(f, sid);
	Owner *o = f->owner;
	int err = 0;

	if (f->published && o->ats)
		err = ats_off(f, o->domain);
	if (f->published && n > 0)
		err |= domain_detach(o->domain, f->unit, sid, n);
	if (err != 0)
		owner_fail(o);
	f->published = false;
	intr_block(f);
}

/* A device may sit out a bus reset with a command pending, as QEMU's edu does, and a
 * change of power state promises nothing. Only after a function level reset nobody must
 * wait. */
static void
fn_reset(AssignedFn *f) REQUIRES(assign_lock)
{
	if (pci_reset(f->pci) != 0)
		fn_break(f, "it did not come back from reset");
	else
		f->emptied = f->pci->reset == PCI_RESET_FLR ||
			f->pci->reset == PCI_RESET_AF;
}

/* Resets f, after which neither bus mastering nor a transaction may be left. */
static void
step_reset(AssignedFn *f) REQUIRES(assign_lock)
{
	if (f->pci->reset != PCI_RESET_NONE)
		fn_reset(f);
	if (fn_master(f, false) != 0)
		fn_break(f, "bus mastering does not stay off");
	if (f->pending && pci_drain(f->pci) != 0)
		fn_break(f, "its transactions do not end");
	f->pending = false;
}

static void
step_settle(AssignedFn *f) REQUIRES(assign_lock)
{
	fn_settle(f);
}

static void
step_release(AssignedFn *f) REQUIRES(assign_lock)
{
	intr_free(f);
	f->owner->nfn--;
	lock(&f->lock);
	f->owner = NULL;
	f->pid = -1;
	unlock(&f->lock);
	fn_move(f, fn_broken(f) != NULL ? ON_FAIL : ON_DONE);
	fn_wake(f);
}

void
owner_each(Owner *o, FnState in, void (*step)(AssignedFn *f))
{
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (f->owner == o && f->state == in)
			step(f);
}

void
owner_quiesce(Owner *o, FnState in)
{
	owner_each(o, in, step_revoke);
	owner_each(o, in, step_quiet);
	owner_each(o, in, step_unpublish);
	owner_each(o, in, step_reset);
	owner_each(o, in, step_settle);
	vtd_poll_faults(); /* faults that are still recorded are the leaving owner's */
}

void
owner_drain(Owner *o)
{
	owner_quiesce(o, FN_DRAINING);
	owner_each(o, FN_DRAINING, step_release);
}

void
fn_begin_drain(AssignedFn *f)
{
	if (f->owner->mode->stop != NULL)
		f->owner->mode->stop(f->owner);
	fn_move(f, ON_DRAIN);
	fn_event(f, "detach");
}

/* ---- detach ---- */

int
fn_refuse_detach(const AssignedFn *f, int pid)
{
	if (f->owner == NULL)
		return fail(-EINVAL, "%s is not assigned to any process", f->name);
	if (pid >= 0 && pid != f->pid)
		return fail(-EINVAL, "%s is owned by pid %d, not %d", f->name, f->pid,
			pid);
	return 0;
}

int
fn_detached(AssignedFn *f)
{
	if (f->state != FN_BROKEN)
		return 0;
	return fail(-EIO, "%s is taken away, and broken: %s", f->name, fn_broken(f));
}

int
fn_detach(AssignedFn *f, int pid)
{
	int err = fn_refuse_detach(f, pid);
	Owner *o = f->owner;

	if (err != 0)
		return err;
	fn_begin_drain(f);
	owner_drain(o);
	owner_free_unused(o);
	return fn_detached(f);
}

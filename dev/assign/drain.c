/*
 * Taking functions away: the state DRAINING, in its order. The owner's CPU side goes
 * first, then the device is silenced, the unit forgets, the device is reset, and time
 * passes. Every step is made for all functions that are leaving before the next step
 * begins, so they settle together. A step that fails makes its function BROKEN and stops
 * nothing: access is taken away in any case. Allocates nothing.
 * Locks: assign_lock.
 */

#include "dev/assign/local.h"

static void
step_revoke(Func *f) REQUIRES(assign_lock)
{
	if (f->tenant->as != NULL)
		aspace_revoke_regs(f->tenant->as, f->pci, f->gone);
}

static void
step_quiet(Func *f) REQUIRES(assign_lock)
{
	if (!pci_present(f->pci))
		func_break(f, "it does not answer any more");
	else if (func_master(f, false) != 0)
		func_break(f, "bus mastering does not go off");
	pci_interrupts_off(f->pci);
	f->pending = pci_drain(f->pci) != 0;
}

/* Entry not present, context cache, IOTLB with the old id, wait (VT-d 6.5.3.3); then its
 * interrupts likewise. */
static void
step_cut(Func *f) REQUIRES(assign_lock)
{
	uint16_t sid[PCI_NSID];
	uint n = func_sids(f, sid);
	Tenant *t = f->tenant;
	int err = 0;

	if (f->published && t->kdev != NULL && t->kdev->ats)
		err = ats_off(f, t->domain);
	if (f->published && n > 0)
		err |= domain_detach(t->domain, f->unit, sid, n);
	if (err != 0)
		tenant_fail(t);
	f->published = false;
	intr_cut(f);
}

/* A device may sit out a bus reset with a command pending (QEMU's edu does), and power
 * states promise nothing: only function level resets make waiting needless. */
static void
reset(Func *f) REQUIRES(assign_lock)
{
	if (pci_reset(f->pci) != 0)
		func_break(f, "it did not come back from reset");
	else
		f->emptied = f->pci->reset == PCI_RESET_FLR ||
			f->pci->reset == PCI_RESET_AF;
}

static void
step_reset(Func *f) REQUIRES(assign_lock)
{
	if (f->pci->reset != PCI_RESET_NONE)
		reset(f);
	if (func_master(f, false) != 0)
		func_break(f, "bus mastering does not stay off");
	if (f->pending && pci_drain(f->pci) != 0)
		func_break(f, "its transactions do not end");
	f->pending = false;
}

static void
step_settle(Func *f) REQUIRES(assign_lock)
{
	func_settle(f);
}

static void
step_release(Func *f) REQUIRES(assign_lock)
{
	intr_free(f);
	f->tenant->nfn--;
	lock(&f->lock);
	f->tenant = NULL;
	f->pid = -1;
	unlock(&f->lock);
	func_move(f, func_broken(f) != NULL ? OWN_FAIL : OWN_DONE);
	func_wake(f);
}

void
tenant_each(Tenant *t, FnState in, void (*step)(Func *f))
{
	for (Func *f = func_next(NULL); f != NULL; f = func_next(f))
		if (f->tenant == t && f->state == in)
			step(f);
}

void
tenant_quiesce(Tenant *t, FnState in)
{
	tenant_each(t, in, step_revoke);
	tenant_each(t, in, step_quiet);
	tenant_each(t, in, step_cut);
	tenant_each(t, in, step_reset);
	tenant_each(t, in, step_settle);
	vtd_poll_faults(); /* what is still recorded is the leaving owner's */
}

void
tenant_drain(Tenant *t)
{
	tenant_quiesce(t, FN_DRAINING);
	tenant_each(t, FN_DRAINING, step_release);
}

void
func_leave(Func *f)
{
	if (f->tenant->kdev != NULL)
		kdev_stop(f->tenant->kdev);
	func_move(f, OWN_DRAIN);
	func_event(f, "detach");
}

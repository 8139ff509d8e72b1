/*
 * Why a function cannot be attached. Each reason is a sentence of its own, which names
 * the process, the memory range or the other device that stands in the way, and looking
 * for one changes nothing.
 * Locks: the caller holds assign_lock.
 */

#include "dev/assign/admit.h"
#include "dev/assign/kdomain.h"
#include "dev/assign/modes.h"
#include "dev/assign/power.h"
#include "dev/vtd/inspect.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/param.h"

static int
refuse_kind(const AssignedFn *f)
{
	switch (f->pci->kind) {
	case PCI_HOSTBRIDGE:
		return fail(-EINVAL, "%s is a host bridge: it cannot be attached",
			f->name);
	case PCI_BRIDGE:
		return fail(-EINVAL, "%s is a bridge: it cannot be attached", f->name);
	default:
		return 0;
	}
}

static int
refuse_held(const AssignedFn *f)
{
	if (f->pid == 0)
		return fail(-EBUSY, "%s is owned by pid 0, the kernel, for its driver %s",
			f->name, f->owner->name);
	return fail(-EBUSY, "%s is owned by pid %d", f->name, f->pid);
}

static int
refuse_state(AssignedFn *f)
{
	if (fn_state_held(f->state))
		return refuse_held(f);
	if (fn_broken(f) != NULL)
		return fail(-EIO, "%s is broken until reboot: %s", f->name, fn_broken(f));
	if (!pci_present(f->pci))
		return fail(-ENODEV, "%s does not answer any more", f->name);
	return 0;
}

/* Why the kernel cannot have f. A driver takes one function at a time and chooses what
 * its device sees, so the words of the command that say so are for processes only. */
static int
refuse_kernel(const AssignedFn *f, const AttachArgs *a)
{
	if (kdriver_for(f->pci) == NULL)
		return fail(-EINVAL,
			"process 0 is the kernel, which has no driver for %s", f->name);
	if (a->group || a->mode_given || a->ro || a->policy == FAULT_KILL)
		return fail(-EINVAL,
			"process 0 is the kernel: it takes no -g, mode or ro, "
			"and cannot be killed");
	return 0;
}

static int
refuse_proc(const AssignedFn *f, const AttachArgs *a, const Proc *p)
{
	if (a->pid == 0)
		return refuse_kernel(f, a);
	if (p == NULL)
		return fail(-ESRCH, "no process %d", a->pid);
	/* Exit sets dying before it waits for assign_lock to detach what it finds, so
	 * what is attached after this test will be found. */
	if (__atomic_load_n(&p->dying, __ATOMIC_SEQ_CST) || p->killed)
		return fail(-EINVAL, "process %d is dying", a->pid);
	return 0;
}

static int
refuse_unit(const AssignedFn *f)
{
	UnitInfo u;

	if (f->unit == NULL)
		return fail(-ENODEV, "%s: no IOMMU unit covers it", f->name);
	unit_info(f->unit, &u);
	if (u.state == UNIT_UNUSABLE || u.state == UNIT_BROKEN)
		return fail(-EIO, "%s: its IOMMU unit %u is %s: %s", f->name, u.index,
			u.state == UNIT_BROKEN ? "broken" : "not usable",
			u.reason != NULL ? u.reason : "no reason given");
	return 0;
}

/* True for a USB or graphics controller, whose reserved memory firmware uses only until a
 * driver comes, if boot parameter rmrr.relax says that it may be given away without. */
static bool
fn_is_relaxed(const PciFn *f)
{
	bool usb = f->cls == 0x0c && f->subclass == 0x03, graphics = f->cls == 0x03;

	return (usb || graphics) && param_get("rmrr.relax") != NULL;
}

static int
refuse_rmrr(const AssignedFn *f, int pid)
{
	if (pid == 0)
		return kdomain_refuse(f);
	if (f->nrmrr == 0 || fn_is_relaxed(f->pci))
		return 0;
	return fail(-EPERM, "%s: firmware reserves 0x%lx-0x%lx for it (RMRR %u)", f->name,
		f->rmrr[0].base, f->rmrr[0].limit, f->rmrr[0].index);
}

static int
refuse_bars(const AssignedFn *f)
{
	for (uint i = 0; i < PCI_NBAR; i++) {
		const PciBar *b = &f->pci->bar[i];

		if (b->size != 0 && !b->io && b->refusal != NULL)
			return fail(-EPERM, "%s: BAR %u cannot be given away: %s",
				f->name, i, b->refusal);
	}
	return 0;
}

/* Functions with an id in common share its context entry, and so one domain: what another
 * one of them is attached as, f must be attached as too. */
static int
refuse_alias(const AssignedFn *f, const AttachArgs *a)
{
	for (AssignedFn *g = fn_next(NULL); g != NULL; g = fn_next(g)) {
		if (g == f || g->owner == NULL || !fn_shares_id(f, g))
			continue;
		if (a->pid == 0)
			return fail(-EBUSY,
				"%s shares a requester id with %s, which the kernel has",
				f->name, g->name);
		if (g->owner->mode == mode_of[a->mode] && g->owner->ro == a->ro)
			continue;
		return fail(-EBUSY,
			"%s shares a requester id with %s, attached %s%s: want the same",
			f->name, g->name, attach_mode_name[g->owner->mode->word],
			g->owner->ro ? " ro" : "");
	}
	return 0;
}

/* Another function of f's group stands in the way if somebody else has it, or if it is
 * broken: hardware cannot keep it from f's memory. */
static int
refuse_group(const AssignedFn *f, int pid)
{
	for (AssignedFn *g = fn_next(NULL); g != NULL; g = fn_next(g)) {
		if (g == f || g->pci->group != f->pci->group)
			continue;
		if (fn_state_held(g->state) && g->pid != pid)
			return fail(-EBUSY,
				"%s is in one group with %s, owned by pid %d: %s "
				"(attach -g takes a whole group)",
				f->name, g->name, g->pid,
				pci_group_reason(f->pci, g->pci));
		if (fn_broken(g) != NULL)
			return fail(-EIO,
				"%s is in one group with %s, which is broken: %s",
				f->name, g->name, pci_group_reason(f->pci, g->pci));
	}
	return 0;
}

int
admit_attach(AssignedFn *f, const AttachArgs *a, Proc *p)
{
	int err;

	if ((err = refuse_kind(f)) != 0 || (err = refuse_state(f)) != 0 ||
		(err = refuse_proc(f, a, p)) != 0 || (err = refuse_unit(f)) != 0 ||
		(err = power_check()) != 0 || (err = refuse_rmrr(f, a->pid)) != 0 ||
		(a->pid != 0 && (err = refuse_bars(f)) != 0))
		return err;
	if ((err = refuse_group(f, a->pid)) != 0)
		return err;
	return refuse_alias(f, a);
}

/*
 * Attach and detach, and looking at who has what. Attach publishes a function's entries
 * only after the device has been quieted and its last owner's commands have run out; what
 * it changed is undone when a later step fails. Detach is one function's draining.
 *
 * Decisions are elsewhere: why not (admit.c), what state follows (state.c).
 * Locks: assign_lock over every sequence, its sleeps included: each is bounded.
 */

#include "dev/assign/local.h"
#include "dev/text/iommufmt.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/log.h"

/* ---- attach ---- */

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

/* Quiet before it is given out, whatever firmware or its last owner left. */
static int
make_quiet(AssignedFn *f) REQUIRES(assign_lock)
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

/* "attach private ro": what the owner reads. */
void
fn_announce(AssignedFn *f)
{
	char line[EVENT_LEN];

	snprint(line, sizeof line, "attach %s%s", attach_mode_name[f->owner->mode->word],
		f->owner->ro ? " ro" : "");
	fn_event(f, line);
}

static void
own(AssignedFn *f, Owner *o, FaultPolicy policy) REQUIRES(assign_lock)
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
	fn_announce(f);
	fn_wake(f);
}

/* The kernel's driver has it; or does not want it, and nothing has changed. */
static int
begin(AssignedFn *f, Owner *o) REQUIRES(assign_lock)
{
	int err = o->mode->start(o);

	if (err == 0)
		return 0;
	fn_leave(f);
	owner_drain(o);
	owner_drop(o);
	return err;
}

int
fn_attach(AssignedFn *f, const AttachArgs *a, Proc *p)
{
	Owner *o;
	int err;

	if ((err = faultwatch_start()) != 0 || (err = power_ready(f)) != 0 ||
		(err = make_quiet(f)) != 0 ||
		(err = p != NULL ? owner_get(p, mode_of[a->mode], a->ro, &o)
				 : kdev_new(f, &o)) != 0)
		return err;
	if ((err = fn_publish(f, o)) != 0) {
		owner_drop(o);
		return err;
	}
	pci_memory_on(f->pci);
	own(f, o, a->policy);
	return o->mode->start != NULL ? begin(f, o) : 0;
}

static int
find_func(bdf_t b, AssignedFn **f)
{
	PciFn *p = pci_find(b);
	char name[16];

	*f = p != NULL ? fn_of(p) : NULL;
	if (*f == NULL)
		return fail(-ENODEV, "no device %s", bdf_print(b, name, sizeof name));
	return 0;
}

int
assign_attach(const AttachArgs *a)
{
	Proc *p;
	AssignedFn *f;
	int err;

	if (assign_unavailable() != NULL)
		return fail(-ENODEV, "no usable IOMMU: %s", assign_unavailable());
	if ((err = find_func(a->bdf, &f)) != 0)
		return err;
	p = a->pid > 0 ? proc_find(a->pid) : NULL;
	assign_begin();
	if (a->group)
		err = group_attach(f, a, p);
	else if ((err = admit_attach(f, a, p)) == 0)
		err = fn_attach(f, a, p);
	assign_end("attach");
	if (p != NULL)
		proc_put(p);
	return err;
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

static int
detach(AssignedFn *f, int pid) REQUIRES(assign_lock)
{
	int err = fn_refuse_detach(f, pid);
	Owner *o = f->owner;

	if (err != 0)
		return err;
	fn_leave(f);
	owner_drain(o);
	owner_drop(o);
	return fn_detached(f);
}

static int
detach_by(bdf_t b, int pid, int (*how)(AssignedFn *f, int pid))
{
	AssignedFn *f;
	int err;

	if ((err = find_func(b, &f)) != 0)
		return err;
	assign_begin();
	err = how(f, pid);
	assign_end("detach");
	return err;
}

int
assign_detach(bdf_t b, int pid)
{
	return detach_by(b, pid, detach);
}

int
assign_detach_group(bdf_t b, int pid)
{
	return detach_by(b, pid, group_detach);
}

/* ---- looking ---- */

FnState
assign_state(const PciFn *pf)
{
	AssignedFn *f = fn_of(pf);
	FnState s = FN_BLOCKED;

	if (f == NULL)
		return s;
	lock(&f->lock);
	s = f->broken != NULL ? FN_BROKEN : f->state;
	unlock(&f->lock);
	return s;
}

int
assign_owner(const PciFn *pf)
{
	AssignedFn *f = fn_of(pf);
	int pid = -1;

	if (f == NULL)
		return pid;
	lock(&f->lock);
	pid = f->pid;
	unlock(&f->lock);
	return pid;
}

bool
assign_kdev(const PciFn *pf, KdevInfo *out)
{
	AssignedFn *f = fn_of(pf);
	bool is;

	if (f == NULL)
		return false;
	lock(&f->lock);
	is = f->owner != NULL && f->owner->kdev != NULL;
	if (is)
		kdev_info(f->owner->kdev, out);
	unlock(&f->lock);
	return is;
}

Unit *
assign_unit(const PciFn *pf)
{
	return fn_of(pf) != NULL ? fn_of(pf)->unit : NULL;
}

uint
assign_count(const Unit *u)
{
	uint n = 0;

	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		n += f->unit == u && assign_owner(f->pci) >= 0;
	return n;
}

static uint
collect(const Unit *u, Mapping *m)
{
	uint n = 0;

	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (f->unit == u && f->pid >= 0) {
			m[n].pid = f->pid;
			m[n++].bdf = f->pci->bdf;
		}
	return n;
}

void
assign_mappings(Text *t)
{
	uint n = 0;
	Mapping *m;
	UnitInfo u;

	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		n++;
	m = kalloc((n + 1) * sizeof *m);
	if (m == NULL) {
		t->failed = true;
		return;
	}
	assign_begin();
	for (uint i = 0; i < vtd_nunit(); i++) {
		unit_info(vtd_unit(i), &u);
		mappings_unit(t, u.base, m, collect(vtd_unit(i), m));
	}
	assign_end(NULL);
	kfree(m);
}

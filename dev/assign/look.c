/*
 * Looking at who has what, for the device files. Nothing here changes anything.
 * Locks: the function's own for its state; assign_lock where several must agree.
 */

#include "dev/assign/assigned.h"
#include "dev/assign/owner.h"
#include "kern/heap.h"

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
unit_mappings(const Unit *u, Mapping *m)
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
assign_mappings(Text *t, void (*print)(Text *t, paddr_t base, Mapping *m, uint n))
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
		print(t, u.base, m, unit_mappings(vtd_unit(i), m));
	}
	assign_end(NULL);
	kfree(m);
}

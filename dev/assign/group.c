/*
 * A whole isolation group: all of its functions become the process's, or none does, and
 * all are taken from it, or none is. Every refusal is looked for before the first
 * function is touched. When a step of attaching fails later, what was attached is drained
 * as by a detach; its owner could not start anything meanwhile, because that needs
 * assign_lock. Bridges of the group go to nobody.
 * Locks: the caller holds assign_lock.
 */

#include "dev/assign/admit.h"
#include "dev/assign/attach.h"
#include "dev/assign/drain.h"

/* The next function of the group that can have an owner. NULL begins and ends. */
static AssignedFn *
group_next(const AssignedFn *f, uint group)
{
	AssignedFn *g = fn_next(f);

	while (g != NULL && (g->pci->group != group || g->pci->kind != PCI_ENDPOINT))
		g = fn_next(g);
	return g;
}

/* Takes back what was attached before `failed`. Draining does not call fail(), so the
 * caller still reads why the attach failed. */
static void
group_undo(const AssignedFn *failed) REQUIRES(assign_lock)
{
	uint group = failed->pci->group;
	Owner *o = group_next(NULL, group)->owner;

	if (o == NULL)
		return; /* the first one failed */
	for (AssignedFn *g = group_next(NULL, group); g != failed;
		g = group_next(g, group))
		fn_begin_drain(g);
	owner_drain(o);
	owner_free_unused(o);
}

int
group_attach(AssignedFn *f, const AttachArgs *a, Proc *p)
{
	uint group = f->pci->group;
	int err = admit_attach(f, a, p);

	for (AssignedFn *g = group_next(NULL, group); g != NULL && err == 0;
		g = group_next(g, group))
		err = admit_attach(g, a, p);
	for (AssignedFn *g = group_next(NULL, group); g != NULL && err == 0;
		g = group_next(g, group))
		if ((err = fn_attach(g, a, p)) != 0)
			group_undo(g);
	return err;
}

/* Drains every owner that has functions of the group, all of which have begun to
 * leave. */
static void
group_drain(uint group) REQUIRES(assign_lock)
{
	for (AssignedFn *g = group_next(NULL, group); g != NULL;
		g = group_next(g, group)) {
		Owner *o = g->owner;

		if (o == NULL)
			continue; /* it was drained together with an earlier one */
		owner_drain(o);
		owner_free_unused(o);
	}
}

/* What the owner has in one mode settles together. A group in several modes settles once
 * for each. */
int
group_detach(AssignedFn *f, int pid)
{
	int err = fn_refuse_detach(f, pid), owner = f->pid;
	uint group = f->pci->group;

	for (AssignedFn *g = group_next(NULL, group); g != NULL && err == 0;
		g = group_next(g, group))
		err = fn_refuse_detach(g, owner);
	if (err != 0)
		return err;
	for (AssignedFn *g = group_next(NULL, group); g != NULL; g = group_next(g, group))
		fn_begin_drain(g);
	group_drain(group);
	for (AssignedFn *g = group_next(NULL, group); g != NULL && err == 0;
		g = group_next(g, group))
		err = fn_detached(g);
	return err;
}

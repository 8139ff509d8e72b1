/*
 * The entry points of attach and detach. They find the function and the process, take the
 * lock, and leave the rest to attach.c, group.c and drain.c, which know nothing of them.
 * Locks: assign_lock is held from the first test to the end, across sleeps of the
 * devices, each of which has a deadline.
 */

#include "dev/assign/assign.h"
#include "dev/assign/admit.h"
#include "dev/assign/attach.h"
#include "dev/assign/drain.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/log.h"

/* -ENODEV, with a sentence: there is no such function. */
static int
fn_find(bdf_t b, AssignedFn **f)
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
	if ((err = fn_find(a->bdf, &f)) != 0)
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

/* Takes b away from pid with `how`, which is for one function or for its group. */
static int
detach_with(bdf_t b, int pid, int (*how)(AssignedFn *f, int pid))
{
	AssignedFn *f;
	int err;

	if ((err = fn_find(b, &f)) != 0)
		return err;
	assign_begin();
	err = how(f, pid);
	assign_end("detach");
	return err;
}

int
assign_detach(bdf_t b, int pid)
{
	return detach_with(b, pid, fn_detach);
}

int
assign_detach_group(bdf_t b, int pid)
{
	return detach_with(b, pid, group_detach);
}

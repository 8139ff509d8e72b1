/*
 * Interrupts of a function, for the process that owns it: one vector, a count that each
 * interrupt raises, and a read that waits until the count changes. The vector is taken at
 * first use and kept until the function leaves its owner. What a unit lets through is
 * decided by the entries of intremap.c.
 * Locks: assign_lock for the vector and the entry; f->lock for the count. The read that
 * sleeps holds no Mutex.
 */

#include "dev/assign/intr.h"
#include "arch/arch.h"
#include "kern/errno.h"
#include "kern/log.h"

static void
intr_arrived(void *arg)
{
	AssignedFn *f = arg;

	lock(&f->lock);
	f->intr++;
	unlock(&f->lock);
	waitq_wake(&f->intr_wait);
}

int
intr_on(AssignedFn *f)
{
	uint64_t addr;
	uint32_t data;

	intremap_message(f, &addr, &data);
	if (pci_msi_on(f->pci, addr, data) != 0)
		return fail(-ENOTSUP, "%s has neither MSI nor MSI-X", f->name);
	return 0;
}

void
intr_block(AssignedFn *f)
{
	if (intremap_remove(f) == 0)
		return;
	fn_break(f, "its unit did not confirm that its interrupts have ended");
	f->irq = false; /* the vector is never freed: its messages may still come */
}

void
intr_free(AssignedFn *f)
{
	intr_block(f);
	if (f->irq)
		irq_free(f->vector);
	f->irq = false;
}

static int
intr_open(AssignedFn *f) REQUIRES(assign_lock)
{
	int err;

	if (f->irq)
		return 0;
	if (irq_alloc(intr_arrived, f, f->name, &f->vector) != 0)
		return fail(-ENOSPC, "no interrupt vector is left for %s", f->name);
	f->irq = true;
	if ((err = intremap_add(f, f->vector)) != 0 || (err = intr_on(f)) != 0)
		intr_free(f);
	else if (f->state == FN_SUSPENDED)
		pci_interrupts_off(f->pci); /* fn_resume switches them on */
	return err;
}

int
assign_intr_open(PciFn *pf)
{
	int err;

	assign_begin();
	if ((err = fn_usable(pf)) == 0)
		err = intr_open(fn_of(pf));
	assign_end("an open of intr");
	return err;
}

long
assign_intr_wait(PciFn *pf, uint64_t seen, bool nonblock, uint64_t *count)
{
	int me = proc_self()->pid, err = 0;
	AssignedFn *f = fn_of(pf);
	bool mine;

	if (!assign_mine(pf))
		return -EPERM;
	lock(&f->lock);
	while ((mine = f->pid == me) && f->intr == seen && err == 0)
		err = nonblock ? -EAGAIN : waitq_sleep(&f->intr_wait, &f->lock, NEVER);
	*count = f->intr;
	unlock(&f->lock);
	if (!mine)
		return fail(-EPERM, "%s was taken away", f->name);
	if (*count != seen)
		return 0;
	return err == -EAGAIN ? fail(err, "no interrupt yet") : fail(err, "interrupted");
}

/*
 * What the owner of a function may do with it: switch bus mastering, reset it, map its
 * registers, read its events. Every call checks that the running process owns it, under
 * the lock that a change of owner takes.
 *
 * A driver may open `event` and read before anything is attached. It sleeps until a line
 * is addressed to its pid, and the first one is "attach shared".
 * Locks: assign_lock for what changes the device; f->lock for the queue. The read that
 * sleeps holds no Mutex.
 */

#include "arch/arch.h"
#include "dev/assign/intr.h"
#include "kern/aspace.h"
#include "kern/errno.h"
#include "kern/log.h"

/* ---- bus mastering, reset ---- */

/* Switches bus mastering for the owner. While f is suspended that is recorded, and done
 * when it resumes. */
static int
fn_busmaster(AssignedFn *f, bool on) REQUIRES(assign_lock)
{
	int err;

	if (f->state == FN_SUSPENDED) {
		fn_set_wanted(f, on);
		return 0;
	}
	if (on && unit_state(f->unit) != UNIT_ON)
		return fail(-EIO, "%s: its IOMMU unit %u is not translating", f->name,
			unit_index(f->unit));
	err = fn_master(f, on);
	if (err == -EBUSY)
		return fail(err, "%s flooded the IOMMU with faults: wait a second",
			f->name);
	return err == 0 ? 0
			: fail(-EIO, "%s: bus mastering does not go %s", f->name,
				  on ? "on" : "off");
}

int
assign_busmaster(PciFn *pf, bool on)
{
	int err;

	assign_begin();
	if ((err = fn_usable(pf)) == 0)
		err = fn_busmaster(fn_of(pf), on);
	assign_end("busmaster");
	return err;
}

/* Resets f. Bus mastering is off after it, and MSI, which a reset clears, is set up
 * again. */
static int
fn_reset(AssignedFn *f) REQUIRES(assign_lock)
{
	if (f->pci->reset == PCI_RESET_NONE)
		return fail(-ENOTSUP, "%s has no reset", f->name);
	fn_set_wanted(f, false);
	if (fn_master(f, false) != 0 || pci_reset(f->pci) != 0) {
		fn_break(f, "it did not come back from reset");
		return fail(-EIO, "%s did not come back from reset", f->name);
	}
	return f->irq && f->state == FN_OWNED ? intr_on(f) : 0;
}

int
assign_reset(PciFn *pf)
{
	int err;

	assign_begin();
	if ((err = fn_usable(pf)) == 0)
		err = fn_reset(fn_of(pf));
	assign_end("reset");
	return err;
}

/* ---- registers ---- */

static int
fn_map_bar(AssignedFn *f, uint bar, uint64_t off, size_t len, int prot, vaddr_t *va)
	REQUIRES(assign_lock)
{
	const char *why;

	if (off % PAGE_SIZE != 0 || len == 0 || len > SIZE_MAX - PAGE_MASK)
		return fail(-EINVAL, "%s bar%u: want whole pages", f->name, bar);
	if ((prot & SPROT_EXEC) || !(prot & SPROT_READ))
		return fail(-EINVAL, "%s bar%u: registers are read or read and written",
			f->name, bar);
	len = roundup(len, PAGE_SIZE);
	why = pci_bar_refusal(f->pci, bar, off, len);
	if (why != NULL)
		return fail(-EPERM, "%s bar%u: %s", f->name, bar, why);
	return aspace_map_regs(proc_self()->as, f->pci->bar[bar].addr + off, len, prot,
		f->pci, va);
}

int
assign_map_bar(PciFn *pf, uint bar, uint64_t off, size_t len, int prot, vaddr_t *va)
{
	int err;

	assign_begin();
	if ((err = fn_usable(pf)) == 0)
		err = fn_map_bar(fn_of(pf), bar, off, len, prot, va);
	assign_end("an mmap of registers");
	return err;
}

/* ---- events ---- */

long
assign_event_read(PciFn *pf, char *buf, long n, bool nonblock)
{
	int me = proc_self()->pid, err = 0;
	AssignedFn *f = fn_of(pf);
	long got = 0;

	if (f == NULL)
		return fail(-ENODEV, "the kernel had no memory to manage this device");
	if (n <= 0)
		return 0;
	lock(&f->lock);
	while ((got = event_take(&f->events, me, buf, n)) == 0 && err == 0)
		err = nonblock ? -EAGAIN : waitq_sleep(&f->event_wait, &f->lock, NEVER);
	unlock(&f->lock);
	if (got > 0)
		return got;
	return err == -EAGAIN ? fail(err, "no event yet") : fail(err, "interrupted");
}

int
assign_poll(PciFn *pf, bool intr, uint64_t seen, Waitq **q)
{
	int me = proc_self()->pid;
	AssignedFn *f = fn_of(pf);
	bool ready;

	if (f == NULL)
		return SPOLLERR;
	*q = intr ? &f->intr_wait : &f->event_wait;
	lock(&f->lock);
	if (intr)
		ready = f->pid != me || f->intr != seen;
	else
		ready = event_any(&f->events, me);
	unlock(&f->lock);
	return ready ? SPOLLIN : 0;
}

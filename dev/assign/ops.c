/*
 * What the owner of a function may do with it: switch bus mastering, reset it, map its
 * registers, wait for its interrupts and events. Every call checks that the running
 * process owns it, under the lock that a change of owner takes.
 *
 * A driver may open `event` and read before anything is attached: it sleeps until a line
 * is addressed to its pid, the first being "attach shared".
 * Locks: assign_lock for what changes the device; f->lock for counts and queues. The
 * sleeping reads hold no Mutex.
 */

#include "arch/arch.h"
#include "dev/assign/local.h"
#include "kern/errno.h"
#include "kern/log.h"

bool
assign_mine(const PciFn *pf)
{
	if (fn_of(pf) != NULL)
		return fn_mine(fn_of(pf));
	fail(-ENODEV, "the kernel had no memory to manage this device");
	return false;
}

/* 0 when the caller owns f and f is whole; else a code and the reason. */
static int
fn_usable(const PciFn *pf) REQUIRES(assign_lock)
{
	AssignedFn *f = fn_of(pf);

	if (!assign_mine(pf))
		return -EPERM;
	if (fn_broken(f) == NULL)
		return 0;
	return fail(-EIO, "%s is broken: %s", f->name, fn_broken(f));
}

/* ---- bus mastering, reset ---- */

static int
fn_busmaster(AssignedFn *f, bool on) REQUIRES(assign_lock)
{
	int err;

	if (f->state == FN_SUSPENDED) {
		fn_set_wanted(f, on); /* on resume */
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

/* Bus mastering stays off after it; interrupts are announced again. */
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

/* ---- interrupts ---- */

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

/* A unit that does not confirm may let its messages through for ever: then the vector is
 * never given to anyone else. */
void
intr_block(AssignedFn *f)
{
	if (intremap_remove(f) == 0)
		return;
	fn_break(f, "its unit did not confirm that its interrupts have ended");
	f->irq = false;
}

/* Its messages are off and the bus is quiet: nobody can use the vector any more. */
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
		pci_interrupts_off(f->pci); /* until it resumes */
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

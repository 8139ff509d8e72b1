/*
 * Draining fault records (VT-d chapter 7). Hardware signals a new event only when nothing
 * was pending before, so whoever drains looks until FSTS is clean. Status bits are
 * cleared one by one, never by writing back what was read: the queue's errors belong to
 * qi.c. Overflow is cleared after the records, or faults between would be lost unseen.
 *
 * One CPU drains at a time, copies under the lock and delivers without it; another one
 * that comes meanwhile leaves, since the first will look again. A flood that outruns us
 * is left after a bounded number of records to the next poll; the owner of the device is
 * expected to have stopped it from the callback long before.
 */
#include "dev/vtd/faultrec.h"
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

#define BATCH    16
#define MAXBATCH 64 /* batches in one go */
#define POLL_NS  10000000ull

static void (*on_fault)(const VtdFault *f);

void
vtd_on_fault(void (*fn)(const VtdFault *f))
{
	__atomic_store_n(&on_fault, fn, __ATOMIC_RELEASE);
}

/* Copy record i out and clear it. */
static bool
record_take(Unit *u, uint32_t i, VtdFault *f)
{
	uint32_t at = u->lim.frcd + i * FRCD_SIZE;
	uint64_t hi = mmio_read64(u->regs, at + FRCD_HI);

	if (!fault_decode(mmio_read64(u->regs, at), hi, f))
		return false;
	f->unit = u->index;
	f->segment = u->segment;
	TRACE(trace_fault(f));
	mmio_write32(u->regs, at + FRCD_TOP, FMASK(FRCD_TOP_F));
	return true;
}

/* Up to BATCH records, oldest first; the last may say that some were lost. */
static uint32_t
records_collect_locked(Unit *u, VtdFault *f)
{
	uint32_t fsts = mmio_read32(u->regs, FSTS_REG), n = 0;
	uint32_t i = FGET(fsts, FSTS_FRI) % u->lim.nfault;

	if (fsts & FMASK(FSTS_PPF))
		while (n < BATCH - 1 && n < u->lim.nfault && record_take(u, i, &f[n])) {
			i = (i + 1) % u->lim.nfault;
			n++;
		}
	u->nfault += n;
	if (!(fsts & FMASK(FSTS_PFO)) || mmio_read32(u->regs, FSTS_REG) & FMASK(FSTS_PPF))
		return n; /* overflow waits for the last record */
	mmio_write32(u->regs, FSTS_REG, FMASK(FSTS_PFO));
	u->nlost++;
	f[n++] = (VtdFault){ .unit = u->index, .segment = u->segment, .lost = true };
	TRACE(trace_fault(&f[n - 1]));
	return n;
}

static void
faults_deliver(const VtdFault *f, uint32_t n)
{
	void (*fn)(const VtdFault *) = __atomic_load_n(&on_fault, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; fn && i < n; i++)
		fn(&f[i]);
}

/* False: somebody else is at it. */
static bool
faults_drain(Unit *u)
{
	VtdFault f[BATCH];

	os_lock(u->fault_lock);
	if (u->draining) {
		os_unlock(u->fault_lock);
		return false;
	}
	u->draining = true;
	for (uint32_t n, batch = 0;
		batch < MAXBATCH && (n = records_collect_locked(u, f)) > 0; batch++) {
		os_unlock(u->fault_lock);
		faults_deliver(f, n);
		os_lock(u->fault_lock);
	}
	u->draining = false;
	os_unlock(u->fault_lock);
	return true;
}

static void
fault_interrupt(void *arg)
{
	faults_drain(arg);
}

void
fault_poll(Unit *u)
{
	uint64_t end = os_now() + POLL_NS;

	/* What another CPU has taken but not yet told must be told when we return. */
	while (u->state >= UNIT_OFF && u->regs && !faults_drain(u) && os_now() < end)
		os_relax();
}

void
fault_start(Unit *u)
{
	uint64_t addr;
	uint32_t data;

	for (uint32_t i = 0; i < u->lim.nfault; i++)
		mmio_write32(u->regs, u->lim.frcd + i * FRCD_SIZE + FRCD_TOP,
			FMASK(FRCD_TOP_F));
	mmio_write32(u->regs, FSTS_REG, FSTS_RW1C);
	if (os_interrupt(fault_interrupt, u, &addr, &data) != 0) {
		os_log("iommu: unit %u has no interrupt: faults are found by polling\n",
			u->index);
		return;
	}
	mmio_write32(u->regs, FEDATA_REG, data);
	mmio_write32(u->regs, FEADDR_REG, (uint32_t)addr);
	mmio_write32(u->regs, FEUADDR_REG, (uint32_t)(addr >> 32));
	mmio_write32(u->regs, FECTL_REG, 0);
}

/*
 * The invalidation queue (VT-d 6.5.2): one page, 256 descriptors, or in scalable mode 128
 * of twice the size, whose upper halves are 0 for ever. A batch is some operations and
 * one wait descriptor. When the operations are done, the wait descriptor writes the
 * number of the batch into a page of memory that the unit has for this. Only that number
 * says that a batch is done; the head register (IQH) does not. Every submitter waits
 * under the unit's lock, so the queue is empty whenever a batch begins. No batch is
 * longer than the queue, so it cannot overflow.
 *
 * Errors: IQE stops the hardware at a descriptor it dislikes. That descriptor becomes its
 * global form, which every unit must take, and the tail is written again. ICE and ITE
 * lose waits that were queued: the whole batch is submitted again. Both are tried a few
 * times.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

#define QI_REPAIRS 4
#define QI_TRIES   3
#define FENCE_WORD 2 /* status[] where fences write; nobody reads it */

int
qi_start_locked(Unit *u)
{
	u->qi_tail = 0;
	mmio_write32(u->regs, FSTS_REG, FSTS_QUEUE);
	mmio_write64(u->regs, IQT_REG, 0);
	mmio_write64(u->regs, IQA_REG,
		FVAL(IQA_BASE, u->queue_pa >> 12) | FVAL(IQA_DW, u->qi_step == 2) |
			FVAL(IQA_QS, 0));
	return unit_gcmd_locked(u, GCMD_DO_QIE_ON);
}

static void
queue_ring(Unit *u)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	mmio_write64(u->regs, IQT_REG, FVAL(IQ_INDEX, u->qi_tail));
}

static void
descriptor_repair(Unit *u)
{
	uint32_t head = FGET(mmio_read64(u->regs, IQH_REG), IQ_INDEX) % QI_SLOTS;

	u->queue[head] = inv_broader(&u->lim, u->queue[head]);
	TRACE(trace_descriptor(u->index, u->queue[head]));
	if (!u->lim.coherent)
		os_clflush(&u->queue[head], sizeof u->queue[0]);
	mmio_write32(u->regs, FSTS_REG, FMASK(FSTS_IQE));
	queue_ring(u);
}

/* Waits until the batch with this number is done, repairing what can be repaired.
 * -EAGAIN: the hardware lost waits, so the batch is to be submitted again. -EIO: a
 * descriptor was refused in every form. -ETIMEDOUT: the unit is silent. */
static int __attribute__((noinline)) batch_await(Unit *u, uint32_t seq)
{
	uint64_t since = os_now(), end = since + UNIT_WAIT_NS + u->patience;
	uint64_t now = since;

	for (uint32_t repairs = 0; *u->status != seq; now = os_now()) {
		uint32_t err = mmio_read32(u->regs, FSTS_REG) & FSTS_QUEUE;

		if (err & FMASK(FSTS_IQE)) {
			if (repairs++ == QI_REPAIRS)
				return -EIO;
			descriptor_repair(u);
		} else if (err != 0) {
			u->device_silent = err & FMASK(FSTS_ITE);
			mmio_write32(u->regs, FSTS_REG, err);
			return -EAGAIN;
		}
		/* The clock was read first: a CPU held up in between is not the unit's
		 * fault. */
		if (now >= end && *u->status != seq)
			return -ETIMEDOUT;
		os_relax();
	}
	unit_waited_locked(u, since);
	return 0;
}

/* Writes the descriptors from `from` up to `tail` back to memory. */
static inline void
queue_flush(const Ent *q, uint32_t from, uint32_t tail)
{
	if (from < tail) {
		os_clflush(&q[from], (tail - from) * sizeof *q);
		return;
	}
	os_clflush(&q[from], (QI_SLOTS - from) * sizeof *q);
	if (tail != 0)
		os_clflush(q, tail * sizeof *q);
}

/* Tells the trace of the descriptors from `from` up to the tail. */
static void __attribute__((noinline)) queue_trace(const Unit *u, uint32_t from)
{
	for (; from != u->qi_tail; from = (from + u->qi_step) % QI_SLOTS)
		trace_descriptor(u->index, u->queue[from]);
}

/* One batch, the operations and a wait, carried out. Errors as batch_await. */
static inline __attribute__((always_inline)) int
batch_submit(Unit *u, const InvOp *op, uint32_t n)
{
	uint32_t seq = ++u->qi_seq, from = u->qi_tail, tail = from, step = u->qi_step;
	Ent *q = u->queue;

	for (const InvOp *end = op + n; op < end; op++) {
		u->ninv[op->kind]++;
		if (op->kind == INV_FENCE)
			q[tail] = inv_wait(u->status_pa + 4 * FENCE_WORD, seq, true);
		else
			q[tail] = inv_descriptor(&u->lim, op);
		tail = (tail + step) % QI_SLOTS;
	}
	q[tail] = inv_wait(u->status_pa, seq, true);
	tail = (tail + step) % QI_SLOTS;
	u->qi_tail = tail;
	u->nwait++;
	if (!u->lim.coherent)
		queue_flush(q, from, tail);
	TRACE(queue_trace(u, from));
	queue_ring(u);
	return *u->status == seq ? 0 : batch_await(u, seq);
}

/* The same without being written into its caller, for those who do it again. */
static int __attribute__((noinline)) batch_again(Unit *u, const InvOp *op, uint32_t n)
{
	return batch_submit(u, op, n);
}

int
qi_submit_locked(Unit *u, const InvOp *op, uint32_t n)
{
	int err = batch_submit(u, op, n);

	if (err == 0)
		return 0;
	for (uint32_t t = 1; t < QI_TRIES && err == -EAGAIN; t++)
		err = batch_again(u, op, n);
	return err;
}

int
qi_device_locked(Unit *u, const InvOp *op)
{
	int err = batch_again(u, op, 1);

	for (uint32_t t = 1; t < QI_TRIES && err == -EAGAIN; t++) {
		if (u->device_silent) /* asking again would last as long again */
			return qi_submit_locked(u, op, 0) == 0 ? -EIO : -ETIMEDOUT;
		err = batch_again(u, op, 1);
	}
	return err != 0 ? -ETIMEDOUT : 0;
}

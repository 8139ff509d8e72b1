/*
 * The invalidation queue (VT-d 6.5.2): one page, 256 descriptors, or in scalable mode 128
 * of twice the size, whose upper halves are 0 for ever. A batch is its operations and one
 * wait descriptor that writes a number of its own into memory that belongs to the unit;
 * head is not completion, only the number is. Every submitter waits under the unit's
 * lock, so the queue is empty whenever a batch begins and cannot overflow.
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

/* Descriptors from `from` up to the tail, in memory. */
static inline void
flush(const Unit *u, uint32_t from)
{
	if (from < u->qi_tail) {
		os_clflush(&u->queue[from], (u->qi_tail - from) * sizeof u->queue[0]);
		return;
	}
	os_clflush(&u->queue[from], (QI_SLOTS - from) * sizeof u->queue[0]);
	if (u->qi_tail != 0)
		os_clflush(u->queue, u->qi_tail * sizeof u->queue[0]);
}

static void
ring(Unit *u)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	mmio_write64(u->regs, IQT_REG, FVAL(IQ_INDEX, u->qi_tail));
}

static void
repair(Unit *u)
{
	uint32_t head = FGET(mmio_read64(u->regs, IQH_REG), IQ_INDEX) % QI_SLOTS;

	u->queue[head] = inv_broader(&u->lim, u->queue[head]);
	TRACE(trace_descriptor(u->index, u->queue[head]));
	if (!u->lim.coherent)
		os_clflush(&u->queue[head], sizeof u->queue[0]);
	mmio_write32(u->regs, FSTS_REG, FMASK(FSTS_IQE));
	ring(u);
}

/* -EAGAIN: submit again. */
static int __attribute__((noinline)) await(Unit *u, uint32_t seq)
{
	uint64_t since = 0, end = 0;

	for (uint32_t repairs = 0; *u->status != seq;) {
		uint64_t now = os_now();
		uint32_t err = mmio_read32(u->regs, FSTS_REG) & FSTS_QUEUE;

		if (end == 0)
			end = (since = now) + UNIT_WAIT_NS + u->patience;
		if (err & FMASK(FSTS_IQE)) {
			if (repairs++ == QI_REPAIRS)
				return -EIO;
			repair(u);
		} else if (err) {
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
	if (end != 0)
		unit_waited_locked(u, since);
	return 0;
}

static inline uint32_t
number(Unit *u)
{
	return ++u->qi_seq;
}

/* One batch: the operations and a wait. Returns the number that the wait will report. */
static inline uint32_t
submit(Unit *u, const InvOp *op, uint32_t n)
{
	uint32_t seq = number(u), from = u->qi_tail, tail = from, step = u->qi_step;
	Ent *queue = u->queue;

	for (const InvOp *end = op + n; op < end; op++) {
		if (op->kind == INV_FENCE) {
			queue[tail] = inv_wait(u->status_pa + 4 * FENCE_WORD, seq, true);
		} else {
			queue[tail] = inv_descriptor(&u->lim, op);
			u->ninv[op->kind]++;
		}
		TRACE(trace_descriptor(u->index, queue[tail]));
		tail = (tail + step) % QI_SLOTS;
	}
	queue[tail] = inv_wait(u->status_pa, seq, true);
	TRACE(trace_descriptor(u->index, queue[tail]));
	u->qi_tail = (tail + step) % QI_SLOTS;
	u->nwait++;
	if (!u->lim.coherent)
		flush(u, from);
	ring(u);
	return seq;
}

/* What most batches are: one operation, in a queue that does not wrap meanwhile. */
static inline uint32_t
submit_one(Unit *u, const InvOp *op)
{
	uint32_t seq = number(u), step = u->qi_step;
	Ent *e = &u->queue[u->qi_tail];

	e[0] = inv_descriptor(&u->lim, op);
	e[step] = inv_wait(u->status_pa, seq, true);
	u->qi_tail += 2 * step;
	u->ninv[op->kind]++;
	u->nwait++;
	if (!u->lim.coherent)
		os_clflush(e, 2 * step * sizeof *e);
	ring(u);
	return seq;
}

static int __attribute__((noinline)) submit_any(Unit *u, const InvOp *op, uint32_t n)
{
	int err = -EAGAIN;

	for (uint32_t t = 0; t < QI_TRIES && err == -EAGAIN; t++)
		err = await(u, submit(u, op, n));
	return err;
}

int
qi_submit_locked(Unit *u, const InvOp *op, uint32_t n)
{
	int err;

	if (n != 1 || op->kind == INV_FENCE || trace_on ||
		u->qi_tail + 2 * u->qi_step >= QI_SLOTS)
		return submit_any(u, op, n);
	uint32_t seq = submit_one(u, op);
	if (__builtin_expect(*u->status == seq, 1))
		return 0;
	err = await(u, seq);
	return err == -EAGAIN ? submit_any(u, op, n) : err;
}

int
qi_device_locked(Unit *u, const InvOp *op)
{
	int err = await(u, submit(u, op, 1));

	for (uint32_t t = 1; t < QI_TRIES && err == -EAGAIN; t++) {
		if (u->device_silent) /* asking again would last as long again */
			return qi_submit_locked(u, op, 0) == 0 ? -EIO : -ETIMEDOUT;
		err = await(u, submit(u, op, 1));
	}
	return err ? -ETIMEDOUT : 0;
}

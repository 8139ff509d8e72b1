/*
 * The invalidation queue (VT-d 6.5.2): one page, 256 descriptors. A batch is its operations
 * and one wait descriptor that writes a number of its own into memory that belongs to the
 * unit; head is not completion, only the number is. Every submitter waits under the unit's
 * lock, so the queue is empty whenever a batch begins and cannot overflow.
 *
 * Errors: IQE stops the hardware at a descriptor it dislikes. That descriptor becomes its
 * global form, which every unit must take, and the tail is written again. ICE and ITE lose
 * waits that were queued: the whole batch is submitted again. Both are tried a few times.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

#define QI_SLOTS   256 /* QS = 0 */
#define QI_REPAIRS 4
#define QI_TRIES   3
#define FENCE_WORD 2   /* status[] where fences write; nobody reads it */

int
qi_start_locked(Unit *u)
{
	u->qi_tail = 0;
	mmio_write32(u->regs, FSTS_REG, FSTS_QUEUE);
	mmio_write64(u->regs, IQT_REG, 0);
	mmio_write64(u->regs, IQA_REG, FVAL(IQA_BASE, u->queue_pa >> 12) | FVAL(IQA_QS, 0));
	return unit_gcmd_locked(u, GCMD_DO_QIE_ON);
}

static void
set(Unit *u, uint32_t i, Ent d)
{
	u->queue[i] = d;
	if (!u->lim.coherent)
		os_clflush(&u->queue[i], sizeof d);
}

static void
push(Unit *u, Ent d)
{
	set(u, u->qi_tail, d);
	u->qi_tail = (u->qi_tail + 1) % QI_SLOTS;
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

	set(u, head, inv_broader(u->queue[head]));
	mmio_write32(u->regs, FSTS_REG, FMASK(FSTS_IQE));
	ring(u);
}

/* -EAGAIN: submit again. */
static int
await(Unit *u, uint32_t seq)
{
	uint64_t end = 0;

	for (uint32_t repairs = 0; *u->status != seq;) {
		uint64_t now = os_now();
		uint32_t err = mmio_read32(u->regs, FSTS_REG) & FSTS_QUEUE;

		if (end == 0)
			end = now + UNIT_WAIT_NS;
		if (err & FMASK(FSTS_IQE)) {
			if (repairs++ == QI_REPAIRS)
				return -EIO;
			repair(u);
		} else if (err) {
			mmio_write32(u->regs, FSTS_REG, err);
			return -EAGAIN;
		}
		/* The clock was read first: a CPU held up in between is not the unit's fault. */
		if (now >= end && *u->status != seq)
			return -ETIMEDOUT;
		os_relax();
	}
	return 0;
}

static void
count(Unit *u, const InvOp *op)
{
	if (op->kind < INV_FENCE)
		u->inv_context++;
	else if (op->kind >= INV_IEC_GLOBAL)
		u->inv_iec++;
	else
		u->inv_iotlb++;
}

int
qi_submit_locked(Unit *u, const InvOp *op, uint32_t n)
{
	int err = -EAGAIN;

	for (uint32_t t = 0; t < QI_TRIES && err == -EAGAIN; t++) {
		uint32_t seq = ++u->qi_seq;

		for (uint32_t i = 0; i < n; i++) {
			if (op[i].kind == INV_FENCE) {
				push(u, inv_wait(u->status_pa + 4 * FENCE_WORD, seq, true));
				continue;
			}
			push(u, inv_descriptor(&u->lim, &op[i]));
			count(u, &op[i]);
		}
		push(u, inv_wait(u->status_pa, seq, true));
		ring(u);
		u->inv_wait++;
		err = await(u, seq);
	}
	return err;
}

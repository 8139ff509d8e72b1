/*
 * How the hardware is used, changed while it is: which interface invalidates, how much at
 * once, how large pages may be. What a choice costs is time; what it never costs is an
 * invalidation.
 *
 * From queue to registers: the queue is drained by a wait of its own, so that it is empty
 * and its last descriptor is one, and switched off; only then may a register be used.
 * Back: every register command has completed when its caller returns, so the queue just
 * starts. All under the unit's lock.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

/* ---- which interface ---- */

static const char *
queue_obstacle_locked(const Unit *u, bool queued)
{
	if (u->state != UNIT_OFF && u->state != UNIT_ON)
		return "it is not in use";
	if (queued)
		return u->lim.queue ? 0 : "it has no queue";
	if (!u->lim.registers)
		return "it has no invalidation registers";
	if (u->ntlb)
		return "a device has a TLB of its own, which needs the queue";
	if (u->lim.mode != VTD_LEGACY)
		return "it is in scalable mode, which needs the queue";
	return u->irt ? "it remaps interrupts, which needs the queue" : 0;
}

static int
registers_use_locked(Unit *u)
{
	int err = qi_submit_locked(u, &(InvOp){ 0 }, 0); /* a wait alone */

	if (err != 0) {
		unit_break_locked(u, "an invalidation did not complete");
		return -ETIMEDOUT;
	}
	err = unit_gcmd_locked(u, GCMD_DO_QIE_OFF);
	u->queued = err != 0;
	return err;
}

static int
queue_use_locked(Unit *u, paddr_t *page)
{
	if (u->queue_pa == 0) {
		u->queue_pa = *page;
		u->queue = os_ptr(*page);
		*page = 0;
	}
	int err = qi_start_locked(u);
	u->queued = err == 0;
	return err;
}

static int
queue_switch_locked(Unit *u, bool queued, paddr_t *page, const char **why)
{
	if (u->queued == queued && (u->state == UNIT_OFF || u->state == UNIT_ON))
		return 0;
	if ((*why = queue_obstacle_locked(u, queued)) != 0)
		return -ENOTSUP;
	int err = queued ? queue_use_locked(u, page) : registers_use_locked(u);
	if (err != 0)
		*why = u->reason;
	return err;
}

int
unit_set_queued(Unit *u, bool queued, const char **why)
{
	paddr_t page = queued ? table_page(!u->lim.coherent) : 0;

	if (queued && !page) {
		*why = "no memory for its queue";
		return -ENOMEM;
	}
	os_lock(u->lock);
	int err = queue_switch_locked(u, queued, &page, why);
	os_unlock(u->lock);
	if (page)
		os_page_free(page);
	unit_report(u);
	return err;
}

/* ---- how much at once ---- */

void
unit_set_gran(Unit *u, VtdGran g)
{
	os_lock(u->lock);
	u->lim.psi = g == VTD_GRAN_PAGE && FGET(u->cap, CAP_PSI);
	u->lim.whole = g == VTD_GRAN_GLOBAL;
	u->gran = g;
	os_unlock(u->lock);
}

VtdGran
unit_gran(Unit *u)
{
	os_lock(u->lock);
	VtdGran g = u->gran;
	os_unlock(u->lock);
	return g;
}

/* ---- how large pages may be ---- */

static uint32_t largest = 3; /* level of the largest page */

void
vtd_set_pages(uint32_t level)
{
	__atomic_store_n(&largest, level, __ATOMIC_RELAXED);
}

uint32_t
vtd_pages(void)
{
	return __atomic_load_n(&largest, __ATOMIC_RELAXED);
}

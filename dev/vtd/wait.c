/*
 * Waiting for a unit, and giving it up. Every wait has a bound. A unit that lets one run
 * out is BROKEN from then on: it gets no more commands, and what it might still reach is
 * withheld. Commands are handshakes of two registers (VT-d 10.4.4, 10.4.5).
 *
 * Locks: the caller holds the unit's lock where a name ends in _locked.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

uint32_t
unit_index(const Unit *u)
{
	return u->index;
}

UnitState
unit_state(const Unit *u)
{
	return __atomic_load_n(&u->state, __ATOMIC_RELAXED);
}

void
unit_break_locked(Unit *u, const char *why)
{
	if (u->state == UNIT_BROKEN)
		return;
	u->state = UNIT_BROKEN;
	u->reason = why;
}

void
unit_report(Unit *u)
{
	if (unit_state(u) != UNIT_BROKEN)
		return;
	os_lock(u->lock);
	bool news = !u->told;
	u->told = true;
	os_unlock(u->lock);
	if (news)
		os_log("iommu: unit %u at 0x%llx is broken: %s\n", u->index,
			(unsigned long long)u->base, u->reason);
}

void
unit_waited_locked(Unit *u, uint64_t since)
{
	uint64_t ns = os_now() - since;

	u->wait_ns += ns;
	u->wait_max = ns > u->wait_max ? ns : u->wait_max;
}

uint64_t
reg_read32(const volatile Regs *r, uint32_t off)
{
	return mmio_read32(r, off);
}

int
unit_wait_locked(Unit *u, RegRead read, uint32_t off, uint64_t mask, uint64_t want)
{
	uint64_t since = os_now(), end = since + UNIT_WAIT_NS;

	for (bool again = false;; again = true) {
		/* Clock before register: a CPU held up in between is not the unit's
		 * fault. */
		bool late = os_now() >= end;

		if ((read(u->regs, off) & mask) == want) {
			if (again)
				unit_waited_locked(u, since);
			return 0;
		}
		if (late)
			return -ETIMEDOUT;
		os_relax();
	}
}

int
unit_gcmd_locked(Unit *u, Gcmd c)
{
	const Handshake *h = gcmd_handshake(c);
	uint32_t gsts = mmio_read32(u->regs, GSTS_REG);

	mmio_write32(u->regs, GCMD_REG, gcmd_word(gsts, h->set, h->clear));
	int err = unit_wait_locked(u, reg_read32, GSTS_REG, h->mask, h->want);
	if (err != 0)
		unit_break_locked(u, h->what);
	return err;
}

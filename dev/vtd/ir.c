/*
 * Interrupt remapping of one unit (VT-d 5.1, 6.2.5): its table, and entries that come and
 * go. On, nothing but what an entry allows becomes an interrupt: messages in the old
 * ("compatibility") format are blocked, and an entry serves only the source it names.
 *
 *	IRTA, SIRTP -> entry cache -> old format off -> on
 *	entry:  high word, low word with P -> its cache -> message to the device
 *	        P off -> its cache -> high word, from here on free
 *
 * The cache is invalidated after every change, also where only CM=1 demands it: entries
 * change rarely, and one that is found not present is a lost interrupt. That needs the
 * queue; there is no register for it. An index whose invalidation was not confirmed keeps
 * its high word and is never used again. The table is never taken away.
 */
#include "dev/vtd/irt.h"
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

/* ---- on ---- */

/* One sentence about a unit that does not remap. */
static const char *
remap_obstacle(const Unit *u, bool firmware)
{
	if (u->state == UNIT_UNUSABLE || u->state == UNIT_BROKEN)
		return u->reason;
	if (!u->lim.remaps)
		return "the unit has no interrupt remapping";
	if (!u->queued)
		return "it needs the invalidation queue";
	return firmware ? NULL : "the firmware says the platform has none";
}

static int
remap_on_locked(Unit *u, paddr_t table)
{
	mmio_write64(u->regs, IRTA_REG,
		FVAL(IRTA_ADDR, table >> 12) | FVAL(IRTA_EIME, u->x2apic) |
			FVAL(IRTA_S, IRTA_SIZE(IRT_ENTRIES)));
	int err = unit_gcmd_locked(u, GCMD_DO_SIRTP);
	if (err == 0)
		err = unit_invalidate_locked(u, &(Change){ .kind = CHANGE_IRT });
	if (!err && mmio_read32(u->regs, GSTS_REG) & FMASK(GCMD_CFI))
		err = unit_gcmd_locked(u, GCMD_DO_CFI_OFF);
	return err != 0 ? err : unit_gcmd_locked(u, GCMD_DO_IRE_ON);
}

/* Makes a table and switches remapping on. When that fails u->ir_reason says why, and the
 * table is withheld, because the unit may have latched it. */
static void
remap_start(Unit *u, bool x2apic)
{
	paddr_t table = table_page(!u->lim.coherent);

	if (table == 0) {
		u->ir_reason = "no memory for its table";
		return;
	}
	os_lock(u->lock);
	u->x2apic = x2apic;
	int err = remap_on_locked(u, table);
	if (err != 0)
		u->ir_reason = u->reason;
	else
		u->irt = os_ptr(table);
	os_unlock(u->lock);
	if (err != 0)
		os_page_withhold(table);
	unit_report(u);
}

void
ir_start(Unit *u, bool firmware, bool x2apic)
{
	u->ir_reason = remap_obstacle(u, firmware);
	if (u->ir_reason == NULL)
		remap_start(u, x2apic && u->lim.eim);
	if (u->ir_reason)
		os_log("DMAR-IR: unit %u does not remap interrupts: %s\n", u->index,
			u->ir_reason);
}

/* ---- entries ---- */

static int
irq_changed_locked(Unit *u, uint32_t index)
{
	return unit_invalidate_locked(u,
		&(Change){ .kind = CHANGE_IRTE, .index = (uint16_t)index });
}

/* The search goes on from the last one taken, as with domain ids. */
static bool
irq_free_locked(Unit *u, uint32_t *index)
{
	for (uint32_t n = 1; n <= IRT_ENTRIES; n++) {
		*index = (u->irq_last + n) % IRT_ENTRIES;
		if (u->irt[*index].hi == 0)
			return true;
	}
	return false;
}

static int
irq_add_locked(Unit *u, const VtdIrq *q, uint32_t *index)
{
	if (u->irt == NULL)
		return -ENOTSUP;
	if (u->state == UNIT_BROKEN)
		return -ETIMEDOUT;
	if (!irq_free_locked(u, index))
		return -ENOSPC;
	u->irq_last = *index;
	ent_publish(&u->irt[*index], irt_entry(q, u->x2apic), !u->lim.coherent);
	int err = irq_changed_locked(u, *index);
	if (err != 0)
		ent_unpublish(&u->irt[*index], !u->lim.coherent);
	else
		u->nirq++;
	return err;
}

int
unit_irq_add(Unit *u, const VtdIrq *q, uint32_t *index)
{
	os_lock(u->lock);
	int err = irq_add_locked(u, q, index);
	os_unlock(u->lock);
	unit_report(u);
	return err;
}

static int
irq_remove_locked(Unit *u, uint32_t index)
{
	if (u->irt == NULL || index >= IRT_ENTRIES || !EGET(u->irt[index], IRTE_P))
		return -ENODEV;
	ent_unpublish(&u->irt[index], !u->lim.coherent);
	u->nirq--;
	int err = irq_changed_locked(u, index);
	if (err == 0)
		ent_wipe(&u->irt[index], !u->lim.coherent);
	return err;
}

int
unit_irq_remove(Unit *u, uint32_t index)
{
	os_lock(u->lock);
	int err = irq_remove_locked(u, index);
	os_unlock(u->lock);
	unit_report(u);
	return err;
}

bool
unit_irq_at(Unit *u, uint32_t index, VtdIrq *q)
{
	bool present = false;

	os_lock(u->lock);
	if (u->irt && index < IRT_ENTRIES)
		present = irt_decode(u->irt[index], u->x2apic, q);
	os_unlock(u->lock);
	return present;
}

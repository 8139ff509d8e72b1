/*
 * One remapping unit: finding out what it is, taking it over from whoever used it before,
 * switching it on and off (VT-d 6.2.2, 10.4.4, 10.4.5).
 *
 *	registers                                                              = probed
 *	quiet -> tables, queue -> fault events -> queue on                     = OFF
 *	write buffer -> root table -> context, IOTLB -> TE -> protected memory = ON
 *
 * Taking over switches everything off first, which is safe because the caller has turned
 * bus mastering off on every device before it calls vtd_start. A unit that lets a wait
 * run out is BROKEN from then on: it gets no more commands and what it might still reach
 * is withheld.
 */
#include "dev/vtd/cap.h"
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

#define FIRST_WINDOW  4096
#define PCI_ID        0x00
#define PCI_SUBSYSTEM 0x2c

/* ---- bring-up ---- */

static int
unit_unusable(Unit *u, const char *why)
{
	u->state = UNIT_UNUSABLE;
	u->reason = why;
	os_log("iommu: unit %u at 0x%llx is not usable: %s\n", u->index,
		(unsigned long long)u->base, why);
	return -ENODEV;
}

/* Two ids of 16 bits, of the host bridge or its subsystem. */
static uint32_t
host_bridge(uint32_t off)
{
	uint32_t id = 0;

	for (uint32_t i = 0; i < 4; i++)
		id |= (uint32_t)os_pci_read8(0, 0, 0, off + i) << 8 * i;
	return id;
}

static int
window_map(Unit *u, uint64_t len)
{
	len = (len + 4095) & ~4095ull;
	if (os_is_ram(u->base, len))
		return unit_unusable(u, "registers would lie in RAM");
	u->regs = (volatile Regs *)os_map_regs(u->base, len);
	return u->regs ? 0 : unit_unusable(u, "registers cannot be mapped");
}

/* Maps the registers and reads what u is. -ENODEV: it cannot be used, as it says
 * itself. */
static int
regs_probe(Unit *u, bool registers)
{
	const char *why;
	int err;

	if ((err = window_map(u, FIRST_WINDOW)) != 0)
		return err;
	u->ver = mmio_read32(u->regs, VER_REG);
	u->cap = mmio_read64(u->regs, CAP_REG);
	u->ecap = mmio_read64(u->regs, ECAP_REG);
	if (cap_limits(u->ver, u->cap, u->ecap, &u->lim, &why) != 0)
		return unit_unusable(u, why);
	cap_errata(host_bridge(PCI_ID), host_bridge(PCI_SUBSYSTEM), &u->lim);
	u->queued = u->lim.queue && !(registers && u->lim.registers);
	if (u->lim.window > FIRST_WINDOW)
		return window_map(u, u->lim.window);
	return 0;
}

/* Whatever firmware or an earlier kernel left on goes off. */
static int
take_over_locked(Unit *u)
{
	static const struct {
		uint32_t on;
		Gcmd off;
	} step[] = {
		{ FMASK(GCMD_IRE), GCMD_DO_IRE_OFF },
		{ FMASK(GCMD_QIE), GCMD_DO_QIE_OFF },
		{ FMASK(GCMD_EAFL), GCMD_DO_EAFL_OFF },
		{ FMASK(GCMD_TE), GCMD_DO_TE_OFF },
	};
	uint32_t gsts = mmio_read32(u->regs, GSTS_REG);
	int err = 0;

	mmio_write32(u->regs, FECTL_REG, FMASK(EVENT_IM));
	if (u->lim.queue)
		mmio_write32(u->regs, IECTL_REG, FMASK(EVENT_IM));
	if (u->lim.page_requests)
		mmio_write32(u->regs, PECTL_REG, FMASK(EVENT_IM));
	/* what is queued is not ours to lose: wait, but not for long */
	if (gsts & FMASK(GCMD_QIE))
		unit_wait_locked(u, mmio_read64, IQH_REG, FMASK(IQ_INDEX),
			mmio_read64(u->regs, IQT_REG) & FMASK(IQ_INDEX));
	for (uint32_t i = 0; i < sizeof step / sizeof step[0] && err == 0; i++)
		if (gsts & step[i].on)
			err = unit_gcmd_locked(u, step[i].off);
	return err;
}

static void
pages_free(Unit *u)
{
	paddr_t *page[] = { &u->root_pa, &u->queue_pa, &u->status_pa, &u->ids_pa[0],
		&u->ids_pa[1] };

	for (uint32_t i = 0; i < sizeof page / sizeof page[0]; i++) {
		if (*page[i])
			os_page_free(*page[i]);
		*page[i] = 0;
	}
}

static int
tables_build(Unit *u)
{
	bool flush = !u->lim.coherent;

	if ((u->root_pa = table_page(flush)) == 0 ||
		(u->status_pa = table_page(flush)) == 0 ||
		(u->queued && (u->queue_pa = table_page(flush)) == 0) ||
		id_init(u) != 0) {
		pages_free(u);
		return unit_unusable(u, "no memory for its tables");
	}
	u->status = os_ptr(u->status_pa);
	u->queue = u->queued ? os_ptr(u->queue_pa) : NULL;
	return 0;
}

/* From here on other code may find the tables. */
static void
tables_open(Unit *u)
{
	os_lock(u->lock);
	u->root = os_ptr(u->root_pa);
	u->reason = NULL;
	u->state = UNIT_OFF;
	if (u->queued)
		qi_start_locked(u);
	os_unlock(u->lock);
}

void
unit_probe(Unit *u, bool registers)
{
	u->probed = regs_probe(u, registers) == 0;
}

void
unit_start(Unit *u, VtdMode m)
{
	int err;

	if (!u->probed)
		return;
	cap_use(&u->lim, m);
	u->qi_step = m == VTD_LEGACY ? 1 : 2;
	os_lock(u->lock);
	err = take_over_locked(u);
	const char *why = u->reason;
	os_unlock(u->lock);
	if (err != 0) {
		unit_unusable(u, why);
		return;
	}
	if (u->left) {
		unit_unusable(u, u->left);
		return;
	}
	if (tables_build(u) != 0)
		return;
	fault_start(u);
	tables_open(u);
	unit_report(u);
	for (uint32_t bus = 0; bus < ENTRIES && u->state == UNIT_OFF; bus++)
		if (u->want[bus / 64] >> bus % 64 & 1)
			table_bus(u,
				(uint8_t)bus); /* without memory: attach will say so */
}

void
unit_leave_off(Unit *u, const char *why)
{
	u->left = why;
}

/* ---- power ---- */

static int
protection_off_locked(Unit *u)
{
	if (!u->lim.protects || !(mmio_read32(u->regs, PMEN_REG) & FMASK(PMEN_PRS)))
		return 0;
	mmio_write32(u->regs, PMEN_REG, 0);
	int err = unit_wait_locked(u, reg_read32, PMEN_REG, FMASK(PMEN_PRS), 0);
	if (err != 0)
		unit_break_locked(u, "protected memory did not switch off");
	return err;
}

/* Root pointer, invalidation of everything, TE (VT-d 6.6, 10.4.4), then the protected
 * ranges go off. An error is a unit that did not answer: the caller reports it. */
static int
power_on_locked(Unit *u)
{
	int err = 0;

	if (u->lim.rwbf)
		err = unit_gcmd_locked(u, GCMD_DO_WBF);
	if (err == 0) {
		mmio_write64(u->regs, RTADDR_REG, table_root(u));
		err = unit_gcmd_locked(u, GCMD_DO_SRTP);
	}
	if (err == 0)
		err = unit_invalidate_locked(u, &(Change){ .kind = CHANGE_ROOT });
	if (err == 0)
		err = unit_gcmd_locked(u, GCMD_DO_TE_ON);
	if (err == 0)
		err = protection_off_locked(u);
	if (err == 0)
		u->state = UNIT_ON;
	return err;
}

static int
power_off_locked(Unit *u)
{
	int err = unit_gcmd_locked(u, GCMD_DO_TE_OFF);

	if (err == 0)
		u->state = UNIT_OFF;
	return err;
}

int
unit_power(Unit *u, bool on)
{
	int err = 0;

	os_lock(u->lock);
	if (u->state == UNIT_UNUSABLE)
		err = -ENODEV;
	else if (u->state == UNIT_BROKEN)
		err = -ETIMEDOUT;
	else if (on && u->state == UNIT_OFF)
		err = power_on_locked(u);
	else if (!on && u->state == UNIT_ON)
		err = power_off_locked(u);
	os_unlock(u->lock);
	unit_report(u);
	return err;
}

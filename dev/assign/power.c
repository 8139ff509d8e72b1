/*
 * Translation on and off for the whole machine. Off is a barrier: without translation an
 * address is physical memory, so it goes off only after every owned function has been
 * silenced, nobody else masters the bus, and commands under way have run out. Functions
 * keep their owners meanwhile (SUSPENDED). Switching on takes the steps in the opposite
 * order.
 *
 * With boot parameter iommu=first-use translation is also off until the first attach
 * (POWER_FIRST).
 * Locks: assign_lock.
 */

#include "dev/assign/power.h"
#include "dev/assign/intr.h"
#include "dev/assign/kdev.h"
#include "kern/errno.h"
#include "kern/log.h"

static enum { POWER_NONE, POWER_BOOT, POWER_OFF, POWER_FIRST, POWER_ON } power;
static const char *unavailable;
static bool lazy;

void
power_init(const char *why, bool first_use)
{
	unavailable = why;
	power = why != NULL ? POWER_NONE : POWER_BOOT;
	lazy = first_use;
}

const char *
power_start(bool now)
{
	if (power != POWER_BOOT)
		return unavailable;
	power = lazy && !now ? POWER_FIRST : POWER_ON;
	if (power == POWER_ON && vtd_enable() != 0)
		power_init(vtd_reason(), lazy);
	return unavailable;
}

const char *
assign_unavailable(void)
{
	return unavailable;
}

bool
assign_powered(void)
{
	return __atomic_load_n(&power, __ATOMIC_ACQUIRE) == POWER_ON;
}

/* ---- functions ---- */

static void
fn_suspend(AssignedFn *f) REQUIRES(assign_lock)
{
	fn_move(f, ON_SUSPEND);
	fn_event(f, "suspend");
}

/* f is the owner's again, as it was before power off, if its unit translates. */
static void
fn_resume(AssignedFn *f) REQUIRES(assign_lock)
{
	if (f->state != FN_SUSPENDED || f->unit == NULL || unit_state(f->unit) != UNIT_ON)
		return;
	fn_move(f, ON_RESUME);
	if (f->irq)
		intr_on(f);
	fn_unsilence(f);
	fn_event(f, "resume");
}

/* Stops f: bus mastering off, nothing under way, no interrupts. fn_restart undoes it. */
static int
fn_stop(AssignedFn *f) REQUIRES(assign_lock)
{
	if (fn_silence(f) != 0)
		return fail(-EIO, "%s: bus mastering does not go off", f->name);
	if (pci_drain(f->pci) != 0)
		return fail(-EIO, "%s: its transactions do not end", f->name);
	pci_interrupts_off(f->pci);
	return 0;
}

static void
fn_restart(AssignedFn *f) REQUIRES(assign_lock)
{
	if (f->irq)
		intr_on(f);
	fn_unsilence(f);
}

/* Stops every owned function and lets all settle. Says which function stands in the way;
 * then those that were stopped go on as before. */
static int
fns_stop(void) REQUIRES(assign_lock)
{
	int err = 0;

	for (AssignedFn *f = fn_next(NULL); f != NULL && err == 0; f = fn_next(f)) {
		if (f->state == FN_OWNED)
			err = fn_stop(f);
		else if (f->state != FN_KERNEL && f->pci->kind == PCI_ENDPOINT &&
			pci_is_busmaster(f->pci))
			err = fail(-EIO, "%s is %s and still a bus master", f->name,
				fn_state_name[f->state]);
	}
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f)) {
		if (err == 0)
			fn_settle(f);
		else if (f->state == FN_OWNED)
			fn_restart(f);
	}
	return err;
}

/* ---- units ---- */

/* Switches every unit that is in state `from`. Goes on past a unit that fails, and says
 * so. */
static int
units_power(UnitState from, bool on)
{
	int err = 0;

	for (uint i = 0; i < vtd_nunit(); i++) {
		Unit *u = vtd_unit(i);

		if (unit_state(u) == from && unit_power(u, on) != 0)
			err = fail(-EIO, "IOMMU unit %u did not switch %s", i,
				on ? "on" : "off");
	}
	return err;
}

static int
power_off(void) REQUIRES(assign_lock)
{
	int err;

	if (power != POWER_ON) {
		power = POWER_OFF;
		return 0;
	}
	if ((err = kdev_refuse_off()) != 0 || (err = fns_stop()) != 0)
		return err;
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (f->state == FN_OWNED)
			fn_suspend(f);
	power = POWER_OFF;
	return units_power(UNIT_ON, false);
}

/* Switches all units on, or, if one fails, none, for half a protection is none. Then
 * owners get their functions back. */
static int
power_on(void) REQUIRES(assign_lock)
{
	int err;

	if (power == POWER_ON)
		return 0;
	err = units_power(UNIT_OFF, true);
	if (err != 0) {
		bool was = power == POWER_FIRST;

		(void)units_power(UNIT_ON, false);
		power = was ? POWER_FIRST : POWER_OFF;
		return err;
	}
	power = POWER_ON;
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		fn_resume(f);
	return 0;
}

int
power_check(void)
{
	if (power != POWER_OFF)
		return 0;
	return fail(-ENODEV, "the IOMMU is off: write on to power first");
}

int
power_ready(const AssignedFn *f)
{
	int err = power == POWER_FIRST ? power_on() : 0;

	if (err != 0)
		return err;
	if (unit_state(f->unit) != UNIT_ON && power != POWER_BOOT)
		return fail(-EIO, "%s: its IOMMU unit %u is off", f->name,
			unit_index(f->unit));
	return 0;
}

int
assign_power(bool on)
{
	int err;

	if (unavailable != NULL)
		return fail(-ENODEV, "no usable IOMMU: %s", unavailable);
	assign_begin();
	err = on ? power_on() : power_off();
	assign_end("power");
	return err;
}

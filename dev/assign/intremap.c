/*
 * Interrupt remapping: whether it is used, decided at boot, what the IO-APICs write then,
 * and the entry for a function's messages. Remapping blocks interrupts in the old format,
 * for good. So it is switched on only if the table says of every IO-APIC which unit is
 * above it, for otherwise the console's interrupt could be blocked.
 * Locks: assign_lock for the entry of a function.
 */

#include "arch/arch.h"
#include "dev/assign/boot.h"
#include "dev/assign/intr.h"
#include "dev/vtd/inspect.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/param.h"

static const char *unused; /* why no unit was asked to remap; NULL: all were */

/* The redirection entry of an IO-APIC's line, which irq_lines_go asks for. -ENOTSUP: its
 * unit does not remap, so the old format stays. */
static int
line_entry(const IrqLine *l, uint64_t *out)
{
	VtdIrq q = { .level = l->level, .vector = l->vector, .dest = arch_apic_id(0) };
	Unit *u = vtd_ioapic(l->id, &q.sid);
	uint32_t index;
	int err = u != NULL ? unit_irq_add(u, &q, &index) : -ENOTSUP;

	if (err == 0)
		*out = vtd_irq_line(index, l->vector, l->level, l->low);
	return err;
}

static const char *
intremap_obstacle(void)
{
	uint16_t sid;
	uint id;

	if (param_is("intremap", "off"))
		return "it was switched off by boot parameter intremap=off";
	if (!vtd_remap_allowed())
		return NULL; /* each unit will say so */
	for (uint i = 0; irq_ioapic(i, &id); i++)
		if (vtd_ioapic(id, &sid) == NULL)
			return "the DMAR table does not say where an IO-APIC is";
	return NULL;
}

void
intremap_init(void)
{
	uint n = 0;
	UnitInfo u;

	unused = intremap_obstacle();
	if (unused != NULL) {
		kprint("DMAR-IR: no interrupt remapping: %s\n", unused);
		return;
	}
	irq_lines_hold();
	vtd_remap(false);
	irq_lines_go(line_entry);
	for (uint i = 0; i < vtd_nunit(); i++) {
		unit_info(vtd_unit(i), &u);
		n += u.remaps;
	}
	if (n > 0)
		kprint("DMAR-IR: Enabled IRQ remapping in xapic mode\n");
}

const char *
intremap_unused(void)
{
	return unused;
}

/* ---- one function's messages ---- */

int
intremap_add(AssignedFn *f, uint vector)
{
	VtdIrq q = { .vector = vector, .dest = arch_apic_id(0) };
	int err;

	q.bus = pci_message_source(f->pci, &q.sid);
	err = unit_irq_add(f->unit, &q, &f->irte);
	f->remapped = err == 0;
	switch (err) {
	case 0:
	case -ENOTSUP:
		return 0;
	case -ENOSPC:
		return fail(err, "IOMMU unit %u has no interrupt entry left for %s",
			unit_index(f->unit), f->name);
	default:
		return fail(-EIO, "%s: IOMMU unit %u took no interrupt entry for it",
			f->name, unit_index(f->unit));
	}
}

int
intremap_remove(AssignedFn *f)
{
	int err = f->remapped ? unit_irq_remove(f->unit, f->irte) : 0;

	f->remapped = false;
	return err;
}

void
intremap_message(const AssignedFn *f, uint64_t *addr, uint32_t *data)
{
	if (f->remapped)
		vtd_irq_message(f->irte, addr, data);
	else
		irq_message(f->vector, addr, data);
}

bool
assign_entry(const PciFn *pf, uint32_t *index, VtdIrq *q)
{
	AssignedFn *f = fn_of(pf);
	bool there;

	assign_begin();
	there = f != NULL && f->remapped && unit_irq_at(f->unit, f->irte, q);
	if (there)
		*index = f->irte;
	assign_end(NULL);
	return there;
}

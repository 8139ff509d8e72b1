/*
 * The structures of a DMAR table against each other, after the walk: one register base
 * per unit, one INCLUDE_PCI_ALL per segment and that last, I/O APICs behind one unit,
 * reserved regions that do not overlap, and at least one unit; and against what the host
 * knows. Pure.
 */
#include "dev/vtd/finding.h"

static bool
entry_is(const DmarEntry *e, DmarType type)
{
	return e->type == type && e->ok;
}

/* Unit i against the others of its segment: one base is one unit, and one unit at most,
 * the last, takes all that no other names. */
static void
check_units(Dmar *d, int32_t i)
{
	DmarEntry *e = &d->entry[i];
	bool all = e->flags & 1, other_all = false, later = false;

	for (int32_t k = 0; k < (int32_t)d->nentry; k++) {
		const DmarEntry *o = &d->entry[k];

		if (k == i || !entry_is(o, DMAR_DRHD))
			continue;
		if (k < i && o->base == e->base) {
			e->ok = false;
			dmar_finding(d, N_BASE_TWICE, i, -1);
			return;
		}
		if (o->segment != e->segment)
			continue;
		if (o->flags & 1 && (k < i || !all))
			other_all = true;
		later |= k > i;
	}
	if (all && other_all)
		dmar_finding(d, N_ALL_TWICE, i, -1);
	if (all && later)
		dmar_finding(d, N_ALL_EARLY, i, -1);
	if (!all && !other_all && !later) /* once: at the segment's last unit */
		dmar_finding(d, N_ALL_MISSING, i, -1);
	if (!all && e->nscope == 0)
		dmar_finding(d, N_NO_SCOPE, i, -1);
}

static void
check_rmrr(Dmar *d, int32_t i)
{
	const DmarEntry *e = &d->entry[i];

	if (e->nscope == 0)
		dmar_finding(d, N_RMRR_NOBODY, i, -1);
	for (int32_t k = 0; k < i; k++) {
		const DmarEntry *o = &d->entry[k];

		if (entry_is(o, DMAR_RMRR) && o->base <= e->limit &&
			e->base <= o->limit) {
			dmar_finding(d, N_RMRR_OVERLAP, i, -1);
			return;
		}
	}
}

static const DmarScope *
unit_scope(const Dmar *d, int32_t entry, uint32_t i)
{
	const DmarScope *s = &d->scope[d->entry[entry].scope + i];

	return s->ok && s->type == SCOPE_IOAPIC ? s : NULL;
}

static void
check_ioapics(Dmar *d, int32_t i)
{
	for (uint32_t n = 0; n < d->entry[i].nscope; n++) {
		const DmarScope *s = unit_scope(d, i, n);

		for (int32_t k = 0; s && k < i; k++) {
			if (!entry_is(&d->entry[k], DMAR_DRHD))
				continue;
			for (uint32_t m = 0; m < d->entry[k].nscope; m++) {
				const DmarScope *o = unit_scope(d, k, m);
				if (o && o->id == s->id)
					dmar_finding(d, N_IOAPIC_TWICE, i, (int32_t)n);
			}
		}
	}
}

void
dmar_check(Dmar *d)
{
	bool ordered = true, unit = false;

	for (int32_t i = 0; i < (int32_t)d->nentry; i++) {
		if (i > 0 && d->entry[i].type < d->entry[i - 1].type)
			ordered = false;
		if (entry_is(&d->entry[i], DMAR_DRHD))
			check_units(d, i);
		if (entry_is(&d->entry[i], DMAR_DRHD))
			check_ioapics(d, i);
		if (entry_is(&d->entry[i], DMAR_RMRR))
			check_rmrr(d, i);
		unit |= entry_is(&d->entry[i], DMAR_DRHD);
	}
	if (!ordered)
		dmar_finding(d, N_ORDER, -1, -1);
	if (!unit)
		dmar_finding(d, N_NO_UNIT, -1, -1);
}

void
dmar_judge(Dmar *d, bool (*is_ram)(uint64_t base, uint64_t len))
{
	for (int32_t i = 0; i < (int32_t)d->nentry; i++) {
		const DmarEntry *e = &d->entry[i];

		if (entry_is(e, DMAR_RMRR) && is_ram(e->base, e->limit - e->base))
			dmar_finding(d, N_RMRR_RAM, i, -1);
	}
}

/*
 * Device scopes (VT-d 8.3.1), pure: configuration space is read through a callback. A
 * unit that names the device, or the nearest bridge above it, wins over one that names a
 * bridge further up; INCLUDE_PCI_ALL loses against every scope, wherever in the table it
 * stands. A type-2 scope means its bridge and all buses below it, whatever the depth.
 */
#include "dev/vtd/scope.h"

#define PCI_HEADER_TYPE 0x0e
#define PCI_SECONDARY   0x19
#define PCI_SUBORDINATE 0x1a

#define RANK_ALL   1 /* INCLUDE_PCI_ALL */
#define RANK_BUS   2 /* below a named bridge, by bus number only */
#define RANK_ABOVE 3 /* + depth of the named bridge: the nearest wins */

static bool
is_bridge(uint16_t segment, uint8_t bus, uint8_t devfn, PciRead rd)
{
	return (rd(segment, bus, devfn, PCI_HEADER_TYPE) & 0x7f) == 1;
}

bool
scope_target(const DmarScope *s, uint16_t segment, PciRead rd, uint16_t *rid)
{
	uint8_t bus = s->bus, devfn = 0;

	for (uint32_t i = 0; i < s->npath; i++) {
		if (i > 0) {
			if (!is_bridge(segment, bus, devfn, rd))
				return false;
			uint8_t next = rd(segment, bus, devfn, PCI_SECONDARY);
			if (next <= bus) /* not configured: bus numbers grow downwards */
				return false;
			bus = next;
		}
		devfn = (uint8_t)(s->path[2 * i] << 3 | s->path[2 * i + 1]);
	}
	*rid = (uint16_t)(bus << 8 | devfn);
	return true;
}

/* Does bus number alone put the device below bridge rid? For paths too long for
 * VtdPath. */
static bool
bridge_has(uint16_t rid, uint16_t segment, uint8_t bus, PciRead rd)
{
	uint8_t b = (uint8_t)(rid >> 8), devfn = (uint8_t)rid;

	if (!is_bridge(segment, b, devfn, rd))
		return false;
	uint8_t sec = rd(segment, b, devfn, PCI_SECONDARY);
	return sec > b && sec <= bus && bus <= rd(segment, b, devfn, PCI_SUBORDINATE);
}

/* How closely the scope names the device: 0 not at all. */
static uint32_t
scope_rank(const DmarScope *s, const VtdPath *p, PciRead rd)
{
	uint16_t segment = (uint16_t)(p->bdf >> 16), rid;

	if (!s->ok || (s->type != SCOPE_ENDPOINT && s->type != SCOPE_BRIDGE))
		return 0;
	if (!scope_target(s, segment, rd, &rid))
		return 0;
	if (rid == (uint16_t)p->bdf)
		return RANK_ABOVE + p->nbridge;
	for (uint32_t i = p->nbridge; i-- > 0;)
		if (rid == p->bridge[i].rid)
			return RANK_ABOVE + i;
	if (s->type == SCOPE_BRIDGE &&
		bridge_has(rid, segment, (uint8_t)(p->bdf >> 8), rd))
		return RANK_BUS;
	return 0;
}

static uint32_t
entry_rank(const Dmar *d, const DmarEntry *e, const VtdPath *p, PciRead rd)
{
	uint32_t best = 0;

	if (!e->ok || e->segment != p->bdf >> 16)
		return 0;
	for (uint32_t i = 0; i < e->nscope; i++) {
		uint32_t r = scope_rank(&d->scope[e->scope + i], p, rd);
		if (r > best)
			best = r;
	}
	if (best == 0 && e->type == DMAR_DRHD && e->flags & 1)
		best = RANK_ALL;
	return best;
}

int32_t
scope_unit(const Dmar *d, const VtdPath *p, PciRead rd)
{
	uint32_t best = 0;
	int32_t found = -1;

	for (uint32_t i = 0; i < d->nentry; i++) {
		if (d->entry[i].type != DMAR_DRHD)
			continue;
		uint32_t r = entry_rank(d, &d->entry[i], p, rd);
		if (r > best) {
			best = r;
			found = (int32_t)i;
		}
	}
	return found;
}

int32_t
scope_rmrr(const Dmar *d, uint32_t from, const VtdPath *p, PciRead rd)
{
	for (uint32_t i = from; i < d->nentry; i++)
		if (d->entry[i].type == DMAR_RMRR &&
			entry_rank(d, &d->entry[i], p, rd) > 0)
			return (int32_t)i;
	return -1;
}

static bool
names_ioapic(const Dmar *d, const DmarEntry *e, uint8_t id, PciRead rd, uint16_t *sid)
{
	for (uint32_t i = 0; i < e->nscope; i++) {
		const DmarScope *s = &d->scope[e->scope + i];

		if (s->ok && s->type == SCOPE_IOAPIC && s->id == id &&
			scope_target(s, e->segment, rd, sid))
			return true;
	}
	return false;
}

int32_t
scope_ioapic(const Dmar *d, uint8_t id, PciRead rd, uint16_t *sid)
{
	for (uint32_t i = 0; i < d->nentry; i++)
		if (d->entry[i].ok && d->entry[i].type == DMAR_DRHD &&
			names_ioapic(d, &d->entry[i], id, rd, sid))
			return (int32_t)i;
	return -1;
}

static bool
names_pci(const Dmar *d, const DmarEntry *e, uint16_t want, PciRead rd)
{
	for (uint32_t i = 0; i < e->nscope; i++) {
		const DmarScope *s = &d->scope[e->scope + i];
		uint16_t rid;

		if (s->ok && (s->type == SCOPE_ENDPOINT || s->type == SCOPE_BRIDGE) &&
			scope_target(s, e->segment, rd, &rid) && rid == want)
			return true;
	}
	return false;
}

int32_t
scope_ats(const Dmar *d, const VtdPath *p, PciRead rd)
{
	for (uint32_t i = 0; i < d->nentry; i++) {
		const DmarEntry *e = &d->entry[i];

		if (e->segment != p->bdf >> 16 || !e->ok)
			continue;
		if (e->type == DMAR_SATC && names_pci(d, e, (uint16_t)p->bdf, rd))
			return (int32_t)i;
		if (e->type == DMAR_ATSR && p->nbridge > 0 &&
			(e->flags & 1 || names_pci(d, e, p->bridge[0].rid, rd)))
			return (int32_t)i;
	}
	return -1;
}

/* SRC: dev/vtd/scope.c dev/vtd/dmar.c dev/vtd/dmarcheck.c dev/vtd/finding.c */
/*
 * Which unit translates a device. The input is a machine and a table: 8 bridges of 4
 * bytes (bus, devfn, secondary, subordinate), a device of 3, then DMAR structures.
 * Whatever the bridges claim, the lookup ends, names a usable unit of the device's
 * segment, and keeps the order of VT-d 8.3.1: a scope that ends at the device wins,
 * INCLUDE_PCI_ALL is for those whom no scope names, nobody is left out while there is
 * such a unit.
 */
#include "dev/vtd/os.h"
#include "dev/vtd/scope.h"
#include "tests/fuzz/fuzz.h"

#define NBRIDGE 8

static struct {
	uint8_t bus, devfn, secondary, subordinate;
} bridge[NBRIDGE];
static unsigned reads;

static uint8_t
config(uint16_t segment, uint8_t bus, uint8_t devfn, uint32_t off)
{
	CHECK(off < 256);
	reads++;
	for (unsigned i = 0; segment == 0 && i < NBRIDGE; i++)
		if (bridge[i].bus == bus && bridge[i].devfn == devfn)
			return off == 0x0e    ? 1
				: off == 0x19 ? bridge[i].secondary
					      : bridge[i].subordinate;
	return 0xff;
}

/* The bridges above the device, nearest last: each step goes to a lower bus number. */
static void
climb(VtdPath *p)
{
	uint8_t bus = (uint8_t)(p->bdf >> 8);

	p->nbridge = 0;
	for (unsigned i = 0; i < NBRIDGE && p->nbridge < NBRIDGE; i++) {
		if (bridge[i].secondary != bus || bridge[i].bus >= bus)
			continue;
		memmove(&p->bridge[1], &p->bridge[0], p->nbridge * sizeof p->bridge[0]);
		p->bridge[0].rid = (uint16_t)(bridge[i].bus << 8 | bridge[i].devfn);
		p->bridge[0].secondary = bridge[i].secondary;
		p->bridge[0].subordinate = bridge[i].subordinate;
		p->nbridge++;
		bus = bridge[i].bus;
		i = (unsigned)-1;
	}
}

static bool
names(const Dmar *d, const DmarEntry *e, const VtdPath *p)
{
	uint16_t rid;

	for (uint32_t i = 0; i < e->nscope; i++) {
		const DmarScope *s = &d->scope[e->scope + i];

		if (s->ok && s->type <= SCOPE_BRIDGE &&
			scope_target(s, e->segment, config, &rid) &&
			rid == (uint16_t)p->bdf)
			return true;
	}
	return false;
}

static void
check_unit(const Dmar *d, const VtdPath *p)
{
	int32_t found = scope_unit(d, p, config);
	bool exact = false, all = false;

	for (uint32_t i = 0; i < d->nentry; i++) {
		const DmarEntry *e = &d->entry[i];

		if (!e->ok || e->type != DMAR_DRHD || e->segment != p->bdf >> 16)
			continue;
		exact |= names(d, e, p);
		all |= e->flags & 1;
	}
	CHECK(found >= -1 && found < (int32_t)d->nentry);
	if (found < 0) {
		CHECK(!exact && !all);
		return;
	}
	const DmarEntry *e = &d->entry[found];
	CHECK(e->ok && e->type == DMAR_DRHD && e->segment == p->bdf >> 16);
	CHECK(!exact || names(d, e, p));
	CHECK((e->flags & 1) || e->nscope > 0);
}

static void
check_rmrr(const Dmar *d, const VtdPath *p)
{
	int32_t found = scope_rmrr(d, 0, p, config);

	CHECK(found >= -1 && found < (int32_t)d->nentry);
	for (int32_t i = 0; i < (int32_t)d->nentry; i++) {
		const DmarEntry *e = &d->entry[i];

		if (e->ok && e->type == DMAR_RMRR && e->segment == p->bdf >> 16 &&
			names(d, e, p))
			CHECK(found >= 0 && found <= i);
	}
	if (found >= 0)
		CHECK(scope_rmrr(d, found + 1, p, config) == -1 ||
			scope_rmrr(d, found + 1, p, config) > found);
	if (found >= 0)
		CHECK(d->entry[found].ok && d->entry[found].type == DMAR_RMRR &&
			d->entry[found].segment == p->bdf >> 16);
}

void
fuzz_one(const uint8_t *bytes, size_t n)
{
	In in = { bytes, n };
	VtdPath p = { 0 };
	Dmar d;

	for (unsigned i = 0; i < NBRIDGE; i++) {
		bridge[i].bus = in_u8(&in);
		bridge[i].devfn = in_u8(&in);
		bridge[i].secondary = in_u8(&in);
		bridge[i].subordinate = in_u8(&in);
	}
	p.bdf = (uint32_t)in_u64(&in, 3) & 0x1ffff; /* segments 0 and 1 */
	climb(&p);

	n = in.n + 48;
	uint8_t *t = calloc(1, n);
	CHECK(t != NULL);
	memcpy(t, "DMAR", 4);
	for (unsigned i = 0; i < 4; i++)
		t[4 + i] = (uint8_t)(n >> 8 * i);
	t[36] = 38;
	if (in.n > 0)
		memcpy(t + 48, in.p, in.n);
	sum_repair(t, n, 9);
	if (dmar_parse(t, n, &d) == 0) {
		reads = 0;
		check_unit(&d, &p);
		check_rmrr(&d, &p);
		CHECK(reads <= 40u * n + 40); /* work is linear in the table */
	}
	dmar_free(&d);
	free(t);
}

/*
 * Interrupt remapping of a fake unit: the table as the last SIRTP latched it, an entry
 * cache that is never evicted early and under caching mode holds what is not present as
 * well, messages and lines that are delivered or refused with the manual's reasons, and
 * the rules (VT-d 5.1, 6.5.2.7, 9.10) as checks. Bit positions are written out, from the
 * manual.
 */
#include "tests/host/fakehw/machine.h"

#include <stdlib.h>

#define MAXENTRY        65536u
#define BITS(v, hi, lo) ((v) >> (lo) & (~0ull >> (63 - ((hi) - (lo)))))

struct FakeIr {
	FakeUnit *u;
	bool has, eim, cm, self_cleaning;
	uint32_t mhmv;
	uint64_t irta, base;
	uint32_t n; /* entries; 0: no table yet */
	bool x2apic, need_iec;
	struct {
		bool valid;
		uint64_t lo, hi;
	} cache[MAXENTRY];
	bool stale[MAXENTRY]; /* changed while present, not invalidated since */
};

FakeIr *
ir_new(FakeUnit *u, const FakeConf *c)
{
	FakeIr *r = calloc(1, sizeof *r);

	r->u = u;
	r->has = c->ecap >> 3 & 1;
	r->eim = c->ecap >> 4 & 1;
	r->mhmv = BITS(c->ecap, 23, 20);
	r->cm = c->cap >> 7 & 1;
	r->self_cleaning = c->cap >> 62 & 1;
	return r;
}

/* ---- registers and commands ---- */

void
ir_write_irta(FakeIr *r, uint64_t v)
{
	if (!r->has)
		fake_break("IRTA on a unit without interrupt remapping");
	r->irta = v;
}

uint64_t
ir_read_irta(const FakeIr *r)
{
	return r->irta;
}

/* GCMD is about to change this bit. */
void
ir_command(FakeIr *r, uint32_t bit, bool set, uint32_t gsts)
{
	bool on = gsts >> 25 & 1;

	if (bit == 1u << 24 && !r->has)
		fake_break("SIRTP on a unit without interrupt remapping");
	if (bit == 1u << 23 && set)
		fake_break("old-format interrupts are let through");
	if (bit == 1u << 26 && !set && on)
		fake_break("QIE off while interrupts are remapped");
	if (bit != 1u << 25 || !set)
		return;
	if (r->n == 0 || r->need_iec)
		fake_break("IRE before table and global invalidation");
	if (!(gsts >> 26 & 1))
		fake_break("IRE without the queue");
	if (gsts >> 23 & 1)
		fake_break("IRE while old-format interrupts pass");
}

void
ir_latch(FakeIr *r)
{
	if (r->irta & 0x7f0 || (r->irta & 0x800 && !r->eim))
		fake_break("reserved bits in IRTA %llx", (unsigned long long)r->irta);
	r->base = r->irta & ~0xfffull;
	r->n = 2u << (r->irta & 15);
	r->x2apic = r->irta >> 11 & 1;
	r->need_iec = !r->self_cleaning;
	for (uint32_t i = 0; i < r->n; i += 256)
		if (!fake_page_live(r->base + 16 * i)) {
			fake_break("the interrupt table is not memory of ours");
			r->n = 0;
			return;
		}
	fake_known(r->u, r->base, 16 * r->n);
}

/* ---- the queue ---- */

bool
ir_descriptor_ok(const FakeIr *r, uint64_t lo, uint64_t hi)
{
	uint32_t mask = BITS(lo, 31, 27), index = BITS(lo, 47, 32);

	if (!r->has || lo >> 48 || lo & 0x7ffffe0 || hi)
		return false;
	return mask <= r->mhmv && index % (1u << mask) == 0;
}

void
ir_drop(FakeIr *r, uint64_t lo)
{
	uint32_t first = BITS(lo, 47, 32), n = 1u << BITS(lo, 31, 27);

	if (!(lo >> 4 & 1)) {
		first = 0;
		n = MAXENTRY;
		r->need_iec = false;
	}
	for (uint32_t i = first; i < first + n; i++)
		r->cache[i].valid = r->stale[i] = false;
}

/* ---- stores ---- */

static bool
within(const FakeIr *r, paddr_t pa)
{
	return r->n && pa >= r->base && pa < r->base + 16 * r->n;
}

void
ir_store(FakeIr *r, paddr_t pa, uint64_t v)
{
	if (!within(r, pa) || pa & 8)
		return;
	uint32_t i = (uint32_t)(pa - r->base) / 16;
	bool was = *(uint64_t *)fake_host(pa) & 1;

	if (v & 1 && r->stale[i])
		fake_break("interrupt entry %u used again before its invalidation", i);
	if (was && !(v & 1))
		r->stale[i] = true;
}

void
ir_freed(const FakeIr *r, paddr_t page)
{
	if (within(r, page))
		fake_break("the interrupt table was freed");
}

/* ---- interrupts ---- */

static uint8_t
check_entry(const FakeIr *r, uint32_t i, uint64_t lo, uint64_t hi)
{
	/* reserved of the destination */
	uint64_t dest = r->x2apic ? 0 : 0xffff00ffull << 32;

	if (lo & 2)
		fake_break("FPD is set in interrupt entry %u", i);
	if (!(lo & 1))
		return 0x22;
	if (lo & (0xff007000ull | dest) || lo & 0x8000 || hi >> 20 ||
		BITS(lo, 7, 5) == 3 || BITS(lo, 7, 5) == 6 || BITS(hi, 19, 18) == 3)
		return 0x24;
	if (BITS(hi, 19, 18) == 0)
		fake_break("interrupt entry %u serves any source", i);
	return 0;
}

static bool
source_ok(uint64_t hi, uint16_t sid)
{
	static const uint16_t ignored[] = { 0, 4, 6, 7 };

	switch (BITS(hi, 19, 18)) {
	case 1:
		return ((hi ^ sid) & 0xffff & ~(uint64_t)ignored[BITS(hi, 17, 16)]) == 0;
	case 2:
		return sid >> 8 >= BITS(hi, 15, 8) && sid >> 8 <= BITS(hi, 7, 0);
	default:
		return true;
	}
}

/* The entry, from the cache or from memory. */
static uint8_t
lookup(FakeIr *r, uint32_t i, uint64_t *lo, uint64_t *hi)
{
	if (i >= r->n)
		return 0x21;
	if (!r->cache[i].valid) {
		r->cache[i].lo = fake_fetch(r->u, r->base + 16 * i);
		r->cache[i].hi = fake_fetch(r->u, r->base + 16 * i + 8);
		r->cache[i].valid = r->cm ||
			check_entry(r, i, r->cache[i].lo, r->cache[i].hi) == 0;
	}
	*lo = r->cache[i].lo;
	*hi = r->cache[i].hi;
	return check_entry(r, i, *lo, *hi);
}

static FakeIrq
refused(FakeIr *r, uint16_t sid, uint32_t index, uint8_t reason)
{
	fake_fault(r->u, sid, (uint64_t)index << 48, reason, false);
	return (FakeIrq){ .reason = reason };
}

static FakeIrq
remapped(FakeIr *r, uint16_t sid, uint64_t addr, uint32_t data)
{
	uint32_t index = BITS(addr, 19, 5) | BITS(addr, 2, 2) << 15;
	uint64_t lo = 0, hi = 0;
	uint8_t reason;

	if (addr >> 3 & 1) {
		if (data >> 16)
			return refused(r, sid, index, 0x20);
		index += data & 0xffff;
	}
	reason = lookup(r, index, &lo, &hi);
	if (!reason && !source_ok(hi, sid))
		reason = 0x26;
	if (reason)
		return refused(r, sid, index, reason);
	return (FakeIrq){ .vector = (uint8_t)BITS(lo, 23, 16),
		.level = lo >> 4 & 1,
		.dest = (uint32_t)(r->x2apic ? lo >> 32 : BITS(lo, 47, 40)) };
}

FakeIrq
fake_msi(FakeUnit *u, uint16_t sid, uint64_t addr, uint32_t data)
{
	FakeIr *r = fake_ir(u);
	uint32_t gsts = fake_gsts(u);
	FakeIrq old = { .vector = (uint8_t)data,
		.level = data >> 15 & 1,
		.dest = (uint32_t)BITS(addr, 19, 12),
		.old = true };

	if (addr >> 20 != 0xfee)
		fake_break("an interrupt message to %llx", (unsigned long long)addr);
	if (!(gsts >> 25 & 1))
		return old;
	if (addr >> 4 & 1)
		return remapped(r, sid, addr, data);
	return gsts >> 23 & 1 ? old : refused(r, sid, 0, 0x25);
}

FakeIrq
fake_line(FakeUnit *u, uint16_t sid, uint64_t rte)
{
	uint64_t addr = 0xfee00000ull | (rte >> 48) << 4 | (rte >> 11 & 1) << 2;
	FakeIrq q = fake_msi(u, sid, addr,
		(uint32_t)(rte & 0xff) | (uint32_t)(rte & 0x8000));

	if (rte >> 48 & 1 && rte & 0x700)
		fake_break("redirection entry %llx: reserved bits",
			(unsigned long long)rte);
	if (!q.reason && !q.old &&
		(q.vector != (rte & 0xff) || q.level != (rte >> 15 & 1)))
		fake_break("redirection entry %llx is not what it becomes",
			(unsigned long long)rte);
	return q;
}

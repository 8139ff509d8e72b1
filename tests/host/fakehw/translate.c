/*
 * A request on its way through the page tables, of either stage, to its page or its
 * fault. Devices without a TLB of their own begin here (fake_dma).
 */
#include "tests/host/fakehw/unit.h"

static bool
reserved(const FakeUnit *u, uint64_t e, uint32_t level)
{
	uint64_t mask = 1ull << 62 | (0xfffffffffffffull & ~0ull << 48 & ~0xfffull);

	if (!(u->conf.ecap >> 7 & 1) || (level > 1 && !(level <= 3 && e & 0x80)))
		mask |= 1ull << 11;
	if (level > 3)
		mask |= 1ull << 7;
	else if (level > 1 && e & 0x80)
		mask |= u->conf.cap >> (32 + level) & 1
			? (1ull << (12 + 9 * (level - 1))) - 4096
			: 0x80;
	return e & mask;
}

static bool
reserved_first(const FakeUnit *u, uint64_t e, uint32_t level)
{
	uint64_t mask = 0xfffffffffffffull & ~0ull << 48;

	if (level == 4 || (level == 3 && !(u->conf.cap >> 56 & 1)))
		mask |= 0x80;
	else if (level > 1 && e & 0x80)
		mask |= (1ull << (12 + 9 * (level - 1))) -
			8192; /* bit 12 chooses caching */
	return e & mask;
}

/* Is the entry one that may be followed? 0, and rights, which lose what it has not. */
static uint8_t
follow(FakeUnit *u, const Route *w, uint64_t e, uint32_t level, uint8_t *rights)
{
	bool leaf = level == 1 || (level <= 3 && e & 0x80);

	if (w->type != BY_FIRST) {
		if (e & 3 && reserved(u, e, level))
			return u->scalable ? 0x7a : 0xc;
		*rights &= e & 3;
		return 0;
	}
	if (!(e & 1)) {
		*rights = 0;
		return 0;
	}
	if (reserved_first(u, e, level))
		return 0x72;
	*rights &= e & 7;
	if (!(e & 0x20) || (leaf && *rights & 2 && !(e & 0x40)))
		bad(u, "the unit sets A or D in an entry: %llx", (unsigned long long)e);
	return 0;
}

/* Fills *out; on a refusal its rights are what may be cached. */
static uint8_t
walk(FakeUnit *u, const Route *way, iova_t iova, Tlb *out)
{
	uint64_t table = way->top, top = way->top;
	uint8_t rights = way->type == BY_FIRST ? 7 : 3, r;
	uint32_t level = way->levels;
	uint16_t did = way->did;
	bool absent = false;

	for (uint32_t l = 1; l < way->levels; l++) {
		Tlb *w = cache_find(u->walk, NWALK, did, l, iova >> (12 + 9 * l));
		if (!w)
			continue;
		if (w->top != top)
			bad(u, "domain id %u: a stale table is used", did);
		table = w->pa;
		rights = w->rights;
		absent = w->absent;
		level = l;
		break;
	}
	*out = (Tlb){ .did = did,
		.tag = iova >> 12,
		.top = top,
		.first = way->type == BY_FIRST,
		.absent = absent };
	for (; rights; level--) {
		uint32_t s = 12 + 9 * (level - 1);
		uint64_t e = view_fetch_as(u, table + 8 * (iova >> s & 511), way->snoop);

		if ((r = follow(u, way, e, level, &rights)) != 0)
			return r;
		out->absent |= !(e & (out->first ? 1 : 3));
		if (level == 1 || (rights && level <= 3 && e & 0x80)) {
			out->pa = ((e & 0xffffffffff000ull) >> s << s) +
				(iova & ((1ull << s) - 1) & ~0xfffull);
			break;
		}
		table = e & 0xffffffffff000ull;
		if (rights || u->cm)
			cache_keep(u->walk, NWALK,
				(Tlb){ .did = did,
					.level = (uint8_t)(level - 1),
					.rights = rights,
					.absent = out->absent,
					.first = out->first,
					.tag = iova >> s,
					.pa = table,
					.top = top });
	}
	out->rights = rights;
	return 0;
}

/* May such an address be asked for? */
static uint8_t
too_wide(const FakeUnit *u, const Route *w, iova_t iova)
{
	if (w->type == BY_FIRST && iova >> 47)
		return ~iova >> 47 ? 0x80 : 0;
	if (w->type == BY_FIRST)
		return iova >> (BITS(u->conf.cap, 21, 16) + 1) ? 0x83 : 0;
	if (!(iova >> walk_width(u, w->levels)))
		return 0;
	return !u->scalable ? 4 : iova >> (BITS(u->conf.cap, 21, 16) + 1) ? 0x83 : 0x84;
}

static uint8_t
refusal(const FakeUnit *u, const Tlb *e, bool write)
{
	if (e->rights >> write & 1 && (!e->first || e->rights & 4))
		return 0;
	if (!u->scalable)
		return write ? 5 : 6;
	if (e->absent)
		return e->first ? 0x71 : 0x79;
	if (e->first && !(e->rights & 4))
		return 0x81;
	return write ? 0x85 : 0x86;
}

static uint8_t
translate(FakeUnit *u, uint16_t sid, iova_t iova, bool write, paddr_t *pa)
{
	Route w;
	Tlb e, *hit;
	uint8_t r = (u->scalable ? scalable_route : legacy_route)(u, sid, &w);

	if (r || (r = too_wide(u, &w, iova)) != 0)
		return r;
	cache_claim_id(u, &w);
	if ((hit = cache_find(u->tlb, NTLB, w.did, 0, iova >> 12)) != NULL) {
		if (hit->top != w.top)
			bad(u, "domain id %u: IOTLB entry of another table", w.did);
		e = *hit;
	} else {
		if (w.type == PASSED)
			e = (Tlb){ .did = w.did,
				.tag = iova >> 12,
				.top = w.top,
				.rights = 3,
				.pa = iova & ~0xfffull };
		else if ((r = walk(u, &w, iova, &e)) != 0)
			return r;
		if (e.rights || u->cm)
			cache_keep(u->tlb, NTLB, e);
	}
	*pa = e.pa + (iova & 0xfff);
	return refusal(u, &e, write);
}

static uint8_t
in_legacy_words(uint8_t reason, bool write)
{
	switch (reason) {
	case 0x39:
		return 1;
	case 0x3a:
		return 0xa;
	case 0x41:
		return 2;
	case 0x42:
		return 0xb;
	case 0x5b:
		return 3;
	case 0x72:
	case 0x7a:
		return 0xc;
	case 0x71:
	case 0x79:
	case 0x81:
	case 0x85:
	case 0x86:
		return write ? 5 : 6;
	case 0x80:
	case 0x83:
	case 0x84:
		return 4;
	default:
		return reason;
	}
}

uint8_t
fake_translate(FakeUnit *u, uint16_t sid, iova_t iova, bool write, paddr_t *pa)
{
	return translate(u, sid, iova, write, pa);
}

/* Does the context entry let it translate by itself? */
static bool
may_translate(FakeUnit *u, uint16_t sid)
{
	CtxCache c;

	return context_get(u, sid, &c) == 0 && BITS(c.lo, 3, 2) == 1;
}

FakeDma
fake_dma(FakeUnit *u, uint16_t sid, iova_t iova, bool write)
{
	FakeDma d = { 0 };

	if (!(u->gsts & B(31))) {
		d.raw = true;
		d.pa = iova;
		return d;
	}
	d.reason = tlb_on(u->devtlb, sid)
		? tlb_dma(u->devtlb, sid, iova, write, may_translate(u, sid), &d.pa)
		: translate(u, sid, iova, write, &d.pa);
	d.legacy = in_legacy_words(d.reason, write);
	if (d.reason)
		fake_fault(u, sid, iova, d.reason, !write);
	else if (!fake_page_live(d.pa))
		bad(u, "source %04x reaches free page 0x%llx", sid,
			(unsigned long long)d.pa);
	return d;
}

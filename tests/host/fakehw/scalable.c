/*
 * Scalable mode: context entries of 32 bytes, the PASID directory and its tables, and the
 * rules for what is in them.
 */
#include "tests/host/fakehw/unit.h"

static bool
above_haw(uint64_t v)
{
	return v >> 48;
}

static uint8_t
read_context2(FakeUnit *u, uint16_t sid, CtxCache *c)
{
	paddr_t at = u->root + 16 * (sid >> 8) + (sid >> 4 & 8);
	uint64_t root = view_fetch(u, at);

	*c = (CtxCache){ .gen = u->gen };
	table_found(u, u->root, ROOT2);
	if (!(root & 1)) {
		c->by_root = true;
		return 0x39;
	}
	if (root & 0xffe || above_haw(root))
		return 0x3a;
	at = (root & ~0xfffull) + 32 * (sid & 0x7f);
	c->lo = view_fetch(u, at);
	c->hi = view_fetch(u, at + 8);
	uint64_t rest = view_fetch(u, at + 16) | view_fetch(u, at + 24);
	table_found(u, at, CONTEXT2);
	if (c->lo & 2)
		bad(u, "FPD is set for source %04x", sid);
	if (!(c->lo & 1))
		return 0x41;
	c->present = true;
	if (c->lo & 0x1e0 || above_haw(c->lo) || c->hi >> 21 || rest)
		return 0x42;
	if ((c->hi & 0xfffff) >> (BITS(c->lo, 11, 9) + 13))
		return 0x48;
	if (c->lo & 0x1c)
		bad(u, "source %04x may do more than plain requests", sid);
	return 0;
}

static uint8_t
context2(FakeUnit *u, uint16_t sid, CtxCache *c)
{
	CtxCache *k = &u->ctx[sid];
	uint8_t r;

	if (k->gen == u->gen) {
		*c = *k;
		return k->present ? 0 : k->by_root ? 0x39 : 0x41;
	}
	r = read_context2(u, sid, c);
	if (r == 0 || (u->cm && !c->present && r != 0x3a))
		*k = *c;
	return r;
}

static bool
pgtt_ok(const FakeUnit *u, const uint64_t *q)
{
	switch (BITS(q[0], 8, 6)) {
	case 1:
		return u->conf.ecap >> 47 & 1 && BITS(q[2], 3, 2) == 0;
	case 2:
		return u->conf.ecap >> 46 & 1 &&
			u->conf.cap >> (8 + BITS(q[0], 4, 2)) & 1 && BITS(q[0], 4, 2) < 5;
	case 4:
		return u->conf.ecap >> 6 & 1;
	default:
		return false;
	}
}

static bool
pasid_reserved(const FakeUnit *u, const uint64_t *q)
{
	uint64_t second = 0;

	second |= u->conf.ecap >> 48 & 1 ? 0 : 1ull << 23;
	second |= u->conf.ecap >> 7 & 1 ? 0 : 1ull << 24;
	return q[0] & 0xc00 || above_haw(q[0]) || q[1] & second || above_haw(q[2]) ||
		q[3] || q[4] || q[5] || q[6] || q[7];
}

/* Accessed and dirty bits in the second level, memory types, supervisor requests. */
static bool
asks_more(const uint64_t *q)
{
	return q[0] & 0x200 || q[1] & ~(0xffffull | 1ull << 23 | 1ull << 24) ||
		q[2] & 0xff3;
}

static uint8_t
read_pasid(FakeUnit *u, uint64_t dir, uint32_t pasid, PasidCache *p)
{
	paddr_t at = dir + 8 * (pasid >> 6);
	uint64_t e = view_fetch(u, at), q[8];

	*p = (PasidCache){ .gen = u->pasid_gen, .dir = dir };
	table_found(u, at, DIRECTORY);
	if (e & 2)
		bad(u, "FPD is set in a PASID directory");
	if (!(e & 1))
		return 0x51;
	if (e & 0xffc || above_haw(e))
		return 0x52;
	at = (e & ~0xfffull) + 64 * (pasid & 63);
	for (unsigned i = 0; i < 8; i++)
		q[i] = view_fetch(u, at + 8 * i);
	memcpy(p->q, q, sizeof p->q);
	table_found(u, at, PASID);
	if (q[0] & 2)
		bad(u, "FPD is set in a PASID entry");
	if (!(q[0] & 1))
		return 0x59;
	p->present = true;
	p->tag = (uint16_t)q[1];
	if (pasid_reserved(u, q))
		return 0x5a;
	if (asks_more(q))
		bad(u, "a PASID entry asks for more than tables");
	return pgtt_ok(u, q) ? 0 : 0x5b;
}

static uint8_t
pasid_get(FakeUnit *u, uint16_t sid, const CtxCache *c, PasidCache *p)
{
	PasidCache *k = &u->pasid[sid];
	uint64_t dir = c->lo & ~0xfffull;
	uint8_t r;

	if (k->gen == u->pasid_gen) {
		*p = *k;
		if (k->dir != dir)
			bad(u, "source %04x: a stale PASID entry is used", sid);
		return k->present ? 0 : 0x59;
	}
	r = read_pasid(u, dir, (uint32_t)(c->hi & 0xfffff), p);
	if (r == 0)
		context_judge_id(u, p->tag);
	if (r == 0 && BITS(p->q[0], 8, 6) == 4 &&
		BITS(u->conf.cap, 12, 8) >> (BITS(p->q[0], 4, 2) + 1))
		bad(u, "pass-through with a width that is not the largest");
	if (r == 0 && u->conf.ecap >> 48 & 1 && !(p->q[1] >> 23 & 1))
		bad(u, "walks of a unit that can snoop do not");
	if (r == 0 || (u->cm && r == 0x59))
		*k = *p;
	return r;
}

uint8_t
scalable_route(FakeUnit *u, uint16_t sid, Route *w)
{
	PasidCache p;
	CtxCache c;
	uint8_t r = context2(u, sid, &c);

	if (r == 0)
		r = pasid_get(u, sid, &c, &p);
	if (r)
		return r;
	uint32_t pgtt = BITS(p.q[0], 8, 6);
	w->type = pgtt == 1 ? BY_FIRST : pgtt == 2 ? BY_TABLES : PASSED;
	w->did = p.tag;
	w->snoop = p.q[1] >> 23 & 1;
	w->levels = pgtt == 1 ? 4 : (uint32_t)BITS(p.q[0], 4, 2) + 2;
	w->top = pgtt == 1 ? p.q[2] & ~0xfffull : pgtt == 2 ? p.q[0] & ~0xfffull : ~0ull;
	return 0;
}

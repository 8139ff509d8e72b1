/*
 * Context entries in legacy mode: how the unit reads one, what must not be in it, and
 * what it caches of it.
 */
#include "tests/host/fakehw/unit.h"

uint32_t
walk_width(const FakeUnit *u, uint32_t levels)
{
	uint32_t agaw = 12 + 9 * levels, mgaw = BITS(u->conf.cap, 21, 16) + 1;

	return agaw < mgaw ? agaw : mgaw;
}

static uint8_t
context_read(FakeUnit *u, uint16_t sid, CtxCache *c)
{
	paddr_t at = u->root + 16 * (sid >> 8);
	uint64_t lo = view_fetch(u, at), hi = view_fetch(u, at + 8);

	*c = (CtxCache){ .gen = u->gen };
	table_found(u, u->root, ROOT);
	if (!(lo & 1)) {
		c->by_root = true;
		return 1;
	}
	if (lo & 0xffe || hi)
		return 0xa;
	at = (lo & ~0xfffull) + 16 * (sid & 0xff);
	c->lo = view_fetch(u, at);
	c->hi = view_fetch(u, at + 8);
	table_found(u, at, CONTEXT);
	if (c->lo & 2)
		bad(u, "FPD is set for source %04x", sid);
	if (!(c->lo & 1))
		return 2;
	c->present = true;
	c->tag = (uint16_t)BITS(c->hi, 23, 8);
	if (c->lo & 0xff0 || c->hi & ~0xffff7full)
		return 0xb;
	return 0;
}

/* Tables, with devices' TLBs, or pass-through, where there is such a thing. */
static bool
type_ok(const FakeUnit *u, uint32_t type)
{
	return type == 0 || (type == 1 && u->conf.ecap >> 2 & 1) ||
		(type == 2 && u->conf.ecap >> 6 & 1);
}

void
context_judge_id(FakeUnit *u, uint16_t did)
{
	if (did == 0)
		bad(u, "a context entry uses domain id 0");
	if (did >= u->ndid)
		bad(u, "domain id %u of %u", did, u->ndid);
}

static uint8_t
context_check(FakeUnit *u, const CtxCache *c)
{
	uint32_t aw = c->hi & 7, did = BITS(c->hi, 23, 8);

	if (aw > 4 || !(u->conf.cap >> (8 + aw) & 1) || !type_ok(u, BITS(c->lo, 3, 2)))
		return 3;
	if (BITS(c->lo, 3, 2) == 2 && BITS(u->conf.cap, 12, 8) >> (aw + 1))
		bad(u, "pass-through with a width that is not the largest");
	context_judge_id(u, (uint16_t)did);
	return 0;
}

uint8_t
context_get(FakeUnit *u, uint16_t sid, CtxCache *c)
{
	CtxCache *k = &u->ctx[sid];
	uint8_t r = 0;

	if (k->gen == u->gen) {
		*c = *k;
		return k->present ? 0 : k->by_root ? 1 : 2;
	}
	r = context_read(u, sid, c);
	if (r == 0)
		r = context_check(u, c);
	if (r == 0 || (u->cm && r <= 2))
		*k = *c;
	return r;
}

uint8_t
legacy_route(FakeUnit *u, uint16_t sid, Route *w)
{
	CtxCache c;
	uint8_t r = context_get(u, sid, &c);

	if (r)
		return r;
	w->did = (uint16_t)BITS(c.hi, 23, 8);
	w->levels = (c.hi & 7) + 2;
	w->snoop = u->coherent;
	w->type = BITS(c.lo, 3, 2) == 2 ? PASSED : BY_TABLES;
	w->top = w->type == PASSED ? ~0ull : c.lo & ~0xfffull;
	return 0;
}

/*
 * Walking as a unit does, pure (VT-d 3.4, 3.7, 7.2.3, 9.1, 9.3, 9.8): root entry, context
 * entry, second level, each with its checks in the order of the fault reasons. The tables
 * may be anybody's and may be wrong: that is what this is for. What leads to tables in
 * scalable mode, and the first level, are in walk_scalable.c.
 *
 * By the manual an entry without R and W is absent and nothing else of it counts, rights
 * are collected on the way and judged at the page. QEMU looks for the right that is asked
 * for at each level before it looks for reserved bits, takes an entry of all ones for one
 * it cannot read, and judges the interrupt range by the whole page.
 */
#include "dev/vtd/walker.h"

#include "dev/vtd/iommu.h"
#include "dev/vtd/ent.h"
#include "dev/vtd/reg.h"

enum { /* fault reasons */
	ROOT_ABSENT = 0x1,
	CONTEXT_ABSENT = 0x2,
	CONTEXT_INVALID = 0x3,
	BEYOND_WIDTH = 0x4,
	ROOT_UNREADABLE = 0x8,
	CONTEXT_UNREADABLE = 0x9,
	ROOT_RESERVED = 0xa,
	CONTEXT_RESERVED = 0xb,
};

const WalkReasons walk_legacy = {
	.top = 0x3,
	.unreadable = 0x7,
	.absent = { 0x6, 0x5 },
	.refused = { 0x6, 0x5 },
	.reserved = 0xc,
	.interrupt = 0xe,
};

#define RW (FMASK(SL_R) | FMASK(SL_W))

uint64_t
walker_beyond(uint32_t bits)
{
	return bits < 64 ? ~0ull << bits : 0;
}

static uint64_t
word(const uint64_t *page, uint32_t i)
{
	return __atomic_load_n(&page[i], __ATOMIC_RELAXED);
}

const WalkStep *
walker_step(Walker *w, uint64_t table, uint32_t i, uint32_t words)
{
	const uint64_t *page = w->rd(table);
	WalkStep *s = &w->o->step[w->o->nstep];

	if (!page)
		return 0;
	w->o->nstep++;
	s->at = table + 8 * words * i;
	s->value.lo = word(page, words * i);
	s->value.hi = words > 1 ? word(page, words * i + 1) : 0;
	s->third = words > 2 ? word(page, words * i + 2) : 0;
	return s;
}

/* NULL: not readable. */
static const Ent *
step(Walker *w, uint64_t table, uint32_t i, uint32_t words)
{
	const WalkStep *s = walker_step(w, table, i, words);

	return s ? &s->value : 0;
}

static uint8_t
root(Walker *w, uint64_t *context)
{
	const Ent *e = step(w, FGET(w->u->rtaddr, RTADDR_RTA) << 12, w->a->sid >> 8, 2);

	if (!e)
		return ROOT_UNREADABLE;
	if (!EGET(*e, ROOT_P))
		return ROOT_ABSENT;
	if (e->hi || e->lo & (FMASK(11, 1) | walker_beyond(w->u->haw)))
		return ROOT_RESERVED;
	*context = EGET(*e, ROOT_CTP) << 12;
	return 0;
}

static uint8_t
type_check(uint64_t ecap, uint32_t type)
{
	bool ok = type == TT_TABLES || (type == TT_DEVICE && FGET(ecap, ECAP_DT)) ||
		(type == TT_PASS && FGET(ecap, ECAP_PT));

	return ok ? 0 : CONTEXT_INVALID;
}

static uint8_t
context(Walker *w, uint64_t table, Ent *out)
{
	const Ent *e = step(w, table, w->a->sid & 0xff, 2);

	if (!e)
		return CONTEXT_UNREADABLE;
	*out = *e;
	w->o->levels = EGET(*e, CTX_AW) + 2;
	if (!EGET(*e, CTX_P))
		return CONTEXT_ABSENT;
	if (e->lo & (FMASK(11, 4) | walker_beyond(w->u->haw)) ||
		e->hi & (FMASK(71, 71) | FMASK(127, 88)))
		return CONTEXT_RESERVED;
	if (!(FGET(w->u->cap, CAP_SAGAW) >> EGET(*e, CTX_AW) & 1))
		return CONTEXT_INVALID;
	return type_check(w->u->ecap, EGET(*e, CTX_TT));
}

uint32_t
walker_width(const Walker *w)
{
	uint32_t mgaw = FGET(w->u->cap, CAP_MGAW) + 1, agaw = SL_SHIFT(w->o->levels + 1);

	return agaw < mgaw ? agaw : mgaw;
}

bool
walker_leaf(uint64_t e, uint32_t level)
{
	return level == 1 || (level <= 3 && FGET(e, SL_PS));
}

/* Bits that must be 0 in an entry of a table at this level. */
static uint64_t
reserved(const Walker *w, uint64_t e, uint32_t level)
{
	const WalkUnit *u = w->u;
	uint64_t mask = walker_beyond(u->haw) & FMASK(SL_ADDR);
	bool leaf = walker_leaf(e, level), snoop = FGET(u->ecap, ECAP_SC);

	snoop |= w->a->rules == WALK_QEMU && FGET(u->ecap, ECAP_SMTS);
	if (!leaf || !snoop)
		mask |= FMASK(SL_SNP);
	if (!leaf || !FGET(u->ecap, ECAP_DT))
		mask |= FMASK(SL_TM);
	if (level > 3 ||
		(level > 1 && leaf && !(FGET(u->cap, CAP_SLLPS) >> (level - 2) & 1)))
		mask |= FMASK(SL_PS);
	else if (leaf)
		mask |= SL_SPAN(level) - 4096;
	return mask;
}

static bool
meets_interrupts(const Walk *o, WalkRules rules)
{
	uint64_t len = rules == WALK_QEMU ? o->size : 1;
	uint64_t pa = rules == WALK_QEMU ? o->pa & ~(o->size - 1) : o->pa;

	return pa < IRQ_WINDOW_END && pa + len > IRQ_WINDOW;
}

uint8_t
walker_page(Walker *w, uint64_t e, uint32_t level, uint8_t interrupt)
{
	Walk *o = w->o;

	o->size = SL_SPAN(level);
	o->pa = (FGET(e, SL_ADDR) << 12 & ~(o->size - 1)) | (w->a->addr & (o->size - 1));
	o->end = WALK_PAGE;
	return meets_interrupts(o, w->a->rules) ? interrupt : 0;
}

uint8_t
walker_tables(Walker *w, uint64_t table, const WalkReasons *r)
{
	bool qemu = w->a->rules == WALK_QEMU;
	uint64_t want = w->a->write ? FMASK(SL_W) : FMASK(SL_R);
	uint8_t refused = r->refused[w->a->write];

	w->o->rights = RW;
	for (uint32_t level = w->o->levels;; level--) {
		const Ent *e = step(w, table, SL_INDEX(w->a->addr, level), 1);

		if (!e || (qemu && e->lo == ~0ull))
			return level == w->o->levels ? r->top : r->unreadable;
		if (!(e->lo & (qemu ? want : RW)))
			return r->absent[w->a->write];
		if (e->lo & reserved(w, e->lo, level))
			return r->reserved;
		w->o->rights &= e->lo;
		if (w->o->rights == 0)
			return refused;
		if (walker_leaf(e->lo, level))
			return w->o->rights & want
				? walker_page(w, e->lo, level, r->interrupt)
				: refused;
		table = FGET(e->lo, SL_ADDR) << 12;
	}
}

/* Every fault but those of root entries and of reserved bits in a context entry can be
 * told to stay silent, also by a context entry that is not present. */
static bool
qualified(uint8_t reason)
{
	if (reason >= WALK_SCALABLE)
		return walksm_qualified(reason);
	return reason != ROOT_ABSENT &&
		(reason < ROOT_UNREADABLE || reason > CONTEXT_RESERVED);
}

static uint8_t
decide(Walker *w)
{
	bool qemu = w->a->rules == WALK_QEMU;
	WalkReasons reasons = walk_legacy;
	Ent ctx = { 0, 0 };
	uint64_t table;
	uint8_t reason;

	if ((reason = root(w, &table)) != 0)
		return reason;
	reason = context(w, table, &ctx);
	w->fpd = EGET(ctx, CTX_FPD);
	if (reason)
		return reason;
	bool pass = EGET(ctx, CTX_TT) == TT_PASS;
	if (w->a->addr & walker_beyond(walker_width(w)) && !(pass && qemu))
		return BEYOND_WIDTH;
	if (qemu && FGET(w->u->ecap, ECAP_SMTS))
		reasons.interrupt = WALK_SM_INTERRUPT;
	if (!pass)
		return walker_tables(w, EGET(ctx, CTX_SLPT) << 12, &reasons);
	w->o->end = WALK_PASS;
	w->o->pa = w->a->addr;
	return 0;
}

void
walk(const WalkUnit *u, const WalkAsk *a, SlRead rd, Walk *o)
{
	bool scalable = FGET(u->rtaddr, RTADDR_TTM) == TTM_SCALABLE;
	Walker w = { u, a, rd, o, false };

	*o = (Walk){ .end = WALK_INTERRUPT, .scalable = scalable };
	if (a->addr >= IRQ_WINDOW && a->addr < IRQ_WINDOW_END)
		return;
	o->reason = scalable ? walksm(&w) : decide(&w);
	if (o->reason == 0)
		return;
	o->end = WALK_FAULT;
	o->quiet = w.fpd && qualified(o->reason);
}

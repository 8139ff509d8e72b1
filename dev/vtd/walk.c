/*
 * Walking as a unit does, pure (VT-d 3.4, 7.2.3, 9.1, 9.3): in legacy mode root entry and
 * context entry, each with its checks in the order of the fault reasons; the rest is in
 * walker.c, and scalable mode in walk_scalable.c. The tables may be anybody's and may be
 * wrong, because finding that out is what a walk is for.
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

/* NULL: not readable. */
static const Ent *
pair_read(Walker *w, uint64_t table, uint32_t i, uint32_t words)
{
	const WalkStep *s = walker_step(w, table, i, words);

	return s ? &s->value : 0;
}

static uint8_t
root_read(Walker *w, uint64_t *context)
{
	const Ent *e = pair_read(w, FGET(w->u->rtaddr, RTADDR_RTA) << 12, w->a->sid >> 8,
		2);

	if (e == NULL)
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
context_read(Walker *w, uint64_t table, Ent *out)
{
	const Ent *e = pair_read(w, table, w->a->sid & 0xff, 2);

	if (e == NULL)
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

/* Every fault but those of root entries and of reserved bits in a context entry can be
 * told to stay silent, also by a context entry that is not present. */
static bool
reason_qualified(uint8_t reason)
{
	if (reason >= WALK_SCALABLE)
		return walksm_qualified(reason);
	return reason != ROOT_ABSENT &&
		(reason < ROOT_UNREADABLE || reason > CONTEXT_RESERVED);
}

/* Follows a request in legacy mode. Returns 0, with the page in w->o, or the reason of
 * the fault. */
static uint8_t
walk_legacy_mode(Walker *w)
{
	bool qemu = w->a->rules == WALK_QEMU;
	WalkReasons reasons = walk_legacy;
	Ent ctx = { 0, 0 };
	uint64_t table;
	uint8_t reason;

	if ((reason = root_read(w, &table)) != 0)
		return reason;
	reason = context_read(w, table, &ctx);
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
	o->reason = scalable ? walksm(&w) : walk_legacy_mode(&w);
	if (o->reason == 0)
		return;
	o->end = WALK_FAULT;
	o->quiet = w.fpd && reason_qualified(o->reason);
}

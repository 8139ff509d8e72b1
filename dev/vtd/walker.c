/*
 * What walks of both modes have in common, pure (VT-d 3.7, 9.8): reading an entry, the
 * second level, the page at the end.
 *
 * By the manual an entry without R and W is absent and nothing else of it counts. Rights
 * are collected on the way and judged at the page. QEMU looks for the right that is asked
 * for at each level, before it looks for reserved bits. It takes an entry of all ones for
 * one it cannot read, and judges the interrupt range by the whole page.
 */
#include "dev/vtd/walker.h"

#include "dev/vtd/ent.h"
#include "dev/vtd/reg.h"

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
word_read(const uint64_t *page, uint32_t i)
{
	return __atomic_load_n(&page[i], __ATOMIC_RELAXED);
}

const WalkStep *
walker_step(Walker *w, uint64_t table, uint32_t i, uint32_t words)
{
	const uint64_t *page = w->rd(table);
	WalkStep *s = &w->o->step[w->o->nstep];

	if (page == NULL)
		return NULL;
	w->o->nstep++;
	s->at = table + 8 * words * i;
	s->value.lo = word_read(page, words * i);
	s->value.hi = words > 1 ? word_read(page, words * i + 1) : 0;
	s->third = words > 2 ? word_read(page, words * i + 2) : 0;
	return s;
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
entry_reserved(const Walker *w, uint64_t e, uint32_t level)
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
		const WalkStep *s = walker_step(w, table, SL_INDEX(w->a->addr, level), 1);
		uint64_t e = s != NULL ? s->value.lo : 0;

		if (s == NULL || (qemu && e == ~0ull))
			return level == w->o->levels ? r->top : r->unreadable;
		if (!(e & (qemu ? want : RW)))
			return r->absent[w->a->write];
		if (e & entry_reserved(w, e, level))
			return r->reserved;
		w->o->rights &= e;
		if (w->o->rights == 0)
			return refused;
		if (walker_leaf(e, level))
			return w->o->rights & want
				? walker_page(w, e, level, r->interrupt)
				: refused;
		table = FGET(e, SL_ADDR) << 12;
	}
}

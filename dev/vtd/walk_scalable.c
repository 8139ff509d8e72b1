/*
 * Walking as a unit does in scalable mode, pure (VT-d 3.4.3, 3.6, 7.1.3, 9.2, 9.4 to
 * 9.7): root entry, context entry, PASID directory, PASID entry, and the tables of the
 * second level, which are legacy mode's, or of the first, which are a CPU's.
 *
 * QEMU gives legacy mode's reasons up to the context entry and for the second level, and
 * judges a PASID entry before it looks whether it is present. In the first level it
 * judges each entry by itself. 7.2, which has none, takes first-level and nested entries
 * for second-level ones, wants a width it knows in each, and has one reason for all that
 * can be wrong between context entry and tables.
 */
#include "dev/vtd/iommu.h"
#include "dev/vtd/ent.h"
#include "dev/vtd/reg.h"
#include "dev/vtd/walker.h"

enum { /* fault reasons */
	ROOT_UNREADABLE = 0x38,
	ROOT_ABSENT = 0x39,
	ROOT_RESERVED = 0x3a,
	CONTEXT_UNREADABLE = 0x40,
	CONTEXT_ABSENT = 0x41,
	CONTEXT_RESERVED = 0x42,
	BAD_RID = 0x48,
	DIR_UNREADABLE = 0x50,
	DIR_ABSENT = 0x51,
	DIR_RESERVED = 0x52,
	PASID_UNREADABLE = 0x58,
	PASID_ABSENT = 0x59,
	PASID_RESERVED = 0x5a,
	PASID_INVALID = 0x5b,
	FIRST_UNREADABLE = 0x70,
	FIRST_ABSENT = 0x71,
	FIRST_RESERVED = 0x72,
	FIRST_TOP = 0x73,
	NOT_CANONICAL = 0x80,
	NOT_USER = 0x81,
	BEYOND_UNIT = 0x83,
	BEYOND_TABLES = 0x84,
	NO_WRITE = 0x85,
	NO_READ = 0x86,
};

enum { /* what legacy mode calls the same, and QEMU in both */
	OLD_ROOT_ABSENT = 0x1,
	OLD_CONTEXT_ABSENT = 0x2,
	OLD_BEYOND = 0x4,
	OLD_ROOT_UNREADABLE = 0x8,
	OLD_CONTEXT_UNREADABLE = 0x9,
	OLD_ROOT_RESERVED = 0xa,
	OLD_CONTEXT_RESERVED = 0xb,
};

#define HALF          (ENTRIES / 2) /* functions of a context table */
#define PGTT_NESTED   3
#define FIRST_LEVELS  4
#define FIRST_IGNORED FMASK(63, 52)

static const WalkReasons second = {
	.top = 0x7b,
	.unreadable = 0x78,
	.absent = { 0x79, 0x79 },
	.refused = { NO_READ, NO_WRITE },
	.reserved = 0x7a,
	.interrupt = WALK_SM_INTERRUPT,
};

static bool
as_qemu(const Walker *w)
{
	return w->a->rules == WALK_QEMU;
}

/* QEMU 7.2; a later one is known by its first level. */
static bool
no_first(const Walker *w)
{
	return as_qemu(w) && !FGET(w->u->ecap, ECAP_FLTS);
}

/* ---- what leads to the tables ---- */

static uint8_t
root_read(Walker *w, uint64_t *context)
{
	uint64_t table = FGET(w->u->rtaddr, RTADDR_RTA) << 12;
	uint32_t bus = w->a->sid >> 8, upper = (w->a->sid & 0xff) >= HALF;
	const WalkStep *s = walker_step(w, table, 2 * bus + upper, 1);

	if (s == NULL)
		return as_qemu(w) ? OLD_ROOT_UNREADABLE : ROOT_UNREADABLE;
	if (!EGET(s->value, ROOT_P))
		return as_qemu(w) ? OLD_ROOT_ABSENT : ROOT_ABSENT;
	uint64_t other = as_qemu(w) ? w->rd(table)[2 * bus + !upper]
				    : 0; /* it looks at both */
	if ((s->value.lo | other) & (FMASK(11, 1) | walker_beyond(w->u->haw)))
		return as_qemu(w) ? OLD_ROOT_RESERVED : ROOT_RESERVED;
	*context = EGET(s->value, ROOT_CTP) << 12;
	return 0;
}

/* Reads the context entry of the source in a table of scalable mode. Returns 0 or the
 * fault's reason. */
static uint8_t
context_read(Walker *w, uint64_t table, Ent *out)
{
	uint32_t i = (w->a->sid & 0xff) % HALF;
	const WalkStep *s = walker_step(w, table, i, 4);

	if (s == NULL)
		return as_qemu(w) ? OLD_CONTEXT_UNREADABLE : CONTEXT_UNREADABLE;
	*out = s->value;
	w->fpd = EGET(*out, CTX_FPD);
	if (!EGET(*out, CTX_P))
		return as_qemu(w) ? OLD_CONTEXT_ABSENT : CONTEXT_ABSENT;
	if (out->lo & (FMASK(8, 5) | walker_beyond(w->u->haw)) ||
		out->hi & FMASK(127, 85) || s->third || w->rd(table)[4 * i + 3])
		return as_qemu(w) ? OLD_CONTEXT_RESERVED : CONTEXT_RESERVED;
	if (!as_qemu(w) && EGET(*out, SM_RID) >> (EGET(*out, SM_PDTS) + 13))
		return BAD_RID;
	return 0;
}

static uint8_t
directory_read(Walker *w, Ent ctx, uint64_t *table)
{
	uint64_t at = (EGET(ctx, SM_DIR) << 12) + 8 * (EGET(ctx, SM_RID) >> 6);
	const WalkStep *s = walker_step(w, at & ~4095ull, (at & 4095) / 8, 1);

	if (s == NULL)
		return DIR_UNREADABLE;
	w->fpd |= EGET(s->value, DIR_FPD) && !as_qemu(w);
	if (!EGET(s->value, DIR_P))
		return DIR_ABSENT;
	if (!as_qemu(w) && s->value.lo & (FMASK(11, 2) | walker_beyond(w->u->haw)))
		return DIR_RESERVED;
	*table = EGET(s->value, DIR_TABLE) << 12;
	return 0;
}

/* Does the unit know such tables? */
static bool
type_known(const Walker *w, const WalkStep *p)
{
	bool levels = FGET(w->u->cap, CAP_SAGAW) >> EGET(p->value, PASID_AW) & 1;

	if (no_first(w) && !levels)
		return false;
	switch (EGET(p->value, PASID_PGTT)) {
	case PGTT_FIRST:
		return no_first(w) ||
			(FGET(w->u->ecap, ECAP_FLTS) && !FGET(p->third, PASID_FLPM));
	case PGTT_SECOND:
		return no_first(w) || (FGET(w->u->ecap, ECAP_SLTS) && levels);
	case PGTT_NESTED:
		return no_first(w);
	case PGTT_PASS:
		return FGET(w->u->ecap, ECAP_PT);
	default:
		return false;
	}
}

static bool
pasid_reserved(const Walker *w, const WalkStep *p, const uint64_t *words)
{
	uint64_t hi = 0, rest = 0;

	hi |= FGET(w->u->ecap, ECAP_SMPWC) ? 0 : FMASK(PASID_PWSNP);
	hi |= FGET(w->u->ecap, ECAP_SC) ? 0 : FMASK(PASID_PGSNP);
	for (uint32_t i = 3; i < PASID_WORDS; i++)
		rest |= words[i];
	return p->value.lo & (FMASK(11, 10) | walker_beyond(w->u->haw)) ||
		p->third & walker_beyond(w->u->haw) || p->value.hi & hi || rest;
}

/* Reads entry i of a PASID table. Returns 0 or the fault's reason; *out is set where the
 * table can be read. */
static uint8_t
pasid_read(Walker *w, uint64_t table, uint32_t i, const WalkStep **out)
{
	const WalkStep *p = walker_step(w, table, i, PASID_WORDS);

	if (p == NULL)
		return PASID_UNREADABLE;
	*out = p;
	w->o->first = EGET(p->value, PASID_PGTT) == PGTT_FIRST && !no_first(w);
	w->o->levels = EGET(p->value, PASID_AW) + 2;
	if (as_qemu(w) && !type_known(w, p))
		return PASID_INVALID;
	w->fpd |= EGET(p->value, PASID_FPD) && !as_qemu(w);
	if (!EGET(p->value, PASID_P))
		return PASID_ABSENT;
	if (as_qemu(w))
		return 0;
	if (pasid_reserved(w, p, &w->rd(table)[PASID_WORDS * i]))
		return PASID_RESERVED;
	return type_known(w, p) ? 0 : PASID_INVALID;
}

/* ---- the first level ---- */

static uint64_t
first_reserved(const Walker *w, uint64_t e, uint32_t level)
{
	uint64_t mask = walker_beyond(w->u->haw) & ~FIRST_IGNORED;

	if (level > 3 || (level == 3 && !as_qemu(w) && !FGET(w->u->cap, CAP_FL1GP)))
		mask |= FMASK(SL_PS);
	else if (level > 1 && walker_leaf(e, level))
		mask |= SL_SPAN(level) - 8192; /* bit 12 chooses how to cache */
	return mask;
}

/* What is wrong with an entry that is there, by itself; `all`: what those so far
 * allow. */
static uint8_t
first_wrong(const Walker *w, uint64_t e, uint32_t level, uint64_t all)
{
	uint64_t judged = as_qemu(w) ? e : all;
	bool now = as_qemu(w) || walker_leaf(e, level);
	uint8_t reserved = e & first_reserved(w, e, level) ? FIRST_RESERVED : 0;

	if (reserved && !as_qemu(w))
		return reserved;
	if (now && !FGET(judged, FL_US))
		return NOT_USER;
	if (now && w->a->write && !FGET(judged, FL_RW))
		return NO_WRITE;
	return reserved;
}

/* Follows the address through tables of the first level, from `table` down. Returns 0,
 * with the page in w->o, or the fault's reason. */
static uint8_t
first_tables(Walker *w, uint64_t table)
{
	uint64_t all = ~0ull;
	uint8_t reason;

	w->o->levels = FIRST_LEVELS;
	for (uint32_t level = FIRST_LEVELS;; level--) {
		const WalkStep *s = walker_step(w, table, SL_INDEX(w->a->addr, level), 1);
		uint64_t e = s ? s->value.lo : ~0ull;

		if (s == NULL || (as_qemu(w) && e == ~0ull))
			return level == FIRST_LEVELS ? FIRST_TOP : FIRST_UNREADABLE;
		if (!FGET(e, FL_P))
			return FIRST_ABSENT;
		all &= e;
		if ((reason = first_wrong(w, e, level, all)) != 0)
			return reason;
		w->o->rights = all & (FMASK(SL_R) | FMASK(SL_W));
		if (walker_leaf(e, level))
			return walker_page(w, e, level, WALK_SM_INTERRUPT);
		table = FGET(e, SL_ADDR) << 12;
	}
}

/* Addresses are a CPU's: the bits above are copies of the highest. */
static bool
is_canonical(uint64_t addr, uint32_t bits)
{
	int64_t top = (int64_t)addr >> (bits - 1);

	return top == 0 || top == -1;
}

/* ---- the whole ---- */

static uint8_t
width_check(const Walker *w)
{
	if (!(w->a->addr & walker_beyond(walker_width(w))))
		return 0;
	if (as_qemu(w))
		return OLD_BEYOND;
	return w->a->addr & walker_beyond(FGET(w->u->cap, CAP_MGAW) + 1) ? BEYOND_UNIT
									 : BEYOND_TABLES;
}

/* Follows the address by what the PASID entry p says. Returns 0 or the fault's reason. */
static uint8_t
pasid_translate(Walker *w, const WalkStep *p)
{
	bool pass = EGET(p->value, PASID_PGTT) == PGTT_PASS;
	WalkReasons old = walk_legacy;
	uint8_t reason;

	/* QEMU takes the width from where second-level tables have it */
	if (w->o->first) {
		if (!is_canonical(w->a->addr,
			    as_qemu(w) ? walker_width(w) : SL_SHIFT(FIRST_LEVELS + 1)))
			return NOT_CANONICAL;
		return first_tables(w, FGET(p->third, PASID_FLPT) << 12);
	}
	if (!(pass && as_qemu(w)) && (reason = width_check(w)) != 0)
		return reason;
	old.interrupt = WALK_SM_INTERRUPT;
	if (!pass)
		return walker_tables(w, EGET(p->value, PASID_SLPT) << 12,
			as_qemu(w) ? &old : &second);
	w->o->end = WALK_PASS;
	w->o->pa = w->a->addr;
	return 0;
}

uint8_t
walksm(Walker *w)
{
	const WalkStep *p = 0;
	Ent ctx = { 0, 0 };
	uint64_t table;
	uint8_t reason;

	if ((reason = root_read(w, &table)) != 0 ||
		(reason = context_read(w, table, &ctx)) != 0)
		return reason;
	if ((reason = directory_read(w, ctx, &table)) != 0 ||
		(reason = pasid_read(w, table, EGET(ctx, SM_RID) & 63, &p)) != 0)
		return no_first(w) ? PASID_UNREADABLE : reason;
	if (as_qemu(w)) /* it asks only entries that are good */
		w->fpd |= EGET(p[-1].value, DIR_FPD) || EGET(p->value, PASID_FPD);
	return pasid_translate(w, p);
}

/* As in legacy mode: not what cannot be read, of root entries, or reserved in a
 * context. */
bool
walksm_qualified(uint8_t reason)
{
	switch (reason) {
	case ROOT_UNREADABLE:
	case ROOT_ABSENT:
	case ROOT_RESERVED:
	case CONTEXT_UNREADABLE:
	case CONTEXT_RESERVED:
	case DIR_UNREADABLE:
	case PASID_UNREADABLE:
		return false;
	default:
		return true;
	}
}

/*
 * Unmapping a range. A large page that reaches out of it is split first: a table that
 * translates the whole page as before takes its place in one store, and then loses the part
 * that goes. So what stays mapped is mapped at every moment, and the device may use it
 * throughout. Tables that become empty are unhooked; they are zeros already.
 */
#include "dev/vtd/slpt.h"

#include "dev/vtd/ent.h"

#define INDEX(iova, s) ((uint32_t)((iova) >> (s)) & (SL_ENTRIES - 1))

static bool
is_leaf(const Slpt *t, uint64_t e, uint32_t level)
{
	return e && (level == t->fmt.floor || FGET(e, SL_PS));
}

/* How many entries from e[i] on that [iova, end) wholly covers are pages. */
static uint32_t
run(const Slpt *t, const uint64_t *e, uint32_t level, iova_t iova, iova_t end)
{
	uint32_t sh = sl_shift(level), i = INDEX(iova, sh), n = 0;

	if (iova & ((1ull << sh) - 1))
		return 0;
	while (i + n < SL_ENTRIES && (end - iova) >> sh > n && is_leaf(t, e[i + n], level))
		n++;
	return n;
}

/* Entries that are not 0 among e[0..n) of a last-level table's e[-i..512-i), `live` in all:
 * the shorter side is counted. */
static uint32_t
count(const uint64_t *table, uint32_t i, uint32_t n, uint32_t live)
{
	uint32_t in = 0, out = 0;

	if (n <= SL_ENTRIES / 2) {
		for (uint32_t k = i; k < i + n; k++)
			in += table[k] != 0;
		return in;
	}
	for (uint32_t k = 0; k < i; k++)
		out += table[k] != 0;
	for (uint32_t k = i + n; k < SL_ENTRIES; k++)
		out += table[k] != 0;
	return live - out;
}

static void
zero(Slpt *t, uint64_t *e, uint32_t n)
{
	if (n == 1)
		sl_store(t, e, 0);
	else
		sl_fill(t, e, 0, 0, n);
}

static void
note(SlChange *c, iova_t lo, iova_t hi)
{
	c->lo = lo < c->lo ? lo : c->lo;
	c->hi = hi > c->hi ? hi : c->hi;
}

/* The large page e, at level, becomes a table of the next smaller ones. */
static void
split(Slpt *t, uint64_t *e, uint32_t level, iova_t iova, SlChange *c)
{
	uint64_t mask = (1ull << sl_shift(level)) - 1,
		 first = level == 2 ? *e & ~FMASK(SL_PS) : *e;
	paddr_t table = sl_take(t, SL_ENTRIES);

	sl_fill(t, os_ptr(table), first, 1ull << sl_shift(level - 1), SL_ENTRIES);
	sl_store(t, e, table | t->fmt.link);
	t->nbig += level > 2 ? SL_ENTRIES - 1 : -1;
	note(c, iova & ~mask, (iova | mask) + 1);
	c->tables = true;
}

static void
clear_last(Slpt *t, uint64_t *e, uint32_t *live, iova_t iova, iova_t end, SlChange *c)
{
	uint32_t sh = sl_shift(t->fmt.floor), i = INDEX(iova, sh), n = (uint32_t)((end - iova) >> sh);
	uint32_t had = count(e, i, n, *live);

	if (had == 0)
		return;
	zero(t, &e[i], n);
	*live -= had;
	note(c, iova, end);
}

static void clear(
	Slpt *t, paddr_t table, uint32_t level, iova_t iova, iova_t end, SlChange *c);

/* The part of [iova, end) under e[i], whose table may go. */
static void
clear_below(Slpt *t, uint64_t *e, uint32_t *live, uint32_t level, iova_t iova, iova_t end,
	SlChange *c)
{
	if (FGET(*e, SL_PS))
		split(t, e, level, iova, c);
	paddr_t below = FGET(*e, SL_ADDR) << 12;
	clear(t, below, level - 1, iova, end, c);
	if (*os_page_note(below) != 0)
		return;
	sl_store(t, e, 0);
	--*live;
	sl_drop(t, below);
	c->tables = true;
}

static void
clear(Slpt *t, paddr_t table, uint32_t level, iova_t iova, iova_t end, SlChange *c)
{
	uint64_t *e = os_ptr(table);
	uint32_t *live = os_page_note(table), sh = sl_shift(level), n;

	if (level == t->fmt.floor) {
		clear_last(t, e, live, iova, end, c);
		sl_near(t, iova, level, e, live);
		return;
	}
	while (iova < end) {
		uint32_t i = INDEX(iova, sh);
		iova_t next = (iova | ((1ull << sh) - 1)) + 1;

		if ((n = run(t, e, level, iova, end)) > 0) {
			zero(t, &e[i], n);
			*live -= n;
			t->nbig -= n;
			next = iova + ((uint64_t)n << sh);
			note(c, iova, next);
			sl_near(t, iova, level, e, live);
		} else if (e[i]) {
			clear_below(
				t, &e[i], live, level, iova, next < end ? next : end, c);
		}
		iova = next;
	}
}

/* Tables a split at `edge` takes: it lies inside a large page. */
static uint32_t
split_need(const Slpt *t, iova_t edge)
{
	const uint64_t *e = os_ptr(t->root);

	for (uint32_t level = t->levels; level > t->fmt.floor; level--) {
		uint64_t v = e[INDEX(edge, sl_shift(level))];
		uint32_t n = 0;

		if (!v)
			return 0;
		if (!FGET(v, SL_PS)) {
			e = os_ptr(FGET(v, SL_ADDR) << 12);
			continue;
		}
		while (n + 1 < level && edge & ((1ull << sl_shift(level - n)) - 1))
			n++;
		return n;
	}
	return 0;
}

/* Within the table of the last change, which does not become empty. */
static bool
unmap_near(Slpt *t, iova_t iova, iova_t end, SlChange *c)
{
	uint32_t level = t->near.level, up = sl_shift(level + 1), sh = sl_shift(level), n;
	uint64_t *e = t->near.e;

	if (!e || iova >> up != t->near.tag || (end - 1) >> up != t->near.tag)
		return false;
	n = run(t, e, level, iova, end);
	if ((uint64_t)n << sh != end - iova || n >= *t->near.live)
		return false;
	zero(t, &e[INDEX(iova, sh)], n);
	*t->near.live -= n;
	if (level > t->fmt.floor)
		t->nbig -= n;
	c->lo = iova;
	c->hi = end;
	return true;
}

int
slpt_unmap(Slpt *t, iova_t iova, uint64_t len, SlChange *c)
{
	*c = (SlChange){ .lo = ~0ull };
	if (unmap_near(t, iova, iova + len, c))
		return 0;
	if (t->clean.n < SL_RESERVE && !sl_reserve(t, SL_RESERVE) &&
		split_need(t, iova) + split_need(t, iova + len) > t->clean.n)
		return -ENOMEM;
	clear(t, t->root, t->levels, iova, iova + len, c);
	return c->lo < c->hi ? 0 : -ENOENT;
}

bool
slpt_clear(Slpt *t, SlChange *c)
{
	*c = (SlChange){ .lo = ~0ull };
	clear(t, t->root, t->levels, 0, 1ull << sl_shift(t->levels + 1), c);
	return c->lo < c->hi;
}

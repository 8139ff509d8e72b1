/*
 * Mapping a range, in two passes: look (is all of it free, how many tables are missing),
 * then, with every page at hand, change; so the change cannot fail half way. A table is
 * filled before it is linked. Pages are as large as alignment and the units allow, and
 * tables that have become uniform turn into one: the entry that led to the table leads to
 * the page, which translates every address as before.
 */
#include "dev/vtd/slpt.h"

#include "dev/vtd/ent.h"

#define INDEX(iova, s) ((uint32_t)((iova) >> (s)) & (SL_ENTRIES - 1))

typedef struct Span { /* what is to be mapped */
	iova_t iova, end;
	paddr_t pa;
} Span;

/* How many entries of a table of `level`, from iova on, can be pages. */
static uint32_t
leaves(const Slpt *t, uint32_t level, const Span *s)
{
	uint32_t sh = sl_shift(level), room = SL_ENTRIES - INDEX(s->iova, sh);
	uint64_t n = (s->end - s->iova) >> sh;

	if (level > t->fmt.floor &&
		(!(t->fmt.big >> level & 1) || (s->iova | s->pa) & ((1ull << sh) - 1)))
		return 0;
	return n < room ? (uint32_t)n : room;
}

/* What lies under the entry for s->iova, taken off s. */
static Span
cut(Span *s, uint32_t level)
{
	uint64_t next = (s->iova | ((1ull << sl_shift(level)) - 1)) + 1;
	Span sub = *s;

	sub.end = next < s->end ? next : s->end;
	s->pa += sub.end - s->iova;
	s->iova = sub.end;
	return sub;
}

static bool
all_free(const uint64_t *e, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (e[i])
			return false;
	return true;
}

/* e NULL: the table is still to be made. *need grows by the tables that are missing. */
static int
look(const Slpt *t, const uint64_t *e, uint32_t level, Span s, uint32_t *need)
{
	int err = 0;

	while (s.iova < s.end && !err) {
		uint32_t i = INDEX(s.iova, sl_shift(level)), n = leaves(t, level, &s);
		uint64_t old = e ? e[i] : 0;

		if (n > 0) {
			if (e && !all_free(&e[i], n))
				return -EEXIST;
			s.pa += (uint64_t)n << sl_shift(level);
			s.iova += (uint64_t)n << sl_shift(level);
			continue;
		}
		if (old && FGET(old, SL_PS))
			return -EEXIST;
		*need += !old;
		err = look(t, old ? os_ptr(FGET(old, SL_ADDR) << 12) : 0, level - 1,
			cut(&s, level), need);
	}
	return err;
}

/* The large page that a full table amounts to; 0: it does not. level: the table's. */
static uint64_t
uniform(const Slpt *t, const uint64_t *e, uint32_t level)
{
	uint64_t step = 1ull << sl_shift(level), big = e[0] | FMASK(SL_PS);

	if (!(t->fmt.big >> (level + 1) & 1) || (level > 1 && !FGET(e[0], SL_PS)) ||
		FGET(e[0], SL_ADDR) & (SL_ENTRIES * step / 4096 - 1))
		return 0;
	for (uint32_t i = SL_ENTRIES - 1; i > 0; i--)
		if (e[i] != e[0] + i * step)
			return 0;
	return big;
}

static void
widen(SlChange *c, iova_t iova, uint32_t level)
{
	uint64_t mask = (1ull << sl_shift(level)) - 1;

	c->lo = (iova & ~mask) < c->lo ? iova & ~mask : c->lo;
	c->hi = (iova | mask) >= c->hi ? (iova | mask) + 1 : c->hi;
	c->tables = true;
}

/* The table below e[i] became full: a large page takes its place if it is uniform. */
static void
merge(Slpt *t, uint64_t *e, uint32_t level, iova_t iova, SlChange *c)
{
	paddr_t table = FGET(*e, SL_ADDR) << 12;
	uint64_t big = uniform(t, os_ptr(table), level - 1);

	if (!big)
		return;
	sl_store(t, e, big);
	t->nbig += level > 2 ? 1 - SL_ENTRIES : 1;
	sl_drop(t, table); /* as it is: a walk may be in it until the invalidation */
	widen(c, iova, level);
}

static void
put_leaves(Slpt *t, uint64_t *e, uint32_t *live, uint32_t level, const Span *s,
	uint64_t bits, uint32_t n)
{
	uint32_t sh = sl_shift(level), i = INDEX(s->iova, sh);

	if (level > t->fmt.floor) {
		bits |= FMASK(SL_PS);
		t->nbig += n;
	}
	if (n == 1)
		sl_store(t, &e[i], s->pa | bits);
	else
		sl_fill(t, &e[i], s->pa | bits, 1ull << sh, n);
	*live += n;
}

static void
change(Slpt *t, paddr_t table, uint32_t level, Span s, uint64_t bits, SlChange *c)
{
	uint64_t *e = os_ptr(table);
	uint32_t *live = os_page_note(table), sh = sl_shift(level);

	while (s.iova < s.end) {
		uint32_t i = INDEX(s.iova, sh), n = leaves(t, level, &s);

		if (n > 0) {
			put_leaves(t, e, live, level, &s, bits, n);
			sl_near(t, s.iova, level, e, live);
			s.pa += (uint64_t)n << sh;
			s.iova += (uint64_t)n << sh;
			continue;
		}
		iova_t at = s.iova;
		paddr_t below = e[i] ? FGET(e[i], SL_ADDR) << 12 : sl_take(t, 0);
		change(t, below, level - 1, cut(&s, level), bits, c);
		if (!e[i]) {
			sl_store(t, &e[i], below | t->fmt.link);
			++*live;
		}
		if (*os_page_note(below) == SL_ENTRIES)
			merge(t, &e[i], level, at, c);
	}
}

/* Within the table of the last change, which does not become full: most maps end here. */
static bool
map_near(Slpt *t, const Span *s, uint64_t bits, int *err)
{
	uint32_t level = t->near.level, sh = sl_shift(level + 1), n;

	if (!t->near.e || s->iova >> sh != t->near.tag ||
		(s->end - 1) >> sh != t->near.tag)
		return false;
	n = leaves(t, level, s);
	if ((uint64_t)n << sl_shift(level) != s->end - s->iova ||
		*t->near.live + n >= SL_ENTRIES || t->clean.n < SL_RESERVE)
		return false;
	if (all_free(&t->near.e[INDEX(s->iova, sl_shift(level))], n))
		put_leaves(t, t->near.e, t->near.live, level, s, bits, n);
	else
		*err = -EEXIST;
	return true;
}

int
slpt_map(Slpt *t, iova_t iova, paddr_t pa, uint64_t len, uint64_t rights, SlChange *c)
{
	Span s = { iova, iova + len, pa };
	uint64_t bits = rights | t->fmt.leaf;
	uint32_t need = 0;
	int err = 0;

	*c = (SlChange){ .lo = ~0ull };
	if (map_near(t, &s, bits, &err))
		return err;
	if ((err = look(t, os_ptr(t->root), t->levels, s, &need)) != 0)
		return err;
	if (need > t->quota || t->pages + need > t->quota)
		return -EDQUOT;
	if (!sl_reserve(t, need + SL_RESERVE))
		return -ENOMEM;
	change(t, t->root, t->levels, s, bits, c);
	return 0;
}

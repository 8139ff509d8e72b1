/*
 * Mapping a range, in two passes: look (is all of it free, how many tables are missing),
 * then, with every page at hand, change; so the change cannot fail half way. The range is
 * taken in runs: entries of one table that can be pages. They are as large as alignment
 * and the units allow. A table that has become uniform turns into a large page: the entry
 * that led to it leads to the page, which translates every address as before.
 */
#include "dev/vtd/slpt.h"

#include "dev/vtd/ent.h"
#include "dev/vtd/trace.h"

typedef struct Span { /* what is left to be mapped */
	iova_t iova, end;
	paddr_t pa;
} Span;

typedef struct Run {
	uint32_t level, i, n; /* entries i .. i+n of a table of `level` */
} Run;

static bool
fits(const Slpt *t, const Span *s, uint32_t level)
{
	return level <= t->levels && t->fmt.big >> level & 1 &&
		((s->iova | s->pa) & (SL_SPAN(level) - 1)) == 0 &&
		s->end - s->iova >= SL_SPAN(level);
}

/* The run that s begins with, as long as its table. Where a larger page could begin, a
 * table ends. */
static Run
first_run(const Slpt *t, const Span *s)
{
	uint32_t level = t->fmt.floor;
	uint64_t n;

	while (fits(t, s, level + 1))
		level++;
	n = (s->end - s->iova) >> SL_SHIFT(level);
	Run r = { .level = level, .i = SL_INDEX(s->iova, level) };
	r.n = n < SL_ENTRIES - r.i ? (uint32_t)n : SL_ENTRIES - r.i;
	return r;
}

static void
advance(Span *s, const Run *r)
{
	s->iova += (uint64_t)r->n << SL_SHIFT(r->level);
	s->pa += (uint64_t)r->n << SL_SHIFT(r->level);
}

static bool
all_free(const uint64_t *e, uint32_t n)
{
	while (n > 0)
		if (e[--n])
			return false;
	return true;
}

/* -EEXIST, or *need is how many tables are missing. */
static int
look(const Slpt *t, Span s, uint32_t *need)
{
	iova_t start = s.iova;
	SlPath p;

	*need = 0;
	while (s.iova < s.end) {
		Run r = first_run(t, &s);
		uint32_t at = sl_descend(t, s.iova, r.level, &p);

		if (at == r.level && !all_free(&p.e[at][r.i], r.n))
			return -EEXIST;
		if (at > r.level && p.e[at][SL_INDEX(s.iova, at)])
			return -EEXIST; /* inside a large page */
		/* A missing table counts where the range enters it. */
		for (; at > r.level; at--)
			*need += s.iova == start || (s.iova & (SL_SPAN(at) - 1)) == 0;
		advance(&s, &r);
	}
	return 0;
}

/* ---- change ---- */

/* The large page that a full table of `level` amounts to; 0: it does not. */
static uint64_t
uniform(const Slpt *t, const uint64_t *e, uint32_t level)
{
	uint64_t step = SL_SPAN(level);

	if (!(t->fmt.big >> (level + 1) & 1) ||
		(level > t->fmt.floor && !FGET(e[0], SL_PS)) ||
		FGET(e[0], SL_ADDR) & (SL_ENTRIES * step / 4096 - 1))
		return 0;
	for (uint32_t i = SL_ENTRIES - 1; i > 0; i--)
		if (e[i] != e[0] + i * step)
			return 0;
	return e[0] | FMASK(SL_PS);
}

/* Tables on the way to iova, full ones from `level` up, turn into large pages. */
static void
merge(Slpt *t, iova_t iova, uint32_t level, const SlPath *p, SlChange *c)
{
	for (; level < t->levels && *os_page_word(p->pa[level]) == SL_ENTRIES; level++) {
		uint64_t big = uniform(t, p->e[level], level);
		uint64_t mask = SL_SPAN(level + 1) - 1;

		if (!big)
			return;
		sl_link(t, p, level + 1, iova, big);
		t->nbig += level > t->fmt.floor ? 1 - SL_ENTRIES : 1;
		sl_drop(t, p->pa[level]); /* as it is: a walk may be in it still */
		sl_note(c, iova & ~mask, (iova | mask) + 1);
		c->tables = true;
	}
}

/* Tables from level `at`, which has nothing for iova, down to `level`. */
static void
extend(Slpt *t, iova_t iova, uint32_t at, uint32_t level, SlPath *p)
{
	for (; at > level; at--) {
		paddr_t below = sl_take(t, 0);

		sl_link(t, p, at, iova, below | t->fmt.link);
		++*os_page_word(p->pa[at]);
		p->pa[at - 1] = below;
		p->e[at - 1] = os_ptr(below);
	}
}

static inline void
put(Slpt *t, iova_t iova, uint64_t *e, uint64_t v, uint32_t shift, uint32_t n)
{
	TRACE(trace_level(SL_LEVEL(shift), iova, e, v, 1ull << shift, n));
	if (n == 1)
		sl_store(t, e, v);
	else
		sl_fill(t, e, v, 1ull << shift, n);
}

static void
change(Slpt *t, Span s, uint64_t bits, SlChange *c)
{
	SlPath p;

	while (s.iova < s.end) {
		Run r = first_run(t, &s);
		uint64_t v = s.pa | bits;

		extend(t, s.iova, sl_descend(t, s.iova, r.level, &p), r.level, &p);
		if (r.level > t->fmt.floor) {
			v |= FMASK(SL_PS);
			t->nbig += r.n;
		}
		put(t, s.iova, &p.e[r.level][r.i], v, SL_SHIFT(r.level), r.n);
		sl_near(t, s.iova, r.level, &p);
		*t->near.live += r.n;
		if (*t->near.live == SL_ENTRIES)
			merge(t, s.iova, r.level, &p, c);
		advance(&s, &r);
	}
}

static int __attribute__((noinline))
map_any(Slpt *t, Span s, uint64_t rights, SlChange *c)
{
	uint32_t need;
	int err;

	if ((err = look(t, s, &need)) != 0)
		return err;
	if (need > t->quota || t->pages + need > t->quota)
		return -EDQUOT;
	if (!sl_reserve(t, need + SL_RESERVE))
		return -ENOMEM;
	change(t, s, rights | t->fmt.leaf, c);
	return 0;
}

int
slpt_map(Slpt *t, iova_t iova, paddr_t pa, uint64_t len, uint64_t rights, SlChange *c)
{
	uint64_t *e = sl_near_page(t, iova, len);

	/* Most maps are one page in the table of the last change, which does not become
	 * full. */
	if (!e || pa & (len - 1) || *t->near.live >= SL_ENTRIES - 1 ||
		t->clean.n < SL_RESERVE)
		return map_any(t, (Span){ iova, iova + len, pa }, rights, c);
	if (*e)
		return -EEXIST;
	++*t->near.live;
	t->nbig += t->near.big;
	sl_store(t, e, pa | rights | t->near.bits);
	return 0;
}

/*
 * Mapping a range, in two passes. The first looks whether all of it is free, and how many
 * tables are missing. The second, with every page at hand, changes the tables and cannot
 * fail. Both take the range in runs: entries of one table that can be pages, which are as
 * large as alignment and units allow. A table that has become uniform turns into a large
 * page: the entry that led to it leads to the page, which translates every address as
 * before.
 */
#include "dev/vtd/slpt.h"

#include "dev/vtd/ent.h"

typedef struct Span { /* what is left to be mapped */
	iova_t iova, end;
	paddr_t pa;
} Span;

typedef struct Run {
	uint32_t level, i, n; /* entries i .. i+n of a table of `level` */
} Run;

static inline bool
page_fits(const Slpt *t, Span s, uint32_t level)
{
	return ((s.iova | s.pa) & (SL_SPAN(level) - 1)) == 0 &&
		s.end - s.iova >= SL_SPAN(level) && level <= t->levels &&
		t->fmt.big >> level & 1;
}

/* The run that s begins with. It is as long as its table, because where a larger page
 * could begin, a table ends. */
static inline Run
run_first(const Slpt *t, Span s)
{
	uint32_t level = t->fmt.floor;
	uint64_t n;
	Run r;

	while (page_fits(t, s, level + 1))
		level++;
	n = (s.end - s.iova) >> SL_SHIFT(level);
	r.level = level;
	r.i = SL_INDEX(s.iova, level);
	r.n = n < SL_ENTRIES - r.i ? (uint32_t)n : SL_ENTRIES - r.i;
	return r;
}

/* What is left of s behind its first run. */
static inline Span
span_rest(Span s, Run r)
{
	uint64_t len = (uint64_t)r.n << SL_SHIFT(r.level);

	return (Span){ s.iova + len, s.end, s.pa + len };
}

/* ---- the first pass ---- */

static inline bool
all_free(const uint64_t *e, uint32_t n)
{
	while (n > 0)
		if (e[--n] != 0)
			return false;
	return true;
}

/* Is the run at iova free, to which the path leads? -EEXIST: not all of it. Else *need
 * grows by the tables that are missing on the way there. A missing table counts where the
 * range, which begins at `start`, enters it. */
static inline int
run_check(const Slpt *t, iova_t start, iova_t iova, Run r, uint32_t *need)
{
	uint32_t at = t->path.level;

	/* above the run's level an entry is a large page around it */
	if (!all_free(&t->path.last[at == r.level ? r.i : SL_INDEX(iova, at)],
		    at == r.level ? r.n : 1))
		return -EEXIST;
	for (; at > r.level; at--)
		*need += iova == start || (iova & (SL_SPAN(at) - 1)) == 0;
	return 0;
}

static int __attribute__((noinline))
rest_check(Slpt *t, iova_t start, Span s, uint32_t *need)
{
	int err = 0;

	while (s.iova < s.end && err == 0) {
		Run r = run_first(t, s);

		sl_descend(t, s.iova, r.level);
		err = run_check(t, start, s.iova, r, need);
		s = span_rest(s, r);
	}
	return err;
}

/* ---- the second pass ---- */

/* The large page that a full table of `level` amounts to; 0: it does not. */
static uint64_t
table_uniform(const Slpt *t, const uint64_t *e, uint32_t level)
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

/* Tables on the way to iova, full ones from the last up, turn into large pages. */
static void __attribute__((noinline)) tables_merge(Slpt *t, iova_t iova, SlChange *c)
{
	const SlPath *p = &t->path;

	while (p->level < t->levels && *p->live == SL_ENTRIES) {
		uint32_t level = p->level;
		uint64_t big = table_uniform(t, p->e[level], level);
		uint64_t mask = SL_SPAN(level + 1) - 1;

		if (big == 0)
			return;
		sl_link(t, level + 1, iova, big);
		t->nbig += level > t->fmt.floor ? 1 - SL_ENTRIES : 1;
		sl_drop(t); /* as it is: a walk may be in it still */
		sl_note(c, iova & ~mask, (iova | mask) + 1);
		c->tables = true;
	}
}

/* Makes the tables that are missing on the way to iova, down to `level`. */
static void __attribute__((noinline)) tables_extend(Slpt *t, iova_t iova, uint32_t level)
{
	while (t->path.level > level) {
		paddr_t below = sl_take(t, 0);

		sl_link(t, t->path.level, iova, below | t->fmt.link);
		++*t->path.live;
		sl_enter(t, iova, below);
	}
}

/* Maps the run that s begins with, to which the path leads. Every page is at hand, so
 * nothing here can fail. */
static inline void
run_apply(Slpt *t, Span s, Run r, uint64_t rights, SlChange *c)
{
	SlPath *p = &t->path;

	if (p->level > r.level)
		tables_extend(t, s.iova, r.level);
	*p->live += r.n;
	t->nbig += r.n * p->big;
	sl_put(t, r.level, s.iova, &p->last[r.i], s.pa | rights | p->bits, p->span, r.n);
	if (*p->live == SL_ENTRIES)
		tables_merge(t, s.iova, c);
}

static void __attribute__((noinline))
rest_apply(Slpt *t, Span s, uint64_t rights, SlChange *c)
{
	while (s.iova < s.end) {
		Run r = run_first(t, s);

		sl_descend(t, s.iova, r.level);
		run_apply(t, s, r, rights, c);
		s = span_rest(s, r);
	}
}

/* ---- the whole ---- */

/* Maps s, which begins with the run `first`, to which the path leads. */
static inline __attribute__((always_inline)) int
span_map(Slpt *t, Span s, Run first, Span rest, uint64_t rights, SlChange *c)
{
	bool more = rest.iova < rest.end;
	uint32_t need = 0;
	int err = run_check(t, s.iova, s.iova, first, &need);

	if (err == 0 && more)
		err = rest_check(t, s.iova, rest, &need);
	if (err != 0)
		return err;
	if (need > t->quota - t->pages)
		return -EDQUOT;
	if (!sl_reserve(t, need + SL_RESERVE))
		return -ENOMEM;
	if (more)
		sl_descend(t, s.iova, first.level);
	run_apply(t, s, first, rights, c);
	if (more)
		rest_apply(t, rest, rights, c);
	return 0;
}

static int __attribute__((noinline))
far_map(Slpt *t, iova_t iova, paddr_t pa, uint64_t len, uint64_t rights, SlChange *c)
{
	Span s = { iova, iova + len, pa };
	Run first = run_first(t, s);

	sl_descend(t, s.iova, first.level);
	return span_map(t, s, first, span_rest(s, first), rights, c);
}

/* Most maps are one page near the last change, whose run need not be looked for. */
int
slpt_map(Slpt *t, iova_t iova, paddr_t pa, uint64_t len, uint64_t rights, SlChange *c)
{
	Span s = { iova, iova + len, pa }, none = { 0, 0, 0 };
	Run page = { .level = t->path.level, .n = 1 };

	if (sl_near(t, iova, len, &page.i) && (pa & (len - 1)) == 0)
		return span_map(t, s, page, none, rights, c);
	return far_map(t, iova, pa, len, rights, c);
}

/*
 * Unmapping a range. A large page that reaches out of it is split first: a table that
 * translates the whole page as before takes its place in one store, and then loses the
 * part that goes. So what stays mapped is mapped at every moment, and the device may use
 * it throughout. Tables that become empty are unhooked; they are zeros already.
 */
#include "dev/vtd/slpt.h"

#include "dev/vtd/ent.h"

/* How many of the entries i .. i+n, of which the first is not 0, are not 0; `live` of the
 * whole table are not. The shorter side is counted. */
static inline uint32_t
entries_count(const uint64_t *e, uint32_t i, uint32_t n, uint32_t live)
{
	uint32_t in = 1, out = 0;

	if (n <= SL_ENTRIES / 2) {
		for (uint32_t k = i + 1; k < i + n; k++)
			in += e[k] != 0;
		return in;
	}
	for (uint32_t k = 0; k < i; k++)
		out += e[k] != 0;
	for (uint32_t k = i + n; k < SL_ENTRIES; k++)
		out += e[k] != 0;
	return live - out;
}

/* Is v, an entry of the path's last table, a page? */
static inline bool
entry_is_page(const Slpt *t, uint64_t v)
{
	return v != 0 && (!t->path.big || FGET(v, SL_PS));
}

/* How many entries of the path's last table, from number i on, which is a page, n at
 * most, go in one run: at the floor all, above it those up to the first that is not a
 * page. */
static inline uint32_t
run_length(const Slpt *t, uint32_t i, uint32_t n)
{
	uint32_t k = t->path.big ? 1 : n;

	while (k < n && FGET(t->path.last[i + k], SL_PS))
		k++;
	return k;
}

/* The large page around iova, an entry of the path's last table, becomes a table of the
 * next smaller pages. */
static void __attribute__((noinline)) page_split(Slpt *t, iova_t iova, SlChange *c)
{
	uint32_t level = t->path.level;
	uint64_t e = t->path.last[SL_INDEX(iova, level)];
	uint64_t first = level == t->fmt.floor + 1 ? e & ~FMASK(SL_PS) : e;
	uint64_t mask = SL_SPAN(level) - 1;
	paddr_t table = sl_take(t, SL_ENTRIES);

	sl_put(t, level - 1, iova & ~mask, os_ptr(table), first, SL_SPAN(level - 1),
		SL_ENTRIES);
	sl_link(t, level, iova, table | t->fmt.link);
	t->nbig += level > t->fmt.floor + 1 ? SL_ENTRIES - 1 : -1;
	sl_note(c, iova & ~mask, (iova | mask) + 1);
	c->tables = true;
}

/* Tables on the way to iova that are empty, from the last up, go. */
static void __attribute__((noinline)) tables_prune(Slpt *t, iova_t iova, SlChange *c)
{
	const SlPath *p = &t->path;

	while (p->level < t->levels && *p->live == 0) {
		sl_link(t, p->level + 1, iova, 0);
		sl_drop(t);
		--*p->live; /* of the table above */
		c->tables = true;
	}
}

/* Clears n entries of the path's last table, from number i on, which is for iova: a
 * run. */
static inline __attribute__((always_inline)) void
run_clear(Slpt *t, iova_t iova, uint32_t i, uint32_t n, SlChange *c)
{
	SlPath *p = &t->path;

	*p->live -= p->big ? n : entries_count(p->last, i, n, *p->live);
	t->nbig -= n * p->big;
	sl_note(c, iova, iova + n * p->span);
	sl_put(t, p->level, iova, &p->last[i], 0, 0, n);
	if (*p->live == 0)
		tables_prune(t, iova, c);
}

/* Nothing of [iova, end) is mapped any more. -ENOENT: nothing was. */
static int
range_clear(Slpt *t, iova_t iova, iova_t end, SlChange *c)
{
	int err = -ENOENT;

	while (iova < end) {
		uint32_t at = sl_descend(t, iova, t->fmt.floor), i = SL_INDEX(iova, at);
		uint64_t mask = SL_SPAN(at) - 1, n = (end - iova) >> SL_SHIFT(at);

		if (t->path.last[i] == 0) {
			iova = (iova | mask) + 1;
			continue;
		}
		err = 0;
		if (iova & mask || n == 0) {
			page_split(t, iova, c);
		} else {
			n = n < SL_ENTRIES - i ? n : SL_ENTRIES - i;
			n = run_length(t, i, (uint32_t)n);
			run_clear(t, iova, i, (uint32_t)n, c);
			iova += n << SL_SHIFT(at);
		}
	}
	return err;
}

/* Tables that a split at `edge` takes: none, unless it lies inside a large page. */
static uint32_t
split_need(Slpt *t, iova_t edge)
{
	uint32_t at, n = 0;

	if (edge >> SL_SHIFT(t->levels + 1))
		return 0;
	at = sl_descend(t, edge, t->fmt.floor);
	if (t->path.last[SL_INDEX(edge, at)] != 0)
		while (n + t->fmt.floor < at && edge & (SL_SPAN(at - n) - 1))
			n++;
	return n;
}

static int __attribute__((noinline))
far_unmap(Slpt *t, iova_t iova, uint64_t len, SlChange *c)
{
	iova_t end = iova + len;

	if (!sl_reserve(t, SL_RESERVE) &&
		split_need(t, iova) + split_need(t, end) > t->clean.n)
		return -ENOMEM;
	return range_clear(t, iova, end, c);
}

/* Most unmaps are one page near the last change, which need not be looked for. */
int
slpt_unmap(Slpt *t, iova_t iova, uint64_t len, SlChange *c)
{
	uint32_t i;

	if (!sl_near(t, iova, len, &i) || !entry_is_page(t, t->path.last[i]))
		return far_unmap(t, iova, len, c);
	run_clear(t, iova, i, 1, c);
	return 0;
}

bool
slpt_clear(Slpt *t, SlChange *c)
{
	return range_clear(t, 0, 1ull << SL_SHIFT(t->levels + 1), c) == 0;
}

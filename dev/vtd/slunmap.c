/*
 * Unmapping a range. A large page that reaches out of it is split first: a table that
 * translates the whole page as before takes its place in one store, and then loses the
 * part that goes. So what stays mapped is mapped at every moment, and the device may use
 * it throughout. Tables that become empty are unhooked; they are zeros already.
 */
#include "dev/vtd/slpt.h"

#include "dev/vtd/ent.h"
#include "dev/vtd/trace.h"

/* Entries that are not 0 among e[i..i+n), of `live` in the whole table: the shorter side
 * is counted. */
static uint32_t
count(const uint64_t *e, uint32_t i, uint32_t n, uint32_t live)
{
	uint32_t in = 0, out = 0;

	if (n <= SL_ENTRIES / 2) {
		for (uint32_t k = i; k < i + n; k++)
			in += e[k] != 0;
		return in;
	}
	for (uint32_t k = 0; k < i; k++)
		out += e[k] != 0;
	for (uint32_t k = i + n; k < SL_ENTRIES; k++)
		out += e[k] != 0;
	return live - out;
}

/* How many of e[0..n) are large pages, up to the first that is not. */
static uint32_t
large(const uint64_t *e, uint32_t n)
{
	uint32_t k = 0;

	while (k < n && FGET(e[k], SL_PS))
		k++;
	return k;
}

static inline void
zero(Slpt *t, iova_t iova, uint64_t *e, uint32_t shift, uint32_t n)
{
	TRACE(trace_level(SL_LEVEL(shift), iova, e, 0, 0, n));
	if (n == 1)
		sl_store(t, e, 0);
	else
		sl_fill(t, e, 0, 0, n);
}

/* The large page at level becomes a table of the next smaller ones. */
static void
split(Slpt *t, iova_t iova, uint32_t level, const SlPath *p, SlChange *c)
{
	const uint64_t *e = &p->e[level][SL_INDEX(iova, level)];
	uint64_t first = level == t->fmt.floor + 1 ? *e & ~FMASK(SL_PS) : *e;
	uint64_t mask = SL_SPAN(level) - 1;
	paddr_t table = sl_take(t, SL_ENTRIES);
	uint64_t *below = os_ptr(table);

	TRACE(trace_level(level - 1, iova & ~mask, below, first, SL_SPAN(level - 1),
		SL_ENTRIES));
	sl_fill(t, below, first, SL_SPAN(level - 1), SL_ENTRIES);
	sl_link(t, p, level, iova, table | t->fmt.link);
	t->nbig += level > t->fmt.floor + 1 ? SL_ENTRIES - 1 : -1;
	sl_note(c, iova & ~mask, (iova | mask) + 1);
	c->tables = true;
}

/* Tables on the way to iova that are empty, from `level` up, go. */
static void
prune(Slpt *t, iova_t iova, uint32_t level, const SlPath *p, SlChange *c)
{
	for (; level < t->levels && *os_page_word(p->pa[level]) == 0; level++) {
		sl_link(t, p, level + 1, iova, 0);
		--*os_page_word(p->pa[level + 1]);
		sl_drop(t, p->pa[level]);
		c->tables = true;
	}
}

/* Entries from iova on, the first a page, `n` at most, of the table that p has at
 * `level`. Returns how many were gone through: at the floor all, above it those that are
 * pages. */
static uint32_t
clear_run(Slpt *t, iova_t iova, uint32_t level, uint32_t n, const SlPath *p, SlChange *c)
{
	uint32_t i = SL_INDEX(iova, level), had;
	uint32_t *live = os_page_word(p->pa[level]);

	if (level == t->fmt.floor) {
		had = count(p->e[level], i, n, *live);
	} else {
		had = n = large(&p->e[level][i], n);
		t->nbig -= n;
	}
	zero(t, iova, &p->e[level][i], SL_SHIFT(level), n);
	sl_note(c, iova, iova + ((uint64_t)n << SL_SHIFT(level)));
	sl_near(t, iova, level, p);
	*live -= had;
	if (*live == 0)
		prune(t, iova, level, p, c);
	return n;
}

/* False: there was nothing. */
static bool
clear(Slpt *t, iova_t iova, iova_t end, SlChange *c)
{
	bool any = false;
	SlPath p;

	while (iova < end) {
		uint32_t at = sl_descend(t, iova, t->fmt.floor, &p),
			 i = SL_INDEX(iova, at);
		uint64_t mask = SL_SPAN(at) - 1, n = (end - iova) >> SL_SHIFT(at);

		any |= p.e[at][i] != 0;
		if (!p.e[at][i]) {
			iova = (iova | mask) + 1;
		} else if (iova & mask || n == 0) {
			split(t, iova, at, &p, c);
		} else {
			n = n < SL_ENTRIES - i ? n : SL_ENTRIES - i;
			n = clear_run(t, iova, at, (uint32_t)n, &p, c);
			iova += n << SL_SHIFT(at);
		}
	}
	return any;
}

/* Tables a split at `edge` takes: it lies inside a large page. */
static uint32_t
split_need(const Slpt *t, iova_t edge)
{
	SlPath p;
	uint32_t at, n = 0;

	if (edge >> SL_SHIFT(t->levels + 1))
		return 0;
	at = sl_descend(t, edge, t->fmt.floor, &p);
	if (p.e[at][SL_INDEX(edge, at)])
		while (n + t->fmt.floor < at && edge & (SL_SPAN(at - n) - 1))
			n++;
	return n;
}

static int __attribute__((noinline))
unmap_any(Slpt *t, iova_t iova, iova_t end, SlChange *c)
{
	if (t->clean.n < SL_RESERVE && !sl_reserve(t, SL_RESERVE) &&
		split_need(t, iova) + split_need(t, end) > t->clean.n)
		return -ENOMEM;
	return clear(t, iova, end, c) ? 0 : -ENOENT;
}

int
slpt_unmap(Slpt *t, iova_t iova, uint64_t len, SlChange *c)
{
	uint64_t *e = sl_near_page(t, iova, len);

	/* Most are one page in the table of the last change, which does not become
	 * empty. */
	if (!e || !*e || (*e & t->near.bits) != t->near.bits || *t->near.live < 2)
		return unmap_any(t, iova, iova + len, c);
	--*t->near.live;
	t->nbig -= t->near.big;
	sl_note(c, iova, iova + len);
	sl_store(t, e, 0);
	return 0;
}

bool
slpt_clear(Slpt *t, SlChange *c)
{
	return clear(t, 0, 1ull << SL_SHIFT(t->levels + 1), c);
}

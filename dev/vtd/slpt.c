/*
 * Second-level trees: birth, death, and where their pages are in between. See slpt.h.
 */
#include "dev/vtd/slpt.h"

#include "dev/vtd/ent.h"
#include "dev/vtd/mmio.h"
#include "dev/vtd/trace.h"

/* ---- entries ---- */

void
sl_link(const Slpt *t, const SlPath *p, uint32_t level, iova_t iova, uint64_t v)
{
	uint64_t *e = &p->e[level][SL_INDEX(iova, level)];

	TRACE(trace_level(level, iova & ~(SL_SPAN(level) - 1), e, v, 0, 1));
	sl_store(t, e, v);
}

void
sl_fill(const Slpt *t, uint64_t *e, uint64_t v, uint64_t step, uint32_t n)
{
	mem_fill64(e, v, step, n);
	if (t->fmt.flush)
		os_clflush(e, n * sizeof *e);
}

void
sl_near(Slpt *t, iova_t iova, uint32_t level, const SlPath *p)
{
	t->near.base = iova & ~(SL_SPAN(level + 1) - 1);
	t->near.shift = SL_SHIFT(level);
	t->near.step = SL_SPAN(level);
	t->near.big = level > t->fmt.floor;
	t->near.bits = t->fmt.leaf | FVAL(SL_PS, t->near.big);
	t->near.e = p->e[level];
	t->near.live = os_page_word(p->pa[level]);
}

uint32_t
sl_descend(const Slpt *t, iova_t iova, uint32_t level, SlPath *p)
{
	paddr_t table = t->root;

	for (uint32_t l = t->levels;; l--) {
		uint64_t *e = os_ptr(table);

		p->pa[l] = table;
		p->e[l] = e;
		if (l == level)
			return l;
		uint64_t v = e[SL_INDEX(iova, l)];
		if (!v || FGET(v, SL_PS))
			return l;
		table = FGET(v, SL_ADDR) << 12;
	}
}

/* ---- pages ---- */

static void
push(PageList *l, paddr_t pa)
{
	*os_page_word(pa) = l->head;
	l->head = (uint32_t)(pa >> 12);
	l->n++;
}

static paddr_t
pop(PageList *l)
{
	paddr_t pa = (paddr_t)l->head << 12;

	l->head = *os_page_word(pa);
	l->n--;
	return pa;
}

bool
sl_reserve(Slpt *t, uint32_t n)
{
	while (t->clean.n < n) {
		paddr_t pa = os_page_alloc();

		if (!pa)
			return false;
		if (t->fmt.flush)
			os_clflush(os_ptr(pa), 4096);
		push(&t->clean, pa);
	}
	return true;
}

paddr_t
sl_take(Slpt *t, uint32_t live)
{
	paddr_t pa = pop(&t->clean);

	*os_page_word(pa) = live;
	t->pages++;
	return pa;
}

void
sl_drop(Slpt *t, paddr_t pa)
{
	if (os_ptr(pa) == t->near.e)
		t->near.base = NOWHERE;
	t->pages--;
	push(&t->gone, pa);
}

/* A table that was unmapped is zeros already, one that was merged is not. */
static void
clean(Slpt *t, paddr_t pa)
{
	uint64_t *e = os_ptr(pa);

	if (t->clean.n >= SL_CLEAN) {
		os_page_free(pa);
		return;
	}
	if (e[0]) {
		TRACE(trace_level(0, 0, e, 0, 0, SL_ENTRIES));
		sl_fill(t, e, 0, 0, SL_ENTRIES);
	}
	push(&t->clean, pa);
}

void
slpt_sync(Slpt *t, bool confirmed)
{
	while (t->gone.n > 0) {
		paddr_t pa = pop(&t->gone);

		if (confirmed)
			clean(t, pa);
		else
			os_page_withhold(pa);
	}
}

/* ---- life ---- */

int
slpt_init(Slpt *t, const SlFormat *f, uint32_t levels, uint32_t quota)
{
	*t = (Slpt){ .fmt = *f, .levels = levels, .quota = quota, .near.base = NOWHERE };
	if (!sl_reserve(t, 1))
		return -ENOMEM;
	t->root = sl_take(t, 0);
	return 0;
}

static void
release(paddr_t pa, bool withhold)
{
	(withhold ? os_page_withhold : os_page_free)(pa);
}

static void
free_tables(const Slpt *t, paddr_t table, uint32_t level, bool withhold)
{
	const uint64_t *e = os_ptr(table);

	for (uint32_t i = 0; level > t->fmt.floor && i < SL_ENTRIES; i++)
		if (e[i] && !FGET(e[i], SL_PS))
			free_tables(t, FGET(e[i], SL_ADDR) << 12, level - 1, withhold);
	release(table, withhold);
}

void
slpt_free(Slpt *t, bool withhold)
{
	slpt_sync(t, !withhold);
	while (t->clean.n > 0)
		os_page_free(pop(&t->clean));
	if (t->root)
		free_tables(t, t->root, t->levels, withhold);
	t->root = 0;
}

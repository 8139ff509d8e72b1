/*
 * Second-level trees: birth, death, and where their pages are in between. See slpt.h.
 */
#include "dev/vtd/slpt.h"

#include "dev/vtd/ent.h"
#include "dev/vtd/mmio.h"
#include "dev/vtd/trace.h"

/* ---- entries ---- */

void
sl_fill(const Slpt *t, uint64_t *e, uint64_t v, uint64_t step, uint32_t n)
{
	mem_fill64(e, v, step, n);
	if (t->fmt.flush)
		os_clflush(e, n * sizeof *e);
}

void
sl_link(const Slpt *t, uint32_t level, iova_t iova, uint64_t v)
{
	sl_put(t, level, iova & ~(SL_SPAN(level) - 1),
		&t->path.e[level][SL_INDEX(iova, level)], v, 0, 1);
}

/* ---- the path ---- */

/* The path of an address ends with its table of this level. */
static void
path_end(Slpt *t, iova_t iova, uint32_t level)
{
	SlPath *p = &t->path;
	bool big = level != t->fmt.floor;

	p->level = level;
	p->shift = SL_SHIFT(level);
	p->base = iova & ~(SL_SPAN(level + 1) - 1);
	p->span = !big || t->fmt.big >> level & 1 ? SL_SPAN(level) : 0;
	p->bits = t->fmt.leaf | FVAL(SL_PS, big);
	p->big = big;
	p->last = p->e[level];
	p->live = os_page_word(p->pa[level]);
}

void
sl_enter(Slpt *t, iova_t iova, paddr_t table)
{
	SlPath *p = &t->path;
	uint32_t level = p->level - 1;

	p->pa[level] = table;
	p->e[level] = os_ptr(table);
	path_end(t, iova, level);
}

/*
 * Each table translates nine bits of an address. With four levels:
 *
 *   47        39 38        30 29        21 20        12 11            0
 *  +------------+------------+------------+------------+---------------+
 *  |  level 4   |  level 3   |  level 2   |  level 1   | offset in the |
 *  |   index    |   index    |   index    |   index    |     page      |
 *  +------------+------------+------------+------------+---------------+
 *
 * Two addresses that agree in all bits above those of a level have the same table of it,
 * so the walk begins at the lowest table that the old path and the new one have in
 * common.
 */
uint32_t
sl_descend(Slpt *t, iova_t iova, uint32_t level)
{
	SlPath *p = &t->path;
	uint32_t l = p->level > level ? p->level : level;

	while ((iova ^ p->base) >> SL_SHIFT(l + 1) != 0)
		l++;
	for (; l > level; l--) {
		uint64_t v = p->e[l][SL_INDEX(iova, l)];

		if (v == 0 || FGET(v, SL_PS))
			break;
		p->pa[l - 1] = FGET(v, SL_ADDR) << 12;
		p->e[l - 1] = os_ptr(p->pa[l - 1]);
	}
	path_end(t, iova, l);
	return l;
}

/* ---- pages ---- */

static void
list_push(PageList *l, paddr_t pa)
{
	*os_page_word(pa) = l->head;
	l->head = (uint32_t)(pa >> 12);
	l->n++;
}

static paddr_t
list_pop(PageList *l)
{
	paddr_t pa = (paddr_t)l->head << 12;

	l->head = *os_page_word(pa);
	l->n--;
	return pa;
}

bool
sl_get(Slpt *t, uint32_t n)
{
	while (t->clean.n < n) {
		paddr_t pa = os_page_alloc();

		if (!pa)
			return false;
		if (t->fmt.flush)
			os_clflush(os_ptr(pa), 4096);
		list_push(&t->clean, pa);
	}
	return true;
}

paddr_t
sl_take(Slpt *t, uint32_t live)
{
	paddr_t pa = list_pop(&t->clean);

	*os_page_word(pa) = live;
	t->pages++;
	return pa;
}

void
sl_drop(Slpt *t)
{
	SlPath *p = &t->path;

	t->pages--;
	list_push(&t->gone, p->pa[p->level]);
	path_end(t, p->base, p->level + 1);
}

/* A table that was unmapped is zeros already, one that was merged is not. */
static void
table_clean(Slpt *t, paddr_t pa)
{
	uint64_t *e = os_ptr(pa);

	if (t->clean.n >= SL_CLEAN) {
		os_page_free(pa);
		return;
	}
	if (e[0] != 0)
		sl_put(t, 0, 0, e, 0, 0, SL_ENTRIES);
	list_push(&t->clean, pa);
}

void
slpt_sync(Slpt *t, bool confirmed)
{
	while (t->gone.n > 0) {
		paddr_t pa = list_pop(&t->gone);

		if (confirmed)
			table_clean(t, pa);
		else
			os_page_withhold(pa);
	}
}

/* ---- life ---- */

int
slpt_init(Slpt *t, const SlFormat *f, uint32_t levels, uint32_t quota)
{
	*t = (Slpt){ .fmt = *f, .levels = levels, .quota = quota };
	if (!sl_reserve(t, 1))
		return -ENOMEM;
	t->root = sl_take(t, 0);
	t->path.level = levels + 1;
	sl_enter(t, 0, t->root);
	return 0;
}

static void
page_release(paddr_t pa, bool withhold)
{
	(withhold ? os_page_withhold : os_page_free)(pa);
}

static void
tables_free(const Slpt *t, paddr_t table, uint32_t level, bool withhold)
{
	const uint64_t *e = os_ptr(table);

	for (uint32_t i = 0; level > t->fmt.floor && i < SL_ENTRIES; i++)
		if (e[i] && !FGET(e[i], SL_PS))
			tables_free(t, FGET(e[i], SL_ADDR) << 12, level - 1, withhold);
	page_release(table, withhold);
}

void
slpt_free(Slpt *t, bool withhold)
{
	slpt_sync(t, !withhold);
	while (t->clean.n > 0)
		os_page_free(list_pop(&t->clean));
	if (t->root)
		tables_free(t, t->root, t->levels, withhold);
	t->root = 0;
}

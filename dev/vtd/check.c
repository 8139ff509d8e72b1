/*
 * Comparing what the hardware has with what the books say. What holds between operations
 * is looked for entry by entry, and what does not is reported under its number:
 *
 *	I1   each present context entry leads to the domain of its source, by its id
 *	I2   an entry that is not present is 0, and no entry hides faults
 *	I3   ids are in use, in range, not 0
 *	I5   table pages and large pages are as many as counted, entries as noted
 *	I7   registers are as last written, the queue is empty and without errors
 *	I11  nothing waits to be invalidated
 *	I13  an interrupt entry names its source
 *
 * Changes nothing. A unit that is not in use any more is not judged.
 */
#include "dev/vtd/irt.h"
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

static void
bad_add(VtdCheck *o, uint32_t invariant, const char *what, uint64_t at, uint64_t value)
{
	if (o->nbad < VTD_MAXBAD)
		o->bad[o->nbad] = (VtdBad){ invariant, what, at, value };
	o->nbad++;
}

static uint64_t
entry_address(const void *p, const void *page, paddr_t pa)
{
	return pa + (uint64_t)((const char *)p - (const char *)page);
}

/* ---- registers ---- */

/* What the status register says against what was switched, and the errors of the
 * queue. */
static void
check_status(const Unit *u, VtdCheck *o)
{
	const struct {
		uint32_t bit;
		bool want;
		const char *what;
	} flag[] = {
		{ FMASK(GCMD_TE), u->state == UNIT_ON,
			"translation is not as it was switched" },
		{ FMASK(GCMD_QIE), u->queued, "the queue is not as it was switched" },
		{ FMASK(GCMD_IRE), u->irt != 0,
			"interrupt remapping is not as it was switched" },
	};
	uint32_t gsts = mmio_read32(u->regs, GSTS_REG);
	uint32_t fsts = mmio_read32(u->regs, FSTS_REG);

	for (uint32_t i = 0; i < sizeof flag / sizeof flag[0]; i++)
		if (!(gsts & flag[i].bit) == flag[i].want)
			bad_add(o, 7, flag[i].what, GSTS_REG, gsts);
	if (u->irt && gsts & FMASK(GCMD_CFI))
		bad_add(o, 7, "interrupts of the old format pass", GSTS_REG, gsts);
	if (fsts & FSTS_QUEUE)
		bad_add(o, 7, "the queue has an error", FSTS_REG, fsts);
}

/* The root table and, where the queue is in use, its place, head and tail. */
static void
check_addresses(const Unit *u, VtdCheck *o)
{
	uint64_t root = mmio_read64(u->regs, RTADDR_REG);

	if (u->state == UNIT_ON && root != table_root(u))
		bad_add(o, 7, "another root table", RTADDR_REG, root);
	if (!u->queued)
		return;
	uint64_t base = mmio_read64(u->regs, IQA_REG);
	uint64_t head = mmio_read64(u->regs, IQH_REG),
		 tail = mmio_read64(u->regs, IQT_REG);

	if ((base & ~FMASK(IQA_DW)) != u->queue_pa) /* QEMU 7.2 does not give DW back */
		bad_add(o, 7, "another queue", IQA_REG, base);
	if (FGET(tail, IQ_INDEX) != u->qi_tail)
		bad_add(o, 7, "the queue's tail is not where it was put", IQT_REG, tail);
	if (head != tail)
		bad_add(o, 7, "the queue is not empty", IQH_REG, head);
}

/* ---- entries of a unit ---- */

/* The PASID entry that context entry e leads to in scalable mode. NULL: it leads to
 * none. */
static const Ent *
pasid_of(const Ent *e)
{
	paddr_t dir = EGET(*e, SM_DIR) << 12, table;

	if (!os_is_page(dir))
		return NULL;
	uint64_t d = *(const uint64_t *)os_ptr(dir);
	table = FGET(d, DIR_TABLE) << 12;
	return d == ent_directory(table) && os_is_page(table) ? os_ptr(table) : 0;
}

static void
check_id(const Unit *u, uint32_t id, paddr_t at, VtdCheck *o)
{
	if (id == 0 || !id_taken_locked(u, id))
		bad_add(o, 3, "a context entry uses an id that nobody has", at, id);
}

static void
check_pasid(const Unit *u, const Ent *e, paddr_t at, VtdCheck *o)
{
	const Ent *p = pasid_of(e);

	if (p == NULL || !EGET(*p, PASID_P)) {
		bad_add(o, 2, "a context entry leads to no PASID entry", at, e->lo);
		return;
	}
	if (EGET(*p, PASID_FPD))
		bad_add(o, 2, "a PASID entry hides faults", at, p->lo);
	check_id(u, (uint32_t)EGET(*p, PASID_DID), at, o);
}

/* Of the words that an Ent does not show, in scalable mode. */
static bool
empty_behind(const Unit *u, const Ent *e)
{
	return u->lim.mode == VTD_LEGACY || (e[0].hi | e[1].lo | e[1].hi) == 0;
}

/* One context entry, at `at`. What it leads to must be a domain's, and an absent one is
 * 0. */
static void
check_context(const Unit *u, const Ent *e, paddr_t at, VtdCheck *o)
{
	if (EGET(*e, CTX_FPD))
		bad_add(o, 2, "a context entry hides faults", at, e->lo);
	if (!EGET(*e, CTX_P)) {
		if (e->lo || e->hi || !empty_behind(u, e))
			bad_add(o, 2, "a context entry that is not present is not 0", at,
				e->lo | e->hi);
		return;
	}
	o->contexts++;
	if (!empty_behind(u, e))
		bad_add(o, 2, "a context entry has more than a directory", at, e->hi);
	if (u->lim.mode != VTD_LEGACY)
		check_pasid(u, e, at, o);
	else
		check_id(u, (uint32_t)EGET(*e, CTX_DID), at, o);
}

/* A root entry, or in scalable mode half of one. */
static void
check_table(const Unit *u, uint64_t r, paddr_t at, VtdCheck *o)
{
	paddr_t table = FGET(r, ROOT_CTP) << 12;
	uint32_t step = table_step(u);

	if (!FGET(r, ROOT_P)) {
		if (r)
			bad_add(o, 2, "a root entry that is not present is not 0", at, r);
		return;
	}
	if (r & FMASK(11, 1) || !os_is_page(table)) {
		bad_add(o, 2, "a root entry leads nowhere", at, r);
		return;
	}
	const Ent *c = os_ptr(table);
	for (uint32_t i = 0; i < ENTRIES; i += step)
		check_context(u, &c[i], table + i * sizeof *c, o);
}

static void
check_bus(const Unit *u, uint32_t bus, VtdCheck *o)
{
	const Ent *r = &u->root[bus];
	paddr_t at = entry_address(r, u->root, u->root_pa);

	check_table(u, r->lo, at, o);
	if (u->lim.mode != VTD_LEGACY)
		check_table(u, r->hi, at + 8, o);
	else if (r->hi)
		bad_add(o, 2, "a root entry leads nowhere", at, r->hi);
}

/* Every entry of the interrupt table: each serves one source, and they are as many as
 * counted. */
static void
check_irqs(const Unit *u, VtdCheck *o)
{
	uint32_t n = 0;

	for (uint32_t i = 0; u->irt && i < IRT_ENTRIES; i++) {
		Ent e = u->irt[i];

		if (!EGET(e, IRTE_P)) {
			if (e.lo)
				bad_add(o, 2,
					"an interrupt entry that is not present is not 0",
					i, e.lo);
			continue;
		}
		n++;
		if (EGET(e, IRTE_SVT) == 0 || EGET(e, IRTE_SQ) != 0)
			bad_add(o, 13, "an interrupt entry serves any source", i, e.hi);
		if (EGET(e, IRTE_FPD))
			bad_add(o, 2, "an interrupt entry hides faults", i, e.lo);
	}
	o->irqs += n;
	if (n != u->nirq)
		bad_add(o, 13, "interrupt entries are not as many as counted", n,
			u->nirq);
}

void
unit_check(Unit *u, VtdCheck *o)
{
	*o = (VtdCheck){ 0 };
	for (uint32_t bus = 0; bus < ENTRIES; bus++) { /* the lock is not held for long */
		os_lock(u->lock);
		if (u->state == UNIT_OFF || u->state == UNIT_ON)
			check_bus(u, bus, o);
		os_unlock(u->lock);
	}
	os_lock(u->lock);
	if (u->state == UNIT_OFF || u->state == UNIT_ON) {
		check_status(u, o);
		check_addresses(u, o);
		check_irqs(u, o);
		if (o->contexts != u->nsource)
			bad_add(o, 1, "context entries are not as many as counted",
				o->contexts, u->nsource);
	}
	os_unlock(u->lock);
}

bool
unit_next_source(Unit *u, uint32_t *sid)
{
	bool found = false;

	os_lock(u->lock);
	while (u->root && *sid < ENTRIES * ENTRIES && !found) {
		const Ent *e = table_slot_locked(u, (uint16_t)*sid);

		if (e == NULL)
			*sid = (*sid | (ENTRIES - 1)) + 1;
		else if (EGET(*e, CTX_P))
			found = true;
		else
			++*sid;
	}
	os_unlock(u->lock);
	return found;
}

/* ---- domains ---- */

/* d's root in the form u wants; 0: it passes. */
static paddr_t
top_of(const Domain *d, const Unit *u)
{
	uint32_t above = u->lim.levels - d->levels;

	if (d->kind == DOMAIN_PASSTHROUGH)
		return 0;
	return above ? d->upper[above - 1] : d->top;
}

/* source_misses_locked in scalable mode, where the PASID entry behind e counts. */
static const char *
misses_pasid(const Domain *d, const Unit *u, const Ent *e)
{
	const DomainUnit *use = &d->use[u->index];
	Pasid want = pasid_entry(d, u, top_of(d, u));
	const Ent *p = pasid_of(e);

	if (EGET(*e, SM_DIR) << 12 != use->dir || p == NULL || p != os_ptr(use->pasid))
		return "a context entry with another directory";
	if (EGET(*p, PASID_DID) != use->did)
		return "a PASID entry with another id";
	EPUT(want.e, PASID_DID, use->did);
	if (p->lo != want.e.lo || p->hi != want.e.hi || p[1].lo != want.first)
		return "a PASID entry of another kind";
	return NULL;
}

/* How the context entry of sid differs from what d must have on u, as words; NULL: it
 * leads to d. */
static const char *
source_misses_locked(const Domain *d, const Unit *u, uint16_t sid)
{
	bool pass = d->kind == DOMAIN_PASSTHROUGH;
	uint32_t levels = pass ? u->lim.most : u->lim.levels;
	uint32_t type = pass ? TT_PASS : d->tlb.unit == u ? TT_DEVICE : TT_TABLES;
	const Ent *e = table_slot_locked(u, sid);

	if (e == NULL || !EGET(*e, CTX_P))
		return "no context entry";
	if (u->lim.mode != VTD_LEGACY)
		return misses_pasid(d, u, e);
	if (EGET(*e, CTX_DID) != d->use[u->index].did)
		return "a context entry with another id";
	if (EGET(*e, CTX_SLPT) << 12 != top_of(d, u))
		return "a context entry with another table";
	if (EGET(*e, CTX_AW) + 2 != levels || EGET(*e, CTX_TT) != type)
		return "a context entry of another kind";
	return NULL;
}

const char *
domain_misses(const Domain *d, Unit *u, uint16_t sid)
{
	os_lock(u->lock);
	const char *what = source_misses_locked(d, u, sid);
	os_unlock(u->lock);
	return what;
}

typedef struct Visit {
	bool (*fn)(void *arg, const DomainEntry *e);
	void *arg;
} Visit;

/* Calls fn for each entry of the table that is not 0, and goes down into tables for which
 * it returns true. `base` is the first address that the table translates. */
static void
table_visit(const Visit *v, paddr_t table, uint32_t level, iova_t base)
{
	const uint64_t *p = os_ptr(table);

	for (uint32_t i = 0; i < SL_ENTRIES; i++) {
		DomainEntry e = { .iova = base | (iova_t)i << SL_SHIFT(level),
			.level = level,
			.at = table + 8 * i,
			.value = __atomic_load_n(&p[i], __ATOMIC_RELAXED) };
		VtdPageEntry to;

		if (e.value == 0)
			continue;
		vtd_page_entry(e.value, level, &to);
		e.size = to.size;
		e.to = to.to;
		e.page = to.page;
		if (v->fn(v->arg, &e) && !e.page && os_is_page(e.to))
			table_visit(v, e.to, level - 1, e.iova);
	}
}

void
domain_visit(const Domain *d, bool (*fn)(void *arg, const DomainEntry *e), void *arg)
{
	if (d->top)
		table_visit(&(Visit){ fn, arg }, d->top, d->levels, 0);
}

/* Our own tables, counted. */
typedef struct Tally {
	const Slpt *t;
	VtdCheck *o;
	uint32_t pages, big;
} Tally;

/* Counts tables and large pages below `table`, and holds the entries in each against
 * its page's word. It ends when there are more tables than d has, since then one is in
 * twice. */
static void
tables_tally(Tally *c, paddr_t table, uint32_t level)
{
	const uint64_t *e = os_ptr(table);
	uint32_t live = 0;

	if (++c->pages > c->t->pages)
		return; /* more than there can be: a table is in twice */
	for (uint32_t i = 0; i < SL_ENTRIES; i++) {
		live += e[i] != 0;
		if (level > 1 && level <= 3 && FGET(e[i], SL_PS))
			c->big++;
		else if (e[i] && level > c->t->fmt.floor &&
			os_is_page(FGET(e[i], SL_ADDR) << 12))
			tables_tally(c, FGET(e[i], SL_ADDR) << 12, level - 1);
	}
	if (*os_page_word(table) != live)
		bad_add(c->o, 5, "entries of a table are not as many as noted", table,
			live);
}

static void
check_use(const Domain *d, Unit *u, VtdCheck *o)
{
	os_lock(u->lock);
	const DomainUnit *use = &d->use[u->index];
	bool taken = use->did == 0 || id_taken_locked(u, use->did);
	bool lost = use->lost && u->state != UNIT_BROKEN;
	uint32_t did = use->did;
	os_unlock(u->lock);
	if (!taken)
		bad_add(o, 3, "its id is not in use", u->index, did);
	if (lost)
		bad_add(o, 11, "an invalidation was not confirmed", u->index, did);
}

void
domain_check(const Domain *d, VtdCheck *o)
{
	Tally c = { .t = &d->tables, .o = o };

	*o = (VtdCheck){ 0 };
	for (uint32_t i = 0; i < d->nunit; i++)
		check_use(d, vtd_unit(i), o);
	if (d->pending.lo < d->pending.hi || d->tables.gone.n > 0)
		bad_add(o, 11, "changed and not invalidated", d->pending.lo,
			d->tables.gone.n);
	if (!d->tables.root)
		return;
	tables_tally(&c, d->tables.root, d->tables.levels);
	o->tables = c.pages;
	if (c.pages != d->tables.pages)
		bad_add(o, 5, "tables are not as many as counted", c.pages,
			d->tables.pages);
	else if (c.big != d->tables.nbig)
		bad_add(o, 5, "large pages are not as many as counted", c.big,
			d->tables.nbig);
}

/*
 * #vtd/check: the tables of all units against who owns what, invariant by invariant,
 * numbered as in user/man/vtd.md. What only the core can see, it judges itself
 * (dev/vtd/check.c). Checked here are functions, the frames that tables and pages are
 * made of, and the machine. Nothing is changed.
 *
 *	ok units 1 functions 9 domains 1 contexts 1 interrupts 1 tables 9 pages 345
 *
 *	I4 domain 0:2 address 0x400000 value 0x1234027: not a page of a process
 *	violations 1
 *
 * Locks: assign_lock, so that nobody comes or goes; owner_lock_tables while the tables of
 * an owner are walked.
 */

#include "dev/assign/assigned.h"
#include "dev/assign/boot.h"
#include "dev/assign/owner.h"
#include "dev/vtd/inspect.h"
#include "kern/canary.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/param.h"
#include "kern/string.h"

#define SHOWN      64         /* lines; the rest is counted */
#define MAXTABLES  (1u << 20) /* of one domain: more is a cycle */
#define TABLE_BITS (DOMAIN_R | DOMAIN_W)

typedef struct Report {
	Text *t;
	uint bad;
	uint functions, domains, contexts, irqs, tables;
	uint64_t pages;
} Report;

/* ---- the report ---- */

/* Counts a violation and begins its line, which the caller ends. False: there are SHOWN
 * lines already. */
static bool
report_begin(Report *r, uint invariant)
{
	if (++r->bad > SHOWN)
		return false;
	text_printf(r->t, "I%u ", invariant);
	return true;
}

static void
report_fn(Report *r, uint invariant, const AssignedFn *f, const char *what)
{
	if (report_begin(r, invariant))
		text_printf(r->t, "function %s: %s\n", f->name, what);
}

/* Adds what the core found; each line begins with `whose` and i. */
static void
report_core(Report *r, const VtdCheck *c, const char *whose, uint i)
{
	for (uint k = 0; k < c->nbad && k < VTD_MAXBAD; k++)
		if (report_begin(r, c->bad[k].invariant))
			text_printf(r->t, "%s %u at 0x%lx value 0x%lx: %s\n", whose, i,
				c->bad[k].at, c->bad[k].value, c->bad[k].what);
	if (c->nbad > VTD_MAXBAD)
		r->bad += c->nbad - VTD_MAXBAD;
	r->contexts += c->contexts;
	r->irqs += c->irqs;
}

/* ---- functions: I1, I8, I12, I13, I14 ---- */

/* Whether a function behind u with published entries answers to sid. */
static bool
source_is_known(const Unit *u, uint sid) REQUIRES(assign_lock)
{
	for (const AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f))
		if (f->published && f->unit == u &&
			fn_answers(f, BDF_SEG(f->pci->bdf), (uint16_t)sid))
			return true;
	return false;
}

static void
check_unit(Report *r, uint i) REQUIRES(assign_lock)
{
	Unit *u = vtd_unit(i);
	VtdCheck c;

	unit_check(u, &c);
	report_core(r, &c, "unit", i);
	for (uint sid = 0; unit_next_source(u, &sid); sid++)
		if (!source_is_known(u, sid) && report_begin(r, 1))
			text_printf(r->t,
				"unit %u source 0x%x: a context entry that is nobody's\n",
				i, sid);
}

static void
check_interrupt(Report *r, const AssignedFn *f) REQUIRES(assign_lock)
{
	uint16_t sid;
	VtdIrq q;

	if (!f->remapped)
		return;
	pci_message_source(f->pci, &sid);
	if (!unit_irq_at(f->unit, f->irte, &q) || !vtd_irq_allows(&q, sid))
		report_fn(r, 13, f, "its interrupt entry does not serve it");
}

static void
check_windows(Report *r, const AssignedFn *f) REQUIRES(assign_lock)
{
	for (const AssignedFn *g = fn_next(NULL); g != NULL; g = fn_next(g))
		if (g->owner != NULL && g->owner->as != NULL && g->owner != f->owner &&
			aspace_has_regs(g->owner->as, f->pci)) {
			report_fn(r, 12, f,
				"its registers are in a process that does not own it");
			return;
		}
}

static void
check_published(Report *r, const AssignedFn *f) REQUIRES(assign_lock)
{
	const char *what = NULL;

	for (uint i = 0; i < f->pci->nsid && what == NULL; i++)
		what = domain_misses(f->owner->domain, f->unit, f->pci->sid[i]);
	if (what != NULL)
		report_fn(r, 1, f, what);
}

/* I1, I12 and I13 for what is published; I8 and I14 for endpoints that answer. */
static void
check_function(Report *r, const AssignedFn *f) REQUIRES(assign_lock)
{
	const PciFn *p = f->pci;
	FnState state = assign_state(p);

	r->functions++;
	if (f->published && f->owner != NULL)
		check_published(r, f);
	check_interrupt(r, f);
	check_windows(r, f);
	if (p->kind != PCI_ENDPOINT || !pci_present(p))
		return;
	if ((state == FN_BLOCKED || state == FN_SUSPENDED) && pci_is_busmaster(p))
		report_fn(r, 8, f, "masters the bus");
	if (state == FN_BLOCKED && !pci_interrupts_are_off(p))
		report_fn(r, 8, f, "can interrupt");
	if (!(f->owner != NULL && f->owner->ats) && !pci_ats_is_off(p))
		report_fn(r, 14, f, "translates by itself: ATS, PRI or PASID is on");
}

/* ---- domains: I3, I4, I5, I15, I16 ---- */

typedef struct Tree {
	Report *r;
	const Owner *owner;
	uint id;      /* the domain's, on the first unit that has it */
	bool process; /* these are a process's own tables */
} Tree;

static void
report_entry(const Tree *w, uint invariant, const DomainEntry *e, const char *what)
{
	if (report_begin(w->r, invariant))
		text_printf(w->r->t, "domain %u level %u address 0x%lx value 0x%lx: %s\n",
			w->id, e->level, e->iova, e->value, what);
}

/* A page that a device reaches must be memory of its process, and in mode guest what the
 * process mapped there, with these rights. */
static void
check_page(const Tree *w, const DomainEntry *e)
{
	const Mode *mode = w->owner->mode;

	w->r->pages += e->size / PAGE_SIZE;
	if (w->owner->proc == NULL && e->to == e->iova)
		return; /* an identity, or memory that firmware reserved for the device */
	if (page_kind(e->to) == PAGE_NONE ||
		page_kind(e->to + e->size - PAGE_SIZE) == PAGE_NONE)
		report_entry(w, 16, e, "not memory");
	else if (w->owner->proc != NULL &&
		(page_kind(e->to) != PAGE_USER || page_refs(e->to) == 0))
		report_entry(w, 4, e, "not a page of a process");
	else if (mode->shows != NULL &&
		!mode->shows(w->owner, e->iova, e->to, e->value & TABLE_BITS))
		report_entry(w, 4, e, "not what its owner mapped there");
	if (w->owner->ro && e->level == 1 && mode->shows != NULL && e->value & DOMAIN_W)
		report_entry(w, 4, e, "can be written though it is attached read-only");
}

/* Called for each entry that is not 0 of the tables of one domain; false: what it leads
 * to is not looked at. I15: it is present. I5: it leads to a table. */
static bool
check_entry(void *arg, const DomainEntry *e)
{
	const Tree *w = arg;

	if (!(e->value & TABLE_BITS) || (w->process && !(e->value & DOMAIN_R))) {
		report_entry(w, 15, e, "an entry that is not present is not 0");
		return false;
	}
	if (e->page) {
		check_page(w, e);
		return false;
	}
	if (page_kind(e->to) != PAGE_TABLE || page_refs(e->to) == 0) {
		report_entry(w, 5, e, "leads to what is not a table");
		return false;
	}
	return ++w->r->tables < MAXTABLES;
}

static uint
domain_any_id(const Domain *d)
{
	uint id = 0;

	for (uint i = 0; i < vtd_nunit() && id == 0; i++)
		id = domain_id(d, vtd_unit(i));
	return id;
}

/* I3: no other owner's domain has an id of f's domain. */
static void
check_ids(Report *r, const AssignedFn *f) REQUIRES(assign_lock)
{
	for (const AssignedFn *g = fn_next(NULL); g != f; g = fn_next(g))
		for (uint i = 0;
			g->owner != NULL && g->owner != f->owner && i < vtd_nunit();
			i++) {
			uint id = domain_id(f->owner->domain, vtd_unit(i));

			if (id != 0 && id == domain_id(g->owner->domain, vtd_unit(i)))
				report_fn(r, 3, f, "its domain has the id of another");
		}
}

static void
check_domain(Report *r, const AssignedFn *f) REQUIRES(assign_lock)
{
	Owner *o = f->owner;
	Tree w = { .r = r,
		.owner = o,
		.id = domain_any_id(o->domain),
		.process = o->proc != NULL && o->mode->shows == NULL };
	VtdCheck c;

	r->domains++;
	check_ids(r, f);
	owner_lock_tables(o);
	domain_check(o->domain, &c);
	report_core(r, &c, "domain", w.id);
	domain_visit(o->domain, check_entry, &w);
	owner_unlock_tables(o);
}

/* ---- the machine: I6, I9, I10 ---- */

static void
check_machine(Report *r)
{
	PageStat s = page_stat();
	paddr_t poisoned = page_check_poison(), canary = canary_check();

	if (s.free + s.kernel + s.user + s.table + s.withheld != s.total &&
		report_begin(r, 6))
		text_printf(r->t, "machine: %zu frames are not accounted for\n",
			s.total - s.free - s.kernel - s.user - s.table - s.withheld);
	if (poisoned != 0 && report_begin(r, 9))
		text_printf(r->t, "machine at 0x%lx: a free frame was written to\n",
			poisoned);
	if (canary != 0 && report_begin(r, 10))
		text_printf(r->t, "machine at 0x%lx: a canary was written to\n", canary);
}

/* All but the machine: units, functions and domains. */
static void
check_owned(Report *r) REQUIRES(assign_lock)
{
	for (uint i = 0; i < vtd_nunit(); i++)
		check_unit(r, i);
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f)) {
		check_function(r, f);
		if (fn_is_first(f))
			check_domain(r, f);
	}
}

static void
put_verdict(const Report *r)
{
	if (r->bad > 0) {
		text_printf(r->t, "violations %u\n", r->bad);
		return;
	}
	text_printf(r->t, "ok units %u functions %u domains %u contexts %u", vtd_nunit(),
		r->functions, r->domains, r->contexts);
	text_printf(r->t, " interrupts %u tables %u pages %lu\n", r->irqs, r->tables,
		r->pages);
}

/* The machine is looked at last and without assign_lock, because that takes longest. */
void
assign_check(Text *t)
{
	Report r = { .t = t };

	assign_begin();
	check_owned(&r);
	assign_end(NULL);
	check_machine(&r);
	put_verdict(&r);
}

/* ---- after every operation, when boot parameter iommu.check says so ---- */

/* Prints the first violation there is after the operation `what`. */
static void
check_after(const char *what) REQUIRES(assign_lock)
{
	Text t = { 0 };
	Report r = { .t = &t };

	check_owned(&r);
	check_machine(&r);
	if (r.bad > 0 && !t.failed) {
		*strchr(t.s, '\n') = 0;
		kprint("iommu.check: after %s: %s\n", what, t.s);
	}
	text_free(&t);
}

void
bookcheck_init(void)
{
	if (param_is("iommu.check", "on"))
		assign_on_end(check_after);
}

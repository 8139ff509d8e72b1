/*
 * Domains and the context entries that lead to them. An id per unit, taken at the first
 * attach and kept until domain_free, so that a unit never sees one id with two tables.
 * Tables have as many levels as the unit with the fewest; for others there are at most
 * two pages above them.
 *
 * Locks: use[i] is guarded by unit i's lock, upper[] is set once, atomically, tables
 * change one caller at a time. An operation that fails leaves nothing behind; after
 * -ETIMEDOUT the unit is BROKEN and entries are not present, but the unit may hold old
 * ones: pages and ids it knew are withheld.
 */
#include "dev/vtd/slwalk.h"
#include "dev/vtd/vtd.h"

#define SHARED_LEVELS 3 /* what a CPU's page-directory-pointer page is the top of */
#define SHARED_WIDTH  39

/* Of tables of ours down to `floor`, in the mode the units are in. In first-stage tables
 * what a unit would set is set, so that it never writes them. */
static SlFormat
format(uint32_t floor)
{
	Common c = vtd_common();
	bool first = c.mode == VTD_FIRST,
	     pages = floor == 1; /* else: tables of somebody else's */
	uint64_t user = FMASK(FL_US) | FMASK(FL_A);
	SlFormat f = { .floor = floor, .flush = !c.coherent };

	f.link = (first ? user : 0) | DOMAIN_R | DOMAIN_W;
	f.leaf = first ? user : 0;
	if (pages) {
		f.leaf |= first ? FMASK(FL_D) : c.snoop ? FMASK(SL_SNP) : 0;
		f.big = c.big & ((2u << vtd_pages()) - 1);
	}
	return f;
}

Domain *
domain_make(DomainKind kind)
{
	uint32_t n = vtd_nunit();
	Domain *d = os_alloc(sizeof *d + n * sizeof d->use[0]);

	if (!d)
		return NULL;
	d->kind = kind;
	d->nunit = n;
	for (uint32_t i = 0; i < n; i++)
		d->use[i].unit = vtd_unit(i);
	d->link = format(SHARED_LEVELS).link;
	d->grants = DOMAIN_R | DOMAIN_W;
	if (vtd_common().mode == VTD_FIRST) {
		d->grants = DOMAIN_R;
		d->must = FMASK(FL_P) | FMASK(FL_US);
	}
	d->pending = SL_UNCHANGED;
	d->flush_on_add = vtd_common().flush_on_add;
	d->memory = 1ull << vtd_common().haw;
	return d;
}

int
domain_make_tables(DomainKind kind, uint32_t levels, uint32_t floor, uint32_t quota,
	Domain **out)
{
	SlFormat f = format(floor);
	Domain *d = domain_make(kind);

	if (!d)
		return -ENOMEM;
	if (slpt_init(&d->tables, &f, levels, quota) != 0) {
		os_free(d);
		return -ENOMEM;
	}
	d->top = d->tables.root;
	d->levels = levels;
	d->width = vtd_common().width;
	d->size = 1ull << d->width;
	*out = d;
	return 0;
}

static int
make_mirror(DomainKind kind, paddr_t pdpt, uint32_t rights, uint32_t floor, Domain **out)
{
	int err = domain_make_tables(kind, SHARED_LEVELS, floor, SL_ENTRIES + 1, out);

	if (err)
		return err;
	(*out)->pdpt = pdpt;
	(*out)->rights = rights;
	(*out)->width = SHARED_WIDTH;
	return 0;
}

int
domain_new_shared(paddr_t pdpt, uint32_t rights, Domain **out)
{
	Domain *d;

	if (rights != (DOMAIN_R | DOMAIN_W))
		return make_mirror(DOMAIN_SHARED, pdpt, rights, SHARED_LEVELS, out);
	if ((d = domain_make(DOMAIN_SHARED)) == NULL)
		return -ENOMEM;
	d->top = d->pdpt = pdpt;
	d->levels = SHARED_LEVELS;
	d->width = SHARED_WIDTH;
	*out = d;
	return 0;
}

int
domain_new_private(paddr_t pdpt, uint32_t rights, Domain **out)
{
	return make_mirror(DOMAIN_PRIVATE, pdpt, rights, SHARED_LEVELS - 1, out);
}

int
domain_new_mapped(uint32_t quota, Domain **out)
{
	Common c = vtd_common();

	return domain_make_tables(DOMAIN_MAPPED, c.levels, 1, quota, out);
}

DomainKind
domain_kind(const Domain *d)
{
	return d->kind;
}

/* Gives d's id on u back. True: no unit can reach d's pages through u. */
static bool
leave(Domain *d, Unit *u)
{
	DomainUnit *use = &d->use[u->index];
	bool clean = true;

	os_lock(u->lock);
	if (use->did != 0) {
		clean = u->state != UNIT_BROKEN && use->nsource == 0;
		if (clean)
			id_give_locked(u, use->did);
		use->did = 0;
	}
	os_unlock(u->lock);
	pasid_free(use->dir, use->pasid, !clean);
	return clean;
}

void
domain_free(Domain *d)
{
	bool clean = true;

	for (uint32_t i = 0; i < d->nunit; i++)
		clean &= leave(d, vtd_unit(i));
	for (uint32_t i = 0; i < MAXUPPER; i++)
		if (d->upper[i])
			(clean ? os_page_free : os_page_withhold)(d->upper[i]);
	if (d->tables.root)
		slpt_free(&d->tables, !clean);
	os_free(d);
}

/* The page with one entry that leads to `below`, made when it is first needed. */
static paddr_t
upper_table(const Domain *d, paddr_t *at, paddr_t below)
{
	paddr_t page, none = 0;
	bool flush = !vtd_coherent();

	if (*at)
		return *at;
	if ((page = table_page(flush)) == 0)
		return 0;
	TRACE(trace_above(os_ptr(page), below | d->link));
	mem_store64(os_ptr(page), below | d->link, flush);
	if (__atomic_compare_exchange_n(at, &none, page, false, __ATOMIC_ACQ_REL,
		    __ATOMIC_ACQUIRE))
		return page;
	os_page_free(page);
	return none;
}

/* The root of d's tables in the form u wants; 0: no memory. */
static paddr_t
domain_top(Domain *d, const Unit *u)
{
	paddr_t top = d->top;

	for (uint32_t i = 0; top && i + d->levels < u->lim.levels; i++)
		top = upper_table(d, &d->upper[i], top);
	return top;
}

/* What is to lead to a domain on a unit, still without an id. */
typedef struct NewContext {
	Ent ctx;         /* legacy mode */
	Pasid pasid;     /* scalable mode; */
	paddr_t page[2]; /* and where to put it, if it is not there yet */
} NewContext;

static int
prepare(Domain *d, Unit *u, NewContext *w)
{
	bool pass = d->kind == DOMAIN_PASSTHROUGH;
	paddr_t top = pass ? 0 : domain_top(d, u);

	*w = (NewContext){ 0 };
	if (pass && !u->lim.pass)
		return -ENOTSUP;
	if (!pass && !top)
		return -ENOMEM;
	if (u->lim.mode == VTD_LEGACY) {
		w->ctx = pass ? ent_pass(u->lim.most, 0)
			      : ent_context(top, u->lim.levels, 0);
		if (d->tlb.unit == u)
			EPUT(w->ctx, CTX_TT, TT_DEVICE);
		return 0;
	}
	w->pasid = pasid_entry(d, u, top);
	os_lock(u->lock);
	bool there = d->use[u->index].dir != 0;
	os_unlock(u->lock);
	return there ? 0 : pasid_reserve(u, w->page);
}

/* The context entry itself. */
static Ent
lead_locked(const Unit *u, DomainUnit *use, NewContext *w)
{
	if (u->lim.mode == VTD_LEGACY) {
		EPUT(w->ctx, CTX_DID, use->did);
		return w->ctx;
	}
	if (use->dir == 0)
		pasid_open_locked(u, use, &w->pasid, w->page);
	return ent_context2(use->dir);
}

/* Does e, which is present, lead there? */
static bool
leads(const Unit *u, const DomainUnit *use, Ent e)
{
	if (use->did == 0)
		return false;
	return u->lim.mode == VTD_LEGACY ? EGET(e, CTX_DID) == use->did
					 : EGET(e, SM_DIR) << 12 == use->dir;
}

static Ent *
present_locked(const Unit *u, uint16_t sid)
{
	Ent *e = table_slot_locked(u, sid);

	return e && EGET(*e, CTX_P) ? e : NULL;
}

static void
clear_locked(Unit *u, DomainUnit *use, const uint16_t *sid, uint32_t nsid)
{
	for (uint32_t i = 0; i < nsid; i++) {
		Ent *e = present_locked(u, sid[i]);
		if (!e)
			continue; /* named twice */
		ent_unpublish(e, !u->lim.coherent);
		use->nsource--;
		u->nsource--;
	}
}

static int
publish_locked(Unit *u, DomainUnit *use, Ent ctx, const uint16_t *sid, uint32_t nsid)
{
	for (uint32_t i = 0; i < nsid; i++) {
		Ent *e = table_slot_locked(u, sid[i]);
		if (EGET(*e, CTX_P))
			continue; /* named twice */
		ent_publish(e, ctx, !u->lim.coherent);
		use->nsource++;
		u->nsource++;
	}
	int err = unit_invalidate_locked(u,
		&(Change){ .kind = CHANGE_CONTEXT_ADDED,
			.did = (uint16_t)use->did,
			.sid = sid,
			.nsid = nsid });
	if (err) {
		clear_locked(u, use, sid, nsid);
		use->lost = true;
	}
	return err;
}

static int
attach_locked(Unit *u, DomainUnit *use, bool alone, NewContext *w, const uint16_t *sid,
	uint32_t nsid)
{
	if (u->state == UNIT_BROKEN)
		return -ETIMEDOUT;
	if (alone && use->nsource > 0)
		return -EBUSY;
	for (uint32_t i = 0; i < nsid; i++)
		if (present_locked(u, sid[i]))
			return -EBUSY;
	if (use->did == 0 && (use->did = id_take_locked(u)) == 0)
		return -ENOSPC;
	return publish_locked(u, use, lead_locked(u, use, w), sid, nsid);
}

int
domain_attach(Domain *d, Unit *u, const uint16_t *sid, uint32_t nsid)
{
	NewContext way;
	int err;

	if (unit_state(u) == UNIT_UNUSABLE)
		return -ENODEV;
	if (nsid == 0)
		return -EINVAL;
	if (d->tlb.unit && d->tlb.unit != u)
		return -EBUSY;
	err = prepare(d, u, &way);
	for (uint32_t i = 0; i < nsid && !err; i++)
		err = table_bus(u, (uint8_t)(sid[i] >> 8));
	if (!err) {
		os_lock(u->lock);
		err = attach_locked(u, &d->use[u->index], d->tlb.unit != NULL, &way, sid,
			nsid);
		os_unlock(u->lock);
		unit_report(u);
	}
	pasid_free(way.page[0], way.page[1], false);
	return err;
}

static int
detach_locked(Unit *u, DomainUnit *use, const uint16_t *sid, uint32_t nsid)
{
	for (uint32_t i = 0; i < nsid; i++) {
		Ent *e = present_locked(u, sid[i]);
		if (!e || !leads(u, use, *e))
			return -ENODEV;
	}
	clear_locked(u, use, sid, nsid);
	int err = unit_invalidate_locked(u,
		&(Change){ .kind = CHANGE_CONTEXT_REMOVED,
			.did = (uint16_t)use->did,
			.sid = sid,
			.nsid = nsid });
	use->lost |= err != 0;
	for (uint32_t i = 0; i < nsid && !err; i++)
		ent_wipe(table_slot_locked(u, sid[i]), !u->lim.coherent);
	return err;
}

int
domain_detach(Domain *d, Unit *u, const uint16_t *sid, uint32_t nsid)
{
	if (unit_state(u) == UNIT_UNUSABLE || nsid == 0)
		return -ENODEV;
	os_lock(u->lock);
	int err = detach_locked(u, &d->use[u->index], sid, nsid);
	os_unlock(u->lock);
	unit_report(u);
	int late = err == -ENODEV ? 0 : domain_tlb_off(d); /* last: VT-d 6.2.2.1 */
	return err ? err : late;
}

static inline int
tell(const DomainUnit *use, Change *c)
{
	Unit *u = use->unit;
	int err;

	os_lock(u->lock);
	c->did = (uint16_t)use->did;
	err = use->nsource > 0 ? unit_invalidate_locked(u, c)
		: use->lost    ? -ETIMEDOUT
			       : 0;
	os_unlock(u->lock);
	if (err)
		unit_report(u);
	return err;
}

int
domain_invalidate(Domain *d, Change *c)
{
	int first = 0;

	const DomainUnit *end = d->use + d->nunit;

	for (const DomainUnit *use = d->use; use < end; use++) {
		int err = tell(use, c);

		if (err != 0 && first == 0)
			first = err;
	}
	if (d->tlb.unit && c->kind != CHANGE_PAGES_ADDED) {
		int err = devtlb_flush(d, c->iova, c->len);
		if (!first)
			first = err;
	}
	return first;
}

int
domain_flush(Domain *d, iova_t iova, uint64_t len, bool tables)
{
	int err;

	d->nunmap++;
	if (d->pdpt && d->tables.root)
		tables |= shadow_drop(d, iova, len);
	err = domain_invalidate(d,
		&(Change){ .kind = tables ? CHANGE_TABLES_REMOVED : CHANGE_PAGES_REMOVED,
			.iova = iova,
			.len = len });
	slpt_sync(&d->tables, err == 0);
	return err;
}

int
domain_added(Domain *d, iova_t iova, uint64_t len)
{
	int err = d->pdpt && d->tables.root ? shadow_show(d, iova, len) : 0;

	d->nmap++;
	if (err || !d->flush_on_add)
		return err;
	return domain_invalidate(d,
		&(Change){ .kind = CHANGE_PAGES_ADDED, .iova = iova, .len = len });
}

uint32_t
domain_id(const Domain *d, const Unit *u)
{
	return d->use[u->index].did;
}

uint64_t
domain_lookup(const Domain *d, iova_t iova, uint64_t *size)
{
	if (d->kind == DOMAIN_PASSTHROUGH)
		return direct_lookup(iova, size);
	return slwalk_lookup(d->top, d->levels, d->must, iova, look_table, size);
}

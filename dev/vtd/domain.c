/*
 * Domains: how they begin and end. A domain has an id on each unit, taken at the first
 * attach and kept until domain_free, so that a unit never sees one id with two tables.
 * Units may want tables of different depth. A domain's tables have the smallest number of
 * levels that any unit wants. For units that want more, one or two pages with a single
 * entry are put on top (context.c).
 *
 * Locks: use[i] is guarded by unit i's lock, upper[] is set once, atomically, and tables
 * are changed by one caller at a time.
 */
#include "dev/vtd/slwalk.h"
#include "dev/vtd/vtd.h"

#define SHARED_LEVELS 3 /* what a CPU's page-directory-pointer page is the top of */
#define SHARED_WIDTH  39

/* Of tables of ours down to `floor`, in the mode the units are in. In first-stage tables
 * what a unit would set is set, so that it never writes them. */
static SlFormat
tables_format(uint32_t floor)
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

	if (d == NULL)
		return NULL;
	d->kind = kind;
	d->nunit = n;
	for (uint32_t i = 0; i < n; i++)
		d->use[i].unit = vtd_unit(i);
	d->link = tables_format(SHARED_LEVELS).link;
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
	SlFormat f = tables_format(floor);
	Domain *d = domain_make(kind);

	if (d == NULL)
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
shadow_make(DomainKind kind, paddr_t pdpt, uint32_t rights, uint32_t floor, Domain **out)
{
	int err = domain_make_tables(kind, SHARED_LEVELS, floor, SL_ENTRIES + 1, out);

	if (err != 0)
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
		return shadow_make(DOMAIN_SHARED, pdpt, rights, SHARED_LEVELS, out);
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
	return shadow_make(DOMAIN_PRIVATE, pdpt, rights, SHARED_LEVELS - 1, out);
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
unit_leave(Domain *d, Unit *u)
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
		clean &= unit_leave(d, vtd_unit(i));
	for (uint32_t i = 0; i < MAXUPPER; i++)
		if (d->upper[i])
			(clean ? os_page_free : os_page_withhold)(d->upper[i]);
	if (d->tables.root)
		slpt_free(&d->tables, !clean);
	os_free(d);
}

uint32_t
domain_id(const Domain *d, const Unit *u)
{
	return d->use[u->index].did;
}

uint64_t
domain_lookup(const Domain *d, iova_t iova, uint64_t *size)
{
	if (d->kind == DOMAIN_PASSTHROUGH) {
		*size = 4096;
		return (iova & ~4095ull) | DOMAIN_R | DOMAIN_W;
	}
	return slwalk_lookup(d->top, d->levels, d->must, iova, look_table, size);
}

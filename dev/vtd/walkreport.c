/*
 * A walk as others see it: the entries that were read, decoded. Pure. Which table an
 * entry is from follows from its place in the walk, which depends on the mode.
 */
#include "dev/vtd/walk.h"

#include "dev/vtd/ent.h"

static void
report_context(const WalkStep *s, bool scalable, WalkEntry *o)
{
	Ent e = s->value;

	o->present = EGET(e, CTX_P);
	o->hides = EGET(e, CTX_FPD);
	if (scalable) {
		o->pasid = (uint32_t)EGET(e, SM_RID);
		o->to = EGET(e, SM_DIR) << 12;
		return;
	}
	o->type = (uint32_t)EGET(e, CTX_TT);
	o->did = (uint32_t)EGET(e, CTX_DID);
	o->levels = (uint32_t)EGET(e, CTX_AW) + 2;
	o->to = EGET(e, CTX_SLPT) << 12;
}

static void
report_pasid(const WalkStep *s, bool first, WalkEntry *o)
{
	Ent e = s->value;

	o->present = EGET(e, PASID_P);
	o->hides = EGET(e, PASID_FPD);
	o->type = (uint32_t)EGET(e, PASID_PGTT);
	o->did = (uint32_t)EGET(e, PASID_DID);
	o->levels = (uint32_t)EGET(e, PASID_AW) + 2;
	o->to = (first ? FGET(s->third, PASID_FLPT) : EGET(e, PASID_SLPT)) << 12;
}

/* In first-stage tables P decides, which is where the second stage has "read". */
static void
report_level(uint64_t e, uint32_t level, bool first, WalkEntry *o)
{
	VtdPageEntry p;

	vtd_page_entry(e, level, &p);
	o->level = level;
	o->rights = first && !FGET(e, FL_P) ? 0 : p.rights;
	o->present = o->rights != 0;
	o->page = p.page;
	o->size = p.size;
	o->to = p.to;
}

static WalkTable
report_table(const Walk *w, uint32_t i)
{
	if (i == WALK_ROOT)
		return WALK_AT_ROOT;
	if (i == WALK_CONTEXT)
		return w->scalable ? WALK_AT_SCALABLE : WALK_AT_CONTEXT;
	if (i >= (w->scalable ? WALK_TABLES2 : WALK_TABLES))
		return WALK_AT_LEVEL;
	return i == WALK_DIRECTORY ? WALK_AT_DIRECTORY : WALK_AT_PASID;
}

/* Decodes step i of a walk: which table it read, whether the entry is present, and where
 * it leads. */
static void
report_step(const Walk *w, uint32_t i, WalkEntry *o)
{
	const WalkStep *s = &w->step[i];
	uint32_t tables = w->scalable ? WALK_TABLES2 : WALK_TABLES;

	*o = (WalkEntry){ .table = report_table(w, i),
		.at = s->at,
		.word = { s->value.lo, s->value.hi, s->third } };
	switch (o->table) {
	case WALK_AT_ROOT:
		o->present = EGET(s->value, ROOT_P);
		o->to = EGET(s->value, ROOT_CTP) << 12;
		break;
	case WALK_AT_CONTEXT:
	case WALK_AT_SCALABLE:
		report_context(s, w->scalable, o);
		break;
	case WALK_AT_DIRECTORY:
		o->present = EGET(s->value, DIR_P);
		o->hides = EGET(s->value, DIR_FPD);
		o->to = EGET(s->value, DIR_TABLE) << 12;
		break;
	case WALK_AT_PASID:
		report_pasid(s, w->first, o);
		break;
	case WALK_AT_LEVEL:
		report_level(s->value.lo, w->levels - (i - tables), w->first, o);
		break;
	}
}

void
walk_report(const Walk *w, WalkReport *o)
{
	*o = (WalkReport){ .nentry = w->nstep,
		.end = w->end,
		.reason = w->reason,
		.quiet = w->quiet,
		.pa = w->pa,
		.rights = (uint32_t)w->rights };
	for (uint32_t i = 0; i < w->nstep; i++)
		report_step(w, i, &o->entry[i]);
}

/*
 * #vtd/walk in words: what a unit reads on the way of one request, entry by entry, and
 * what becomes of the request. An entry is one line; those of a context and of a PASID
 * are two lines here. Pure.
 *
 *	walk 0:3.0 0x40201abc r profile manual
 *	unit 0 source 0:3.0 translation on
 *	root at 0x1ff000 value 0x0:0x1fe001 table 0x1fe000
 *	context at 0x1fe180 value 0x201:0x1fd001 type tables
 *	        domain 2 levels 3 table 0x1fd000
 *	level 3 at 0x1fd008 value 0x1fc027 rights rw table 0x1fc000
 *	level 2 at 0x1fc008 value 0x400000e7 rights rw page 0x40000000 size 0x200000
 *	result page address 0x40001abc rights rw
 *
 * In scalable mode the context entry leads to two more:
 *
 *	context at 0x1fe300 value 0x0:0x1fd001 type scalable
 *	        directory 0x1fd000 pasid 0
 *	directory at 0x1fd000 value 0x1fc001 table 0x1fc000
 *	pasid at 0x1fc000 value 0x0:0x2:0x1fb089 type second_stage
 *	        domain 2 levels 4 table 0x1fb000
 */
#include "dev/text/walkfmt.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/string.h"

#define WANT "want B:D.F ADDRESS r|w [manual|qemu]"

static const char *const rights_name[] = { "none", "r", "w", "rw" };
static const char *const access_name[] = { "r", "w" };
static const char *const profile_name[] = {
	[WALK_MANUAL] = "manual", [WALK_QEMU] = "qemu"
};

/* ---- the question ---- */

int
walk_parse(const Cmd *c, WalkQuery *q)
{
	int access, rules = WALK_MANUAL;

	*q = (WalkQuery){ 0 };
	if (c->n != 3 && c->n != 4)
		return fail(-EINVAL, WANT);
	if (cmd_bdf(c->f[0], &q->bdf) != 0)
		return fail(-EINVAL,
			"'%s' is not a device: want B:D.F in hexadecimal, like 0:1f.2",
			c->f[0]);
	if (cmd_u64(c->f[1], &q->ask.addr) != 0)
		return fail(-EINVAL, "'%s' is not an address", c->f[1]);
	if ((access = cmd_word(access_name, nelem(access_name), c->f[2])) < 0)
		return fail(-EINVAL, "'%s': want r or w", c->f[2]);
	if (c->n == 4 &&
		(rules = cmd_word(profile_name, nelem(profile_name), c->f[3])) < 0)
		return fail(-EINVAL, "'%s': want manual or qemu", c->f[3]);
	q->ask.write = access;
	q->ask.rules = rules;
	return 0;
}

/* ---- the answer ---- */

static const char *
hidden(const WalkEntry *e)
{
	return e->hides ? " faults hidden" : "";
}

static void
put_root(Text *t, const WalkEntry *e)
{
	text_printf(t, "root at 0x%lx value 0x%lx:0x%lx", e->at, e->word[1], e->word[0]);
	if (e->present)
		text_printf(t, " table 0x%lx\n", e->to);
	else
		text_printf(t, " absent\n");
}

static void
put_context(Text *t, const WalkEntry *e)
{
	static const char *const type[] = { "tables", "tables_and_device_tlb",
		"pass_through", "reserved" };

	text_printf(t, "context at 0x%lx value 0x%lx:0x%lx", e->at, e->word[1],
		e->word[0]);
	if (!e->present)
		text_printf(t, " absent%s\n", hidden(e));
	else if (e->table == WALK_AT_SCALABLE)
		text_printf(t, " type scalable directory 0x%lx pasid %u%s\n", e->to,
			e->pasid, hidden(e));
	else
		text_printf(t, " type %s domain %u levels %u table 0x%lx%s\n",
			type[e->type], e->did, e->levels, e->to, hidden(e));
}

static void
put_directory(Text *t, const WalkEntry *e)
{
	text_printf(t, "directory at 0x%lx value 0x%lx", e->at, e->word[0]);
	if (e->present)
		text_printf(t, " table 0x%lx%s\n", e->to, hidden(e));
	else
		text_printf(t, " absent%s\n", hidden(e));
}

static void
put_pasid(Text *t, const WalkEntry *e)
{
	static const char *const type[8] = { "reserved", "first_stage", "second_stage",
		"nested", "pass_through", "reserved", "reserved", "reserved" };

	text_printf(t, "pasid at 0x%lx value 0x%lx:0x%lx:0x%lx", e->at, e->word[2],
		e->word[1], e->word[0]);
	if (e->present)
		text_printf(t, " type %s domain %u levels %u table 0x%lx%s\n",
			type[e->type], e->did, e->levels, e->to, hidden(e));
	else
		text_printf(t, " absent%s\n", hidden(e));
}

static void
put_level(Text *t, const WalkEntry *e)
{
	text_printf(t, "level %u at 0x%lx value 0x%lx", e->level, e->at, e->word[0]);
	if (!e->present)
		text_printf(t, " absent\n");
	else if (e->page)
		text_printf(t, " rights %s page 0x%lx size 0x%lx\n",
			rights_name[e->rights], e->to, e->size);
	else
		text_printf(t, " rights %s table 0x%lx\n", rights_name[e->rights], e->to);
}

/* The last line: what becomes of the request. */
static void
put_result(Text *t, const WalkReport *o)
{
	switch (o->end) {
	case WALK_PAGE:
		text_printf(t, "result page address 0x%lx rights %s\n", o->pa,
			rights_name[o->rights]);
		break;
	case WALK_PASS:
		text_printf(t, "result passed address 0x%lx rights rw\n", o->pa);
		break;
	case WALK_INTERRUPT:
		text_printf(t, "result interrupt text 'no DMA goes to 0x%lx to 0x%lx'\n",
			(uint64_t)IRQ_WINDOW, (uint64_t)IRQ_WINDOW_END - 1);
		break;
	case WALK_FAULT:
		text_printf(t, "result fault reason 0x%x text '%s' recorded %s\n",
			o->reason, vtd_fault_text(o->reason), o->quiet ? "no" : "yes");
		break;
	}
}

static void (*const put_entry[])(Text *t, const WalkEntry *e) = {
	[WALK_AT_ROOT] = put_root,
	[WALK_AT_CONTEXT] = put_context,
	[WALK_AT_SCALABLE] = put_context,
	[WALK_AT_DIRECTORY] = put_directory,
	[WALK_AT_PASID] = put_pasid,
	[WALK_AT_LEVEL] = put_level,
};

void
walk_text(Text *t, const WalkQuery *q, uint unit, bool on, const WalkReport *o)
{
	char device[16], source[16];

	bdf_print(q->bdf, device, sizeof device);
	bdf_print(BDF(BDF_SEG(q->bdf), 0, 0, 0) + q->ask.sid, source, sizeof source);
	text_printf(t, "walk %s 0x%lx %s profile %s\n", device, q->ask.addr,
		access_name[q->ask.write], profile_name[q->ask.rules]);
	text_printf(t, "unit %u source %s translation %s\n", unit, source,
		on ? "on" : "off");
	for (uint i = 0; i < o->nentry; i++)
		put_entry[o->entry[i].table](t, &o->entry[i]);
	put_result(t, o);
}

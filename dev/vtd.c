/*
 * #vtd: looking at the IOMMU, and tuning it. `faults` is the log of what was blocked. It
 * has one record per line (two lines here), and a line `lost N` wherever the unit dropped
 * some:
 *
 *	time 12.345678 unit 0 source 0:3.0 device 0:3.0 pid 23 name edu access write
 *	address 0x6df084000 reason 5 text 'PTE Write access ...' tables 'not mapped'
 *
 * `dmar` is the firmware's table in words, `groups` lists functions that can only be
 * given away together, and `walk` follows one request through the tables. `domains` and
 * `stats` list what there is and count what has been, `check` tells whether all of it
 * agrees, `trace` lists what the core did to hardware, and `ctl` has the choices. The
 * texts are made in dev/text and dev/assign. user/man/vtd.md has the words. Locks:
 * walk_lock (RANK_DEV) guards the question of `walk`.
 */

#include "arch/arch.h"
#include "dev/assign/assign.h"
#include "dev/devtab.h"
#include "dev/text/dmarfmt.h"
#include "dev/text/groupfmt.h"
#include "dev/text/iommufmt.h"
#include "dev/text/tracefmt.h"
#include "dev/text/walkfmt.h"
#include "kern/cmd.h"
#include "kern/dev.h"
#include "kern/errno.h"
#include "kern/log.h"

/* The table is decoded at each open, so that it is there whatever became of the units. */
static void
dmar_show(Text *t)
{
	size_t len;
	const void *table = acpi_last("DMAR", &len);
	char line[128];
	Dmar d;

	if (table == NULL) {
		text_printf(t, "no DMAR table\n");
		return;
	}
	acpi_line(line, sizeof line, table, acpi_addr(table));
	text_printf(t, "%s", line);
	if (vtd_read_dmar(table, len, &d) == -ENOMEM)
		t->failed = true;
	dmar_text(t, &d);
	dmar_free(&d);
}

static void
put_lost(Text *t, uint64_t n)
{
	if (n > 0)
		text_printf(t, "lost %lu\n", n);
}

/* Events that were overwritten before they could be read are counted in a line `lost`. */
static void
trace_show(Text *t)
{
	uint64_t first, end, i, lost = 0;
	VtdEvent e;

	vtd_trace_range(&first, &end);
	i = end - first > VTD_EVENTS ? end - VTD_EVENTS : first;
	for (lost = i - first; i < end; i++) {
		if (!vtd_trace_at(i, &e)) {
			lost++;
			continue;
		}
		put_lost(t, lost);
		lost = 0;
		trace_line(t, i, &e);
	}
	put_lost(t, lost);
}

/* ---- walk: a question is kept, and each open answers it anew ---- */

static Lock walk_lock = LOCK_INIT(RANK_DEV, "walk");
static WalkQuery walk_query; /* walk_lock */
static bool walk_asked;      /* walk_lock */

/* The unit that the device of q is behind, and into q the source id that it is known by.
 * Says why there is none. */
static int
walk_unit(WalkQuery *q, Unit **u)
{
	PciFn *f = pci_find(q->bdf);
	char b[16];

	if (f == NULL)
		return fail(-ENODEV, "no device %s", bdf_print(q->bdf, b, sizeof b));
	if ((*u = assign_unit(f)) == NULL)
		return fail(-ENODEV, "%s: no IOMMU unit covers it",
			bdf_print(q->bdf, b, sizeof b));
	q->ask.sid = f->nsid > 0 ? f->sid[0] : (uint16_t)q->bdf;
	return 0;
}

/* Answers the question that was written last. Says why it has no answer. */
static int
walk_show(Chan *c, Text *t)
{
	WalkQuery q;
	UnitInfo info;
	Unit *u;
	WalkReport w;
	bool asked;
	int err;

	(void)c;
	lock(&walk_lock);
	q = walk_query;
	asked = walk_asked;
	unlock(&walk_lock);
	if (!asked) {
		text_printf(t, "write B:D.F ADDRESS r|w [manual|qemu], then read\n");
		return 0;
	}
	if ((err = walk_unit(&q, &u)) != 0)
		return err;
	if (unit_walk(u, &q.ask, &w) != 0)
		return fail(-EIO, "unit %u has no tables to walk", unit_index(u));
	unit_info(u, &info);
	walk_text(t, &q, info.index, info.state == UNIT_ON, &w);
	return 0;
}

static int
walk_cmd(const Cmd *cmd)
{
	WalkQuery q;
	Unit *u;
	int err;

	if ((err = walk_parse(cmd, &q)) != 0 || (err = walk_unit(&q, &u)) != 0)
		return err;
	lock(&walk_lock);
	walk_query = q;
	walk_asked = true;
	unlock(&walk_lock);
	return 0;
}

/* clang-format off */
static const Dirtab files[] = {
	{ "check",   0444, .show = assign_check },
	{ "ctl",     0644, .show = assign_ctl_text, .cmd = assign_ctl_cmd },
	{ "dmar",    0444, .show = dmar_show },
	{ "domains", 0444, .show = assign_domains },
	{ "faults",  0444, .show = assign_faults },
	{ "groups",  0444, .show = groups_text },
	{ "stats",   0444, .show = assign_stats },
	{ "trace",   0444, .show = trace_show },
	{ "walk",    0666, .show_of = walk_show, .cmd = walk_cmd },
};
/* clang-format on */

Dev vtddev = {
	.name = "vtd",
	FLAT_FILES(files),
	FLAT_CALLS,
};

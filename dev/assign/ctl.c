/*
 * #vtd/ctl: choices that can be changed while everything runs. A read gives the commands
 * that make the present state.
 *
 *	inv queued|register [UNIT]   how invalidations are carried out
 *	gran page|domain|global      the least that an invalidation covers
 *	pages 4k|2m|1g               the largest page in domains for guest made later
 *	storm N MS                   N faults within MS milliseconds stop a device
 *	trace on|off                 keep what the core does to hardware, for #vtd/trace
 *
 * Locks: none; each command is one call that takes its own.
 */

#include "dev/assign/assign.h"
#include "dev/assign/blame.h"
#include "dev/assign/faultlog.h"
#include "dev/vtd/inspect.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/string.h"

#define MAXMS 60000

static const char *const inv_name[] = { "register", "queued" };
static const char *const gran_name[] = {
	[VTD_GRAN_PAGE] = "page",
	[VTD_GRAN_DOMAIN] = "domain",
	[VTD_GRAN_GLOBAL] = "global",
};
static const char *const pages_name[] = { "4k", "2m", "1g" };
static const char *const trace_name[] = { "off", "on" };

/* ---- showing ---- */

static bool
unit_usable(uint i)
{
	UnitState s = unit_state(vtd_unit(i));

	return s == UNIT_OFF || s == UNIT_ON;
}

static void
put_inv(Text *t, uint i)
{
	UnitInfo u;

	unit_info(vtd_unit(i), &u);
	text_printf(t, "inv %s %u\n", inv_name[u.queued], i);
}

void
assign_ctl_text(Text *t)
{
	VtdGran gran = VTD_GRAN_PAGE;
	ns_t time;
	uint max;

	for (uint i = 0; i < vtd_nunit(); i++)
		if (unit_usable(i)) {
			put_inv(t, i);
			gran = unit_gran(vtd_unit(i));
		}
	blame_storm(&max, &time);
	text_printf(t, "gran %s\n", gran_name[gran]);
	text_printf(t, "pages %s\n", pages_name[vtd_pages() - 1]);
	text_printf(t, "storm %u %u\n", max, (uint)(time / 1000000));
	text_printf(t, "trace %s\n", trace_name[vtd_tracing()]);
}

/* ---- changing ---- */

static int
unit_switch(uint i, bool queued)
{
	const char *why = NULL;
	int err = unit_set_queued(vtd_unit(i), queued, &why);

	return err == 0 ? 0 : fail(err, "unit %u stays as it is: %s", i, why);
}

static bool
unit_is_queued(uint i)
{
	UnitInfo u;

	unit_info(vtd_unit(i), &u);
	return u.queued;
}

/* Changes every unit in use, or, if one of them does not change, none. */
static int
units_switch(bool queued)
{
	bool *was = kalloc(vtd_nunit() + 1);
	const char *why;
	uint i;
	int err = 0;

	if (was == NULL)
		return fail(-ENOMEM, "no memory");
	for (i = 0; i < vtd_nunit() && err == 0; i++) {
		was[i] = unit_is_queued(i);
		err = unit_usable(i) ? unit_switch(i, queued) : 0;
	}
	while (err != 0 && i-- > 0)
		if (unit_usable(i))
			unit_set_queued(vtd_unit(i), was[i], &why);
	kfree(was);
	return err;
}

static int
inv_set(const Cmd *c)
{
	int queued = cmd_word(inv_name, nelem(inv_name), c->f[1]), i;

	if (queued < 0)
		return fail(-EINVAL, "'%s': want inv queued|register [UNIT]", c->f[1]);
	if (c->n == 2)
		return units_switch(queued);
	if (cmd_int(c->f[2], 0, (int)vtd_nunit() - 1, &i) != 0 || !unit_usable(i))
		return fail(-ENODEV, "'%s' is not the number of a unit in use", c->f[2]);
	return unit_switch(i, queued);
}

static int
gran_set(const Cmd *c)
{
	int gran = cmd_word(gran_name, nelem(gran_name), c->f[1]);

	if (gran < 0)
		return fail(-EINVAL, "'%s': want gran page|domain|global", c->f[1]);
	for (uint i = 0; i < vtd_nunit(); i++)
		if (unit_usable(i))
			unit_set_gran(vtd_unit(i), gran);
	return 0;
}

static int
pages_set(const Cmd *c)
{
	int level = cmd_word(pages_name, nelem(pages_name), c->f[1]);

	if (level < 0)
		return fail(-EINVAL, "'%s': want pages 4k|2m|1g", c->f[1]);
	vtd_set_pages(level + 1);
	return 0;
}

static int
storm_set(const Cmd *c)
{
	int max, ms;

	if (cmd_int(c->f[1], 1, STORM_LIMIT, &max) != 0)
		return fail(-EINVAL, "'%s': want storm N MS, N 1 to %u faults", c->f[1],
			STORM_LIMIT);
	if (cmd_int(c->f[2], 1, MAXMS, &ms) != 0)
		return fail(-EINVAL, "'%s': want storm N MS, MS 1 to %u", c->f[2], MAXMS);
	blame_set_storm(max, ms * 1000000ull);
	return 0;
}

static int
trace_set(const Cmd *c)
{
	int on = cmd_word(trace_name, nelem(trace_name), c->f[1]);

	if (on < 0)
		return fail(-EINVAL, "'%s': want trace on|off", c->f[1]);
	if (vtd_trace(on) != 0)
		return fail(-ENOMEM, "no memory for the trace");
	return 0;
}

int
assign_ctl_cmd(const Cmd *c)
{
	static const struct {
		const char *name, *rest;
		int min, max; /* words */
		int (*set)(const Cmd *c);
	} cmd[] = {
		{ "inv", "queued|register [UNIT]", 2, 3, inv_set },
		{ "gran", "page|domain|global", 2, 2, gran_set },
		{ "pages", "4k|2m|1g", 2, 2, pages_set },
		{ "storm", "N MS", 3, 3, storm_set },
		{ "trace", "on|off", 2, 2, trace_set },
	};

	for (uint i = 0; i < nelem(cmd); i++)
		if (strcmp(c->f[0], cmd[i].name) == 0)
			return c->n >= cmd[i].min && c->n <= cmd[i].max
				? cmd[i].set(c)
				: fail(-EINVAL, "%s takes %s", c->f[0], cmd[i].rest);
	return fail(-EINVAL,
		"'%s': want inv, gran, pages, storm or trace, as reading shows them",
		c->f[0]);
}

/* SRC: dev/assign/ctl.c kern/cmd.c kern/text.c */
/*
 * #vtd/ctl: every word is understood before anything changes, a bad one is named, and
 * what several units are to do they all do, or none. The hardware below is t_tune's.
 */
#include "tests/host/host.h"

#include "dev/assign/assign.h"
#include "dev/assign/blame.h"
#include "dev/assign/faultlog.h"
#include "dev/vtd/inspect.h"
#include "kern/cmd.h"

#define NUNIT 4

struct Unit {
	UnitState state;
	bool queued;
	const char *obstacle; /* to a change */
	VtdGran gran;
};

static Unit unit[NUNIT];
static uint32_t largest = 3;
static bool tracing;
static uint storm_max;
static ns_t storm_time;

/* ---- below ---- */

uint32_t
vtd_nunit(void)
{
	return NUNIT;
}
Unit *
vtd_unit(uint32_t i)
{
	return &unit[i];
}
UnitState
unit_state(const Unit *u)
{
	return u->state;
}
void
unit_info(Unit *u, UnitInfo *o)
{
	*o = (UnitInfo){ .queued = u->queued };
}
void
unit_set_gran(Unit *u, VtdGran g)
{
	u->gran = g;
}
VtdGran
unit_gran(Unit *u)
{
	return u->gran;
}
void
vtd_set_pages(uint32_t level)
{
	largest = level;
}
uint32_t
vtd_pages(void)
{
	return largest;
}
bool
vtd_tracing(void)
{
	return tracing;
}
int
vtd_trace(bool on)
{
	tracing = on;
	return 0;
}
void
blame_set_storm(uint max, ns_t time)
{
	storm_max = max, storm_time = time;
}
void
blame_storm(uint *max, ns_t *time)
{
	*max = storm_max, *time = storm_time;
}

int
unit_set_queued(Unit *u, bool queued, const char **why)
{
	assert_true(u->state == UNIT_ON || u->state == UNIT_OFF);
	if (u->queued != queued && (*why = u->obstacle) != NULL)
		return -ENOTSUP;
	u->queued = queued;
	return 0;
}

/* ---- help ---- */

/* Units 0, 2 and 3 are in use. */
static int
setup(void **state)
{
	(void)state;
	for (uint i = 0; i < NUNIT; i++)
		unit[i] = (Unit){ .state = i == 1 ? UNIT_UNUSABLE : UNIT_ON,
			.queued = true };
	largest = 3;
	tracing = false;
	blame_set_storm(16, 1000000000);
	return 0;
}

static int
say(const char *s)
{
	Cmd c;

	host_errstr[0] = 0;
	assert_int_equal(cmd_parse(&c, s, strlen(s)), 0);
	return assign_ctl_cmd(&c);
}

static void
shows(const char *want)
{
	Text t = { 0 };

	assign_ctl_text(&t);
	assert_string_equal(t.s, want);
	text_free(&t);
}

#define ALIKE                                                                            \
	"inv queued 0\ninv queued 2\ninv queued 3\ngran page\npages 1g\nstorm 16 "       \
	"1000\ntrace off\n"

/* ---- tests ---- */

/* What reading shows makes that state again. */
static void
test_changes(void **state)
{
	(void)state;
	shows(ALIKE);
	assert_int_equal(say("inv register"), 0);
	assert_int_equal(say("inv queued 2"), 0);
	assert_int_equal(say("gran domain"), 0);
	assert_int_equal(say("pages 2m"), 0);
	assert_int_equal(say("storm 2 30"), 0);
	assert_int_equal(say("trace on"), 0);
	shows("inv register 0\ninv queued 2\ninv register 3\ngran domain\npages "
	      "2m\nstorm 2 30\ntrace on\n");
	assert_int_equal(unit[1].gran, VTD_GRAN_PAGE);
}

static void
test_words(void **state)
{
	/* clang-format off */
	static const struct { const char *s, *why; } row[] = {
		{ "fast", "'fast': want inv, gran, pages, storm or trace, as reading "
			"shows them" },
		{ "trace maybe", "'maybe': want trace on|off" },
		{ "trace", "trace takes on|off" },
		{ "inv", "inv takes queued|register [UNIT]" },
		{ "inv queued 0 1", "inv takes queued|register [UNIT]" },
		{ "inv both", "'both': want inv queued|register [UNIT]" },
		{ "inv register 1", "'1' is not the number of a unit in use" },
		{ "inv register 7", "'7' is not the number of a unit in use" },
		{ "inv register x", "'x' is not the number of a unit in use" },
		{ "gran large", "'large': want gran page|domain|global" },
		{ "pages 3k", "'3k': want pages 4k|2m|1g" },
		{ "storm 16", "storm takes N MS" },
		{ "storm 0 1", "'0': want storm N MS, N 1 to 64 faults" },
		{ "storm 65 1", "'65': want storm N MS, N 1 to 64 faults" },
		{ "storm 1 1s", "'1s': want storm N MS, MS 1 to 60000" },
	};
	/* clang-format on */

	(void)state;
	for (uint i = 0; i < nelem(row); i++) {
		assert_true(say(row[i].s) < 0);
		assert_string_equal(host_errstr, row[i].why);
		shows(ALIKE);
	}
}

/* The last of three does not: the first goes back, and the one that had been so stays. */
static void
test_all_or_none(void **state)
{
	(void)state;
	unit[2].queued = false;
	unit[3].obstacle = "it remaps interrupts";
	assert_int_equal(say("inv register"), -ENOTSUP);
	assert_string_equal(host_errstr, "unit 3 stays as it is: it remaps interrupts");
	assert_true(unit[0].queued);
	assert_false(unit[2].queued);
	assert_true(unit[3].queued);
	assert_int_equal(say("inv register 0"), 0);
	assert_int_equal(say("inv register 3"), -ENOTSUP);
	assert_false(unit[0].queued);
	host_alloc_left = 0;
	assert_int_equal(say("inv queued"), -ENOMEM);
	host_alloc_left = -1;
	assert_false(unit[0].queued);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_changes, setup),
		cmocka_unit_test_setup(test_words, setup),
		cmocka_unit_test_setup(test_all_or_none, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

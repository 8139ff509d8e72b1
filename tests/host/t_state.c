/* SRC: dev/assign/state.c */
#include "host.h"

#include "dev/assign/state.h"

/* The drawing of dev/assign/state.h as rows of state, event, next. Every pair not listed
 * is refused. */
static const struct {
	FnState s;
	FnEvent e;
	FnState next;
} arrow[] = {
	{ FN_BLOCKED, ON_ATTACH, FN_OWNED },
	{ FN_BLOCKED, ON_KERNEL, FN_KERNEL },
	{ FN_OWNED, ON_SUSPEND, FN_SUSPENDED },
	{ FN_OWNED, ON_DRAIN, FN_DRAINING },
	{ FN_SUSPENDED, ON_RESUME, FN_OWNED },
	{ FN_SUSPENDED, ON_DRAIN, FN_DRAINING },
	{ FN_DRAINING, ON_DONE, FN_BLOCKED },
	{ FN_DRAINING, ON_FAIL, FN_BROKEN },
	{ FN_KERNEL, ON_DRAIN, FN_DRAINING },
};

static void
test_arrows(void **state)
{
	(void)state;
	for (FnState s = 0; s < FN_NSTATE; s++)
		for (FnEvent e = 0; e < FN_NEVENT; e++) {
			int want = -1;

			for (uint i = 0; i < nelem(arrow); i++)
				if (arrow[i].s == s && arrow[i].e == e)
					want = arrow[i].next;
			assert_int_equal(fn_state_next(s, e), want);
		}
}

/* From everywhere but BLOCKED and BROKEN there is a way back to nobody; nobody is reached
 * only through DRAINING; BROKEN has no way out. */
static void
test_ways(void **state)
{
	(void)state;
	for (FnState s = 0; s < FN_NSTATE; s++)
		for (FnEvent e = 0; e < FN_NEVENT; e++) {
			if (fn_state_next(s, e) == FN_BLOCKED ||
				fn_state_next(s, e) == FN_BROKEN)
				assert_int_equal(s, FN_DRAINING);
			if (s == FN_BROKEN)
				assert_int_equal(fn_state_next(s, e), -1);
		}
	assert_true(fn_state_held(FN_OWNED) && fn_state_held(FN_SUSPENDED) &&
		fn_state_held(FN_DRAINING));
	assert_true(fn_state_held(FN_KERNEL));
	assert_false(fn_state_held(FN_BLOCKED) || fn_state_held(FN_BROKEN));
}

/* 200 ms with bus mastering off, unless a function level reset emptied the device. */
static void
test_settle(void **state)
{
	const ns_t ms = 1000000, off = 5000 * ms;

	(void)state;
	assert_int_equal(settle_left(off, off, false), 200 * ms);
	assert_int_equal(settle_left(off + 150 * ms, off, false), 50 * ms);
	assert_int_equal(settle_left(off + 200 * ms, off, false), 0);
	assert_int_equal(settle_left(off + 900 * ms, off, false), 0);
	assert_int_equal(settle_left(off, off, true), 0);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(fn_state_name[FN_BLOCKED], "blocked");
	assert_string_equal(fn_state_name[FN_BROKEN], "broken");
	for (FnState s = 0; s < FN_NSTATE; s++)
		assert_non_null(fn_state_name[s]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrows),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: dev/assign/state.c */
#include "host.h"

#include "dev/assign/state.h"

/* DESIGN.md section 6, drawn as: state, event, next. Every pair not listed is refused. */
static const struct {
	FnState s;
	OwnEvent e;
	FnState next;
	/* clang-format off */
} arrow[] = {
	/* clang-format on */
	{ FN_BLOCKED, OWN_ATTACH, FN_OWNED },
	{ FN_BLOCKED, OWN_KERNEL, FN_KERNEL },
	{ FN_OWNED, OWN_SUSPEND, FN_SUSPENDED },
	{ FN_OWNED, OWN_DRAIN, FN_DRAINING },
	{ FN_SUSPENDED, OWN_RESUME, FN_OWNED },
	{ FN_SUSPENDED, OWN_DRAIN, FN_DRAINING },
	{ FN_DRAINING, OWN_DONE, FN_BLOCKED },
	{ FN_DRAINING, OWN_FAIL, FN_BROKEN },
	{ FN_KERNEL, OWN_DRAIN, FN_DRAINING },
};

static void
test_arrows(void **state)
{
	(void)state;
	for (FnState s = 0; s < FN_NSTATE; s++)
		for (OwnEvent e = 0; e < OWN_NEVENT; e++) {
			int want = -1;

			for (uint i = 0; i < nelem(arrow); i++)
				if (arrow[i].s == s && arrow[i].e == e)
					want = arrow[i].next;
			assert_int_equal(own_next(s, e), want);
		}
}

/* From everywhere but BLOCKED and BROKEN there is a way back to nobody; nobody is reached
 * only through DRAINING; BROKEN has no way out. */
static void
test_ways(void **state)
{
	(void)state;
	for (FnState s = 0; s < FN_NSTATE; s++)
		for (OwnEvent e = 0; e < OWN_NEVENT; e++) {
			if (own_next(s, e) == FN_BLOCKED || own_next(s, e) == FN_BROKEN)
				assert_int_equal(s, FN_DRAINING);
			if (s == FN_BROKEN)
				assert_int_equal(own_next(s, e), -1);
		}
	assert_true(own_held(FN_OWNED) && own_held(FN_SUSPENDED) &&
		own_held(FN_DRAINING));
	assert_true(own_held(FN_KERNEL));
	assert_false(own_held(FN_BLOCKED) || own_held(FN_BROKEN));
}

/* 200 ms with bus mastering off, unless a function level reset emptied the device. */
static void
test_settle(void **state)
{
	const ns_t ms = 1000000, off = 5000 * ms;

	(void)state;
	assert_int_equal(own_settle(off, off, false), 200 * ms);
	assert_int_equal(own_settle(off + 150 * ms, off, false), 50 * ms);
	assert_int_equal(own_settle(off + 200 * ms, off, false), 0);
	assert_int_equal(own_settle(off + 900 * ms, off, false), 0);
	assert_int_equal(own_settle(off, off, true), 0);
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

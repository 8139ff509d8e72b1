/* SRC: tests/host/fakeassign */
/*
 * Modes shared and private: which domain a function gets, what it is told of the memory
 * of its process, and that functions with one requester id have one mode.
 */
#include "tests/host/fakeassign/fakeassign.h"

/* A process has one domain for each mode, and its functions in that mode share it. */
static void
test_modes(void **state)
{
	AsObserver *o;

	(void)state;
	assert_int_equal(attach_as(EDU, 22, ATTACH_PRIVATE, true), 0);
	assert_non_null(strstr(trace,
		"added(as22 private ro: 8001000+1000) attach(as22 private ro: 0:3.0) "));
	assert_string_equal(event(EDU, &p22), "attach private ro\n");
	o = as22.observer;
	clear();
	o->added(o->arg, &as22, 0x7000, 4096, false); /* not its business */
	o->added(o->arg, &as22, 0x8003000, 4096, true);
	o->removed(o->arg, &as22, 0x8003000, 4096, 0, true);
	assert_string_equal(trace,
		"added(as22 private ro: 8003000+1000) "
		"flush(as22 private ro: 8003000+1000 tables) ");
	clear();
	assert_int_equal(attach_as(EDU2, 22, ATTACH_SHARED, true), 0);
	assert_non_null(strstr(trace, "attach(as22 shared ro: 0:2.0) "));
	assert_int_equal(attach_as(NVME, 22, ATTACH_PRIVATE, true), 0);
	assert_non_null(strstr(trace, "attach(as22 private ro: 0:4.0) "));
	assert_int_equal(live_domains, 2);
	clear();
	assign_observer.exiting(&p22);
	assert_int_equal(live_domains, 0);
	assert_null(as22.observer);
	for (uint i = EDU; i <= NVME; i++)
		assert_int_equal(assign_owner(&fn[i]), -1);
}

/* Where every entry makes the unit snoop, no-snoop requests of a device do no harm and
 * stay on. */
static void
test_snoop(void **state)
{
	(void)state;
	snoops = true;
	assert_int_equal(attach_as(EDU, 22, ATTACH_SHARED, false), 0);
	assert_null(strstr(trace, "no-snoop-off"));
	snoops = false;
	assert_int_equal(attach_as(EDU2, 22, ATTACH_SHARED, false), 0);
	assert_non_null(strstr(trace, "no-snoop-off(0:2.0)"));
}

/* Without memory for the domain's tables the attach fails, and leaves nothing. */
static void
test_mode_no_memory(void **state)
{
	(void)state;
	added_err = -ENOMEM;
	assert_int_equal(attach_as(EDU, 22, ATTACH_PRIVATE, false), -ENOMEM);
	assert_string_equal(host_errstr, "no memory for a domain");
	assert_int_equal(live_domains, 0);
	assert_int_equal(assign_state(&fn[EDU]), FN_BLOCKED);
	assert_int_equal(as22.refs, 1);
}

/* Two functions with one requester id cannot see different memory. */
static void
test_mode_alias(void **state)
{
	(void)state;
	assert_int_equal(attach_as(BEHIND1, 22, ATTACH_SHARED, false), 0);
	assert_int_equal(attach_as(BEHIND2, 22, ATTACH_GUEST, false), -EBUSY);
	assert_string_equal(host_errstr,
		"1:2.0 shares a requester id with 1:1.0, attached shared: want the same");
	assert_int_equal(attach_as(BEHIND2, 22, ATTACH_SHARED, true), -EBUSY);
	assert_int_equal(attach_as(BEHIND2, 22, ATTACH_SHARED, false), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_modes),
		T(test_snoop),
		T(test_mode_no_memory),
		T(test_mode_alias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

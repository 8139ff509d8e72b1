/* SRC: tests/host/fakeassign */
/*
 * Exit and exec of a process that owns functions. Exit is detach of all of them
 * together. Exec moves them to the new address space.
 */
#include "tests/host/fakeassign/fakeassign.h"

/* All functions are silent before the entry of the first goes. They wait for the 200
 * ms together, and their events are dropped. */
static void
test_exit(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	own_and_run(EDU2, &p22);
	own_and_run(NVME, &p22);
	host_alloc_left = 0;
	assign_observer.exiting(&p22);
	host_alloc_left = -1;
	assert_string_equal(trace,
		"revoke(as22 0:3.0) revoke(as22 0:2.0) revoke(as22 0:4.0) "
		"master-off(0:3.0) interrupts-off(0:3.0) drain(0:3.0) "
		"master-off(0:2.0) interrupts-off(0:2.0) drain(0:2.0) "
		"master-off(0:4.0) interrupts-off(0:4.0) drain(0:4.0) "
		"detach(as22 shared: 0:3.0) entry-off(0:3.0) "
		"detach(as22 shared: 0:2.0) entry-off(0:2.0) "
		"detach(as22 shared: 0:4.0) entry-off(0:4.0) reset(0:4.0) "
		"sleep(200 ms) poll-faults vector-free(50) vector-free(50) "
		"vector-free(50) unobserve(as22) domain-free(as22 shared) ");
	assert_string_equal(event(EDU, &p22), "");
	assert_int_equal(assign_count(&the_unit), 0);
	clear();
	assign_observer.exiting(&p23); /* owns nothing */
	assert_string_equal(trace, "");
}

/* Exit takes devices away while power is off, too. */
static void
test_exit_while_off(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(assign_power(false), 0);
	clear();
	assign_observer.exiting(&p22);
	assert_non_null(strstr(trace, "detach(as22 shared: 0:3.0) "));
	assert_int_equal(assign_owner(&fn[EDU]), -1);
	assert_int_equal(assign_state(&fn[EDU]), FN_BLOCKED);
}

static void
test_exec(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), 0);
	assert_string_equal(trace,
		"revoke(as22 0:3.0) master-off(0:3.0) interrupts-off(0:3.0) "
		"drain(0:3.0) detach(as22 shared: 0:3.0) entry-off(0:3.0) "
		"sleep(200 ms) poll-faults unobserve(as22) domain-free(as22 shared) "
		"observe(as-new) added(as-new shared: 8001000+1000) vector-free(50) "
		"attach(as-new shared: 0:3.0) poll-faults set-aspace(as-new) ");
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	assert_false(bme[EDU]);
	assert_int_equal(as22.refs, 1);
	assert_ptr_equal(p22.as, &as_new);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22), "");
	clear();
	assert_int_equal(assign_observer.exec(&p23, &as23, &as23), 0);
	assert_string_equal(trace, "set-aspace(as23) ");
}

static void
test_exec_fails(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	host_alloc_left = 0;
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), -ENOMEM);
	host_alloc_left = -1;
	assert_string_equal(trace, "");
	assert_true(bme[EDU]);
	bad_reset = NULL;
	detach_err = -ETIMEDOUT;
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), -EIO);
	assert_ptr_equal(p22.as, &as22);
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	detach_err = 0;
	assign_observer.exiting(&p22);
	assert_true(as22.withheld);
	given_up("as22 shared");
}

/* A device that does not come back from its reset is taken away. The others follow the
 * process. */
static void
test_exec_broken(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	own_and_run(NVME, &p22);
	bad_reset = &fn[NVME];
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), 0);
	assert_int_equal(assign_state(&fn[NVME]), FN_BROKEN);
	assert_int_equal(assign_owner(&fn[NVME]), -1);
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	assert_null(strstr(trace, "attach(as-new shared: 0:4.0)"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_exit),
		T(test_exit_while_off),
		T(test_exec),
		T(test_exec_fails),
		T(test_exec_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

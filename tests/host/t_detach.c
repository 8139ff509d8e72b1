/* SRC: tests/host/fakeassign */
/*
 * Detach is a barrier: the device is silenced before its entry goes, what it had under
 * way runs out, and memory that a unit may still reach is never given back.
 */
#include "tests/host/fakeassign/fakeassign.h"

/* The steps of a detach in their order, for a device without a reset and for one with.
 * Nothing is allocated meanwhile. */
static void
test_detach(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	host_alloc_left = 0;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	host_alloc_left = -1;
	assert_string_equal(trace,
		"revoke(as22 0:3.0) master-off(0:3.0) interrupts-off(0:3.0) "
		"drain(0:3.0) detach(as22 shared: 0:3.0) entry-off(0:3.0) "
		"sleep(200 ms) poll-faults vector-free(50) unobserve(as22) "
		"domain-free(as22 shared) ");
	assert_int_equal(assign_state(&fn[EDU]), FN_BLOCKED);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22), "detach\n");

	own_and_run(NVME, &p23);
	host_alloc_left = 0;
	assert_int_equal(assign_detach(fn[NVME].bdf, 23), 0);
	host_alloc_left = -1;
	assert_string_equal(trace,
		"revoke(as23 0:4.0) master-off(0:4.0) interrupts-off(0:4.0) "
		"drain(0:4.0) detach(as23 shared: 0:4.0) entry-off(0:4.0) "
		"reset(0:4.0) poll-faults vector-free(50) unobserve(as23) "
		"domain-free(as23 shared) ");
}

/* A reset of the bus does not make a device forget its commands, so the 200 ms must
 * pass all the same. */
static void
test_settle_reset(void **state)
{
	(void)state;
	fn[NVME].reset = PCI_RESET_BUS;
	own_and_run(NVME, &p22);
	assert_int_equal(assign_detach(fn[NVME].bdf, -1), 0);
	assert_non_null(strstr(trace, "reset(0:4.0) sleep(200 ms) "));
	fn[NVME].reset = PCI_RESET_FLR;
}

/* The 200 ms count from the moment bus mastering went off. A device that has been
 * quiet for longer is not waited for. */
static void
test_settle(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], false), 0);
	self = &p1;
	host_now += 150000000;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	assert_non_null(strstr(trace, "sleep(50 ms) "));
	clear();
	assert_int_equal(attach(EDU, 23), 0);
	assert_null(strstr(trace, "sleep"));
	own_and_run(NVME, &p23);
	assert_int_equal(assign_detach(fn[NVME].bdf, -1), 0);
	own_and_run(NVME, &p23); /* emptied by that reset, but it has run since */
	assert_int_equal(assign_power(false), 0);
	assert_non_null(strstr(trace,
		"master-off(0:4.0) drain(0:4.0) interrupts-off(0:4.0) sleep(200 ms) "
		"unit-off "));
}

static void
test_detach_refusals(void **state)
{
	(void)state;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), -EINVAL);
	assert_string_equal(host_errstr, "0:3.0 is not assigned to any process");
	assert_int_equal(attach(EDU, 22), 0);
	clear();
	assert_int_equal(assign_detach(fn[EDU].bdf, 23), -EINVAL);
	assert_string_equal(host_errstr, "0:3.0 is owned by pid 22, not 23");
	assert_int_equal(assign_detach(BDF(0, 9, 0, 0), -1), -ENODEV);
	assert_string_equal(host_errstr, "no device 9:0.0");
	assert_string_equal(trace, "");
	assert_int_equal(assign_owner(&fn[EDU]), 22);
}

/* A device that does not come back from reset is taken away all the same, and never
 * given out again. */
static void
test_broken(void **state)
{
	(void)state;
	own_and_run(NVME, &p22);
	bad_reset = &fn[NVME];
	assert_int_equal(assign_detach(fn[NVME].bdf, -1), -EIO);
	assert_string_equal(host_errstr,
		"0:4.0 is taken away, and broken: it did not come back from reset");
	assert_non_null(strstr(trace, "detach(as22 shared: 0:4.0) "));
	assert_int_equal(assign_state(&fn[NVME]), FN_BROKEN);
	assert_int_equal(assign_owner(&fn[NVME]), -1);
	bad_reset = NULL;
	refused(NVME, 22, -EIO,
		"0:4.0 is broken until reboot: it did not come back from reset");
	own_and_run(EDU, &p22);
	stuck = &fn[EDU];
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), -EIO);
	/* cut off although it runs on */
	assert_non_null(strstr(trace, "detach(as22 shared: 0:3.0) "));
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	bme[EDU] = false;
}

/* The unit does not confirm that the device's entry has gone. The process lives on,
 * but its memory is never given back. */
static void
test_unconfirmed(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	detach_err = -ETIMEDOUT;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), -EIO);
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	assert_non_null(as22.observer);
	detach_err = 0;
	assert_int_equal(as22.observer->removed(as22.observer->arg, &as22, 0x400000, 4096,
				 0, false),
		-EIO);
	assert_int_equal(attach(NVME, 22), -EIO);
	assert_string_equal(host_errstr,
		"a device of process 22 did not let go of its memory");
	assert_false(as22.withheld);
	assign_observer.exiting(&p22);
	assert_true(as22.withheld);
	assert_null(as22.observer);
	given_up("as22 shared");
}

/* When the unit does not confirm an unmap, the devices that might still reach the page
 * are broken. */
static void
test_unmap(void **state)
{
	const AsObserver *o;

	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(attach(EDU2, 23), 0);
	o = as22.observer;
	clear();
	assert_int_equal(o->removed(o->arg, &as22, 0x5000, 0x2000, 0, true), 0);
	assert_string_equal(trace, "flush(as22 shared: 5000+2000 tables) ");
	clear();
	assert_int_equal(o->added(o->arg, &as22, 0x7000, 0x1000, false), 0);
	assert_string_equal(trace, "added(as22 shared: 7000+1000) ");
	flush_err = -ETIMEDOUT;
	assert_int_equal(o->removed(o->arg, &as22, 0x5000, 0x1000, 0, false), -EIO);
	assert_false(bme[EDU]);
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	assert_int_equal(assign_state(&fn[EDU2]), FN_OWNED);
	assert_int_equal(assign_owner(&fn[EDU]), 22); /* until it is taken away */
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22),
		"broken its unit did not confirm an invalidation\n");
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EIO);
	self = &p1;
	flush_err = 0;
	assign_observer.exiting(&p22);
	assert_true(as22.withheld);
	given_up("as22 shared");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_detach),
		T(test_settle_reset),
		T(test_settle),
		T(test_detach_refusals),
		T(test_broken),
		T(test_unconfirmed),
		T(test_unmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: tests/host/fakeassign */
/*
 * Process 0 is the kernel: its drivers get functions by the same steps as processes do,
 * and boot parameter kernel= attaches them before units are switched on.
 */
#include "tests/host/fakeassign/fakeassign.h"
#include "dev/assign/power.h"

/* A function goes from the kernel to a process and back. The steps are the same, and
 * the driver is told besides. */
static void
test_kernel(void **state)
{
	KdevInfo k;

	(void)state;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_string_equal(trace,
		"drain(0:2.0) interrupts-off(0:2.0) no-snoop-off(0:2.0) "
		"attach(mapped: 0:2.0) memory-on(0:2.0) driver-start(0:2.0) ");
	assert_int_equal(assign_state(&fn[EDU2]), FN_KERNEL);
	assert_int_equal(assign_owner(&fn[EDU2]), 0);
	assert_true(assign_kdev(&fn[EDU2], &k));
	assert_string_equal(k.driver, "toy");
	assert_false(assign_kdev(&fn[EDU], &k));
	refused(EDU2, 0, -EBUSY,
		"0:2.0 is owned by pid 0, the kernel, for its driver toy");
	refused(EDU2, 22, -EBUSY,
		"0:2.0 is owned by pid 0, the kernel, for its driver toy");
	assert_int_equal(assign_detach(fn[EDU2].bdf, 22), -EINVAL);
	assert_string_equal(host_errstr, "0:2.0 is owned by pid 0, not 22");
	assert_int_equal(kdev_master(dev2, true), 0);
	clear();
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), 0);
	assert_string_equal(trace,
		"driver-stop(0:2.0) master-off(0:2.0) interrupts-off(0:2.0) "
		"drain(0:2.0) detach(mapped: 0:2.0) sleep(200 ms) poll-faults "
		"domain-free(mapped) ");
	assert_int_equal(assign_state(&fn[EDU2]), FN_BLOCKED);
	assert_int_equal(attach(EDU2, 22), 0);
	refused(EDU2, 0, -EBUSY, "0:2.0 is owned by pid 22");
	assert_int_equal(assign_detach(fn[EDU2].bdf, -1), 0);
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(live_domains, 1);
}

static void
kernel_wants_plain(AttachArgs a)
{
	a.bdf = fn[EDU2].bdf;
	assert_int_equal(assign_attach(&a), -EINVAL);
	assert_string_equal(host_errstr,
		"process 0 is the kernel: it takes no -g, mode or ro, and cannot be "
		"killed");
}

static void
test_kernel_refused(void **state)
{
	(void)state;
	kernel_wants_plain((AttachArgs){ .group = true });
	kernel_wants_plain((AttachArgs){ .mode = ATTACH_GUEST, .mode_given = true });
	kernel_wants_plain((AttachArgs){ .mode = ATTACH_SHARED, .mode_given = true });
	kernel_wants_plain((AttachArgs){ .ro = true });
	kernel_wants_plain((AttachArgs){ .policy = FAULT_KILL });
	assert_int_equal(attach(BEHIND1, 22), 0);
	refused(BEHIND2, 0, -EBUSY,
		"1:2.0 is in one group with 1:1.0, owned by pid 22: one requester id "
		"behind 0:5.0 "
		"(attach -g takes a whole group)");
	func[BEHIND1].pid = 0; /* as if the kernel had it */
	refused(BEHIND2, 0, -EBUSY,
		"1:2.0 shares a requester id with 1:1.0, which the kernel has");
	func[BEHIND1].pid = 22;
}

/* When the driver does not start, the function is as it was before. */
static void
test_kernel_start(void **state)
{
	(void)state;
	start_err = -ENODEV;
	assert_int_equal(attach(EDU2, 0), -ENODEV);
	assert_null(strstr(trace, "stop"));
	assert_non_null(strstr(trace,
		"driver-start(0:2.0) interrupts-off(0:2.0) drain(0:2.0) "
		"detach(mapped: 0:2.0) "));
	assert_int_equal(assign_state(&fn[EDU2]), FN_BLOCKED);
	assert_int_equal(host_blocks, 0);
	start_err = 0;
	for (long n = 0; n < 2; n++) {
		host_alloc_left = n;
		assert_int_equal(attach(EDU2, 0), -ENOMEM);
		host_alloc_left = -1;
		assert_int_equal(host_blocks, 0);
	}
}

static void
test_kernel_power(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	assert_int_equal(attach(EDU2, 0), 0);
	clear();
	assert_int_equal(assign_power(false), -EBUSY);
	assert_string_equal(host_errstr,
		"0:2.0: the kernel's driver toy has translated mappings");
	assert_string_equal(trace, "");
	assert_true(assign_powered());
	assert_int_equal(assign_detach(fn[EDU2].bdf, -1), 0);
	assert_int_equal(assign_power(false), 0);
	refused(EDU2, 0, -ENODEV, "the IOMMU is off: write on to power first");
}

/* kernel= attaches devices while units are still off, and says which it cannot attach. */
static void
test_kernel_boot(void **state)
{
	(void)state;
	at_boot = "0:2.0,0:3.0,x,0:9.0,0:7.0";
	bouncing = "garbage,0:2.0,0:19.0";
	the_unit.state = UNIT_OFF;
	power_init(NULL, false);
	self = &host_self; /* where its sentences go */
	assert_int_equal(boot_drivers(), 2);
	self = &p1;
	assert_non_null(strstr(trace, "attach(mapped: 0:2.0) "));
	assert_null(strstr(trace, "enable-units"));
	assert_non_null(strstr(host_log,
		"boot: kernel: 'x' is not a device like 0:3.0: ignored\n"
		"boot: bounce: 'garbage' is not a device like 0:3.0: ignored\n"
		"boot: bounce=0:19.0: it is not there\n"
		"boot: kernel=0:3.0: process 0 is the kernel, which has no driver for "
		"0:3.0\n"
		"boot: kernel=0:9.0: no device 0:9.0\n"));
	clear();
	assert_null(power_start(true));
	assert_string_equal(trace, "enable-units ");
	assert_true(assign_powered());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kernel),
		T(test_kernel_refused),
		T(test_kernel_start),
		T(test_kernel_power),
		T(test_kernel_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

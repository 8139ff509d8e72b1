/* SRC: tests/host/fakeassign */
/*
 * Translation off and on while functions have owners: all devices are silent while it is
 * off, and go on afterwards as their owners want it by then.
 */
#include "tests/host/fakeassign/fakeassign.h"
#include "dev/assign/power.h"

static void
test_power(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(assign_power(false), 0);
	assert_string_equal(trace,
		"master-off(0:3.0) drain(0:3.0) interrupts-off(0:3.0) sleep(200 ms) "
		"unit-off ");
	assert_int_equal(assign_state(&fn[EDU]), FN_SUSPENDED);
	assert_false(assign_powered());
	refused(EDU2, 22, -ENODEV, "the IOMMU is off: write on to power first");
	assert_int_equal(assign_power(false), 0);
	self = &p22; /* remembered, not done */
	assert_int_equal(assign_busmaster(&fn[EDU], false), 0);
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	self = &p1;
	assert_false(bme[EDU]);
	clear();
	assert_int_equal(assign_power(true), 0);
	assert_string_equal(trace, "unit-on msi-on(0:3.0) master-on(0:3.0) ");
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22), "suspend\n");
	assert_string_equal(event(EDU, &p22), "resume\n");
}

/* Bus mastering that the owner switches on or off while power is off counts when power
 * is on again. */
static void
test_power_wish(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(attach(EDU2, 22), 0);
	assert_int_equal(assign_power(false), 0);
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], false), 0);
	assert_int_equal(assign_busmaster(&fn[EDU2], true), 0);
	self = &p1;
	assert_int_equal(assign_power(true), 0);
	assert_false(bme[EDU]);
	assert_true(bme[EDU2]);
}

/* Power stays on when one device cannot be silenced, and nothing has changed then. */
static void
test_power_refused(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	own_and_run(EDU2, &p23);
	stuck = &fn[EDU2];
	assert_int_equal(assign_power(false), -EIO);
	assert_string_equal(host_errstr, "0:2.0: bus mastering does not go off");
	assert_true(assign_powered() && bme[EDU]);
	assert_int_equal(the_unit.state, UNIT_ON);
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	stuck = NULL;
	bme[SHARED] = true;
	assert_int_equal(assign_power(false), -EIO);
	assert_string_equal(host_errstr, "0:8.0 is blocked and still a bus master");
	assert_int_equal(the_unit.state, UNIT_ON);
	bme[SHARED] = false;
}

static void
test_detach_while_off(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	assert_int_equal(assign_power(false), 0);
	clear();
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	assert_non_null(strstr(trace, "detach(as22 shared: 0:3.0) "));
	clear();
	assert_int_equal(assign_power(true), 0);
	assert_string_equal(trace, "unit-on ");
	assert_int_equal(assign_owner(&fn[EDU]), -1);
}

/* The unit is off until the first attach. When it does not switch on, that attach
 * fails and leaves nothing. */
static void
test_first_use(void **state)
{
	(void)state;
	power_init(NULL, true);
	power_start(false);
	the_unit.state = UNIT_OFF;
	power_err = -ETIMEDOUT;
	assert_int_equal(attach(EDU, 22), -EIO);
	assert_string_equal(host_errstr, "IOMMU unit 0 did not switch on");
	assert_false(assign_powered());
	assert_int_equal(host_blocks, 0);
	power_err = 0;
	assert_int_equal(attach(EDU, 22), 0);
	assert_true(assign_powered());
}

/* A request that was under way when power went off is blocked, and stops its device.
 * The device stays stopped when power comes back. */
static void
late_fault(void)
{
	fault(0x18, 0x1000, false);
}

static void
test_power_stop(void **state)
{
	(void)state;
	assert_int_equal(policy(EDU, 22, FAULT_STOP), 0);
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	self = &p1;
	while_draining = late_fault;
	assert_int_equal(assign_power(false), 0);
	assert_int_equal(assign_power(true), 0);
	assert_false(bme[EDU]);
	self = &p22; /* until its owner asks */
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	assert_true(bme[EDU]);
	self = &p1;
	/* power off is refused: what was silenced meanwhile was stopped too */
	bme[EDU2] = true;
	assert_int_equal(assign_power(false), -EIO);
	assert_false(bme[EDU]);
	bme[EDU2] = false;
	run_thread();
}

/* With iommu=first-use units stay off at boot, unless a device was attached there. A
 * unit that does not switch on is said. */
static void
test_boot_power(void **state)
{
	(void)state;
	the_unit.state = UNIT_OFF;
	power_init(NULL, true);
	assert_null(power_start(false));
	assert_string_equal(trace, "");
	assert_false(assign_powered());
	power_init(NULL, true);
	assert_null(power_start(true));
	assert_true(assign_powered());
	power_init(NULL, false);
	enable_err = -ENODEV;
	assert_string_equal(power_start(false), "it did not switch on");
	refused(EDU, 22, -ENODEV, "no usable IOMMU: it did not switch on");
	power_init("there is no table", false);
	assert_string_equal(power_start(true), "there is no table");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_power),
		T(test_power_wish),
		T(test_power_refused),
		T(test_detach_while_off),
		T(test_first_use),
		T(test_power_stop),
		T(test_boot_power),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

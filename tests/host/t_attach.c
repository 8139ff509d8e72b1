/* SRC: tests/host/fakeassign */
/*
 * Attach of one function: the order of its steps, each reason to refuse it, and that a
 * step which fails undoes those before it.
 */
#include "tests/host/fakeassign/fakeassign.h"
#include "dev/assign/power.h"

/* The device is silenced, its entry is published, its registers answer, and only then
 * it has an owner. The unit has no snoop control, so the device's no-snoop requests
 * are switched off. */
static void
test_attach(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	assert_string_equal(trace,
		"drain(0:3.0) interrupts-off(0:3.0) no-snoop-off(0:3.0) "
		"observe(as22) added(as22 shared: 8001000+1000) "
		"attach(as22 shared: 0:3.0) memory-on(0:3.0) ");
	assert_int_equal(assign_state(&fn[EDU]), FN_OWNED);
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	assert_int_equal(assign_count(&the_unit), 1);
	assert_false(bme[EDU]);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p23), "");
}

/* Firmware may have given the device commands before bus mastering went off. They have
 * 200 ms to run out. */
static void
test_attach_at_boot(void **state)
{
	(void)state;
	func[EDU].quiet_since = host_now - 30000000;
	assert_int_equal(attach(EDU, 22), 0);
	assert_non_null(strstr(trace,
		"sleep(170 ms) observe(as22) added(as22 shared: 8001000+1000) "
		"attach(as22 shared: 0:3.0) "));
}

/* Functions that one process has in one mode share a domain. */
static void
test_one_domain(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	assert_int_equal(attach(NVME, 22), 0);
	assert_int_equal(attach(EDU2, 23), 0);
	assert_int_equal(live_domains, 2);
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	assert_int_equal(live_domains, 2);
	assert_int_equal(assign_detach(fn[NVME].bdf, 22), 0);
	assert_int_equal(live_domains, 1);
	assert_null(as22.observer);
}

/* Each refusal has its own sentence and touches nothing. */
static void
test_refusals(void **state)
{
	(void)state;
	assert_int_equal(assign_attach(&(AttachArgs){
				 .bdf = BDF(0, 0, 9, 0), .pid = 22 }),
		-ENODEV);
	assert_string_equal(host_errstr, "no device 0:9.0");
	refused(EDU, 77, -ESRCH, "no process 77");
	refused(EDU, 24, -EINVAL, "process 24 is dying");
	refused(EDU, 0, -EINVAL,
		"process 0 is the kernel, which has no driver for 0:3.0");
	refused(HOST, 22, -EINVAL, "0:0.0 is a host bridge: it cannot be attached");
	refused(PORT, 22, -EINVAL, "0:5.0 is a bridge: it cannot be attached");
	refused(NOUNIT, 22, -ENODEV, "0:6.0: no IOMMU unit covers it");
	refused(RMRR, 22, -EPERM,
		"0:7.0: firmware reserves 0xed000-0xeffff for it (RMRR 3)");
	refused(SHARED, 22, -EPERM,
		"0:8.0: BAR 1 cannot be given away: shares a page with bar0 of 0:9.0");
	gone = &fn[EDU];
	refused(EDU, 22, -ENODEV, "0:3.0 does not answer any more");
	gone = NULL;
	assert_int_equal(attach(EDU, 22), 0);
	refused(EDU, 23, -EBUSY, "0:3.0 is owned by pid 22");
	refused(EDU, 22, -EBUSY, "0:3.0 is owned by pid 22");
	assert_int_equal(attach(BEHIND1, 22), 0);
	refused(BEHIND2, 23, -EBUSY,
		"1:2.0 is in one group with 1:1.0, owned by pid 22: one requester id "
		"behind 0:5.0 "
		"(attach -g takes a whole group)");
	the_unit = (Unit){ UNIT_BROKEN, "it did not answer" };
	refused(EDU2, 22, -EIO, "0:2.0: its IOMMU unit 0 is broken: it did not answer");
	the_unit = (Unit){ UNIT_UNUSABLE, "its registers read all ones" };
	refused(EDU2, 22, -EIO,
		"0:2.0: its IOMMU unit 0 is not usable: its registers read all ones");
	power_init("the machine has no DMAR table", false);
	refused(EDU2, 22, -ENODEV, "no usable IOMMU: the machine has no DMAR table");
}

/* When a step fails, the steps before it are undone. */
static void
test_undo(void **state)
{
	(void)state;
	attach_err = -ENOSPC;
	assert_int_equal(attach(EDU, 22), -ENOSPC);
	assert_string_equal(host_errstr, "IOMMU unit 0 has no domain id left");
	assert_int_equal(host_blocks, 0);
	assert_null(as22.observer);
	assert_int_equal(assign_owner(&fn[EDU]), -1);
	attach_err = -ETIMEDOUT;
	assert_int_equal(attach(EDU, 22), -ETIMEDOUT);
	attach_err = 0;
	for (long n = 0; n < 2; n++) {
		host_alloc_left = n;
		assert_int_equal(attach(EDU, 22), -ENOMEM);
		host_alloc_left = -1;
		assert_int_equal(host_blocks, 0);
		assert_int_equal(assign_state(&fn[EDU]), FN_BLOCKED);
		assert_int_equal(p22.refs, 0);
	}
	stuck = &fn[EDU];
	assert_int_equal(attach(EDU, 22), -EIO);
	assert_string_equal(host_errstr, "0:3.0: bus mastering does not go off");
	stuck = NULL;
	assert_int_equal(attach(EDU, 22), 0);
}

/* What an attach says when the hardware fails. */
static void
test_attach_sentences(void **state)
{
	(void)state;
	undrained = &fn[EDU];
	assert_int_equal(attach(EDU, 22), -EIO);
	assert_string_equal(host_errstr, "0:3.0: its transactions do not end");
	undrained = NULL;
	attach_err = -ENOMEM;
	assert_int_equal(attach(EDU, 22), -ENOMEM);
	assert_string_equal(host_errstr, "no memory for the tables of IOMMU unit 0");
	attach_err = -ETIMEDOUT;
	assert_int_equal(attach(EDU, 22), -ETIMEDOUT);
	assert_string_equal(host_errstr, "IOMMU unit 0 does not answer");
	attach_err = -EBUSY;
	assert_int_equal(attach(EDU, 22), -EBUSY);
	assert_string_equal(host_errstr, "IOMMU unit 0 refuses 0:3.0");
	attach_err = 0;
	the_unit.state = UNIT_OFF;
	assert_int_equal(attach(EDU, 22), -EIO);
	assert_string_equal(host_errstr, "0:3.0: its IOMMU unit 0 is off");
	the_unit.state = UNIT_ON;
}

/* rmrr.relax gives USB controllers and graphics to processes, and no other device. The
 * reserved memory is not mapped for them. */
static void
test_relax(void **state)
{
	/* clang-format off */
	static const struct { uint8_t cls, subclass; bool ok; } fns[] = {
		{ 0x0c, 0x03, true }, { 0x0c, 0x05, false },
		{ 0x03, 0x00, true }, { 0x02, 0x03, false },
	};
	/* clang-format on */

	(void)state;
	for (uint i = 0; i < nelem(fns); i++) {
		fn[RMRR].cls = fns[i].cls;
		fn[RMRR].subclass = fns[i].subclass;
		relax = false;
		refused(RMRR, 22, -EPERM,
			"0:7.0: firmware reserves 0xed000-0xeffff for it (RMRR 3)");
		relax = true;
		clear();
		assert_int_equal(attach(RMRR, 22), fns[i].ok ? 0 : -EPERM);
		assert_null(strstr(trace, "map("));
		if (fns[i].ok)
			assert_int_equal(assign_detach(fn[RMRR].bdf, 22), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_attach),
		T(test_attach_at_boot),
		T(test_one_domain),
		T(test_refusals),
		T(test_undo),
		T(test_attach_sentences),
		T(test_relax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: tests/host/fakeassign */
/*
 * A fault is told to the owner of the device that caused it, and stops the device or
 * kills the owner when the attach said so. A flood of faults stops a device in any case.
 */
#include "tests/host/fakeassign/fakeassign.h"
#include "dev/assign/blame.h"

static void
test_fault(void **state)
{
	Text t = { 0 };

	(void)state;
	own_and_run(EDU, &p22);
	event(EDU, &p22);
	fault(0x18, 0x6df084000, false);
	assert_string_equal(event(EDU, &p22),
		"fault write 0x6df084000 reason 5 PTE Write access is not set\n");
	run_thread();
	assert_string_equal(host_log,
		"DMAR:[DMA Write] Request device [00:03.0] fault addr 6df084000\n"
		"DMAR:[fault reason 05] PTE Write access is not set (pid 22 edu)\n");
	assert_true(bme[EDU]); /* fault=log */
	fault(0x18, 0x400000, false);
	fault(0x10, 0x1000, true); /* nobody's */
	assign_faults(&t);
	assert_non_null(strstr(t.s,
		"source 0:3.0 device 0:3.0 pid 22 name edu access write "
		"address 0x6df084000 reason 5 text 'PTE Write access is not set' "
		"tables 'not mapped'\n"));
	assert_non_null(strstr(t.s,
		"address 0x400000 reason 5 text 'PTE Write access is not set' "
		"tables 'mapped read-only'\n"));
	assert_non_null(strstr(t.s,
		"source 0:2.0 device 0:2.0 pid none access read address 0x1000"));
	text_free(&t);
	run_thread();
	assert_non_null(strstr(host_log,
		"[00:02.0] fault addr 1000\nDMAR:[fault reason 06] ? (no owner)"));
}

/* A fault of an id that two functions share is blamed on the owner of the group. The
 * console does not name one of the two devices. */
static void
test_fault_alias(void **state)
{
	(void)state;
	assert_int_equal(attach(BEHIND1, 22), 0);
	event(BEHIND1, &p22);
	fault(0x100, 0x5000, false);
	assert_memory_equal(event(BEHIND1, &p22), "fault write 0x5000", 18);
	run_thread();
	assert_non_null(strstr(host_log, "[01:00.0] fault addr 5000\n"));
	assert_non_null(strstr(host_log, "(pid 22 edu, device 1:1.0)"));
	assert_int_equal(attach(BEHIND2, 22), 0);
	event(BEHIND2, &p22);
	fault(0x100, 0x6000, false);
	run_thread();
	assert_non_null(strstr(host_log, "(pid 22 edu, one of 2 devices)"));
	assert_memory_equal(event(BEHIND2, &p22), "fault write 0x6000", 18);
}

static void
test_policies(void **state)
{
	(void)state;
	assert_int_equal(policy(EDU, 22, FAULT_STOP), 0);
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	fault(0x18, 0x1000, false);
	assert_false(bme[EDU]);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	event(EDU, &p22);
	assert_string_equal(event(EDU, &p22), "stop fault=stop\n");
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	run_thread();
	assert_non_null(strstr(host_log,
		"DMAR: bus mastering of 00:03.0 is off: fault=stop (pid 22 edu)"));
	assert_string_equal(killed, "");
	assert_int_equal(policy(EDU2, 23, FAULT_KILL), 0);
	fault(0x10, 0x1000, true); /* at once, not when the thread comes round to it */
	assert_string_equal(killed, "23 9 its device 0:2.0 was blocked: read of 0x1000");
}

/* Sixteen faults in a second switch bus mastering off. The console says so once, and
 * the owner cannot switch it on again within that second. */
static void
test_storm(void **state)
{
	uint lines = 0;

	(void)state;
	own_and_run(EDU, &p22);
	run_thread();
	for (uint i = 0; i < 15; i++)
		fault(0x18, 0x1000, false);
	assert_true(bme[EDU]);
	fault(0x18, 0x1000, false);
	assert_false(bme[EDU]);
	run_thread();
	for (char *s = host_log; (s = strchr(s, '\n')) != NULL; s++)
		lines++;
	assert_true(lines <= 10); /* a flood does not fill the console */
	assert_non_null(strstr(host_log, "is off: 16 faults in one second (pid 22 edu)"));
	self = &p22;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EBUSY);
	assert_string_equal(host_errstr,
		"0:3.0 flooded the IOMMU with faults: wait a second");
	host_now += 1000000000;
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	assert_true(bme[EDU]);
	self = &p1;
}

/* The limit of a storm can be set. Here it is two faults in 10 ms. */
static void
test_storm_set(void **state)
{
	ns_t time;
	uint max;

	(void)state;
	own_and_run(EDU, &p22);
	blame_storm(&max, &time);
	assert_int_equal(max, 16);
	assert_int_equal(time, 1000000000);
	blame_set_storm(2, 10000000);
	fault(0x18, 0x1000, false);
	host_now += 10000000;
	fault(0x18, 0x1000, false);
	assert_true(bme[EDU]);
	host_now += 9000000;
	fault(0x18, 0x1000, false);
	assert_false(bme[EDU]);
	run_thread();
	assert_non_null(strstr(host_log,
		"is off: more faults than storm in #vtd/ctl allows (pid 22 edu)"));
	blame_set_storm(max, time);
}

/* A source that is no known device cannot be stopped. The console prints only the
 * first four of its faults. */
static void
test_stray(void **state)
{
	uint lines = 0;
	Text t = { 0 };

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	for (uint i = 0; i < 50; i++)
		fault(0x5550, 0x1000, false);
	run_thread();
	for (char *s = host_log; (s = strchr(s, '\n')) != NULL; s++)
		lines++;
	assert_int_equal(lines, 2 * 4);
	assert_string_equal(event(EDU, &p22), "attach shared\n");
	assert_string_equal(event(EDU, &p22), "");
	assign_faults(&t);
	assert_non_null(strstr(t.s,
		"source 55:a.0 device unknown pid none access write"));
	text_free(&t);
}

/* The unit lost fault records. Every owner that they may concern is told, and nobody
 * is blamed. */
static void
test_lost(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	event(EDU, &p22);
	fault_fn(&(VtdFault){ .lost = true });
	assert_string_equal(event(EDU, &p22), "overflow unit 0: faults were lost\n");
	run_thread();
	assert_non_null(strstr(host_log,
		"DMAR: unit 0: fault records were lost (overflow)\n"));
}

/* A blocked interrupt is told to the owner of its device, with words of its own. */
static void
test_interrupt_fault(void **state)
{
	Text t = { 0 };

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	event(EDU, &p22);
	fault_fn(&(VtdFault){
		.sid = 0x18, .interrupt = true, .addr = 7, .reason = 0x26 });
	fault_fn(&(VtdFault){
		.sid = 0x20, .interrupt = true, .addr = 7, .reason = 0x24 });
	fault_fn(&(VtdFault){
		.sid = 0x18, .interrupt = true, .addr = 8, .reason = 0x22 });
	fault_fn(&(VtdFault){
		.sid = 0x18, .interrupt = true, .addr = 7, .reason = 0x25 });
	assert_string_equal(event(EDU, &p22), "fault interrupt index 0x7 reason 38 ?\n");
	assign_faults(&t);
	assert_non_null(strstr(t.s,
		"pid 22 name edu access interrupt index 0x7 reason 38 text '?' "
		"tables 'an entry of another'\n"));
	assert_non_null(strstr(t.s,
		"index 0x7 reason 36 text '?' tables 'its own entry'\n"));
	assert_non_null(strstr(t.s, "index 0x8 reason 34 text '?' tables 'no entry'\n"));
	assert_non_null(strstr(t.s,
		"reason 37 text '?' tables 'compatibility format'\n"));
	text_free(&t);
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	assert_int_equal(policy(EDU, 22, FAULT_KILL), 0);
	fault_fn(&(VtdFault){
		.sid = 0x18, .interrupt = true, .addr = 7, .reason = 0x26 });
	assert_string_equal(killed,
		"22 9 its device 0:3.0 was blocked: interrupt by index 0x7");
}

/* A fault of a kernel driver's device names the driver and makes no event, because
 * events are for processes. A flood stops this device like any other. */
static void
test_kernel_fault(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(kdev_master(dev2, true), 0);
	for (uint i = 0; i < 16; i++)
		fault(0x10, 0x1000, false);
	run_thread();
	assert_non_null(strstr(host_log, "is off: 16 faults in one second (pid 0 toy)"));
	assert_int_equal(func[EDU2].events.n, 0);
	assert_int_equal(kdev_master(dev2, true), -EBUSY);
	assert_string_equal(host_errstr, "0:2.0: its bus mastering was stopped");
	undrained = &fn[EDU2];
	assert_int_equal(kdev_quiet(dev2), -EIO);
	assert_string_equal(host_errstr, "0:2.0: its transactions do not end");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_fault),
		T(test_fault_alias),
		T(test_policies),
		T(test_storm),
		T(test_storm_set),
		T(test_stray),
		T(test_lost),
		T(test_interrupt_fault),
		T(test_kernel_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: tests/host/fakeassign */
/*
 * What an owner may do with its function, and nobody else: bus mastering, reset,
 * registers, interrupts. Each refusal has its sentence.
 */
#include "tests/host/fakeassign/fakeassign.h"

static void
test_owner_only(void **state)
{
	uint64_t n;
	vaddr_t va;

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	clear();
	self = &p23;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EPERM);
	assert_string_equal(host_errstr, "0:3.0 is owned by pid 22");
	assert_int_equal(assign_reset(&fn[EDU]), -EPERM);
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, 4096, SPROT_READ, &va), -EPERM);
	assert_int_equal(assign_intr_open(&fn[EDU]), -EPERM);
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, true, &n), -EPERM);
	assert_int_equal(assign_busmaster(&fn[EDU2], true), -EPERM);
	assert_string_equal(host_errstr, "0:2.0 is not assigned to any process");
	assert_string_equal(trace, "");
	self = &p22;
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0x10000, 1, SPROT_READ, &va),
		-EPERM);
	assert_string_equal(host_errstr, "0:3.0 bar0: the MSI-X table is there");
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 8, 4096, SPROT_READ, &va), -EINVAL);
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, 0, SPROT_READ, &va), -EINVAL);
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, SIZE_MAX, SPROT_READ, &va),
		-EINVAL);
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, 1, SPROT_READ | SPROT_EXEC, &va),
		-EINVAL);
	assert_int_equal(assign_reset(&fn[EDU]), -ENOTSUP);
	assert_string_equal(host_errstr, "0:3.0 has no reset");
	the_unit.state = UNIT_BROKEN;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EIO);
	assert_false(bme[EDU]);
}

/* What the owner is told when it asks for what cannot be done. */
static void
test_owner_sentences(void **state)
{
	char line[80];
	vaddr_t va;
	uint64_t n;

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	self = &p22;
	assign_map_bar(&fn[EDU], 0, 8, 4096, SPROT_READ, &va);
	assert_string_equal(host_errstr, "0:3.0 bar0: want whole pages");
	assign_map_bar(&fn[EDU], 0, 0, 4096, SPROT_READ | SPROT_EXEC, &va);
	assert_string_equal(host_errstr,
		"0:3.0 bar0: registers are read or read and written");
	no_vector = true;
	assert_int_equal(assign_intr_open(&fn[EDU]), -ENOSPC);
	assert_string_equal(host_errstr, "no interrupt vector is left for 0:3.0");
	no_vector = false;
	no_msi = &fn[EDU];
	assert_int_equal(assign_intr_open(&fn[EDU]), -ENOTSUP);
	assert_string_equal(host_errstr, "0:3.0 has neither MSI nor MSI-X");
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, true, &n), -EAGAIN);
	assert_string_equal(host_errstr, "no interrupt yet");
	while (assign_event_read(&fn[EDU], line, sizeof line, true) > 0)
		;
	assert_string_equal(host_errstr, "no event yet");
	the_unit.state = UNIT_OFF;
	assert_int_equal(assign_busmaster(&fn[EDU], true), -EIO);
	assert_string_equal(host_errstr, "0:3.0: its IOMMU unit 0 is not translating");
}

static void
test_interrupts(void **state)
{
	uint64_t n = 9;
	Waitq *q;

	(void)state;
	own_and_run(EDU, &p22);
	self = &p22;
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, true, &n), -EAGAIN);
	/* killed asleep */
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, false, &n), -EINTR);
	assert_int_equal(assign_poll(&fn[EDU], true, 0, &q), 0);
	func[EDU].intr = 2;
	assert_int_equal(assign_poll(&fn[EDU], true, 0, &q), SPOLLIN);
	assert_int_equal(assign_intr_wait(&fn[EDU], 0, false, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(assign_poll(&fn[EDU], false, 0, &q), SPOLLIN);
	assert_ptr_equal(q, &func[EDU].event_wait);
}

/* The interrupt entry is set up before the device gets its message, and taken away
 * when the device has no MSI. After a reset the device gets the same message again. */
static void
test_entries(void **state)
{
	(void)state;
	assert_int_equal(attach(NVME, 22), 0);
	self = &p22;
	clear();
	assert_int_equal(assign_intr_open(&fn[NVME]), 0);
	assert_string_equal(trace, "entry(0:4.0 vector 50) msi-on(0:4.0) ");
	assert_int_equal(assign_intr_open(&fn[NVME]), 0);
	assert_int_equal(assign_reset(&fn[NVME]), 0);
	assert_string_equal(trace,
		"entry(0:4.0 vector 50) msi-on(0:4.0) "
		"reset(0:4.0) msi-on(0:4.0) "); /* the same entry */
	assert_int_equal(attach(EDU, 22), 0);
	no_msi = &fn[EDU];
	clear();
	assert_int_equal(assign_intr_open(&fn[EDU]), -ENOTSUP);
	assert_string_equal(trace,
		"entry(0:3.0 vector 50) msi-on(0:3.0) entry-off(0:3.0) "
		"vector-free(50) ");
	no_msi = NULL;
	entry_err = -ENOSPC;
	clear();
	assert_int_equal(assign_intr_open(&fn[EDU]), -ENOSPC);
	assert_string_equal(trace, "entry(0:3.0 vector 50) vector-free(50) ");
	assert_false(msi[EDU]);
}

/* The unit does not confirm that an interrupt entry has gone. Its vector is never used
 * again. */
static void
test_entry_unconfirmed(void **state)
{
	(void)state;
	own_and_run(EDU, &p22);
	unentry_err = -ETIMEDOUT;
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), -EIO);
	assert_non_null(strstr(trace,
		"entry-off(0:3.0) sleep(200 ms) poll-faults unobserve(as22) "
		"domain-free(as22 shared) "));
	assert_null(strstr(trace, "vector-free(50)"));
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	assert_string_equal(host_errstr,
		"0:3.0 is taken away, and broken: "
		"its unit did not confirm that its interrupts have ended");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_owner_only),
		T(test_owner_sentences),
		T(test_interrupts),
		T(test_entries),
		T(test_entry_unconfirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

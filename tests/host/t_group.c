/* SRC: tests/host/fakeassign */
/*
 * Functions that share an isolation group or a requester id: they are attached and
 * detached together, they go to one owner, and an attach that fails half way takes all
 * of them back.
 */
#include "tests/host/fakeassign/fakeassign.h"

static int
attach_group(uint i, int pid)
{
	return assign_attach(&(AttachArgs){
		.bdf = fn[i].bdf, .pid = pid, .group = true });
}

/* Any member of the group may be named. The bridge among them goes to nobody. */
static void
test_group(void **state)
{
	(void)state;
	for (uint i = BEHIND1; i <= BEHIND2; i++) {
		clear();
		assert_int_equal(attach_group(i, 22), 0);
		assert_string_equal(trace,
			"drain(1:1.0) interrupts-off(1:1.0) no-snoop-off(1:1.0) "
			"observe(as22) added(as22 shared: 8001000+1000) "
			"attach(as22 shared: 1:1.0 1:0.0) memory-on(1:1.0) drain(1:2.0) "
			"interrupts-off(1:2.0) no-snoop-off(1:2.0) "
			"attach(as22 shared: 1:2.0) memory-on(1:2.0) ");
		assert_int_equal(assign_owner(&fn[BEHIND1]), 22);
		assert_int_equal(assign_owner(&fn[BEHIND2]), 22);
		assert_int_equal(assign_owner(&fn[PORT]), -1);
		assert_int_equal(assign_count(&the_unit), 2);
		assert_int_equal(live_domains, 1);
		assert_int_equal(assign_detach(fn[BEHIND1].bdf, -1), 0);
		assert_int_equal(assign_detach(fn[BEHIND2].bdf, -1), 0);
	}
	assert_int_equal(attach_group(EDU, 22), 0); /* a group of one */
	assert_int_equal(assign_count(&the_unit), 1);
}

static void
group_refused(uint i, int pid, int err, const char *sentence)
{
	clear();
	assert_int_equal(attach_group(i, pid), err);
	assert_string_equal(host_errstr, sentence);
	assert_string_equal(trace, "");
}

/* When one member cannot be attached, none is touched. */
static void
test_group_refused(void **state)
{
	(void)state;
	group_refused(PORT, 22, -EINVAL, "0:5.0 is a bridge: it cannot be attached");
	gone = &fn[BEHIND2];
	group_refused(BEHIND1, 22, -ENODEV, "1:2.0 does not answer any more");
	gone = NULL;
	assert_int_equal(attach(BEHIND1, 23), 0);
	group_refused(BEHIND1, 22, -EBUSY, "1:1.0 is owned by pid 23");
	group_refused(BEHIND2, 22, -EBUSY,
		"1:2.0 is in one group with 1:1.0, owned by pid 23: "
		"one requester id behind 0:5.0 (attach -g takes a whole group)");
	group_refused(BEHIND2, 23, -EBUSY, "1:1.0 is owned by pid 23");
	assert_int_equal(assign_owner(&fn[BEHIND2]), -1);
}

/* The second member fails at each of its steps. The first is drained, and the error
 * text of the second stays. */
static void
test_group_undo(void **state)
{
	(void)state;
	attach_err = -ENOSPC;
	attach_good = 1;
	assert_int_equal(attach_group(BEHIND1, 22), -ENOSPC);
	attach_err = 0;
	assert_string_equal(host_errstr, "IOMMU unit 0 has no domain id left");
	assert_string_equal(strstr(trace, "no-snoop-off(1:2.0)"),
		"no-snoop-off(1:2.0) revoke(as22 1:1.0) interrupts-off(1:1.0) "
		"drain(1:1.0) detach(as22 shared: 1:1.0 1:0.0) poll-faults "
		"unobserve(as22) domain-free(as22 shared) ");
	stuck = &fn[BEHIND2];
	assert_int_equal(attach_group(BEHIND1, 22), -EIO);
	assert_string_equal(host_errstr, "1:2.0: bus mastering does not go off");
	stuck = &fn[BEHIND1]; /* the first fails: there is nothing to take back */
	assert_int_equal(attach_group(BEHIND1, 22), -EIO);
	stuck = NULL;
	for (uint i = BEHIND1; i <= BEHIND2; i++) {
		assert_int_equal(assign_state(&fn[i]), FN_BLOCKED);
		assert_int_equal(assign_owner(&fn[i]), -1);
	}
	assert_int_equal(host_blocks, 0);
	assert_int_equal(p22.refs, 0);
	assert_null(as22.observer);
}

/* A group is taken away as a whole, or refused with the reason for it. */
static void
test_group_detach(void **state)
{
	bdf_t one = fn[BEHIND1].bdf, two = fn[BEHIND2].bdf;

	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	for (uint i = 0; i < 2; i++) {
		assert_int_equal(attach_group(BEHIND1, 22), 0);
		clear();
		assert_int_equal(assign_detach_group(i == 0 ? one : two,
					 i == 0 ? -1 : 22),
			0);
		assert_string_equal(trace,
			"revoke(as22 1:1.0) revoke(as22 1:2.0) interrupts-off(1:1.0) "
			"drain(1:1.0) interrupts-off(1:2.0) drain(1:2.0) "
			"detach(as22 shared: 1:1.0) detach(as22 shared: 1:2.0 1:0.0) "
			"poll-faults ");
		assert_int_equal(assign_owner(&fn[BEHIND1]), -1);
		assert_int_equal(assign_owner(&fn[BEHIND2]), -1);
		assert_int_equal(assign_owner(&fn[EDU]), 22);
	}
	assert_int_equal(assign_detach_group(one, -1), -EINVAL);
	assert_string_equal(host_errstr, "1:1.0 is not assigned to any process");
	assert_int_equal(assign_detach_group(fn[PORT].bdf, -1), -EINVAL);
	assert_int_equal(attach(BEHIND1, 22), 0);
	assert_int_equal(assign_detach_group(one, -1), -EINVAL); /* not as it was given */
	assert_string_equal(host_errstr, "1:2.0 is not assigned to any process");
	assert_int_equal(assign_owner(&fn[BEHIND1]), 22);
	assert_int_equal(attach(BEHIND2, 22), 0);
	clear();
	assert_int_equal(assign_detach_group(two, 23), -EINVAL);
	assert_string_equal(host_errstr, "1:2.0 is owned by pid 22, not 23");
	assert_string_equal(trace, "");
	bad_reset = undrained = &fn[BEHIND2]; /* gone all the same, and said */
	assert_int_equal(assign_detach_group(one, 22), -EIO);
	assert_string_equal(host_errstr,
		"1:2.0 is taken away, and broken: its transactions do not end");
	assert_int_equal(assign_state(&fn[BEHIND1]), FN_BLOCKED);
	assert_int_equal(assign_state(&fn[BEHIND2]), FN_BROKEN);
	assert_int_equal(live_domains, 1);
}

/* A failed attach of a group leaves alone what the process owned before. */
static void
test_group_undo_spares(void **state)
{
	(void)state;
	assert_int_equal(attach(EDU, 22), 0);
	attach_err = -ENOSPC;
	attach_good = 1;
	assert_int_equal(attach_group(BEHIND1, 22), -ENOSPC);
	attach_err = 0;
	assert_int_equal(assign_owner(&fn[EDU]), 22);
	assert_int_equal(assign_owner(&fn[BEHIND1]), -1);
	assert_int_equal(live_domains, 1);
	assert_non_null(as22.observer);
}

/* An id that two functions share is attached once, and stays as long as one of them
 * has an owner. */
static void
test_alias(void **state)
{
	(void)state;
	assert_int_equal(attach(BEHIND1, 22), 0);
	assert_non_null(strstr(trace, "attach(as22 shared: 1:1.0 1:0.0) "));
	assert_int_equal(attach(BEHIND2, 22), 0);
	assert_non_null(strstr(trace, "attach(as22 shared: 1:2.0) "));
	clear();
	assert_int_equal(assign_detach(fn[BEHIND1].bdf, -1), 0);
	assert_non_null(strstr(trace, "detach(as22 shared: 1:1.0) "));
	assert_int_equal(assign_owner(&fn[BEHIND2]), 22);
	assert_int_equal(assign_detach(fn[BEHIND2].bdf, -1), 0);
	assert_non_null(strstr(trace, "detach(as22 shared: 1:2.0 1:0.0) "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_group),
		T(test_group_refused),
		T(test_group_undo),
		T(test_group_detach),
		T(test_group_undo_spares),
		T(test_alias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: tests/host/fakeassign */
/*
 * Devices that translate by themselves (ATS): for drivers of the kernel only, on after
 * the entry is there and off before it goes, and cut off when they do not confirm.
 */
#include "tests/host/fakeassign/fakeassign.h"
#include "dev/assign/ats.h"

/* ATS goes on after the entry of the device is there. Its TLB is emptied and ATS goes
 * off before the entry goes. */
static void
test_kernel_ats(void **state)
{
	KdevInfo k;

	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	frames = (PageStat){
		.total = 10, .free = 5, .kernel = 2, .user = 1, .table = 1, .withheld = 1
	};
	translating = "0:2.0,0:3.0";
	fn[EDU2].ats = fn[EDU].ats = 0x100;
	func[EDU2].ats_port = true;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_string_equal(trace,
		"drain(0:2.0) interrupts-off(0:2.0) no-snoop-off(0:2.0) "
		"attach-tlb(mapped: 0:2.0 depth 5) ats-on(0:2.0) memory-on(0:2.0) "
		"driver-start(0:2.0) ");
	assert_true(assign_kdev(&fn[EDU2], &k) && k.ats);
	checks(CLEAN);
	assert_int_equal(kdev_master(dev2, true), 0);
	clear();
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), 0);
	assert_string_equal(trace,
		"driver-stop(0:2.0) master-off(0:2.0) interrupts-off(0:2.0) "
		"drain(0:2.0) tlb-off(mapped) ats-off(0:2.0) detach(mapped: 0:2.0) "
		"sleep(200 ms) poll-faults domain-free(mapped) ");
	/* a process */
	clear();
	assert_int_equal(attach(EDU2, 22), 0);
	assert_null(strstr(trace, "ats"));
	assert_null(strstr(trace, "tlb"));
	assert_int_equal(assign_detach(fn[EDU2].bdf, -1), 0);
	/* back, and the unit cannot any more */
	obstacle = "that needs the invalidation queue";
	clear();
	assert_int_equal(attach(EDU2, 0), 0);
	assert_null(strstr(trace, "tlb"));
	with_ats = &fn[EDU2];
	checks("I14 function 0:2.0: translates by itself: ATS, PRI or PASID "
	       "is on\n"
	       "violations 1\n");
	with_ats = NULL;
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), 0);
	obstacle = NULL;
	attach_err = -ENOMEM; /* nothing is switched on that is not published */
	clear();
	assert_int_equal(attach(EDU2, 0), -ENOMEM);
	assert_null(strstr(trace, "ats"));
	attach_err = 0;
}

/* The device does not confirm an invalidation of its TLB. Its bus mastering goes off
 * at once, and the domain it may remember is never freed. */
static void
test_kernel_ats_silent(void **state)
{
	(void)state;
	translating = "0:2.0";
	fn[EDU2].ats = 0x100;
	func[EDU2].ats_port = true;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(kdev_master(dev2, true), 0);
	clear();
	tlb.off(tlb.arg);
	assert_string_equal(trace, "master-off(0:2.0) ats-off(0:2.0) ");
	assert_non_null(strstr(host_log,
		"0:2.0 is broken: its own TLB does not confirm an invalidation\n"));
	assert_int_equal(kdev_master(dev2, true), -EBUSY);
	tlb_err = -EIO;
	Kdev *lost = dev2;
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), -EIO);
	tlb_err = 0;
	assert_int_equal(assign_state(&fn[EDU2]), FN_BROKEN);
	assert_int_equal(live_domains, 1); /* nobody gets what it was in */
	given_up("mapped");
	kfree(lost);
}

static void
stays_off(const char *why)
{
	char want[160];

	host_log[0] = 0;
	ats_boot();
	snprintf(want, sizeof want, "boot: iommu.ats=0:2.0: its ATS stays off: %s\n",
		why);
	assert_string_equal(host_log, want);
	assert_false(ats_wanted(&func[EDU2]));
}

static void
test_ats_refused(void **state)
{
	(void)state;
	host_log[0] = 0;
	ats_boot();
	assert_string_equal(host_log, ""); /* not asked for */
	translating = "0:2.0";
	stays_off("it has no ATS capability");
	fn[EDU2].ats = 0x100;
	stays_off("no ATSR or SATC of the firmware says that its port can");
	func[EDU2].ats_port = true;
	host_log[0] = 0;
	ats_boot();
	assert_string_equal(host_log, "");
	assert_true(ats_wanted(&func[EDU2]));
	obstacle = "its unit takes no part in it";
	stays_off("its unit takes no part in it");
	obstacle = NULL;
	direct = true;
	stays_off("iommu.default=passthrough leaves nothing to translate");
	direct = false;
	fn[EDU2].nsid = 2;
	stays_off("a bridge above it puts its own id into requests");
	fn[EDU2].nsid = 1;
	func[EDU2].unit = NULL;
	stays_off("no IOMMU unit covers it");
	translating = "0:19.0";
	host_log[0] = 0;
	ats_boot();
	assert_string_equal(host_log,
		"boot: iommu.ats=0:19.0: its ATS stays off: it is not there\n");
	translating = "0:3.0"; /* which no driver knows */
	fn[EDU].ats = 0x100;
	func[EDU].ats_port = true;
	host_log[0] = 0;
	ats_boot();
	assert_string_equal(host_log,
		"boot: iommu.ats=0:3.0: its ATS stays off: the kernel has no driver "
		"for it, and processes get no device with ATS on\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kernel_ats),
		T(test_kernel_ats_silent),
		T(test_ats_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

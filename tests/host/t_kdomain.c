/* SRC: tests/host/fakeassign */
/*
 * What the device of a kernel driver sees: its own mappings, or all of memory when the
 * boot parameter says so, and what firmware reserved for it (RMRR).
 */
#include "tests/host/fakeassign/fakeassign.h"

/* iommu.default=passthrough gives a driver's device all of memory: by a table, or
 * without one if the unit can. Addresses are physical then. What the device has too
 * few address bits for is bounced, and translation may go off. */
static void
test_kernel_direct(void **state)
{
	uint8_t *buf = (void *)page_alloc(0, PAGE_KERNEL);
	KdevInfo k;
	KdevMap m;

	(void)state;
	direct = true;
	assert_int_equal(attach(EDU2, 0), 0);
	assert_non_null(strstr(trace,
		"identity(0+9f000 rw) identity(100000+1ff00000 rw) "
		"identity(fe000000+e00000 rw) identity(fef00000+2100000 rw) "
		"attach(identity: 0:2.0)"));
	kdev_info(dev2, &k);
	assert_string_equal(k.view, "identity");
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), 0);
	map_err = -ENOMEM;
	assert_int_equal(attach(EDU2, 0), -ENOMEM);
	assert_string_equal(host_errstr, "0:2.0: no domain for the kernel's driver");
	assert_int_equal(live_domains, 0);
	map_err = 0;
	passes = true;
	clear();
	assert_int_equal(attach(EDU2, 0), 0);
	assert_null(strstr(trace, "identity"));
	kdev_info(dev2, &k);
	assert_string_equal(k.view, "pass-through");
	clear();
	/* host memory is above 2^28 */
	assert_int_equal(kdev_map(dev2, buf, 50, DOMAIN_R, &m), 0);
	assert_int_not_equal(m.bounce, 0);
	assert_int_equal(m.iova, m.bounce);
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_string_equal(trace, "");
	assert_int_equal(kdev_master(dev2, true), 0);
	bme[EDU2] = false; /* the unit of the test wants to see none */
	assert_int_equal(assign_power(false), 0);
	assert_int_equal(assign_state(&fn[EDU2]), FN_KERNEL);
	assert_int_equal(assign_power(true), 0);
	/* a process never gets it */
	clear();
	assert_int_equal(attach(EDU, 22), 0);
	assert_non_null(strstr(trace, "attach(as22 shared: 0:3.0)"));
	page_free((paddr_t)buf, 0);
}

/* Reserved memory (RMRR) is mapped before the entry is published, at every attach, and
 * only where the memory map of the firmware says reserved. */
static void
test_kernel_rmrr(void **state)
{
	KdevMap m;
	uint8_t b;

	(void)state;
	for (int i = 0; i < 2; i++) {
		clear();
		assert_int_equal(attach(RMRR, 0), 0);
		assert_non_null(strstr(trace,
			"map(ed000+3000 rw) attach(mapped: 0:7.0) "));
		assert_int_equal(assign_detach(fn[RMRR].bdf, 0), 0);
	}
	direct = true;
	clear();
	assert_int_equal(attach(RMRR, 0), 0);
	assert_non_null(strstr(trace,
		"identity(ed000+3000 rw) attach(identity: 0:7.0) "));
	assert_int_equal(assign_detach(fn[RMRR].bdf, 0), 0);
	direct = false;
	rmrr[0].limit = 0xf0fff;
	refused(RMRR, 0, -EPERM,
		"0:7.0: RMRR 3 claims 0xed000-0xf0fff, which firmware did not reserve");
	rmrr[0].base = 0x200000;
	rmrr[0].limit = 0x2fffff;
	refused(RMRR, 0, -EPERM,
		"0:7.0: RMRR 3 claims 0x200000-0x2fffff, which firmware did not reserve");
	rmrr[0].base = 0xec000; /* begins in a hole */
	rmrr[0].limit = 0xeffff;
	refused(RMRR, 0, -EPERM,
		"0:7.0: RMRR 3 claims 0xec000-0xeffff, which firmware did not reserve");
	/* nothing of the driver's is mapped there */
	rmrr[0] = rmrr[1] = (VtdRmrr){ 3, 0xed000, 0xeffff };
	func[EDU2].rmrr = rmrr;
	func[EDU2].nrmrr = 2;
	assert_int_equal(attach(EDU2, 0), 0);
	rmrr[1].limit = 0x11fffff;
	assert_int_equal(kdev_map(dev2, &b, 1, DOMAIN_R, &m), 0);
	assert_int_equal(rounddown(m.iova, 4096), 0x1200000);
}

/* A device may have several RMRRs. An error text is about the one that is wrong, a
 * page in two of them is mapped once, and without one of them there is no domain. */
static void
test_kernel_rmrrs(void **state)
{
	(void)state;
	func[RMRR].nrmrr = 2;
	rmrr[0].limit = 0xedfff;
	rmrr[1] = (VtdRmrr){ 5, 0xee000, 0xeffff };
	clear();
	assert_int_equal(attach(RMRR, 0), 0);
	assert_non_null(strstr(trace,
		"map(ed000+1000 rw) map(ee000+2000 rw) attach(mapped: 0:7.0) "));
	assert_int_equal(assign_detach(fn[RMRR].bdf, 0), 0);
	taken = 0xee000; /* by the first */
	clear();
	assert_int_equal(attach(RMRR, 0), 0);
	assert_non_null(strstr(trace,
		"map(ed000+1000 rw) map(ef000+1000 rw) attach(mapped: 0:7.0) "));
	assert_int_equal(assign_detach(fn[RMRR].bdf, 0), 0);
	taken = 0;
	map_err = -ENOMEM;
	map_good = 1;
	assert_int_equal(attach(RMRR, 0), -ENOMEM);
	assert_string_equal(host_errstr, "0:7.0: no domain for the kernel's driver");
	assert_int_equal(live_domains, 0);
	map_err = 0;
	rmrr[1].limit = 0xf0fff;
	refused(RMRR, 0, -EPERM,
		"0:7.0: RMRR 5 claims 0xee000-0xf0fff, which firmware did not reserve");
	refused(RMRR, 22, -EPERM,
		"0:7.0: firmware reserves 0xed000-0xedfff for it (RMRR 3)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kernel_direct),
		T(test_kernel_rmrr),
		T(test_kernel_rmrrs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

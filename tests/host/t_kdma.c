/* SRC: tests/host/fakeassign */
/*
 * Buffers of kernel drivers: where they are mapped, their bounce copies, and that pages
 * which a unit may still reach are withheld.
 */
#include "tests/host/fakeassign/fakeassign.h"

/* Buffers are mapped in whole pages, with a free page between two of them, below the
 * highest address the device can name. */
static void
test_kernel_maps(void **state)
{
	uint8_t *buf = (void *)page_alloc(1, PAGE_KERNEL);
	KdevMap m, n;

	(void)state;
	assert_int_equal(attach(EDU2, 0), 0);
	clear();
	assert_int_equal(kdev_map(dev2, buf + 100, 50, DOMAIN_R, &m), 0);
	assert_int_equal(m.iova, 0x1000064);
	assert_int_equal(kdev_map(dev2, buf + 4000, 200, DOMAIN_W, &n), 0);
	assert_int_equal(n.iova, 0x1002fa0);
	assert_string_equal(trace, "map(1000000+1000 r) map(1002000+2000 w) ");
	clear();
	assert_int_equal(kdev_unmap(dev2, &n), 0);
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_string_equal(trace, "unmap(1002000+2000) unmap(1000000+1000) ");
	readable = true; /* tables that cannot say write-only */
	clear();
	assert_int_equal(kdev_map(dev2, buf, 50, DOMAIN_W, &m), 0);
	assert_non_null(strstr(trace, "+1000 rw) "));
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	readable = false;
	dev2->next = (1 << 28) - 4096;
	assert_int_equal(kdev_map(dev2, buf, 8192, DOMAIN_R, &m), 0);
	assert_int_equal(m.iova, 0x1000000);
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_int_equal(kdev_map(dev2, buf, 1 << 28, DOMAIN_R, &m), -ENOSPC);
	assert_string_equal(host_errstr,
		"0:2.0: no room for a buffer of 268435456 bytes");
	page_free((paddr_t)buf, 1);
	for (uint i = 0; i < 3; i++) { /* in_turn */
		static void (*const look[])(Text * t) = { assign_check, assign_domains,
			assign_stats };
		Text t = { 0 };

		look[i](&t);
		text_free(&t);
		assert_null(host_self.held);
	}
}

/* The bounce copy is filled before the device reads, and copied back after it wrote,
 * as far as its rights go. */
static void
test_kernel_bounce(void **state)
{
	uint8_t buf[8] = "before", *copy;
	KdevInfo k;
	KdevMap m;

	(void)state;
	bouncing = "0:3.0,zzz,0:2.0";
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), 0);
	assert_int_equal(m.iova % 4096, 0);
	copy = page_ptr(m.bounce);
	assert_string_equal((char *)copy, "before");
	strcpy((char *)copy, "after");
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_string_equal((char *)buf, "after");
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_R, &m), 0);
	strcpy(page_ptr(m.bounce), "nothing");
	assert_int_equal(kdev_unmap(dev2, &m), 0);
	assert_string_equal((char *)buf, "after");
	kdev_info(dev2, &k);
	assert_true(k.bounce);
	assert_int_equal(k.bounced, 2);
	assert_int_equal(host_frames, 0);
	host_alloc_left = 0;
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), -ENOMEM);
	host_alloc_left = -1;
	assert_string_equal(host_errstr, "0:2.0: no memory to bounce 8 bytes");
	map_err = -EEXIST;
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), -EEXIST);
	assert_int_equal(host_frames, 0);
}

/* The unit does not confirm an unmap. The pages are withheld. */
static void
test_kernel_unconfirmed(void **state)
{
	uint8_t buf[8] = "before";
	KdevMap m;

	(void)state;
	bouncing = "0:2.0";
	assert_int_equal(attach(EDU2, 0), 0);
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), 0);
	page_free(m.bounce, 0); /* of the test's, whom nobody takes it from */
	unmap_err = -ETIMEDOUT;
	pages_withheld = 0;
	assert_int_equal(kdev_unmap(dev2, &m), -EIO);
	assert_string_equal(host_errstr,
		"0:2.0: the IOMMU did not confirm that a buffer is its no more");
	assert_int_equal(pages_withheld, 1);
	assert_string_equal((char *)buf, "before");
	assert_int_equal(assign_state(&fn[EDU2]), FN_BROKEN);
	Kdev *lost = dev2;
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), -EIO);
	assert_int_equal(live_domains, 1);
	given_up("mapped");
	kfree(lost);
}

/* The unit does not confirm a map. The mapping is taken out of the tables again, but
 * the device may know it already, so the pages are withheld. */
static void
test_kernel_unannounced(void **state)
{
	uint8_t buf[8] = "before";
	KdevMap m;

	(void)state;
	bouncing = "0:2.0";
	assert_int_equal(attach(EDU2, 0), 0);
	map_err = -ETIMEDOUT;
	pages_withheld = 0;
	assert_int_equal(kdev_map(dev2, buf, sizeof buf, DOMAIN_W, &m), -EIO);
	assert_string_equal(host_errstr,
		"0:2.0: the IOMMU did not confirm that a buffer is its no more");
	assert_int_equal(pages_withheld, 1);
	assert_int_equal(assign_state(&fn[EDU2]), FN_BROKEN);
	page_free(last_withheld, 0); /* of the test's, whom nobody takes it from */
	Kdev *lost = dev2;
	assert_int_equal(assign_detach(fn[EDU2].bdf, 0), -EIO);
	given_up("mapped");
	kfree(lost);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kernel_maps),
		T(test_kernel_bounce),
		T(test_kernel_unconfirmed),
		T(test_kernel_unannounced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: dev/vtd tests/host/fakehw */
/*
 * The invalidation queue on a fake unit: batches, wrap-around, late completion, and the
 * three errors a queue can report. Recovery must leave nothing cached that should be
 * gone.
 */
#include "tests/host/host.h"

#include "tests/host/fakehw/fakehw.h"
#include "tests/host/fakehw/space.h"

#include <string.h>

#include "dev/vtd/os.h"

#define VA 0x10002000ull

static FakeUnit *f;
static Unit *u;
static Space s;
static Domain *d;
static uint16_t sid = 0x18;
static paddr_t page;

static uint64_t mode; /* capabilities of scalable mode; 0: legacy mode */

static void
machine(uint64_t cap)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = cap, .ecap = FAKE_ECAP | mode
	};

	vtd_options.scalable = mode != 0;

	f = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	space_new(&s);
	page = os_page_alloc();
	space_map(&s, VA, page, SPACE_R | SPACE_W, 4096);
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(fake_dma(f, sid, VA, true).reason == 0);
}

static void
wrap_around(void) /* 256 slots, three a time: the seam falls everywhere */
{
	machine(FAKE_CAP48);
	for (unsigned i = 0; i < 2000; i++) {
		CHECK(domain_flush(d, VA, 4096, false) == 0);
		if (i % 3 == 0) {
			CHECK(domain_detach(d, u, &sid, 1) == 0);
			CHECK(fake_dma(f, sid, VA, true).reason == 2);
			CHECK(domain_attach(d, u, &sid, 1) == 0);
			CHECK(fake_dma(f, sid, VA, true).reason == 0);
		}
	}
}

static void
one_wait(void) /* a flush is one descriptor and one wait, however many pages */
{
	UnitStats a, b;

	machine(FAKE_CAP48);
	unit_stats(u, &a);
	unsigned n = fake_descriptors(f);
	CHECK(domain_flush(d, 0, 64 << 20, true) == 0);
	unit_stats(u, &b);
	CHECK(fake_descriptors(f) == n + 1);
	CHECK(b.waits == a.waits + 1);
	CHECK(b.iotlb_page + b.iotlb_domain == a.iotlb_page + a.iotlb_domain + 1);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	CHECK(fake_descriptors(f) == n + 3);
	/* old id, drained */
	CHECK(fake_last_iotlb(f) == (0xe2ull | (uint64_t)domain_id(d, u) << 16));
	unit_stats(u, &a);
	CHECK(a.waits == b.waits + 1);
}

static void
kinds(void) /* every kind of operation is counted as what it is */
{
	UnitStats a, b;
	Domain *other;
	uint16_t two = 0x20;

	machine(FAKE_CAP48);
	unit_stats(u, &a);
	CHECK(a.context_global == 1 && a.iotlb_global == 1 && a.sources == 1 &&
		a.ids == 1);
	CHECK(a.wait_ns == 0 && a.wait_max == 0);
	CHECK(domain_flush(d, VA, 4096, false) == 0);
	CHECK(domain_flush(d, 0, 0, true) == 0);
	CHECK(domain_new_shared(s.pdpt, 3, &other) == 0);
	CHECK(domain_attach(other, u, &two, 1) == 0);
	CHECK(domain_detach(other, u, &two, 1) == 0);
	unit_stats(u, &b);
	CHECK(b.iotlb_page == a.iotlb_page + 1);
	CHECK(b.iotlb_domain == a.iotlb_domain + 2);
	CHECK(b.context_device == a.context_device + 1);
	CHECK(b.context_global == 1 && b.iotlb_global == 1 && b.waits == a.waits + 3);
	CHECK(b.sources == 1 && b.ids == 2 && b.irqs == 0);
	fake_dma(f, two, VA, true);
	vtd_poll_faults();
	unit_stats(u, &b);
	CHECK(b.faults == 1 && b.lost == 0);
}

static void
late(void)
{
	machine(FAKE_CAP48);
	fake_latency(f, 150000000); /* within the bound */
	space_clear(&s, VA);
	CHECK(domain_flush(d, VA, 4096, false) == 0);
	CHECK(fake_dma(f, sid, VA, true).reason == 5);
	UnitStats b;
	unit_stats(u, &b);
	CHECK(b.wait_max >= 140000000 && b.wait_max <= 200000000 &&
		b.wait_ns >= b.wait_max);
	fake_latency(f, 400000000); /* beyond it */
	CHECK(domain_flush(d, VA, 4096, false) == -ETIMEDOUT);
	CHECK(unit_state(u) == UNIT_BROKEN);
}

static void
bad_descriptor(void) /* IQE: the global form goes in its place */
{
	machine(FAKE_CAP48);
	space_clear(&s, VA);
	fake_bad_descriptor(f, 1);
	CHECK(domain_flush(d, VA, 4096, false) == 0);
	CHECK(fake_dma(f, sid, VA, true).reason == 5);
	CHECK(!(fake_fsts(f) & 0x70));
	CHECK((fake_last_iotlb(f) & 0x3f) == 0x12);
	for (unsigned k = 1; k <= 2; k++) { /* context descriptor, IOTLB descriptor */
		fake_bad_descriptor(f, k);
		CHECK(domain_detach(d, u, &sid, 1) == 0);
		CHECK(fake_dma(f, sid, VA, true).reason == 2);
		CHECK(domain_attach(d, u, &sid, 1) == 0);
	}
	CHECK(unit_state(u) == UNIT_ON);
}

static void
lost_wait(void) /* ITE, ICE: the batch is given again */
{
	machine(FAKE_CAP48);
	for (uint32_t bit = 0x20; bit <= 0x40; bit <<= 1) {
		space_map(&s, VA, page, SPACE_R, 4096);
		CHECK(fake_dma(f, sid, VA, false).reason == 0);
		space_clear(&s, VA);
		fake_queue_error(f, bit);
		CHECK(domain_flush(d, VA, 4096, false) == 0);
		CHECK(fake_dma(f, sid, VA, false).reason == 6);
		fake_queue_error(f, bit);
		CHECK(domain_detach(d, u, &sid, 1) == 0); /* lost at the fence */
		CHECK(fake_dma(f, sid, VA, false).reason == 2);
		CHECK(domain_attach(d, u, &sid, 1) == 0);
		CHECK(!(fake_fsts(f) & 0x70));
	}
}

/* 128 slots of 256 bits: wrapping, recovering, in either stage. */
static void
scalable_recovery(void)
{
	machine(FAKE_CAP48);
	space_clear(&s, VA);
	for (unsigned k = 1; k <= 3; k++) { /* context, PASID cache, IOTLB */
		fake_bad_descriptor(f, k);
		CHECK(domain_detach(d, u, &sid, 1) == 0);
		CHECK(fake_dma(f, sid, VA, true).reason == 0x41);
		CHECK(domain_attach(d, u, &sid, 1) == 0);
		fake_dma(f, sid, VA, true);
	}
	space_map(&s, VA, page, SPACE_R, 4096);
	CHECK(domain_flush(d, VA, 4096, false) == 0);
	CHECK(fake_dma(f, sid, VA, false).reason == 0);
	space_clear(&s, VA);
	fake_bad_descriptor(f, 1);
	CHECK(domain_flush(d, VA, 4096, false) == 0);
	CHECK(fake_dma(f, sid, VA, false).legacy == 6);
	CHECK((fake_last_iotlb(f) & 0x3f) == 0x12);
	for (uint32_t bit = 0x20; bit <= 0x40; bit <<= 1) {
		space_map(&s, VA, page, SPACE_R, 4096);
		CHECK(domain_flush(d, VA, 4096, false) == 0);
		CHECK(fake_dma(f, sid, VA, false).reason == 0);
		space_clear(&s, VA);
		fake_queue_error(f, bit);
		CHECK(domain_flush(d, VA, 4096, false) == 0);
		CHECK(fake_dma(f, sid, VA, false).legacy == 6);
	}
	for (unsigned i = 0; i < 500; i++)
		CHECK(domain_flush(d, VA, 4096, i & 1) == 0);
	UnitStats st;
	unit_stats(u, &st);
	CHECK(st.pasid_global == 1 && st.pasid_domain == 3);
}

static void
test_scalable(void **state)
{
	(void)state;
	mode = ECAP_SECOND;
	assert_int_equal(fake_child(scalable_recovery), 0);
	mode = ECAP_FIRST | ECAP_BIT_SMPWC;
	assert_int_equal(fake_child(scalable_recovery), 0);
	mode = 0;
}

static void
run(void (*fn)(void))
{
	assert_int_equal(fake_child(fn), 0);
}

static void
test_wrap(void **state)
{
	(void)state;
	run(wrap_around);
}
static void
test_kinds(void **state)
{
	(void)state;
	run(kinds);
}
static void
test_one_wait(void **state)
{
	(void)state;
	run(one_wait);
}
static void
test_late(void **state)
{
	(void)state;
	run(late);
}
static void
test_iqe(void **state)
{
	(void)state;
	run(bad_descriptor);
}
static void
test_ite_ice(void **state)
{
	(void)state;
	run(lost_wait);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_one_wait),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_scalable),
		cmocka_unit_test(test_iqe),
		cmocka_unit_test(test_ite_ice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

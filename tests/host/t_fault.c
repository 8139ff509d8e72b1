/* SRC: dev/vtd tests/host/fakehw */
/*
 * Faults: records to values (VT-d 10.4.14), the texts, and draining on units of 1 to 256
 * records: order, wrap, overflow, exact clearing, one drainer at a time.
 */
#include "tests/host/host.h"

#include "tests/host/fakehw/fakehw.h"

#include <string.h>

#include "dev/vtd/os.h"
#include "dev/vtd/faultrec.h"

static UnitStats
stats(Unit *u)
{
	UnitStats s;

	unit_stats(u, &s);
	return s;
}

static void
test_decode(void **state)
{
	VtdFault f;

	(void)state;
	/* measured: 00:01.0 writes, reason 5; PASID field is junk where PP is 0 */
	assert_true(fault_decode(0x6df084000ull, 0x8000000500000008ull, &f));
	assert_int_equal(f.sid, 0x0008);
	assert_int_equal(f.addr, 0x6df084000ull);
	assert_int_equal(f.reason, 5);
	assert_false(f.read || f.interrupt || f.lost);
	assert_true(fault_decode(0x1000, 0xC000000600000008ull | 0xffffull << 40, &f));
	assert_int_equal(f.reason, 6);
	assert_int_equal(f.sid, 8);
	assert_true(f.read);
	/* F is clear: stale */
	assert_false(fault_decode(0x1000, 0x4000000600000008ull, &f));
	assert_true(fault_decode(0x0012000000000000ull, 0x800000260000ff00ull, &f));
	assert_true(f.interrupt);
	assert_int_equal(f.addr, 0x12);
	assert_int_equal(f.sid, 0xff00);
}

static void
test_texts(void **state)
{
	(void)state;
	assert_string_equal(vtd_fault_text(5), "PTE Write access is not set");
	assert_string_equal(vtd_fault_text(6), "PTE Read access is not set");
	assert_string_equal(vtd_fault_text(1), "Present bit in root entry is clear");
	assert_string_equal(vtd_fault_text(2), "Present bit in context entry is clear");
	for (unsigned r = 0; r < 256; r++)
		assert_non_null(vtd_fault_text((uint8_t)r));
	assert_string_equal(vtd_fault_text(0x26),
		"Blocked an interrupt request due to source-id verification failure");
	assert_string_equal(vtd_fault_text(0x27), "Unknown");
	assert_string_equal(vtd_fault_text(0x39),
		"Scalable mode: root entry is not present");
	assert_string_equal(vtd_fault_text(0x90),
		"First level: accessed or dirty bit cannot be set");
	assert_string_equal(vtd_fault_text(0x91), "Unknown");
	assert_string_equal(vtd_fault_text(0), "Unknown");
	assert_string_equal(vtd_fault_text(255), "Unknown");
}

/* ---- draining ---- */

static VtdFault seen[2048];
static unsigned nseen;
static FakeUnit *f;
static Unit *u;
static unsigned more; /* faults that come while one is being told */

static void
on_fault(const VtdFault *v)
{
	seen[nseen++ % 2048] = *v;
	if (more > 0) {
		more--;
		fake_fault(f, 0x77, (iova_t)more << 12, 5, false);
	}
}

static void
machine(unsigned nfault)
{
	uint64_t cap = (FAKE_CAP48 & ~(0xffull << 40)) | (uint64_t)(nfault - 1) << 40;
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = cap, .ecap = FAKE_ECAP
	};

	f = fake_unit(&c);
	fake_fault(f, 0x99, 0x1000, 5, false); /* left by firmware: not ours */
	vtd_on_fault(on_fault);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	CHECK(nseen == 0);
	CHECK((fake_fsts(f) & 0xff) == 0);
}

static void
one_record(void)
{
	machine(1);
	CHECK(fake_dma(f, 0x18, 0x123456789123ull, true).reason == 1);
	CHECK(nseen == 1);
	CHECK(seen[0].unit == 0 && seen[0].sid == 0x18 &&
		seen[0].addr == 0x123456789000ull);
	CHECK(seen[0].reason == 1 && !seen[0].read);
	CHECK((fake_fsts(f) & 0xff) == 0);
	for (unsigned i = 0; i < 100; i++) { /* each one is a new event */
		CHECK(fake_dma(f, 0x18, i << 12, false).reason == 1);
		CHECK(nseen == 2 + i && seen[1 + i].read && seen[1 + i].addr == i << 12);
	}
}

static unsigned nrecord;

/* Faults pile up while the core is not looking; then they come in order. */
static void
flood(void)
{
	UnitInfo i;
	OsLock *l;

	machine(nrecord);
	for (unsigned round = 0; round < 3; round++) {
		unsigned n = nrecord + round * 7, told;

		nseen = 0;
		l = os_lock_new("busy");
		os_lock(l); /* as any lock does, it holds interrupts back */
		for (unsigned k = 0; k < n; k++)
			fake_fault(f, (uint16_t)(k + 1), (iova_t)k << 12, 6, true);
		CHECK(nseen == 0);
		os_unlock(l);
		told = n < nrecord ? n : nrecord;
		for (unsigned k = 0; k < told; k++)
			CHECK(!seen[k].lost && seen[k].addr == (iova_t)k << 12 &&
				seen[k].sid == k + 1);
		if (n > nrecord) {
			CHECK(nseen == told + 1 && seen[told].lost);
		} else {
			CHECK(nseen == told);
		}
		CHECK((fake_fsts(f) & 0xff) == 0);
		/* recording goes on after an overflow */
		fake_fault(f, 0x42, 0x5000, 5, false);
		CHECK(seen[nseen - 1].sid == 0x42 && !seen[nseen - 1].lost);
	}
	unit_info(u, &i);
	CHECK(stats(u).faults == 3 * nrecord + 3);
	CHECK(stats(u).lost == 2);
}

static void
while_told(void)
{
	machine(1);
	more = 50;
	fake_fault(f, 0x18, 0x1000, 5, false);
	CHECK(nseen == 51);
	CHECK((fake_fsts(f) & 0xff) == 0);
	more = 100000; /* endless: given up for now, not for ever */
	fake_fault(f, 0x18, 0x1000, 5, false);
	CHECK(nseen > 60 && nseen < 5000);
	more = 0;
	vtd_poll_faults();
	CHECK((fake_fsts(f) & 0xff) == 0);
	unsigned n = nseen;
	fake_fault(f, 0x18, 0x1000, 5, false);
	CHECK(nseen == n + 1);
}

static void
queue_errors_stay(void) /* status that is not the fault handler's */
{
	machine(4);
	fake_queue_error(f, 0x40);
	CHECK(unit_power(u, false) == 0);
	fake_queue_error(f, 0x40);
	more = 3;
	/* ITE within: seen and cleared by the queue alone */
	CHECK(unit_power(u, true) == 0);
	fake_fault(f, 0x18, 0x1000, 5, false);
	CHECK(nseen == 4);
	OsLock *l = os_lock_new("busy");
	os_lock(l);
	for (unsigned k = 0; k < 5; k++)
		fake_fault(f, 0x18, 0x1000, 5, false);
	fake_status(f, 0x40); /* beside an overflow */
	os_unlock(l);
	CHECK(nseen == 9 && seen[8].lost);
	CHECK((fake_fsts(f) & 0xff) == 0x40);
}

static void
polled(void) /* no interrupt to be had */
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = FAKE_CAP48, .ecap = FAKE_ECAP
	};

	f = fake_unit(&c);
	vtd_on_fault(on_fault);
	for (unsigned i = 0; i < 16; i++) { /* all vectors are taken */
		uint64_t a;
		uint32_t v;
		os_interrupt(NULL, NULL, &a, &v);
	}
	CHECK(fake_boot(true) == 0);
	CHECK(fake_logged("faults are found by polling"));
	CHECK(fake_dma(f, 0x18, 0x1000, true).reason == 1);
	CHECK(nseen == 0);
	vtd_poll_faults();
	CHECK(nseen == 1);
}

static void
test_drain(void **state)
{
	static const unsigned counts[] = { 1, 2, 8, 13, 14, 15, 16, 17, 255, 256 };

	(void)state;
	assert_int_equal(fake_child(one_record), 0);
	for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		nrecord = counts[i];
		if (fake_child(flood) != 0)
			fail_msg("%u records", nrecord);
	}
	assert_int_equal(fake_child(while_told), 0);
	assert_int_equal(fake_child(queue_errors_stay), 0);
	assert_int_equal(fake_child(polled), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

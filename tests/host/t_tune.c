/* SRC: dev/vtd tests/host/fakehw */
/*
 * Policy changed while everything runs: between queue and registers and back,
 * granularity, page sizes, on units stricter than hardware. At random among maps, unmaps,
 * attaches and DMA: what is unmapped is never reached, whatever carries the invalidation.
 */
#include "tests/host/host.h"

#include <string.h>

#include "dev/vtd/os.h"
#include "tests/host/fakehw/fakehw.h"

#define PAGE  4096ull
#define M2    (2ull << 20)
#define G1    (1ull << 30)
#define SLLPS (3ull << 34)
#define MEM   (1ull << 32)

static FakeUnit *fake;
static Unit *u;
static Domain *d;
static uint16_t sid = 0x18;
static const char *why;

static void
machine(uint64_t cap, uint64_t ecap)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = cap | SLLPS, .ecap = ecap
	};

	fake_foreign(MEM, 4 * G1);
	fake = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	CHECK(domain_new_mapped(1000, &d) == 0);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
}

static bool
queued(void)
{
	UnitInfo i;

	unit_info(u, &i);
	CHECK(i.queued == !!(i.gsts & 1 << 26));
	return i.queued;
}

/* Map, reach, unmap, do not reach. */
static void
works(void)
{
	CHECK(domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(fake_dma(fake, sid, 0x5000, false).reason == 0);
	CHECK(domain_unmap(d, 0x5000, PAGE) == 0);
	CHECK(fake_dma(fake, sid, 0x5000, false).reason == 6);
}

static void
there_and_back(void)
{
	machine(FAKE_CAP48, FAKE_ECAP);
	CHECK(queued());
	works();
	for (int i = 0; i < 5; i++) {
		CHECK(unit_set_queued(u, false, &why) == 0 && !queued());
		works();
		CHECK(unit_set_queued(u, false, &why) == 0);
		CHECK(unit_set_queued(u, true, &why) == 0 && queued());
		works();
	}
	CHECK(unit_power(u, false) == 0 && unit_set_queued(u, false, &why) == 0);
	CHECK(unit_power(u, true) == 0 && !queued());
	works();
}

/* A unit that began with registers gets its queue's page when it needs it. */
static void
first_queue(void)
{
	vtd_options.registers = true;
	machine(FAKE_CAP48, FAKE_ECAP);
	unsigned before = fake_pages();
	CHECK(!queued());
	fake_fail_alloc(1);
	CHECK(unit_set_queued(u, true, &why) == -ENOMEM &&
		strcmp(why, "no memory for its queue") == 0);
	CHECK(!queued() && fake_pages() == before);
	CHECK(unit_set_queued(u, true, &why) == 0 && queued() &&
		fake_pages() == before + 1);
	works();
	before = fake_pages();
	CHECK(unit_set_queued(u, false, &why) == 0);
	CHECK(unit_set_queued(u, true, &why) == 0 && fake_pages() == before);
	works();
}

static void
refused_no_queue(void)
{
	machine(FAKE_CAP48, FAKE_ECAP & ~ECAP_BIT_QI);
	CHECK(unit_set_queued(u, true, &why) == -ENOTSUP &&
		strcmp(why, "it has no queue") == 0);
	CHECK(!queued());
	works();
}

static void
refused_remapping(void)
{
	machine(FAKE_CAP48, FAKE_ECAP_IR);
	vtd_remap(false);
	CHECK(unit_set_queued(u, false, &why) == -ENOTSUP &&
		strstr(why, "remaps interrupts"));
	CHECK(queued());
	works();
}

static void
refused_version(void)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = 0x60, .cap = FAKE_CAP48, .ecap = FAKE_ECAP
	};

	fake = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	CHECK(unit_set_queued(u, false, &why) == -ENOTSUP &&
		strstr(why, "no invalidation registers"));
	CHECK(queued());
}

/* It does not drain: broken, and never used by registers behind its back. */
static void
stuck(void)
{
	machine(FAKE_CAP48, FAKE_ECAP);
	fake_stuck(fake, STUCK_QUEUE);
	CHECK(unit_set_queued(u, false, &why) == -ETIMEDOUT);
	CHECK(unit_state(u) == UNIT_BROKEN);
	CHECK(unit_set_queued(u, false, &why) == -ENOTSUP &&
		strcmp(why, "it is not in use") == 0);
}

static void
gran(void)
{
	UnitStats a, b;

	machine(FAKE_CAP48, FAKE_ECAP);
	unit_stats(u, &a);
	works();
	unit_stats(u, &b);
	CHECK(b.iotlb_page == a.iotlb_page + 1 && unit_gran(u) == VTD_GRAN_PAGE);
	unit_set_gran(u, VTD_GRAN_DOMAIN);
	works();
	unit_stats(u, &a);
	CHECK(a.iotlb_domain == b.iotlb_domain + 1 && a.iotlb_page == b.iotlb_page);
	unit_set_gran(u, VTD_GRAN_GLOBAL);
	works();
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	unit_stats(u, &b);
	CHECK(b.iotlb_global == a.iotlb_global + 2 && b.iotlb_domain == a.iotlb_domain);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	unit_set_gran(u, VTD_GRAN_PAGE);
	works();
	unit_stats(u, &a);
	CHECK(a.iotlb_page == b.iotlb_page + 1);
}

static uint32_t
big_after(uint32_t level, uint64_t len)
{
	DomainInfo i;
	Domain *g;

	vtd_set_pages(level);
	CHECK(vtd_pages() == level && domain_new_mapped(1000, &g) == 0);
	CHECK(domain_map(g, 0, MEM, len, DOMAIN_R) == 0);
	domain_info(g, &i);
	CHECK(domain_unmap(g, 0, len) == 0);
	domain_free(g);
	return i.big;
}

static void
pages(void)
{
	machine(FAKE_CAP48, FAKE_ECAP);
	CHECK(vtd_pages() == 3);
	CHECK(big_after(3, G1) == 1);
	CHECK(big_after(2, G1) == 512);
	CHECK(big_after(1, M2) == 0);
	CHECK(big_after(3, M2) == 1);
}

/* ---- at random ---- */

static uint64_t seed;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

#define SLOTS 64

static bool mapped[SLOTS]; /* page i at i pages */

static void
one_step(void)
{
	uint32_t i = rnd(SLOTS), op = rnd(16);

	if (op == 0)
		CHECK(unit_set_queued(u, rnd(2), &why) == 0);
	else if (op == 1)
		unit_set_gran(u, rnd(3));
	else if (op == 2)
		vtd_set_pages(1 + rnd(3));
	else if (op == 3) {
		CHECK(unit_power(u, false) == 0);
		CHECK(unit_power(u, true) == 0);
	} else if (op == 4) {
		CHECK(domain_detach(d, u, &sid, 1) == 0);
		CHECK(fake_dma(fake, sid, i * PAGE, false).reason == 2);
		CHECK(domain_attach(d, u, &sid, 1) == 0);
	} else if (op < 10) {
		CHECK(domain_map(d, i * PAGE, MEM + i * PAGE, PAGE, DOMAIN_R) ==
			(mapped[i] ? -EEXIST : 0));
		mapped[i] = true;
	} else if (op < 14) {
		CHECK(domain_unmap(d, i * PAGE, PAGE) == (mapped[i] ? 0 : -ENOENT));
		mapped[i] = false;
	}
	i = rnd(SLOTS);
	CHECK(fake_dma(fake, sid, i * PAGE, false).reason == (mapped[i] ? 0 : 6));
	vtd_poll_faults();
}

static uint64_t random_cap;

static void
at_random(void)
{
	machine(FAKE_CAP48 | random_cap, FAKE_ECAP);
	seed = 7 + random_cap;
	for (unsigned i = 0; i < 20000; i++)
		one_step();
}

#define CASE(name)                                                                       \
	static void test_##name(void **state)                                            \
	{                                                                                \
		(void)state;                                                             \
		assert_int_equal(fake_child(name), 0);                                   \
	}
CASE(there_and_back);
CASE(first_queue);
CASE(refused_no_queue);
CASE(refused_remapping);
CASE(refused_version);
CASE(stuck);
CASE(gran);
CASE(pages);

static void
test_random(void **state)
{
	static const uint64_t cap[] = { 0, CAP_BIT_CM, CAP_BIT_RWBF };

	(void)state;
	for (unsigned i = 0; i < sizeof cap / sizeof cap[0]; i++) {
		random_cap = cap[i];
		assert_int_equal(fake_child(at_random), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_first_queue),
		cmocka_unit_test(test_refused_no_queue),
		cmocka_unit_test(test_refused_remapping),
		cmocka_unit_test(test_refused_version),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_gran),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

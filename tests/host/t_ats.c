/* SRC: dev/vtd tests/host/fakehw */
/*
 * Devices that translate by themselves (ATS), on units stricter than hardware: what is
 * unmapped is never reached though the device asks and keeps answers at any moment; the
 * order of invalidations; and a device that does not answer is cut off while everybody
 * else goes on.
 */
#include "tests/host/host.h"

#include <string.h>

#include "dev/vtd/os.h"
#include "tests/host/fakehw/fakehw.h"
#include "tests/host/fakehw/machine.h"

#define PAGE  4096ull
#define MEM   (1ull << 32)
#define NPAGE 64
#define MS    1000000ull
#define ECAP  (FAKE_ECAP | ECAP_BIT_DT)

static FakeUnit *fake;
static Unit *u;
static Domain *d, *other;
static const uint16_t sid = 0x100, plain = 0x18;
static unsigned off;

static void
switched_off(void *arg)
{
	CHECK(arg == &off);
	off++;
	fake_ats(fake, sid, false);
}

static const VtdTlb tlb = { .sid = sid, .depth = 4, .off = switched_off, .arg = &off };

/* d's device has a TLB, other's has none. */
static void
machine(uint64_t cap, uint64_t ecap)
{
	FakeConf c = { .base = 0xfed90000, .ver = FAKE_VER, .cap = cap, .ecap = ecap };

	fake_foreign(MEM, 1ull << 31);
	fake = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	CHECK(domain_new_mapped(100, &d) == 0 && domain_new_mapped(100, &other) == 0);
	CHECK(domain_attach(other, u, &plain, 1) == 0);
	CHECK(domain_map(other, 0x5000, MEM, PAGE, DOMAIN_R) == 0);
}

static void
attach(void)
{
	CHECK(unit_tlb_obstacle(u) == NULL);
	CHECK(domain_attach_tlb(d, u, &tlb) == 0);
	CHECK(domain_misses(d, u, sid) == NULL);
	fake_ats(fake, sid, true);
}

static uint8_t
dma(iova_t at, bool write)
{
	return fake_dma(fake, sid, at, write).reason;
}

/* ---- as it should be ---- */

static uint64_t cap_now;
static uint32_t latency_now;

static void
works(void)
{
	DomainInfo info;
	UnitStats s;

	machine(cap_now, ECAP);
	fake_latency(fake, latency_now);
	attach();
	CHECK(domain_map(d, 0x5000, MEM, 4 * PAGE, DOMAIN_R) == 0);
	CHECK(dma(0x5123, false) == 0 && dma(0x6000, false) == 0 &&
		dma(0x7000, true) == 5);
	CHECK(fake_tlb_pages(fake, sid) == 3);
	unsigned before = fake_tlb_invalidations(fake);
	CHECK(domain_unmap(d, 0x5000, PAGE) == 0);
	CHECK(fake_tlb_invalidations(fake) == before + 1);
	CHECK(fake_tlb_pages(fake, sid) == 2); /* 6 and 7 are mapped still */
	CHECK(dma(0x5123, false) == 6 && dma(0x6000, false) == 0);
	CHECK(domain_map(d, 0x5000, MEM + PAGE, PAGE, DOMAIN_R | DOMAIN_W) == 0);
	CHECK(fake_dma(fake, sid, 0x5123, true).pa == MEM + PAGE + 0x123);
	domain_info(d, &info);
	CHECK(info.tlb);
	unit_stats(u, &s);
	CHECK(s.device_tlb == fake_tlb_invalidations(fake) && s.device_tlb > before);

	/* hand-over: empty, then off, then the entry goes */
	CHECK(domain_tlb_off(d) == 0 && fake_tlb_pages(fake, sid) == 0);
	fake_ats(fake, sid, false);
	before = fake_tlb_invalidations(fake);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	CHECK(fake_tlb_invalidations(fake) == before);
	CHECK(dma(0x6000, false) == 2);
	domain_info(d, &info);
	CHECK(!info.tlb && off == 0);
	/* the same domain again, without */
	CHECK(domain_attach(d, u, &sid, 1) == 0 && domain_misses(d, u, sid) == NULL);
	CHECK(dma(0x6000, false) == 0 && fake_tlb_pages(fake, sid) == 0);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	/* and a detach that was not prepared empties it too, last */
	attach();
	CHECK(dma(0x6000, false) == 0 && fake_tlb_pages(fake, sid) == 1);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	CHECK(fake_tlb_pages(fake, sid) == 0);
	CHECK_CLEAN();
}

static void
test_works(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 8; n++) {
		cap_now = FAKE_CAP48 | 3ull << 34 | (n & 1 ? CAP_BIT_CM : 0) |
			(n & 2 ? CAP_BIT_RWBF : 0);
		latency_now = n & 4 ? 5000 : 0;
		assert_int_equal(fake_child(works), 0);
	}
}

/* ---- at any moment ---- */

static uint32_t seed = 1;
static bool mapped[NPAGE], going[NPAGE];
static paddr_t page_of[NPAGE];
static unsigned hits;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Between any two things the core does. */
static void
busy(void)
{
	uint32_t i = rnd(NPAGE);
	FakeDma r;

	if (rnd(3))
		return;
	r = fake_dma(fake, sid, i * PAGE, false);
	hits += r.reason == 0;
	if (going[i])
		return; /* on its way: either */
	CHECK((r.reason == 0) == mapped[i]);
	CHECK(r.reason || r.pa == page_of[i]);
}

static void
change(void)
{
	uint32_t i = rnd(NPAGE), n = 1 + rnd(NPAGE - i < 8 ? NPAGE - i : 8);
	bool map = !mapped[i];

	for (uint32_t k = i; k < i + n; k++)
		if (mapped[k] == map)
			n = k - i;
	for (uint32_t k = i; k < i + n; k++)
		going[k] = true;
	paddr_t pa = MEM + rnd(1000) * PAGE;
	if (map)
		CHECK(domain_map(d, i * PAGE, pa, n * PAGE, DOMAIN_R) == 0);
	else
		CHECK(domain_unmap(d, i * PAGE, n * PAGE) == 0);
	for (uint32_t k = i; k < i + n; k++) {
		mapped[k] = map;
		page_of[k] = pa + (k - i) * PAGE;
		going[k] = false;
	}
}

static void
sequence(void)
{
	machine(cap_now, ECAP);
	fake_latency(fake, latency_now);
	attach();
	fake_step = busy;
	for (int i = 0; i < 20000; i++)
		change();
	CHECK(hits > 10000);
	memset(going, 1, sizeof going);
	CHECK(domain_unmap_all(d) == 0);
	fake_step = NULL;
	for (uint32_t i = 0; i < NPAGE; i++)
		CHECK(dma(i * PAGE, false) == 6);
	CHECK_CLEAN();
}

static void
test_random(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 4; n++) {
		cap_now = FAKE_CAP48 | (n & 1 ? CAP_BIT_CM : 0);
		latency_now = n & 2 ? 3000 : 0;
		assert_int_equal(fake_child(sequence), 0);
	}
}

/* ---- no answer ---- */

static uint64_t gives_up;

static void
goes_on(void)
{
	CHECK(unit_state(u) == UNIT_ON);
	CHECK(fake_dma(fake, plain, 0x5000, false).reason == 0);
	CHECK(domain_map(other, 0x6000, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(fake_dma(fake, plain, 0x6000, false).reason == 0);
	CHECK(domain_unmap(other, 0x6000, PAGE) == 0);
	CHECK(fake_dma(fake, plain, 0x6000, false).reason == 6);
}

static void
silent(void)
{
	machine(cap_now, ECAP);
	attach();
	CHECK(domain_map(d, 0x5000, MEM, 4 * PAGE, DOMAIN_R) == 0);
	CHECK(dma(0x5000, false) == 0);
	goes_on();
	fake_silent(fake, sid, gives_up);
	uint64_t start = fake_time();
	CHECK(domain_unmap(d, 0x5000, PAGE) == -EIO);
	CHECK(off == 1 && fake_time() - start < 1000 * MS);
	goes_on();
	CHECK(fake_fsts(fake) == 0);
	/* whatever it had is never confirmed; it is not asked again */
	start = fake_time();
	CHECK(domain_unmap(d, 0x6000, PAGE) == -EIO);
	CHECK(domain_tlb_off(d) == -EIO);
	CHECK(off == 1 && fake_time() - start < 10 * MS);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	domain_free(d);
	goes_on();
	const char *why;
	CHECK(unit_set_queued(u, false, &why) == 0); /* nobody needs it any more */
	CHECK_CLEAN();
}

/* A detach that finds out. */
static void
silent_detach(void)
{
	machine(cap_now, ECAP);
	attach();
	fake_silent(fake, sid, gives_up);
	CHECK(domain_detach(d, u, &sid, 1) == -EIO);
	CHECK(off == 1);
	goes_on();
	CHECK(dma(0x5000, false) == 2);
	domain_free(d);
	CHECK_CLEAN();
}

/* Neither does the unit. */
static void
never(void)
{
	machine(FAKE_CAP48, ECAP);
	attach();
	fake_silent(fake, sid, UINT64_MAX);
	uint64_t start = fake_time();
	CHECK(domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(domain_unmap(d, 0x5000, PAGE) == -EIO);
	CHECK(off == 1 && unit_state(u) == UNIT_BROKEN);
	CHECK(fake_time() - start > 1000 * MS && fake_time() - start < 1400 * MS);
	CHECK(fake_logged("is broken: an invalidation did not complete"));
	CHECK(domain_unmap(other, 0x5000, PAGE) == -ETIMEDOUT);
}

static void
test_silent(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 6; n++) {
		cap_now = FAKE_CAP48 | (n & 1 ? CAP_BIT_CM : 0);
		/* at once; before our wait ends; after it */
		gives_up = (n < 2 ? 1 : n < 4 ? 100 : 700) * MS;
		assert_int_equal(fake_child(silent), 0);
		assert_int_equal(fake_child(silent_detach), 0);
	}
	assert_int_equal(fake_child(never), 0);
}

/* The queue's other errors: a descriptor refused is made broader, a completion error
 * repeated. */
static void
errors(void)
{
	machine(FAKE_CAP48, ECAP);
	attach();
	CHECK(domain_map(d, 0x5000, MEM, 4 * PAGE, DOMAIN_R) == 0);
	CHECK(dma(0x5000, false) == 0 && dma(0x8000, false) == 0);
	fake_bad_descriptor(fake, 2); /* the IOTLB's goes through */
	CHECK(domain_unmap(d, 0x5000, PAGE) == 0);
	CHECK(fake_tlb_pages(fake, sid) == 0); /* all of it went */
	CHECK(dma(0x8000, false) == 0);
	CHECK(domain_tlb_off(d) == 0);
	fake_ats(fake, sid, false);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	fake_queue_error(fake, 0x20);
	attach();
	CHECK(domain_unmap(d, 0x8000, PAGE) == 0 && off == 0);
	CHECK(unit_state(u) == UNIT_ON);
}

/* ---- refused ---- */

static void
refused(void)
{
	const char *why = NULL;
	Domain *pass;

	machine(FAKE_CAP48, ECAP);
	CHECK(domain_new_passthrough(&pass) == 0);
	CHECK(domain_attach_tlb(pass, u, &tlb) == -ENOTSUP);
	CHECK(unit_set_queued(u, false, &why) == 0);
	CHECK(strcmp(unit_tlb_obstacle(u), "that needs the invalidation queue") == 0);
	CHECK(domain_attach_tlb(d, u, &tlb) == -ENOTSUP);
	CHECK(unit_set_queued(u, true, &why) == 0);
	CHECK(domain_attach_tlb(other, u, &tlb) == -EBUSY); /* not alone in its domain */
	attach();
	CHECK(domain_attach(d, u, &(uint16_t){ 0x20 }, 1) == -EBUSY);
	CHECK(domain_attach_tlb(d, u, &tlb) == -EBUSY);
	CHECK(unit_set_queued(u, false, &why) == -ENOTSUP);
	CHECK(strcmp(why, "a device has a TLB of its own, which needs the queue") == 0);
	CHECK(domain_tlb_off(d) == 0 && unit_set_queued(u, false, &why) == 0);
	CHECK_CLEAN();
}

/* The only one on any unit: another's detach would forget the TLB. */
static void
alone(void)
{
	FakeConf c = {
		.base = 0xfed91000, .ver = FAKE_VER, .cap = FAKE_CAP48, .ecap = ECAP
	};
	static const uint16_t low = 0x8;
	VtdPath p = { .bdf = low };

	fake_unit(&c);
	machine(FAKE_CAP48, ECAP);
	Unit *first = vtd_unit_for(&p);
	u = vtd_unit(1);
	CHECK(first != u && first != NULL);
	attach();
	CHECK(domain_attach(d, first, &low, 1) == -EBUSY);
	CHECK(domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R) == 0 && dma(0x5000, false) == 0);
	CHECK(domain_unmap(d, 0x5000, PAGE) == 0 && dma(0x5000, false) == 6);
}

static bool switched;

static void
to_registers(void)
{
	const char *why;

	if (!switched && !fake_lock_held("iommu"))
		switched = unit_set_queued(u, false, &why) == 0;
}

/* Another CPU changes the interface meanwhile: after the TLB counts it cannot, before,
 * there is none. */
static void
meanwhile(void)
{
	machine(FAKE_CAP48, ECAP);
	fake_step = to_registers;
	int err = domain_attach_tlb(d, u, &tlb);
	fake_step = NULL;
	CHECK(err == (switched ? -ENOTSUP : 0));
}

static void
no_part(void)
{
	machine(FAKE_CAP48, FAKE_ECAP);
	CHECK(strcmp(unit_tlb_obstacle(u), "its unit takes no part in it") == 0);
	CHECK(domain_attach_tlb(d, u, &tlb) == -ENOTSUP);
	CHECK(domain_attach(d, u, &sid, 1) == 0); /* without */
}

static void
not_in_scalable(void)
{
	vtd_options.scalable = true;
	machine(FAKE_CAP48, ECAP | ECAP_SECOND);
	CHECK(strcmp(unit_tlb_obstacle(u),
		      "its unit is in scalable mode, where it is not used") == 0);
	CHECK(domain_attach_tlb(d, u, &tlb) == -ENOTSUP);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
}

static void
test_refused(void **state)
{
	(void)state;
	assert_int_equal(fake_child(errors), 0);
	assert_int_equal(fake_child(refused), 0);
	assert_int_equal(fake_child(alone), 0);
	assert_int_equal(fake_child(meanwhile), 0);
	assert_int_equal(fake_child(no_part), 0);
	assert_int_equal(fake_child(not_in_scalable), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_works),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: dev/vtd tests/host/fakehw */
/*
 * Interrupt remapping against fake units: switched on in the legal order or not at all,
 * an entry that serves its source and nobody else, the old format blocked, and removal as
 * a barrier while devices go on firing.
 */
#include "tests/host/host.h"

#include "tests/host/fakehw/fakehw.h"
#include "tests/host/fakehw/machine.h"

#include <stdlib.h>
#include <string.h>

#include "dev/vtd/mmio.h"
#include "dev/vtd/os.h"

#define BASE            0xfed90000ull
#define SID             0x0018
#define CAP_BIT_ESIRTPS (1ull << 62)

static FakeUnit *f;
static Unit *u;
static VtdFault last; /* the newest fault */
static unsigned nfaults;

static UnitStats
stats(Unit *u)
{
	UnitStats s;

	unit_stats(u, &s);
	return s;
}

static void
on_fault(const VtdFault *v)
{
	last = *v;
	nfaults++;
}

static FakeConf
conf(void)
{
	return (FakeConf){
		.base = BASE, .ver = FAKE_VER, .cap = FAKE_CAP48, .ecap = FAKE_ECAP_IR
	};
}

/* A machine of one unit that remaps. */
static void
boot(const FakeConf *c)
{
	f = fake_unit(c);
	vtd_on_fault(on_fault);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	vtd_remap(false);
}

static uint32_t
add(uint16_t sid, uint8_t vector)
{
	uint32_t i = 999;

	CHECK(unit_irq_add(u, &(VtdIrq){ .sid = sid, .vector = vector, .dest = 1 }, &i) ==
		0);
	CHECK(i < 256);
	return i;
}

static FakeIrq
fire(uint16_t sid, uint32_t index)
{
	uint64_t addr;
	uint32_t data;

	vtd_irq_message(index, &addr, &data);
	return fake_msi(f, sid, addr, data);
}

static bool
blocked(FakeIrq q, uint8_t reason, uint16_t sid, uint32_t index)
{
	return q.reason == reason && last.interrupt && last.reason == reason &&
		last.sid == sid && last.addr == index;
}

/* ---- on every kind of unit ---- */

static FakeConf kind;

static void
one_kind(void)
{
	UnitInfo i;
	VtdIrq q;

	boot(&kind);
	/* TES RTPS QIES IRES IRTPS, not CFIS */
	CHECK((fake_gsts(f) & 0xffffffff) == 0xc7000000);
	unit_info(u, &i);
	CHECK(i.remaps && i.no_remap == NULL && stats(u).irqs == 0 && i.irq_max == 256 &&
		!i.x2apic);
	/* 256 entries, xAPIC */
	CHECK(mmio_read64((const volatile Regs *)f, 0xb8) % 4096 == 7);

	uint32_t a = 0, b = 0;
	/* whatever the unit may cache of what is not there */
	for (unsigned n = 0; n < 256; n++) {
		FakeIrq r = fire(SID, n);
		CHECK(blocked(r, 0x22, SID, n));
	}
	CHECK(!unit_irq_at(u, 0, &q));
	a = add(SID, 0x41);
	b = add(0x20, 0x42);
	CHECK(a != b);
	FakeIrq r = fire(SID, a);
	CHECK(r.reason == 0 && !r.old && r.vector == 0x41 && r.dest == 1 && !r.level);
	CHECK(fire(0x20, b).vector == 0x42);
	CHECK(unit_irq_at(u, a, &q) && q.sid == SID && q.vector == 0x41);
	unit_info(u, &i);
	CHECK(stats(u).irqs == 2 &&
		stats(u).interrupt_global + stats(u).interrupt_index > 0);

	CHECK(unit_irq_remove(u, a) == 0);
	CHECK(blocked(fire(SID, a), 0x22, SID, a));
	CHECK(!unit_irq_at(u, a, &q));
	CHECK(unit_irq_remove(u, a) == -ENODEV);
	CHECK(unit_irq_remove(u, 256) == -ENODEV);
	CHECK(fire(0x20, b).vector == 0x42);
	CHECK(unit_irq_remove(u, b) == 0);
	unit_info(u, &i);
	CHECK(stats(u).irqs == 0);
}

static void
test_kinds(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 32; n++) {
		kind = conf();
		kind.cap |= (n & 1 ? CAP_BIT_CM : 0) | (n & 2 ? CAP_BIT_RWBF : 0) |
			(n & 16 ? CAP_BIT_ESIRTPS : 0);
		kind.ecap |= n & 4 ? ECAP_BIT_C : 0;
		kind.latency = n & 8 ? 3000 : 0;
		if (fake_child(one_kind) != 0)
			fail_msg("kind %u", n);
	}
}

/* ---- who may, and what passes ---- */

static void
sources(void)
{
	FakeConf c = conf();
	uint32_t i, j;

	boot(&c);
	i = add(SID, 0x41);
	CHECK(fire(SID, i).reason == 0);
	CHECK(blocked(fire(0x20, i), 0x26, 0x20, i));   /* another device */
	CHECK(blocked(fire(0x19, i), 0x26, 0x19, i));   /* another function */
	CHECK(blocked(fire(0x118, i), 0x26, 0x118, i)); /* another bus */
	/* behind a bridge that puts ids of its own: the bus */
	CHECK(unit_irq_add(u, &(VtdIrq){ .sid = 0x0208, .bus = true, .vector = 0x50 },
		      &j) == 0);
	CHECK(fire(0x0200, j).vector == 0x50 && fire(0x0208, j).vector == 0x50);
	CHECK(blocked(fire(0x0108, j), 0x26, 0x0108, j));
	CHECK(blocked(fire(0x0300, j), 0x26, 0x0300, j));
}

static void
forgeries(void)
{
	FakeConf c = conf();

	boot(&c);
	uint32_t i = add(SID, 0x41);
	/* the old format: any vector, even an NMI */
	CHECK(blocked(fake_msi(f, SID, 0xfee00000, 0x60), 0x25, SID, 0));
	CHECK(blocked(fake_msi(f, SID, 0xfee01000, 0x400), 0x25, SID, 0));
	CHECK(blocked(fake_msi(f, SID, 0xfee00ff8 & ~0x10ull, 0x60), 0x25, SID, 0));
	/* an index beyond the table, by address and by data; data that means nothing */
	CHECK(blocked(fake_msi(f, SID, 0xfee02018, 0), 0x21, SID, 256));
	CHECK(blocked(fake_msi(f, SID, 0xfee00018, 256), 0x21, SID, 256));
	CHECK(blocked(fake_msi(f, SID, 0xfee0003c, 0), 0x21, SID, 0x8001));
	CHECK(blocked(fake_msi(f, SID, 0xfee00018, 0x10000), 0x20, SID, 0));
	/* the neighbour's, by counting on from one's own */
	uint64_t addr;
	uint32_t data;
	uint32_t k = add(0x20, 0x42);
	CHECK(k == i + 1);
	vtd_irq_message(i, &addr, &data);
	CHECK(fake_msi(f, SID, addr, data).vector == 0x41);
	CHECK(blocked(fake_msi(f, SID, addr, data + 1), 0x26, SID, k));
}

static void
lines(void)
{
	FakeConf c = conf();
	uint16_t sid = 0;
	uint32_t i;

	boot(&c);
	CHECK(vtd_ioapic(FAKE_IOAPIC, &sid) == u && sid == FAKE_IOAPIC_SID);
	CHECK(vtd_ioapic(FAKE_IOAPIC + 1, &sid) == NULL);
	CHECK(unit_irq_add(u,
		      &(VtdIrq){ .sid = FAKE_IOAPIC_SID,
			      .vector = 0x33,
			      .dest = 2,
			      .level = true },
		      &i) == 0);
	uint64_t rte = vtd_irq_line(i, 0x33, true, true);
	FakeIrq q = fake_line(f, FAKE_IOAPIC_SID, rte);
	CHECK(q.reason == 0 && q.vector == 0x33 && q.dest == 2 && q.level);
	CHECK(blocked(fake_line(f, SID, rte), 0x26, SID, i)); /* not the IO-APIC */
	/* as before */
	CHECK(blocked(fake_line(f, FAKE_IOAPIC_SID, 0x33), 0x25, FAKE_IOAPIC_SID, 0));
}

static void
wide_ids(void) /* x2APIC: where the unit can, and only there */
{
	FakeConf c = conf(), g = conf();
	uint32_t i;

	c.ecap |= ECAP_BIT_EIM;
	g.base += 0x1000;
	f = fake_unit(&c);
	FakeUnit *narrow = fake_unit(&g);
	CHECK(fake_boot(true) == 0);
	vtd_remap(true);
	u = vtd_unit(0);
	CHECK(mmio_read64((const volatile Regs *)f, 0xb8) % 4096 == 0x807);
	CHECK(mmio_read64((const volatile Regs *)narrow, 0xb8) % 4096 == 7);
	CHECK(unit_irq_add(u, &(VtdIrq){ .sid = SID, .vector = 0x41, .dest = 0x12345 },
		      &i) == 0);
	CHECK(fire(SID, i).dest == 0x12345);
}

static void
many(void)
{
	FakeConf c = conf();
	bool seen[256] = { false };
	uint32_t i;

	boot(&c);
	for (unsigned n = 0; n < 256; n++) {
		i = add(SID, (uint8_t)n);
		CHECK(!seen[i]);
		seen[i] = true;
	}
	CHECK(unit_irq_add(u, &(VtdIrq){ .sid = SID, .vector = 0x41 }, &i) == -ENOSPC);
	CHECK(unit_irq_remove(u, 77) == 0);
	CHECK(add(SID, 0x41) == 77);
	CHECK(unit_irq_remove(u, 5) == 0 && unit_irq_remove(u, 200) == 0);
	CHECK(add(SID, 0x41) == 200); /* an index rests as long as it can */
}

static void
test_allowed(void **state)
{
	(void)state;
	assert_int_equal(fake_child(sources), 0);
	assert_int_equal(fake_child(forgeries), 0);
	assert_int_equal(fake_child(lines), 0);
	assert_int_equal(fake_child(wide_ids), 0);
	assert_int_equal(fake_child(many), 0);
}

/* ---- on and off ---- */

static void
taken_over(void)
{
	FakeConf c = conf();

	c.gsts = 0xc7800000; /* TES RTPS QIES IRES IRTPS CFIS */
	c.latency = 2000;
	boot(&c);
	CHECK(fake_gsts(f) == 0xc7000000);
	CHECK(fire(SID, add(SID, 0x41)).vector == 0x41);
}

static void
powered(void) /* translation goes and comes, remapping stays */
{
	FakeConf c = conf();

	boot(&c);
	uint32_t i = add(SID, 0x41);
	for (unsigned n = 0; n < 3; n++) {
		CHECK(unit_power(u, false) == 0);
		CHECK(fake_gsts(f) >> 25 == 0x23 && fire(SID, i).vector == 0x41);
		CHECK(fire(0x20, i).reason == 0x26);
		CHECK(unit_power(u, true) == 0);
	}
}

static const char *why; /* a part of the sentence */
static bool flagless, registers, no_page;

static void
refused(void)
{
	UnitInfo i;
	VtdIrq q = { .sid = SID };
	uint32_t index;

	fake_dmar_flags = !flagless;
	vtd_options.registers = registers;
	f = fake_unit(&kind);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	fake_fail_alloc(no_page);
	vtd_remap(false);
	fake_fail_alloc(0);
	CHECK(fake_logged(why));
	CHECK(fake_gsts(f) >> 24 == (registers ? 0xc0u : 0xc4u));
	unit_info(u, &i);
	CHECK(!i.remaps && strcmp(i.no_remap, why) == 0);
	CHECK(i.state == UNIT_ON); /* all else works */
	CHECK(unit_irq_add(u, &q, &index) == -ENOTSUP);
	CHECK(unit_irq_remove(u, 0) == -ENODEV);
	CHECK(!unit_irq_at(u, 0, &q));
	CHECK(fake_msi(f, SID, 0xfee00000, 0x60).old); /* the system runs as it did */
}

static void
test_on_off(void **state)
{
	(void)state;
	assert_int_equal(fake_child(taken_over), 0);
	assert_int_equal(fake_child(powered), 0);
	kind = conf();
	kind.ecap = FAKE_ECAP;
	why = "the unit has no interrupt remapping";
	assert_int_equal(fake_child(refused), 0);
	kind = conf();
	flagless = true;
	why = "the firmware says the platform has none";
	assert_int_equal(fake_child(refused), 0);
	flagless = false;
	registers = true;
	why = "it needs the invalidation queue";
	assert_int_equal(fake_child(refused), 0);
	registers = false;
	no_page = true;
	why = "no memory for its table";
	assert_int_equal(fake_child(refused), 0);
	no_page = false;
}

/* ---- no answer ---- */

static unsigned silent;

static void
never_on(void)
{
	UnitInfo i;
	uint32_t index;

	f = fake_unit(&kind);
	CHECK(fake_boot(true) == 0);
	u = vtd_unit(0);
	fake_stuck(f, silent);
	uint64_t t = fake_time();
	vtd_remap(false);
	CHECK(fake_time() - t < 500000000ull);
	unit_info(u, &i);
	CHECK(i.state == UNIT_BROKEN && !i.remaps && strcmp(i.no_remap, why) == 0);
	CHECK(fake_withheld() == 1); /* its table */
	CHECK(fake_logged(why));
	CHECK(unit_irq_add(u, &(VtdIrq){ .sid = SID }, &index) == -ENOTSUP);
}

static void
never_gone(void) /* an entry whose end is not confirmed is never used again */
{
	FakeConf c = conf();
	uint32_t i, j;

	boot(&c);
	i = add(SID, 0x41);
	CHECK(fire(SID, i).reason == 0);
	fake_stuck(f, STUCK_QUEUE);
	uint64_t t = fake_time();
	CHECK(unit_irq_remove(u, i) == -ETIMEDOUT);
	CHECK(fake_time() - t < 500000000ull);
	CHECK(unit_state(u) == UNIT_BROKEN);
	/* so it is: that is why the vector is withheld */
	CHECK(fire(SID, i).vector == 0x41);
	uint64_t *irt = fake_host(mmio_read64((const volatile Regs *)f, 0xb8) &
		~0xfffull);
	CHECK(irt[2 * i] == 0 && irt[2 * i + 1] != 0); /* not free */
	CHECK(unit_irq_remove(u, i) == -ENODEV);
	CHECK(unit_irq_add(u, &(VtdIrq){ .sid = 0x20 }, &j) == -ETIMEDOUT);
}

static void
never_there(void)
{
	FakeConf c = conf();
	uint32_t i;
	VtdIrq q;

	boot(&c);
	fake_stuck(f, STUCK_QUEUE);
	CHECK(unit_irq_add(u, &(VtdIrq){ .sid = SID }, &i) == -ETIMEDOUT);
	CHECK(!unit_irq_at(u, i, &q));
}

static void
bad_queue(void) /* errors of the queue are repaired as for other invalidations */
{
	FakeConf c = conf();
	uint32_t i;

	boot(&c);
	fake_bad_descriptor(f, 1);
	i = add(SID, 0x41);
	CHECK(fire(SID, i).reason == 0);
	fake_queue_error(f, 0x40);
	CHECK(unit_irq_remove(u, i) == 0);
	CHECK(fire(SID, i).reason == 0x22);
	CHECK(unit_state(u) == UNIT_ON);
}

static void
test_silence(void **state)
{
	/* clang-format off */
	static const struct { unsigned stuck; uint32_t gsts; const char *why; } how[] = {
		{ STUCK_SIRTP, 0, "the interrupt table was not taken" },
		{ STUCK_QUEUE, 0, "an invalidation did not complete" },
		{ STUCK_CFI, 0x00800000, "old-format interrupts did not stop" },
		{ STUCK_IRE, 0, "interrupt remapping did not start" },
	};
	/* clang-format on */

	(void)state;
	for (unsigned n = 0; n < 4; n++) {
		kind = conf();
		kind.gsts = how[n].gsts;
		silent = how[n].stuck;
		why = how[n].why;
		if (fake_child(never_on) != 0)
			fail_msg("%s", why);
	}
	assert_int_equal(fake_child(never_gone), 0);
	assert_int_equal(fake_child(never_there), 0);
	assert_int_equal(fake_child(bad_queue), 0);
}

/* ---- devices that do not wait ---- */

#define NSID   6
#define NINDEX 256

static const uint16_t sids[NSID] = { 0x18, 0x20, 0x100, 0x208, 0x0208 ^ 1, 0xf0f8 };
static struct {
	bool used;
	unsigned who;
	uint8_t vector;
	bool bus;
} want[NINDEX];
static uint32_t seed;
static unsigned delivered, random_ops, nused;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* While an entry comes or goes, both answers are right. */
static uint32_t changing = NINDEX;
static bool adding; /* to one of the free ones */

static void
random_step(void)
{
	uint32_t i = rnd(NINDEX);
	unsigned s = rnd(NSID);
	FakeIrq q;

	if (rnd(4) == 0)
		i = changing < NINDEX ? changing : i;
	q = fire(sids[s], i);
	if (i == changing || (adding && !want[i].used))
		return;
	bool may = want[i].used &&
		(want[i].bus ? sids[want[i].who] >> 8 == sids[s] >> 8 : want[i].who == s);
	CHECK(q.reason == (may ? 0 : want[i].used ? 0x26 : 0x22));
	CHECK(!may || q.vector == want[i].vector);
	delivered += may;
}

static void
random_add(void)
{
	unsigned who = rnd(NSID);
	VtdIrq q = { .sid = sids[who],
		.vector = (uint8_t)(16 + rnd(200)),
		.dest = rnd(4),
		.bus = rnd(3) == 0 };
	uint32_t i;

	adding = true;
	CHECK(unit_irq_add(u, &q, &i) == 0 && !want[i].used);
	adding = false;
	want[i].used = true;
	want[i].who = who;
	want[i].vector = q.vector;
	want[i].bus = q.bus;
	nused++;
	CHECK(fire(sids[who], i).vector == q.vector); /* at once */
}

static void
random_remove(void)
{
	uint32_t i = rnd(NINDEX);

	if (!want[i].used)
		return;
	changing = i;
	CHECK(unit_irq_remove(u, i) == 0);
	want[i].used = false;
	nused--;
	changing = NINDEX;
	CHECK(fire(sids[want[i].who], i).reason == 0x22);
}

static void
random_machine(void)
{
	boot(&kind);
	fake_merge_faults(f, true);
	fake_step = random_step;
	for (unsigned n = 0; n < random_ops; n++) {
		uint32_t r = rnd(100);

		if (r < 50 && nused < 200)
			random_add();
		else if (r < 98)
			random_remove();
		else {
			CHECK(unit_power(u, false) == 0);
			CHECK(unit_power(u, true) == 0);
		}
		for (unsigned k = 0; k < 4; k++)
			random_step();
		if (fake_violations())
			fake_die(fake_violation(), __FILE__, (int)n);
	}
	CHECK(delivered > random_ops / 20);
	fake_step = NULL;
	for (uint32_t i = 0; i < NINDEX; i++)
		CHECK(unit_irq_remove(u, i) == (want[i].used ? 0 : -ENODEV));
}

static void
test_random(void **state)
{
	const char *more = getenv("VTD_RANDOM_OPS");

	(void)state;
	random_ops = more ? (unsigned)atoi(more) : 3000;
	for (unsigned n = 0; n < 16; n++) {
		kind = conf();
		kind.cap |= (n & 1 ? CAP_BIT_CM : 0) | (n & 2 ? CAP_BIT_RWBF : 0);
		kind.ecap |= n & 4 ? ECAP_BIT_C : 0;
		kind.latency = n & 8 ? 2000 : 0;
		seed = 4711 + n;
		if (fake_child(random_machine) != 0)
			fail_msg("seed %u", 4711 + n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_on_off),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

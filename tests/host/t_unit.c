/* SRC: dev/vtd tests/host/fakehw */
/*
 * The whole core against fake units: bring-up, take-over, power, attach and detach on
 * every kind of unit, things that never answer, memory that runs out, and long random
 * sequences with devices that do not wait. Each test is a machine of its own, in a child.
 */
#include "tests/host/host.h"

#include "tests/host/fakehw/fakehw.h"
#include "tests/host/fakehw/machine.h"
#include "tests/host/fakehw/space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev/vtd/os.h"

#define BASE 0xfed90000ull
#define VA   0x10002000ull

static uint64_t scalable; /* capabilities of that mode; 0: legacy mode */

static UnitStats
stats(Unit *u)
{
	UnitStats s;

	unit_stats(u, &s);
	return s;
}

/* A write buffer is modelled for one kind of reading: then all of it snoops, or
 * nothing. */
static FakeConf
conf(uint64_t cap, uint64_t ecap)
{
	ecap |= scalable;
	if (cap & CAP_BIT_RWBF && scalable & ECAP_BIT_SMPWC)
		ecap |= ECAP_BIT_C;
	vtd_options.scalable = scalable != 0;
	return (FakeConf){ .base = BASE, .ver = FAKE_VER, .cap = cap, .ecap = ecap };
}

static const uint64_t modes[] = { 0, ECAP_SECOND, ECAP_FIRST | ECAP_BIT_SMPWC };

static Unit *
unit_for(bdf_t b)
{
	return vtd_unit_for(&(VtdPath){ .bdf = b });
}

/* ---- every kind of unit ---- */

typedef struct Kind {
	uint64_t cap, ecap;
	uint32_t ver, latency;
	bool registers;
	uint32_t levels;
} Kind;

static const Kind *kind;

static void
one_device(void)
{
	FakeConf c = conf(kind->cap, kind->ecap);
	uint16_t sid = 0x18;
	Space s;
	Domain *d;
	UnitInfo i;

	c.ver = kind->ver;
	c.latency = kind->latency;
	vtd_options.registers = kind->registers;
	FakeUnit *f = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	CHECK(vtd_reason() == NULL);
	Unit *u = unit_for(sid);
	CHECK(u != NULL);
	CHECK(unit_state(u) == UNIT_ON);
	unit_info(u, &i);
	CHECK(i.gsts >> 30 == 3);
	CHECK(i.levels == (i.mode == VTD_FIRST ? 4 : kind->levels));
	CHECK(i.mode ==
		(!scalable                                ? VTD_LEGACY
				: scalable == ECAP_SECOND ? VTD_SECOND
							  : VTD_FIRST));
	CHECK(i.queued == !kind->registers);
	CHECK(fake_dma(f, sid, VA, true).legacy == 2); /* its bus has a table already */
	CHECK(fake_dma(f, 0x3300, VA, true).legacy == 1);

	unsigned pages = fake_pages();
	space_new(&s);
	paddr_t page = os_page_alloc();
	space_map(&s, VA, page, SPACE_R | SPACE_W, 4096);
	space_map(&s, VA + 4096, page, SPACE_R, 4096);
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(stats(u).sources == 1);
	CHECK(domain_id(d, u) >= 2);
	FakeDma r = fake_dma(f, sid, VA + 0x123, true);
	CHECK(r.legacy == 0 && !r.raw && r.pa == page + 0x123);
	CHECK(fake_dma(f, sid, VA + 4096, false).legacy == 0);
	CHECK(fake_dma(f, sid, VA + 4096, true).legacy == 5);
	CHECK(fake_dma(f, sid, VA + 8192, false).legacy == 6);
	CHECK(fake_dma(f, sid, 1ull << 39, true).legacy == (i.width == 39 ? 4 : 5));
	CHECK(fake_dma(f, 0x20, VA, true).legacy == 2);

	/* a page comes, a page goes */
	space_map(&s, VA + 8192, page, SPACE_R, 4096);
	CHECK(domain_added(d, VA + 8192, 4096) == 0);
	CHECK(fake_dma(f, sid, VA + 8192, false).legacy == 0);
	space_clear(&s, VA);
	CHECK(domain_flush(d, VA, 4096, false) == 0);
	CHECK(fake_dma(f, sid, VA, true).legacy == 5);

	CHECK(domain_attach(d, u, &sid, 1) == -EBUSY);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	CHECK(fake_dma(f, sid, VA + 8192, false).legacy == 2);
	CHECK(domain_detach(d, u, &sid, 1) == -ENODEV);
	CHECK(stats(u).sources == 0);
	uint64_t *table = fake_host(*(uint64_t *)fake_host(i.root) & ~0xfffull);
	unsigned at = (scalable ? 4 : 2) * sid;
	CHECK(table[at] == 0 && table[at + 1] == 0); /* as if it had never been there */
	domain_free(d);
	os_page_free(page);
	space_free(&s);
	CHECK(fake_pages() == pages);
	unit_info(u, &i);
	CHECK(stats(u).ids == 0);
	CHECK(stats(u).waits > 0 && stats(u).iotlb_domain > 0 &&
		stats(u).context_device > 0);
}

static void
test_kinds(void **state)
{
	/* 4 levels reach the request width; SAGAW 3+4 with MGAW 39: 3; a real tablet: 4,
	 * no PSI */
	static const Kind base[] = {
		{ FAKE_CAP48, FAKE_ECAP, 0x10, 0, false, 4 },
		{ FAKE_CAP39, FAKE_ECAP, 0x10, 0, false, 3 },
		{ 0x00c0000020660462ull, FAKE_ECAP, 0x10, 0, false, 4 },
		{ 0x08d2078c106f0466ull, FAKE_ECAP, 0x10, 0, false, 4 },
		{ (FAKE_CAP48 & ~0x3f0000ull) | 56 << 16 | 1 << 11, FAKE_ECAP, 0x10, 0,
			false, 5 },
	};

	(void)state;
	for (unsigned n = 0; n < 3 * 5 * 64; n++) {
		Kind k = base[n / 64 % 5];

		scalable = modes[n / 64 / 5];
		if (scalable && n & 16)
			continue; /* by queue only */
		k.cap |= (n & 1 ? CAP_BIT_CM : 0) | (n & 2 ? CAP_BIT_RWBF : 0);
		k.ecap |= n & 4 ? ECAP_BIT_C : 0;
		k.latency = n & 8 ? 5000 : 0;
		k.registers = n & 16;
		if (n & 32) { /* without one of the two interfaces */
			if (k.registers)
				k.ecap &= ~ECAP_BIT_QI;
			else
				k.ver = 0x60;
		}
		kind = &k;
		if (fake_child(one_device) != 0)
			fail_msg("kind %u: cap %llx ecap %llx registers %d", n,
				(unsigned long long)k.cap, (unsigned long long)k.ecap,
				k.registers);
	}
	scalable = 0;
}

/* ---- which mode ---- */

/* A machine of two units that can do this; the mode both are then in. */
static VtdMode
mode_of(uint64_t a, uint64_t b)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP), g = c;
	UnitInfo i, k;

	c.ecap |= a;
	g.ecap |= b;
	g.base += 0x1000;
	fake_unit(&c);
	fake_unit(&g);
	vtd_options.scalable = true;
	CHECK(fake_boot(true) == 0);
	unit_info(vtd_unit(0), &i);
	unit_info(vtd_unit(1), &k);
	CHECK(i.mode == k.mode && i.state == UNIT_ON && k.state == UNIT_ON);
	return i.mode;
}

#define BOTH (ECAP_SECOND | ECAP_FIRST | ECAP_BIT_SMPWC)

static void
mode_second(void)
{
	CHECK(mode_of(BOTH, ECAP_SECOND) == VTD_SECOND);
}
static void
mode_both(void)
{
	CHECK(mode_of(BOTH, BOTH) == VTD_SECOND);
}
static void
mode_first(void)
{
	CHECK(mode_of(BOTH, ECAP_FIRST | ECAP_BIT_SMPWC) == VTD_FIRST);
}

static void
mode_apart(void)
{
	CHECK(mode_of(ECAP_SECOND, ECAP_FIRST | ECAP_BIT_SMPWC) == VTD_LEGACY);
	CHECK(fake_logged(
		"DMAR: scalable mode is not used: the units have no stage in common"));
}

static void
mode_lacking(void)
{
	CHECK(mode_of(ECAP_SECOND, 0) == VTD_LEGACY);
	CHECK(fake_logged(
		"DMAR: scalable mode is not used: unit 1 has no scalable mode"));
}

static void
mode_unsnooped(void) /* unless it is QEMU, which is known better */
{
	CHECK(mode_of(ECAP_FIRST, ECAP_FIRST) == VTD_LEGACY);
	CHECK(fake_logged("unit 0 walks first-stage tables without snooping"));
}

static void
mode_qemu(void)
{
	fake_config(0, 0, 0x2c, 0xf4);
	fake_config(0, 0, 0x2d, 0x1a);
	fake_config(0, 0, 0x2e, 0x00);
	fake_config(0, 0, 0x2f, 0x11);
	CHECK(mode_of(ECAP_FIRST, ECAP_FIRST) == VTD_FIRST);
	CHECK(!vtd_coherent()); /* tables are written back all the same */
}

static void
mode_registers(void)
{
	vtd_options.registers = true;
	CHECK(mode_of(ECAP_SECOND, ECAP_SECOND) == VTD_LEGACY);
	CHECK(fake_logged("unit 0 is to be invalidated by registers"));
}

static void
mode_queue_only(void)
{
	const char *why = NULL;

	CHECK(mode_of(ECAP_SECOND, ECAP_SECOND) == VTD_SECOND);
	CHECK(unit_set_queued(vtd_unit(0), false, &why) == -ENOTSUP);
	CHECK(strcmp(why, "it is in scalable mode, which needs the queue") == 0);
}

/* What is left off has no say. */
static void
mode_left_off(void)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP), g = c;
	uint8_t table[1024];
	UnitInfo i;

	g.base += 0x1000;
	g.ecap |= ECAP_SECOND;
	fake_unit(&c);
	fake_unit(&g);
	vtd_options.scalable = true;
	CHECK(vtd_parse(table, fake_dmar(table, sizeof table, 48)) == 0);
	unit_leave_off(vtd_unit(0), "nobody wants it");
	CHECK(vtd_start() == 0);
	unit_info(vtd_unit(1), &i);
	CHECK(i.mode == VTD_SECOND);
}

static void
test_modes(void **state)
{
	(void)state;
	assert_int_equal(fake_child(mode_second), 0);
	assert_int_equal(fake_child(mode_both), 0);
	assert_int_equal(fake_child(mode_first), 0);
	assert_int_equal(fake_child(mode_apart), 0);
	assert_int_equal(fake_child(mode_lacking), 0);
	assert_int_equal(fake_child(mode_unsnooped), 0);
	assert_int_equal(fake_child(mode_qemu), 0);
	assert_int_equal(fake_child(mode_registers), 0);
	assert_int_equal(fake_child(mode_queue_only), 0);
	assert_int_equal(fake_child(mode_left_off), 0);
}

/* ---- bring-up ---- */

static void
taken_over(void)
{
	FakeConf c = conf(FAKE_CAP48 | CAP_BIT_PLMR, FAKE_ECAP);

	c.gsts = 0xc6800000; /* TES RTPS QIES IRES CFIS */
	c.pmen = true;
	c.latency = 2000;
	FakeUnit *f = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	/* remapping of interrupts off, CFI untouched */
	CHECK(fake_gsts(f) == 0xc4800000);
	CHECK(fake_pmen(f) == 0);
	CHECK(fake_dma(f, 0x18, 0, true).legacy == 1);
}

static void
started_off(void)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP);
	FakeUnit *f = fake_unit(&c);

	CHECK(fake_boot(false) == 0);
	CHECK(unit_state(vtd_unit(0)) == UNIT_OFF);
	CHECK(!(fake_gsts(f) >> 31));
	CHECK(unit_power(vtd_unit(0), true) == 0);
	CHECK(fake_gsts(f) >> 31);
	CHECK(unit_power(vtd_unit(0), true) == 0);
}

static void
power_cycles(void)
{
	FakeConf c = conf(FAKE_CAP48 | CAP_BIT_CM, FAKE_ECAP);
	FakeUnit *f = fake_unit(&c);
	uint16_t sid[2] = { 0x18, 0x0200 };
	Domain *d, *e;
	Space s, t;

	CHECK(fake_boot(true) == 0);
	Unit *u = unit_for(0x18);
	space_new(&s);
	space_new(&t);
	paddr_t page = os_page_alloc();
	space_map(&s, VA, page, SPACE_R, 4096);
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0 &&
		domain_new_shared(t.pdpt, 3, &e) == 0);
	CHECK(domain_attach(d, u, sid, 2) == 0);
	for (int i = 0; i < 3; i++) {
		CHECK(fake_dma(f, sid[1], VA, false).legacy == 0);
		CHECK(unit_power(u, false) == 0);
		CHECK(unit_state(u) == UNIT_OFF);
		CHECK(fake_dma(f, 0x18, VA, false).raw);
		if (i == 1) { /* what changes while it is off holds when it is on */
			CHECK(domain_detach(d, u, sid, 1) == 0);
			CHECK(domain_attach(e, u, sid, 1) == 0);
		}
		CHECK(unit_power(u, true) == 0);
	}
	CHECK(fake_dma(f, sid[0], VA, false).legacy == 6);
	CHECK(domain_detach(e, u, sid, 1) == 0);
	CHECK(domain_detach(d, u, sid + 1, 1) == 0);
	domain_free(d);
	domain_free(e);
}

static void
absent(void)
{
	FakeConf c = conf(~0ull, ~0ull);

	c.ver = ~0u;
	fake_unit(&c);
	CHECK(fake_boot(true) == -ENODEV);
	CHECK(strcmp(vtd_reason(), "registers read all ones") == 0);
	Unit *u = unit_for(0x18);
	UnitInfo i;
	unit_info(u, &i);
	CHECK(i.state == UNIT_UNUSABLE && i.reason);
	CHECK(unit_power(u, true) == -ENODEV);
	CHECK(fake_pages() == 0);
}

static void
zeros(void) /* an injected DMAR table without a unit */
{
	FakeConf c = conf(0, 0);

	c.ver = 0;
	fake_unit(&c);
	CHECK(fake_boot(true) == -ENODEV);
	CHECK(strcmp(vtd_reason(), "registers read all zeros") == 0);
}

static void
in_ram(void)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP);

	c.base = FAKE_RAM + 8192;
	fake_unit(&c);
	CHECK(fake_boot(true) == -ENODEV);
	CHECK(strcmp(vtd_reason(), "registers would lie in RAM") == 0);
}

static void
no_tables(void)
{
	/* QEMU's dma-translation=off */
	FakeConf c = conf(FAKE_CAP48 & ~0x1f00ull, FAKE_ECAP);

	fake_unit(&c);
	CHECK(fake_boot(true) == -ENODEV);
	CHECK(strcmp(vtd_reason(), "no page tables of 3 to 5 levels") == 0);
}

static void
far_registers(void) /* fault records and IOTLB beyond the first page */
{
	uint64_t cap = (FAKE_CAP48 & ~(0x3ffull << 24) & ~(0xffull << 40)) |
		0x3ffull << 24 | 255ull << 40;
	FakeConf c = conf(cap, (FAKE_ECAP & ~(0x3ffull << 8)) | 0x180ull << 8);

	vtd_options.registers = true;
	FakeUnit *f = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	CHECK(fake_dma(f, 0x18, 0, true).legacy == 1);
	CHECK(stats(vtd_unit(0)).faults == 1);
}

/* Left off: whatever it translated before, it does nothing, and is never switched on. The
 * other one goes on. */
static void
left_off(void)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = FAKE_CAP48, .ecap = FAKE_ECAP
	};
	UnitInfo i;

	c.gsts = 1u << 31 | 1u << 30;
	FakeUnit *a = fake_unit(&c);
	c.base = 0xfed91000;
	FakeUnit *b = fake_unit(&c);
	uint8_t table[1024];
	CHECK(vtd_parse(table, fake_dmar(table, sizeof table, 48)) == 0);
	unit_leave_off(vtd_unit(0), "nobody wants it");
	CHECK(vtd_start() == 0);
	CHECK(fake_gsts(b) >> 31 == 0);
	CHECK(vtd_enable() == 0);
	CHECK(fake_gsts(a) >> 31 == 0 && fake_gsts(b) >> 31 == 1);
	unit_info(vtd_unit(0), &i);
	CHECK(i.state == UNIT_UNUSABLE && strcmp(i.reason, "nobody wants it") == 0);
	CHECK(unit_power(vtd_unit(0), true) == -ENODEV);
}

static void
no_table_at_all(void)
{
	CHECK(vtd_parse("", 0) == -EINVAL);
	CHECK(vtd_reason() != NULL && vtd_nunit() == 0);
	CHECK(vtd_start() == -ENODEV);
	CHECK(vtd_unit(0) == NULL && unit_for(0x18) == NULL && vtd_coherent());
	vtd_poll_faults();
}

static void
test_bring_up(void **state)
{
	(void)state;
	assert_int_equal(fake_child(taken_over), 0);
	assert_int_equal(fake_child(started_off), 0);
	assert_int_equal(fake_child(power_cycles), 0);
	assert_int_equal(fake_child(absent), 0);
	assert_int_equal(fake_child(zeros), 0);
	assert_int_equal(fake_child(in_ram), 0);
	assert_int_equal(fake_child(no_tables), 0);
	assert_int_equal(fake_child(far_registers), 0);
	assert_int_equal(fake_child(left_off), 0);
	assert_int_equal(fake_child(no_table_at_all), 0);
}

/* ---- no answer ---- */

static void
never_starts(void)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP), g = c;

	g.base += 0x1000;
	FakeUnit *f = fake_unit(&c);
	fake_unit(&g);
	fake_stuck(f, STUCK_TE);
	uint64_t t = fake_time();
	CHECK(fake_boot(true) == 0); /* the other one is usable */
	CHECK(fake_time() - t < 1000000000ull);
	CHECK(unit_state(vtd_unit(0)) == UNIT_BROKEN &&
		unit_state(vtd_unit(1)) == UNIT_ON);
	CHECK(fake_logged("translation did not switch on"));
	CHECK(unit_power(vtd_unit(0), true) == -ETIMEDOUT);
}

static bool by_registers;

static void
silent_detach(void)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP);
	FakeUnit *f = fake_unit(&c);
	uint16_t sid = 0x18, other = 0x20;
	Space s;
	Domain *d, *e;

	vtd_options.registers = by_registers;
	CHECK(fake_boot(true) == 0);
	Unit *u = unit_for(sid);
	space_new(&s);
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0 &&
		domain_new_shared(s.pdpt, 3, &e) == 0);
	CHECK(domain_attach(e, u, &other, 1) == 0 && domain_detach(e, u, &other, 1) == 0);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	fake_stuck(f, STUCK_QUEUE | STUCK_REGS);
	uint64_t t = fake_time();
	CHECK(domain_detach(d, u, &sid, 1) == -ETIMEDOUT);
	CHECK(fake_time() - t < 500000000ull);
	CHECK(unit_state(u) == UNIT_BROKEN);
	CHECK(fake_logged("is broken: an invalidation did not complete"));
	t = fake_time();
	/* no entry, and no confirmation */
	CHECK(domain_flush(d, VA, 4096, false) == -ETIMEDOUT);
	/* it left in time: nothing to wait for */
	CHECK(domain_flush(e, 0, 0, false) == 0);
	CHECK(domain_attach(e, u, &other, 1) == -ETIMEDOUT);
	CHECK(fake_time() - t < 1000000ull);
	domain_free(d);
	domain_free(e);
	/* The pages above the process's; what leads to d, and of e nothing. */
	CHECK(fake_withheld() == (scalable ? 6 : 2));
}

static void
silent_flush(void)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP);
	FakeUnit *f = fake_unit(&c);
	uint16_t sid = 0x18;
	Space s;
	Domain *d;

	vtd_options.registers = by_registers;
	CHECK(fake_boot(true) == 0);
	space_new(&s);
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0);
	CHECK(domain_attach(d, unit_for(sid), &sid, 1) == 0);
	fake_stuck(f, STUCK_QUEUE | STUCK_REGS);
	CHECK(domain_flush(d, VA, 4096, true) == -ETIMEDOUT);
	CHECK(domain_detach(d, unit_for(sid), &sid, 1) == -ETIMEDOUT);
	/* not present, though nobody confirmed */
	CHECK(stats(unit_for(sid)).sources == 0);
}

static void
silent_attach(void) /* under caching mode attach waits too */
{
	FakeConf c = conf(FAKE_CAP48 | CAP_BIT_CM, FAKE_ECAP);
	FakeUnit *f = fake_unit(&c);
	uint16_t sid[2] = { 0x18, 0x20 };
	Space s;
	Domain *d;

	vtd_options.registers = by_registers;
	CHECK(fake_boot(true) == 0);
	Unit *u = unit_for(0x18);
	space_new(&s);
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0);
	fake_stuck(f, STUCK_QUEUE | STUCK_REGS);
	CHECK(domain_attach(d, u, sid, 2) == -ETIMEDOUT);
	CHECK(stats(u).sources == 0);
	domain_free(d);
	CHECK(fake_withheld() == (scalable ? 3 : 1));
}

static void
test_silence(void **state)
{
	(void)state;
	assert_int_equal(fake_child(never_starts), 0);
	for (int i = 0; i < 4; i++) {
		by_registers = i == 1;
		scalable = modes[i ? i - 1 : 0];
		assert_int_equal(fake_child(silent_detach), 0);
		assert_int_equal(fake_child(silent_flush), 0);
		assert_int_equal(fake_child(silent_attach), 0);
	}
	scalable = 0;
}

/* ---- memory runs out ---- */

static unsigned fail_at;

static void
boot_without_memory(void)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP);

	fake_unit(&c);
	fake_fail_alloc(fail_at);
	int err = fake_boot(true);
	fake_fail_alloc(0);
	if (err == -ENOMEM || err == -ENODEV) {
		CHECK(vtd_reason() != NULL);
		CHECK(fake_pages() == 0);
	} else {
		CHECK(err == 0); /* only the fault interrupt is missing */
		CHECK(fake_logged("faults are found by polling"));
	}
}

static void
attach_without_memory(void)
{
	FakeConf c = conf(FAKE_CAP48 | CAP_BIT_CM, FAKE_ECAP);
	FakeUnit *f = fake_unit(&c);
	uint16_t sid[2] = { 0x18, 0x0500 };
	unsigned n;
	UnitInfo i;
	Space s;
	Domain *d;

	CHECK(fake_boot(true) == 0);
	Unit *u = unit_for(0x18);
	space_new(&s);
	for (n = 1;; n++) {
		fake_fail_alloc(n);
		int err = domain_new_shared(s.pdpt, 3, &d);
		if (err) {
			CHECK(err == -ENOMEM && n == 1);
			continue;
		}
		err = domain_attach(d, u, sid, 2);
		fake_fail_alloc(0);
		if (err == 0)
			break;
		CHECK(err == -ENOMEM);
		CHECK(stats(u).sources == 0);
		CHECK(fake_dma(f, 0x18, VA, true).legacy == 2);
		domain_free(d);
		unit_info(u, &i);
		CHECK(stats(u).ids == 0);
	}
	/* Domain, page above the root, table of bus 5; or two, and a directory with its
	 * table. */
	CHECK(n == (scalable ? 7 : 4));
	fake_fail_alloc(1); /* detach allocates nothing */
	CHECK(domain_detach(d, u, sid, 2) == 0);
	domain_free(d);
}

static void
test_no_memory(void **state)
{
	(void)state;
	for (unsigned m = 0; m < 3; m++) {
		scalable = modes[m];
		for (fail_at = 1; fail_at < 14; fail_at++)
			assert_int_equal(fake_child(boot_without_memory), 0);
		assert_int_equal(fake_child(attach_without_memory), 0);
	}
	scalable = 0;
}

/* ---- all or none ---- */

static void
all_or_none(void)
{
	FakeConf c = conf(0x00d2008c222f0600ull, FAKE_ECAP); /* 16 ids */
	FakeUnit *f = fake_unit(&c);
	uint16_t a[3] = { 0x18, 0x0100, 0x20 }, b[2] = { 0x28, 0x0100 };
	Domain *d[16];
	unsigned n;
	Space s;

	CHECK(fake_boot(true) == 0);
	Unit *u = unit_for(0x18);
	space_new(&s);
	CHECK(domain_new_shared(s.pdpt, 3, &d[0]) == 0 &&
		domain_new_shared(s.pdpt, 3, &d[1]) == 0);
	CHECK(domain_attach(d[0], u, a, 3) == 0);
	CHECK(domain_attach(d[1], u, b, 2) == -EBUSY);
	CHECK(fake_dma(f, 0x28, VA, false).legacy == 2);
	CHECK(domain_id(d[1], u) == 0);
	CHECK(domain_detach(d[1], u, a, 3) == -ENODEV);
	CHECK(domain_attach(d[1], u, b, 1) == 0);
	/* it is here too, yet those are not its */
	CHECK(domain_detach(d[1], u, a, 3) == -ENODEV);
	CHECK(domain_detach(d[1], u, b, 1) == 0);
	/* 0x28 is not there: 0x100 stays */
	CHECK(domain_detach(d[0], u, b, 2) == -ENODEV);
	CHECK(stats(u).sources == 3);
	CHECK(domain_detach(d[0], u, a, 3) == 0);
	/* one, named twice */
	CHECK(domain_attach(d[0], u, (uint16_t[]){ 0x18, 0x18 }, 2) == 0);
	CHECK(stats(u).sources == 1);
	CHECK(domain_detach(d[0], u, (uint16_t[]){ 0x18, 0x18 }, 2) == 0);
	CHECK(stats(u).sources == 0);
	domain_free(d[0]);
	domain_free(d[1]);

	/* 16 ids, 0 and 1 not ours: 14 domains */
	for (n = 0; n < 16; n++) {
		CHECK(domain_new_shared(s.pdpt, 3, &d[n]) == 0);
		uint16_t sid = (uint16_t)(0x100 + n);
		int err = domain_attach(d[n], u, &sid, 1);
		CHECK(err == (n < 14 ? 0 : -ENOSPC));
		for (unsigned k = 0; k < n && !err; k++)
			CHECK(domain_id(d[k], u) != domain_id(d[n], u));
		CHECK(err || domain_id(d[n], u) >= 2);
	}
}

static void
many_sources(void) /* more than a batch names one by one */
{
	FakeConf c = conf(FAKE_CAP48 | CAP_BIT_CM, FAKE_ECAP);
	FakeUnit *f = fake_unit(&c);
	uint16_t sid[64];
	Space s;
	Domain *d;

	for (unsigned i = 0; i < 64; i++)
		sid[i] = (uint16_t)(i * 37);
	CHECK(fake_boot(true) == 0);
	Unit *u = unit_for(0);
	space_new(&s);
	space_map(&s, VA, os_page_alloc(), SPACE_R, 4096);
	for (unsigned i = 0; i < 64; i++)
		fake_dma(f, sid[i], VA, false); /* not present: cached */
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0);
	for (unsigned n = 15; n <= 64; n += n < 18 ? 1 : 46) {
		CHECK(domain_attach(d, u, sid, n) == 0);
		for (unsigned i = 0; i < 64; i++)
			CHECK((fake_dma(f, sid[i], VA, false).legacy == 0) == (i < n));
		CHECK(domain_detach(d, u, sid, n) == 0);
		for (unsigned i = 0; i < 64; i++)
			CHECK(fake_dma(f, sid[i], VA, false).legacy != 0);
	}
}

static void
several_units(void)
{
	FakeConf c = conf(FAKE_CAP48, FAKE_ECAP),
		 g = conf(FAKE_CAP39 | CAP_BIT_CM, FAKE_ECAP | ECAP_BIT_C);

	g.base += 0x1000;
	FakeUnit *f0 = fake_unit(&c), *f1 = fake_unit(&g);
	uint16_t a = 0x08, b = 0x0300;
	Space s;
	Domain *d;

	CHECK(fake_boot(true) == 0);
	Unit *u0 = unit_for(a), *u1 = unit_for(b);
	/* 0:1.0 is listed, 3:0.0 is left over */
	CHECK(u0 == vtd_unit(0) && u1 == vtd_unit(1));
	CHECK(unit_for(0x10000) == NULL); /* no unit in segment 1 */
	CHECK(vtd_coherent() == !!(scalable & ECAP_BIT_SMPWC));
	space_new(&s);
	paddr_t page = os_page_alloc();
	space_map(&s, VA, page, SPACE_R, 4096);
	CHECK(domain_new_shared(s.pdpt, 3, &d) == 0);
	CHECK(domain_attach(d, u0, &a, 1) == 0);
	CHECK(domain_attach(d, u1, &b, 1) == 0);
	CHECK(fake_dma(f0, a, VA, false).legacy == 0 &&
		fake_dma(f1, b, VA, false).legacy == 0);
	CHECK(fake_dma(f1, a, VA, false).legacy != 0);
	space_clear(&s, VA);
	CHECK(domain_flush(d, VA, 4096, false) == 0); /* both */
	os_page_free(page);
	CHECK(fake_dma(f0, a, VA, false).legacy == 6 &&
		fake_dma(f1, b, VA, false).legacy == 6);
	CHECK(domain_detach(d, u0, &a, 1) == 0);
	CHECK(fake_dma(f1, b, VA, false).legacy == 6);
	CHECK(domain_detach(d, u1, &b, 1) == 0);
	domain_free(d);
}

static void
test_attach(void **state)
{
	(void)state;
	for (unsigned m = 0; m < 3; m++) {
		scalable = modes[m];
		assert_int_equal(fake_child(all_or_none), 0);
		assert_int_equal(fake_child(many_sources), 0);
		assert_int_equal(fake_child(several_units), 0);
		assert_int_equal(fake_child(power_cycles), 0);
	}
	scalable = 0;
}

/* ---- devices that do not wait ---- */

static FakeUnit *stepped;
static uint16_t step_sid;

static void
step_dma(void)
{
	fake_dma(stepped, step_sid, VA, true);
}

/* Between any two actions of the core the device tries again; when detach or flush has
 * returned it must be over, whatever was refilled on the way. */
static void
impatient(void)
{
	FakeConf c = conf(kind->cap, kind->ecap);
	FakeUnit *f = fake_unit(&c);
	uint16_t sid = 0x18;
	Space s;
	Domain *d;

	vtd_options.registers = kind->registers;
	CHECK(fake_boot(true) == 0);
	Unit *u = unit_for(sid);
	stepped = f;
	step_sid = sid;
	for (unsigned round = 0; round < 8; round++) {
		space_new(&s);
		paddr_t page = os_page_alloc();
		space_map(&s, VA, page, SPACE_R | SPACE_W, 4096);
		CHECK(domain_new_shared(s.pdpt, 3, &d) == 0);
		fake_step = step_dma;
		CHECK(domain_attach(d, u, &sid, 1) == 0);
		CHECK(fake_dma(f, sid, VA, true).legacy == 0);
		if (round & 1) {
			CHECK(domain_detach(d, u, &sid, 1) == 0);
			fake_step = NULL;
			CHECK(fake_dma(f, sid, VA, true).legacy == 2);
			os_page_free(page);
		} else {
			space_clear(&s, VA);
			CHECK(domain_flush(d, VA, 4096, false) == 0);
			fake_step = NULL;
			os_page_free(page);
			CHECK(fake_dma(f, sid, VA, true).legacy == 5);
			paddr_t table = space_unhook(&s, VA);
			fake_step = step_dma;
			CHECK(domain_flush(d, VA, 1 << 21, true) == 0);
			fake_step = NULL;
			os_page_free(table);
			CHECK(fake_dma(f, sid, VA, true).legacy == 5);
			CHECK(domain_detach(d, u, &sid, 1) == 0);
		}
		domain_free(d);
		space_free(&s);
	}
}

static void
test_impatient(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 3 * 32; n++) {
		Kind k = { n & 1 ? FAKE_CAP39 : FAKE_CAP48, FAKE_ECAP, 0x10, 0, n & 16,
			0 };

		scalable = modes[n / 32];
		if (scalable && k.registers)
			continue;
		k.cap |= (n & 2 ? CAP_BIT_CM : 0) | (n & 4 ? CAP_BIT_RWBF : 0);
		k.ecap |= n & 8 ? ECAP_BIT_C : 0;
		kind = &k;
		assert_int_equal(fake_child(impatient), 0);
	}
	scalable = 0;
}

/* ---- random sequences against a flat model ---- */

#define NSPACE 4
#define NPAGE  24
#define NSID   10
#define NUNIT  2

typedef struct Model {
	Space s;
	Domain *d;
	paddr_t page[NPAGE];
	unsigned rights[NPAGE];
	unsigned most; /* rights of the domain */
} Model;

static Model model[NSPACE];
static FakeUnit *funit[NUNIT];
static uint16_t sids[NUNIT][NSID];
static int owner[NUNIT][NSID];
static uint32_t seed;
static unsigned random_ops, npassed;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Pages 0-7 share a table, 8-15 sit at the seam of two tables, the rest have one each. */
static iova_t
va_of(unsigned i)
{
	if (i < 8)
		return 0x10000000ull + i * 4096;
	if (i < 16)
		return 0x40200000ull - 4 * 4096 + (i - 8) * 4096;
	return 0x80000000ull + (uint64_t)(i - 16) * (3ull << 21);
}

static void
random_step(void)
{
	if (rnd(4) == 0) {
		unsigned u = rnd(NUNIT);
		fake_dma(funit[u], sids[u][rnd(NSID)], va_of(rnd(NPAGE)), rnd(2));
	}
}

static void
model_new(Model *m)
{
	memset(m, 0, sizeof *m);
	space_new(&m->s);
	m->most = rnd(3) ? SPACE_R | SPACE_W : SPACE_R;
	CHECK((rnd(2) ? domain_new_shared : domain_new_private)(m->s.pdpt, m->most,
		      &m->d) == 0);
}

static void
map_one(Model *m, unsigned i)
{
	unsigned rights = rnd(2) ? SPACE_R : SPACE_R | SPACE_W;

	if (m->page[i] && m->rights[i] == rights)
		return;
	if (m->page[i]) { /* other rights */
		fake_pte(space_entry(&m->s, va_of(i)),
			(*space_entry(&m->s, va_of(i)) & ~3ull) | rights);
		m->rights[i] = rights;
		CHECK(domain_flush(m->d, va_of(i), 4096, false) == 0);
		return;
	}
	m->page[i] = os_page_alloc();
	m->rights[i] = rights;
	space_map(&m->s, va_of(i), m->page[i], rights, 4096);
	CHECK(domain_added(m->d, va_of(i), 4096) == 0);
}

/* A run of pages goes at once, sometimes with its table. */
static void
unmap_run(Model *m, unsigned from, unsigned n)
{
	paddr_t gone[NPAGE], table = 0;
	unsigned k = 0;
	bool alone = from >= 16;

	if (from < 16 && from + n > 16)
		n = 16 - from;
	if (alone)
		n = 1;
	for (unsigned i = from; i < from + n; i++) {
		if (!m->page[i])
			continue;
		space_clear(&m->s, va_of(i));
		gone[k++] = m->page[i];
		m->page[i] = 0;
		m->rights[i] = 0;
	}
	if (k == 0)
		return;
	if (alone)
		table = space_unhook(&m->s, va_of(from));
	CHECK(domain_flush(m->d, va_of(from), va_of(from + n - 1) - va_of(from) + 4096,
		      alone) == 0);
	if (table)
		os_page_free(table);
	while (k > 0)
		os_page_free(gone[--k]);
}

static void
expect(unsigned u, unsigned k)
{
	unsigned i = rnd(NPAGE);
	bool write = rnd(2);
	FakeDma r = fake_dma(funit[u], sids[u][k], va_of(i), write);

	if (r.raw)
		return;
	if (owner[u][k] < 0) {
		CHECK(r.legacy == 2);
		return;
	}
	Model *m = &model[owner[u][k]];
	if (m->rights[i] & m->most & (write ? SPACE_W : SPACE_R)) {
		CHECK(r.legacy == 0);
		CHECK(r.pa == m->page[i]);
		npassed++;
	} else {
		CHECK(r.legacy == (write ? 5 : 6));
	}
}

static void
toggle(unsigned u, unsigned k)
{
	Unit *unit = vtd_unit(u);

	if (owner[u][k] >= 0) {
		CHECK(domain_detach(model[owner[u][k]].d, unit, &sids[u][k], 1) == 0);
		owner[u][k] = -1;
	} else {
		owner[u][k] = (int)rnd(NSPACE);
		CHECK(domain_attach(model[owner[u][k]].d, unit, &sids[u][k], 1) == 0);
	}
	expect(u, k);
}

/* A process dies: its devices go, then its memory. */
static void
renew(unsigned n)
{
	Model *m = &model[n];

	for (unsigned u = 0; u < NUNIT; u++)
		for (unsigned k = 0; k < NSID; k++)
			if (owner[u][k] == (int)n)
				toggle(u, k);
	domain_free(m->d);
	for (unsigned i = 0; i < NPAGE; i++)
		if (m->page[i])
			os_page_free(m->page[i]);
	space_free(&m->s);
	model_new(m);
}

static void
power(unsigned u)
{
	CHECK(unit_power(vtd_unit(u), false) == 0);
	if (rnd(2))
		map_one(&model[rnd(NSPACE)], rnd(NPAGE));
	CHECK(unit_power(vtd_unit(u), true) == 0);
}

static void
random_machine(void)
{
	FakeConf c = conf(kind->cap, kind->ecap),
		 g = conf(FAKE_CAP39 | CAP_BIT_CM, FAKE_ECAP);

	vtd_options.registers = kind->registers;
	c.latency = kind->latency;
	g.base += 0x1000;
	funit[0] = fake_unit(&c);
	funit[1] = fake_unit(&g);
	CHECK(fake_boot(true) == 0);
	for (unsigned u = 0; u < NUNIT; u++)
		for (unsigned k = 0; k < NSID; k++) {
			sids[u][k] = (uint16_t)(rnd(3) << 8 | (3 * k) << 3 | rnd(2));
			owner[u][k] = -1;
			unit_for(sids[u][k]);
			/* make its bus's table */
			CHECK(domain_new_shared(FAKE_RAM, 3, &model[0].d) == 0);
			CHECK(domain_attach(model[0].d, vtd_unit(u), &sids[u][k], 1) ==
				0);
			CHECK(domain_detach(model[0].d, vtd_unit(u), &sids[u][k], 1) ==
				0);
			domain_free(model[0].d);
		}
	for (unsigned i = 0; i < NSPACE; i++)
		model_new(&model[i]);
	fake_step = random_step;
	for (unsigned n = 0; n < random_ops; n++) {
		uint32_t r = rnd(1000);

		if (r < 350)
			map_one(&model[rnd(NSPACE)], rnd(NPAGE));
		else if (r < 600) {
			unsigned from = rnd(NPAGE);
			unmap_run(&model[rnd(NSPACE)], from, 1 + rnd(NPAGE - from));
		} else if (r < 970)
			toggle(rnd(NUNIT), rnd(NSID));
		else if (r < 995)
			renew(rnd(NSPACE));
		else
			power(rnd(NUNIT));
		for (unsigned i = 0; i < 4; i++)
			expect(rnd(NUNIT), rnd(NSID));
		if (fake_violations())
			fake_die(fake_violation(), __FILE__, (int)n);
	}
	CHECK(npassed > random_ops / 5); /* devices did get somewhere, too */
	for (unsigned i = 0; i < NSPACE; i++)
		renew(i);
	UnitInfo info;
	for (unsigned u = 0; u < NUNIT; u++) {
		CHECK(stats(vtd_unit(u)).sources == 0);
		unit_info(vtd_unit(u), &info);
		CHECK(stats(vtd_unit(u)).ids == 0);
	}
}

static void
test_random(void **state)
{
	const char *more = getenv("VTD_RANDOM_OPS");

	(void)state;
	random_ops = more ? (unsigned)atoi(more) : 20000; /* a million in all */
	/* the last 20 in scalable mode, ten in each stage */
	for (unsigned i = 0; i < 52; i++) {
		unsigned n = i < 32 ? i : (i - 32) % 10 * 3;
		Kind k = { n & 1 ? FAKE_CAP39 : FAKE_CAP48, FAKE_ECAP, 0x10,
			n % 3 ? 0 : 3000, n & 16, 0 };

		scalable = modes[i < 32 ? 0 : i < 42 ? 1 : 2];
		k.registers &= !scalable;

		k.cap |= (n & 2 ? CAP_BIT_CM : 0) | (n & 4 ? CAP_BIT_RWBF : 0);
		k.cap &= n % 5 == 0 ? ~CAP_BIT_PSI : ~0ull;
		k.cap &= n % 5 == 1 ? ~(0x3full << 48) : ~0ull; /* one page at a time */
		k.ecap |= n & 8 ? ECAP_BIT_C : 0;
		kind = &k;
		seed = 12345 + i;
		if (fake_child(random_machine) != 0)
			fail_msg("seed %u", 12345 + i);
	}
	scalable = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_bring_up),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_attach),
		cmocka_unit_test(test_impatient),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

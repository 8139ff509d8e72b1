/* SRC: dev/vtd tests/host/fakehw */
/*
 * Walking as a unit does: each fault reason by hand, with the manual's numbers; where the
 * two profiles part; and random table states, right and wrong, against the fake unit,
 * which has a walker of its own.
 */
#include "tests/host/host.h"

#include <string.h>

#include "dev/vtd/os.h"
#include "dev/vtd/vtd.h"
#include "dev/vtd/walk.h"
#include "tests/host/fakehw/fakehw.h"

#define SLLPS (3ull << 34)
#define MEM   (1ull << 32)
#define AT    0x200000ull
#define SID   0x18
#define R     1ull
#define W     2ull
#define PS    0x80ull

/* ---- by hand: root = page 0, context = page 1, tables of four levels = pages 2 to 5
 * ---- */

static uint64_t mem[8][512];
static WalkUnit unit;

static const uint64_t *
rd(uint64_t pa)
{
	return pa >= AT && pa < AT + sizeof mem && pa % 4096 == 0 ? mem[(pa - AT) / 4096]
								  : NULL;
}

#define ADDR 0x0000008040201abcull /* entry 1 of each table */

static void
good(void)
{
	memset(mem, 0, sizeof mem);
	unit = (WalkUnit){
		.cap = FAKE_CAP48 | SLLPS, .ecap = FAKE_ECAP, .rtaddr = AT, .haw = 48
	};
	mem[0][0] = AT + 0x1000 + 1;
	mem[1][2 * SID] = AT + 0x2000 + 1;
	mem[1][2 * SID + 1] = 0x2a02;
	for (unsigned i = 2; i < 5; i++)
		mem[i][1] = (AT + 0x1000 * (i + 1)) | R | W;
	mem[5][1] = 0xabc000 | R | W;
}

static Walk
ask(WalkRules rules, bool write)
{
	WalkAsk a = { .sid = SID, .addr = ADDR, .write = write, .rules = rules };
	Walk o;

	walk(&unit, &a, rd, &o);
	return o;
}

/* The reason by both profiles, the same. */
static unsigned
reason(bool write)
{
	Walk o = ask(WALK_MANUAL, write), q = ask(WALK_QEMU, write);

	assert_int_equal(o.end, q.end);
	assert_int_equal(o.reason, q.reason);
	assert_int_equal(o.end == WALK_FAULT, o.reason != 0);
	return o.reason;
}

static void
steps(void **state)
{
	(void)state;
	good();
	mem[4][1] &= ~W;
	Walk o = ask(WALK_MANUAL, false);
	assert_int_equal(o.end, WALK_PAGE);
	assert_int_equal(o.pa, 0xabcabc);
	assert_int_equal(o.size, 4096);
	assert_int_equal(o.rights, R);
	assert_int_equal(o.levels, 4);
	assert_int_equal(o.nstep, 6);
	assert_int_equal(o.step[WALK_ROOT].at, AT);
	assert_int_equal(o.step[WALK_CONTEXT].at, AT + 0x1000 + 16 * SID);
	assert_int_equal(o.step[WALK_CONTEXT].value.hi, 0x2a02);
	assert_int_equal(o.step[5].at, AT + 0x5008);
	assert_int_equal(o.step[5].value.lo, 0xabc003);
	assert_int_equal(reason(true), 5);
	good();
	mem[4][1] = 0x80000000 | R | W | PS;
	o = ask(WALK_QEMU, true);
	assert_int_equal(o.size, 2 << 20);
	assert_int_equal(o.pa, 0x80001abc);
}

static void
reasons(void **state)
{
	static const struct {
		uint8_t reason, page;
		uint16_t word;
		uint64_t value, also; /* instead; or set */
	} wrong[] = {
		{ 0x1, 0, 0, 0, 0 },
		{ 0x9, 0, 0, 0xdead0001, 0 },
		{ 0xa, 0, 0, 0, 1ull << 11 },
		{ 0xa, 0, 0, 0, 1ull << 48 },
		{ 0xa, 0, 1, 1, 0 },
		{ 0x2, 1, 2 * SID, 0, 0 },
		{ 0x3, 1, 2 * SID, 0xdead0001, 0 },
		{ 0x3, 1, 2 * SID, 0, 3 << 2 },
		{ 0x3, 1, 2 * SID, 0, 1 << 2 },
		{ 0x3, 1, 2 * SID + 1, 0x2a00, 0 },
		{ 0x3, 1, 2 * SID + 1, 0x2a03, 0 },
		{ 0x3, 1, 2 * SID + 1, 0x2a07, 0 },
		{ 0x4, 1, 2 * SID + 1, 0x2a01, 0 },
		{ 0xb, 1, 2 * SID, 0, 1 << 4 },
		{ 0xb, 1, 2 * SID, 0, 1ull << 60 },
		{ 0xb, 1, 2 * SID + 1, 0, 1 << 7 },
		{ 0xb, 1, 2 * SID + 1, 0, 1 << 24 },
		{ 0, 1, 2 * SID + 1, 0, 15 << 3 },
		{ 0x7, 2, 1, 0xdead0003, 0 },
		{ 0x7, 4, 1, 0xdead0003, 0 },
		{ 0x6, 2, 1, 0, 0 },
		{ 0x6, 5, 1, 0x800, 0 },
		{ 0x6, 5, 1, 0xabc002, 0 },
		{ 0xc, 2, 1, 0, PS },
		{ 0xc, 3, 1, 0, PS },
		{ 0xc, 5, 1, 0, 1 << 11 },
		{ 0xc, 3, 1, 0, 1 << 11 },
		{ 0xc, 5, 1, 0, 1ull << 48 },
		{ 0xc, 5, 1, 0, 1ull << 62 },
		{ 0, 5, 1, 0, 0xbff0000000000784 },
		{ 0xe, 5, 1, 0xfee01003, 0 },
		{ 0, 5, 1, 0xfef00003, 0 },
		{ 0, 5, 1, 0xfedff003, 0 },
	};

	(void)state;
	good();
	assert_int_equal(reason(false), 0);
	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		good();
		uint64_t *e = &mem[wrong[i].page][wrong[i].word];
		*e = wrong[i].also ? *e | wrong[i].also : wrong[i].value;
		if (reason(false) != wrong[i].reason)
			fail_msg("row %u: reason %x", i, reason(false));
	}
	good();
	unit.rtaddr = 0xdead0000;
	assert_int_equal(reason(false), 8);
	assert_int_equal(ask(WALK_MANUAL, false).nstep, 0);
}

/* What a unit has decides which bits it knows. */
static void
capabilities(void **state)
{
	(void)state;
	good();
	mem[5][1] |= 1ull << 11 | 1ull << 62;
	unit.ecap |= 1 << 7 | 1 << 2; /* SC, DT */
	assert_int_equal(reason(false), 0);
	mem[3][1] |= 1 << 11;
	assert_int_equal(reason(false), 0xc);
	good();
	unit.cap &= ~SLLPS;
	mem[4][1] = 0x80000000 | R | W | PS;
	assert_int_equal(ask(WALK_MANUAL, false).reason, 0xc);
	good();
	mem[1][2 * SID] |= 1 << 2;
	unit.ecap |= 1 << 2;
	assert_int_equal(reason(false), 0);
	good();
	mem[1][2 * SID] |= 2 << 2;
	unit.ecap &= ~(1ull << 6); /* PT */
	assert_int_equal(reason(false), 3);
	unit.ecap |= 1 << 6;
	Walk o = ask(WALK_MANUAL, true);
	assert_int_equal(o.end, WALK_PASS);
	assert_int_equal(o.pa, ADDR);
}

static void
interrupt_range(void **state)
{
	WalkAsk a = { .sid = SID, .addr = 0xfee00000 };
	Walk o;

	(void)state;
	good();
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.end, WALK_INTERRUPT);
	a.addr = 0xfef00000;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.end, WALK_FAULT);
}

/* FPD hides what is judged from the context entry on, but for reserved bits in itself. */
static void
quiet(void **state)
{
	(void)state;
	good();
	mem[5][1] = 0;
	assert_false(ask(WALK_MANUAL, true).quiet);
	mem[1][2 * SID] |= 2;
	assert_true(ask(WALK_MANUAL, true).quiet);
	mem[1][2 * SID] = 2;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 2);
	assert_true(ask(WALK_MANUAL, true).quiet);
	mem[1][2 * SID] = 0x13;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0xb);
	assert_false(ask(WALK_MANUAL, true).quiet);
	mem[0][1] = 1;
	assert_false(ask(WALK_MANUAL, true).quiet);
}

/* The rows of the table in user/man/vtd.md. */
static void
profiles(void **state)
{
	static const struct {
		uint8_t page, manual, qemu;
		uint64_t value;
	} row[] = {
		{ 5, 0xc, 0x6, 0xabc000 | W | 1ull << 11 },
		{ 5, 0xc, 0x7, ~0ull },
		{ 2, 0xc, 0x3, ~0ull },
		{ 3, 0, 0xe, 0xc0000000 | R | PS },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
		good();
		mem[row[i].page][1] = row[i].value;
		Walk m = ask(WALK_MANUAL, false), q = ask(WALK_QEMU, false);
		assert_int_equal(m.reason, row[i].manual);
		assert_int_equal(q.reason, row[i].qemu);
	}
	good(); /* a refusal above, a reserved bit below */
	mem[2][1] &= ~W;
	mem[5][1] |= 1 << 11;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0xc);
	assert_int_equal(ask(WALK_QEMU, true).reason, 5);
	good();
	mem[1][2 * SID] |= 2 << 2;
	mem[1][2 * SID + 1] = 0x2a01;
	unit.ecap |= 1 << 6;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 4);
	assert_int_equal(ask(WALK_QEMU, true).end, WALK_PASS);
}

/* ---- scalable mode, by hand: root and context as above, tables of four levels = pages 2
 * to 5, PASID directory = page 6, PASID table = page 7 ---- */

#define SMTS (1ull << 43)
#define SLTS (1ull << 46)
#define FLTS (1ull << 47)
#define US   4ull

static void
good2(bool first)
{
	memset(mem, 0, sizeof mem);
	unit = (WalkUnit){ .cap = FAKE_CAP48 | SLLPS, .haw = 48 };
	unit.ecap = FAKE_ECAP | SMTS | (first ? FLTS : SLTS);
	unit.rtaddr = AT | 1 << 10;
	mem[0][0] = AT + 0x1000 + 1;
	mem[1][4 * SID] = AT + 0x6000 + 1;
	mem[6][0] = AT + 0x7000 + 1;
	mem[7][0] = (first ? 1 << 6 : (AT + 0x2000) | 2 << 6) | 2 << 2 | 1;
	mem[7][1] = 0x2a;
	mem[7][2] = first ? AT + 0x2000 : 0;
	for (unsigned i = 2; i < 5; i++)
		mem[i][1] = (AT + 0x1000 * (i + 1)) | R | W | (first ? US : 0);
	mem[5][1] = 0xabc000 | R | W | (first ? US : 0);
}

static void
steps2(void **state)
{
	(void)state;
	good2(false);
	Walk o = ask(WALK_MANUAL, true);
	assert_int_equal(o.end, WALK_PAGE);
	assert_true(o.scalable && !o.first);
	assert_int_equal(o.pa, 0xabcabc);
	assert_int_equal(o.nstep, 8);
	assert_int_equal(o.step[WALK_ROOT].at, AT);
	assert_int_equal(o.step[WALK_CONTEXT].at, AT + 0x1000 + 32 * SID);
	assert_int_equal(o.step[WALK_DIRECTORY].at, AT + 0x6000);
	assert_int_equal(o.step[WALK_PASID].at, AT + 0x7000);
	assert_int_equal(o.step[WALK_TABLES2].at, AT + 0x2008);
	assert_int_equal(ask(WALK_QEMU, true).end, WALK_PAGE);
	good2(true);
	o = ask(WALK_MANUAL, true);
	assert_int_equal(o.end, WALK_PAGE);
	assert_true(o.scalable && o.first);
	assert_int_equal(o.step[WALK_PASID].third, AT + 0x2000);
	assert_int_equal(o.rights, R | W);
	assert_int_equal(ask(WALK_QEMU, true).end, WALK_PAGE);
	/* The upper half of a bus has a table of its own; PASIDs beyond 63 too. */
	WalkAsk a = { .sid = 0x80 | SID, .addr = ADDR };
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 0x39);
	mem[0][1] = AT + 0x1000 + 1;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 0);
	mem[1][4 * SID + 1] = 65;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0x51);
	mem[6][1] = AT + 0x7000 + 1;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0x59);
	memcpy(&mem[7][8], &mem[7][0], 64);
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0);
	good2(false);
	mem[7][0] = 4 << 6 | 2 << 2 | 1;
	o = ask(WALK_MANUAL, true);
	assert_int_equal(o.end, WALK_PASS);
	assert_int_equal(o.pa, ADDR);
}

static void
reasons2(void **state)
{
	static const struct {
		uint8_t manual, qemu, first, page; /* qemu 0xff: not looked at */
		uint16_t word;
		uint64_t value, also; /* instead; or set */
	} wrong[] = {
		{ 0x39, 0x1, 0, 0, 0, 0, 0 },
		{ 0x40, 0x9, 0, 0, 0, 0xdead0001, 0 },
		{ 0x3a, 0xa, 0, 0, 0, 0, 1 << 11 },
		{ 0, 0xa, 0, 0, 1, 0, 1 << 11 }, /* the other half */
		{ 0x41, 0x2, 0, 1, 4 * SID, 0, 0 },
		{ 0x42, 0xb, 0, 1, 4 * SID, 0, 1 << 5 },
		{ 0x42, 0xb, 0, 1, 4 * SID + 1, 0, 1 << 21 },
		{ 0x42, 0xb, 0, 1, 4 * SID + 2, 0, 1 },
		{ 0x42, 0xb, 0, 1, 4 * SID + 3, 0, 1 },
		{ 0x48, 0xff, 0, 1, 4 * SID + 1, 0, 1 << 13 },
		{ 0x50, 0x58, 0, 1, 4 * SID, 0xdead0001, 0 },
		{ 0x51, 0x58, 0, 6, 0, 0, 0 },
		{ 0x51, 0x51, 1, 6, 0, 0, 0 },
		{ 0x52, 0, 0, 6, 0, 0, 4 },
		{ 0x58, 0x58, 0, 6, 0, 0xdead0001, 0 },
		{ 0x59, 0x58, 0, 7, 0, 0, 0 },
		{ 0x59, 0x5b, 1, 7, 0, 0, 0 },
		{ 0x59, 0x59, 1, 7, 0, 1 << 6, 0 },
		{ 0x5a, 0, 0, 7, 0, 0, 1 << 10 },
		{ 0x5a, 0, 0, 7, 1, 0, 1 << 23 },
		{ 0x5a, 0, 0, 7, 5, 0, 1 },
		{ 0x5b, 0x58, 0, 7, 0, 0x20208d, 0 }, /* AW 3 */
		{ 0x5b, 0, 0, 7, 0, 0x2020c9, 0 },    /* nested */
		{ 0x5b, 0x58, 0, 7, 0, 0x202149, 0 },
		{ 0x5b, 0x5b, 1, 7, 2, 0, 4 }, /* FLPM 1 */
		{ 0x5b, 0x5b, 1, 7, 0, 0x202089, 0 },
		{ 0x7b, 0x3, 0, 7, 0, 0xdead0089, 0 },
		{ 0x78, 0x7, 0, 3, 1, 0xdead0003, 0 },
		{ 0x79, 0x6, 0, 2, 1, 0, 0 },
		{ 0x86, 0x6, 0, 5, 1, 0xabc002, 0 },
		{ 0x7a, 0xc, 0, 3, 1, 0, PS },
		{ 0x7a, 0, 0, 5, 1, 0, 1 << 11 }, /* SNP */
		{ 0x87, 0x87, 0, 5, 1, 0xfee01003, 0 },
		{ 0x73, 0x73, 1, 7, 2, 0xdead0000, 0 },
		{ 0x70, 0x70, 1, 3, 1, 0xdead0007, 0 },
		{ 0x71, 0x71, 1, 5, 1, 0xabc006, 0 },
		{ 0x71, 0x71, 1, 2, 1, 0, 0 },
		{ 0x72, 0x72, 1, 2, 1, 0, PS },
		{ 0x72, 0x72, 1, 5, 1, 0, 1ull << 48 },
		{ 0x72, 0x72, 1, 4, 1, 0x80002087, 0 },
		{ 0, 0, 1, 4, 1, 0x80001087, 0 },
		{ 0x81, 0x81, 1, 2, 1, 0x203003, 0 },
		{ 0x81, 0x81, 1, 5, 1, 0xabc003, 0 },
		{ 0, 0, 1, 5, 1, 0, 1 << 11 | 0x18 },
		{ 0x87, 0x87, 1, 5, 1, 0xfee01007, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		good2(wrong[i].first);
		uint64_t *e = &mem[wrong[i].page][wrong[i].word];
		*e = wrong[i].also ? *e | wrong[i].also : wrong[i].value;
		Walk m = ask(WALK_MANUAL, false), q = ask(WALK_QEMU, false);
		if (m.reason != wrong[i].manual ||
			(wrong[i].qemu != 0xff && q.reason != wrong[i].qemu))
			fail_msg("row %u: reasons %x %x", i, m.reason, q.reason);
	}
	good2(true); /* a write: judged at the end, QEMU on the way */
	mem[2][1] &= ~W;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0x85);
	mem[5][1] |= 1ull << 48;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0x72);
	assert_int_equal(ask(WALK_QEMU, true).reason, 0x85);
	good2(false);
	mem[2][1] &= ~W;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0x85);
	good2(false);
	unit.rtaddr = 0xdead0400;
	assert_int_equal(ask(WALK_MANUAL, true).reason, 0x38);
	assert_int_equal(ask(WALK_QEMU, true).reason, 0x8);
}

/* Addresses: too great for the tables, for the unit, or in no half. */
static void
widths2(void **state)
{
	WalkAsk a = { .sid = SID };
	Walk o;

	(void)state;
	good2(false);
	mem[7][0] = (AT + 0x2000) | 2 << 6 | 1 << 2 | 1; /* three levels */
	a.addr = 1ull << 39;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 0x84);
	a.addr = 1ull << 48;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 0x83);
	a.rules = WALK_QEMU;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 4);
	good2(true);
	a.addr = 1ull << 47;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 0x80);
	a.addr = ~0xfffull;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 0x71);
	mem[7][0] = 1 << 6 | 1; /* AW 0: 30 bits, says QEMU */
	a.addr = 1ull << 30;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 0x80);
	a.rules = WALK_MANUAL;
	walk(&unit, &a, rd, &o);
	assert_int_equal(o.reason, 0x71);
}

/* FPD in any of three entries. */
static void
quiet2(void **state)
{
	/* clang-format off */
	static const struct { uint8_t page; uint16_t word; } entry[] = {
		{ 1, 4 * SID }, { 6, 0 }, { 7, 0 },
	};
	/* clang-format on */

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		good2(false);
		mem[5][1] = 0;
		assert_false(ask(WALK_MANUAL, true).quiet);
		mem[entry[i].page][entry[i].word] |= 2;
		assert_true(ask(WALK_MANUAL, true).quiet);
		assert_true(ask(WALK_QEMU, true).quiet);
		mem[entry[i].page][entry[i].word] = 2; /* absent, and silent */
		assert_true(ask(WALK_MANUAL, true).quiet);
		assert_int_equal(ask(WALK_QEMU, true).quiet, i == 0);
	}
	good2(false);
	mem[1][4 * SID] |= 2 | 1 << 5;
	assert_false(ask(WALK_MANUAL, true).quiet);
	mem[0][0] = 0;
	assert_false(ask(WALK_MANUAL, true).quiet);
}

/* ---- at random, against the fake unit ---- */

#define NTABLE 6

static FakeUnit *fake;
static paddr_t table[NTABLE]; /* context, then second level */
static paddr_t dir, pasids;   /* scalable mode */
static unsigned stage;        /* 0: legacy mode */
static uint64_t seed;
static unsigned seen[256];

static uint64_t
rnd(uint64_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % n;
}

static uint64_t
flip(uint64_t e, unsigned often)
{
	if (rnd(often) == 0)
		e ^= 1ull << rnd(12);
	if (rnd(often) == 0)
		e ^= 1ull << (48 + rnd(16));
	return e;
}

static void
poke(paddr_t pa, uint64_t v)
{
	fake_pte((uint64_t *)os_ptr(pa & ~0xfffull) + (pa & 0xfff) / 8, v);
}

/* An entry that leads on at each level, now and then to a page, now and then wrong. */
static void
put_tables(uint64_t addr, unsigned levels)
{
	for (unsigned l = levels, i = 1; l > 0; l--, i++) {
		uint64_t user = stage == 1 ? 0x24 : 0, keep = 0;
		uint64_t e = table[i + 1 < NTABLE ? i + 1 : 1] | R | W | user;

		if (l == 1 || (l <= 3 && rnd(4) == 0)) {
			keep = l > 1 ? PS : 0; /* no table is there */
			e = MEM + (rnd(8) << (12 + 9 * (l - 1))) + R + W + user;
		}
		if (stage == 1 && rnd(12) == 0)
			e ^= 4;
		if (rnd(6) == 0)
			e &= ~(rnd(3) + 1);
		e = rnd(30) ? flip(e, 12) | keep : 0;
		poke(table[i] + 8 * (addr >> (12 + 9 * (l - 1)) & 511), e);
	}
}

static uint64_t
state_of_tables(Unit *u)
{
	uint64_t addr = rnd(1ull << 31) << 18 ^ rnd(1ull << 31);
	unsigned aw = rnd(12) ? 1 + rnd(2) : rnd(8);

	addr &= (1ull << (rnd(8) && aw < 3 ? 12 + 9 * (aw + 2) : 49)) - 1;
	poke(u->root_pa, rnd(40) ? table[0] | 1 : rnd(2) ? table[0] | rnd(4096) : 0);
	poke(u->root_pa + 8, rnd(60) ? 0 : 1ull << rnd(64));
	poke(table[0] + 16 * SID, flip(table[1] | 1, 20) & 0xffffffffffffull & ~2ull);
	poke(table[0] + 16 * SID + 8,
		(2 + rnd(50)) << 8 | (rnd(40) ? 0 : 1ull << rnd(64)) | aw);
	put_tables(addr, aw + 2 < NTABLE ? aw + 2 : NTABLE - 1);
	return addr;
}

/* The same in scalable mode: now and then something is wrong on the way. */
static uint64_t
state_of_tables2(Unit *u)
{
	uint64_t addr = rnd(1ull << 31) << 18 ^ rnd(1ull << 31),
		 rid = rnd(10) ? 0 : rnd(130);
	unsigned aw = stage == 1 || rnd(12) ? 1 + rnd(2) : rnd(8);
	unsigned type = rnd(12) ? stage : rnd(8);
	paddr_t p = pasids + 64 * (rid & 63), c = table[0] + 32 * SID;

	addr &= (1ull << (stage == 1                ? 47 + rnd(2)
				 : rnd(8) && aw < 3 ? 12 + 9 * (aw + 2)
						    : 49)) -
		1;
	memset(os_ptr(dir), 0, 4096);
	memset(os_ptr(pasids), 0, 4096);
	os_clflush(os_ptr(dir), 4096);
	os_clflush(os_ptr(pasids), 4096);
	poke(u->root_pa, rnd(40) ? table[0] | 1 : rnd(2) ? table[0] | rnd(4096) : 0);
	poke(c, (rnd(30) ? dir | 1 : dir) | (rnd(30) ? 0 : 1 << (5 + rnd(4))));
	poke(c + 8,
		rid | (rnd(40) ? 0 : 1ull << (21 + rnd(43))) | (rnd(40) ? 0 : 1 << 13));
	poke(c + 16, rnd(60) ? 0 : 1ull << rnd(64));
	poke(dir + 8 * (rid >> 6),
		(rnd(30) ? pasids | 1 : pasids) | (rnd(30) ? 0 : 4 << rnd(9)));
	poke(p,
		(stage == 2 ? table[1] : 0) | aw << 2 | type << 6 | (rnd(30) != 0) |
			(rnd(40) ? 0 : 1 << 10));
	poke(p + 8, (2 + rnd(50)) | (rnd(40) ? 0 : 1ull << 23));
	poke(p + 16, (stage == 1 ? table[1] : 0) | (rnd(40) ? 0 : 4));
	poke(p + 24, rnd(40) ? 0 : 1);
	put_tables(addr, stage == 1 ? 4 : aw + 2 < NTABLE ? aw + 2 : NTABLE - 1);
	return addr;
}

static const uint64_t *
ram(uint64_t pa)
{
	return os_is_ram(pa, 4096) ? os_ptr(pa) : NULL;
}

static void
compare(Unit *u, uint64_t addr, bool write)
{
	WalkUnit w = {
		.cap = u->cap, .ecap = u->ecap, .rtaddr = table_root(u), .haw = 48
	};
	WalkAsk a = { .sid = SID, .addr = addr, .write = write };
	Walk o;

	os_lock(u->lock);
	CHECK(unit_invalidate_locked(u, &(Change){ .kind = CHANGE_ROOT }) == 0);
	os_unlock(u->lock);
	FakeDma d = fake_dma(fake, SID, addr, write);
	walk(&w, &a, ram, &o);
	seen[o.reason]++;
	if (o.reason != d.reason)
		printf("addr %llx write %d: walk says %x, the unit %x\n",
			(unsigned long long)addr, write, o.reason, d.reason);
	fflush(stdout);
	CHECK(o.reason == d.reason);
	CHECK(d.reason || o.pa == d.pa);
}

static const uint8_t expected[3][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 0xa, 0xb, 0xc },
	{ 0, 0x39, 0x3a, 0x41, 0x42, 0x48, 0x51, 0x52, 0x59, 0x5a, 0x5b, 0x71, 0x72, 0x80,
		0x81, 0x85 },
	{ 0, 0x39, 0x3a, 0x41, 0x42, 0x48, 0x51, 0x52, 0x59, 0x5a, 0x5b, 0x79, 0x7a, 0x84,
		0x85, 0x86 },
};

static void
random_states(uint64_t cap, uint64_t ecap)
{
	FakeConf c = { .base = 0xfed90000, .ver = FAKE_VER, .cap = cap, .ecap = ecap };

	vtd_options.scalable = stage != 0;
	fake = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	Unit *u = vtd_unit(0);
	fake_foreign(MEM, 8ull << 30);
	for (unsigned i = 0; i < NTABLE; i++)
		table[i] = fake_table();
	dir = fake_table();
	pasids = fake_table();
	for (unsigned i = 0; i < 10000; i++) {
		uint64_t addr = (stage ? state_of_tables2 : state_of_tables)(u);
		if (addr >= 0xfee00000 && addr < 0xfef00000)
			continue;
		compare(u, addr, false);
		compare(u, addr, true);
	}
	for (unsigned i = 0; i < sizeof expected[0]; i++)
		CHECK(seen[expected[stage][i]] > 20); /* of every kind */
	fake_forgive(); /* these tables break the rules on purpose */
}

/* A root table that firmware left, in memory of its own: nobody shows it to the CPU. */
static void
left_behind(void)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = FAKE_CAP48, .ecap = FAKE_ECAP
	};
	WalkAsk a = { .sid = SID, .addr = 0x5000 };
	WalkReport o;

	fake = fake_unit(&c);
	CHECK(fake_boot(false) == 0);
	Unit *u = vtd_unit(0);
	mmio_put64((volatile Regs *)u->regs, 0x20, FAKE_FIRMWARE);
	CHECK(unit_walk(u, &a, &o) == 0);
	CHECK(o.end == WALK_FAULT && o.reason == 8 && o.nentry == 0);
}

static void
random_48(void)
{
	seed = 1;
	random_states(FAKE_CAP48 | SLLPS, FAKE_ECAP & ~(1ull << 6));
}

static void
random_snoop(void)
{
	seed = 2;
	random_states(FAKE_CAP48 | SLLPS, (FAKE_ECAP | 1 << 7) & ~(1ull << 6));
}

static void
random_no_big(void)
{
	seed = 3;
	random_states(FAKE_CAP48 & ~SLLPS, FAKE_ECAP & ~(1ull << 6));
}

static void
random_second(void)
{
	seed = 4;
	stage = 2;
	random_states(FAKE_CAP48 | SLLPS, (FAKE_ECAP | ECAP_SECOND) & ~(1ull << 6));
}

static void
random_first(void)
{
	seed = 5;
	stage = 1;
	random_states(FAKE_CAP48 | CAP_BIT_FL1GP,
		(FAKE_ECAP | ECAP_FIRST | ECAP_BIT_SMPWC) & ~(1ull << 6));
}

static void
random_first_2m(void)
{
	seed = 6;
	stage = 1;
	random_states(FAKE_CAP48,
		(FAKE_ECAP | ECAP_FIRST | ECAP_BIT_SMPWC) & ~(1ull << 6));
}

static void
against_the_unit(void **state)
{
	(void)state;
	assert_int_equal(fake_child(left_behind), 0);
	assert_int_equal(fake_child(random_48), 0);
	assert_int_equal(fake_child(random_snoop), 0);
	assert_int_equal(fake_child(random_no_big), 0);
	assert_int_equal(fake_child(random_second), 0);
	assert_int_equal(fake_child(random_first), 0);
	assert_int_equal(fake_child(random_first_2m), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(reasons),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(interrupt_range),
		cmocka_unit_test(quiet),
		cmocka_unit_test(profiles),
		cmocka_unit_test(steps2),
		cmocka_unit_test(reasons2),
		cmocka_unit_test(widths2),
		cmocka_unit_test(quiet2),
		cmocka_unit_test(against_the_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

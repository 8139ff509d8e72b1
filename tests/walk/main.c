/*
 * Tests whether dev/vtd/walk.c, with QEMU's rules, says what QEMU's unit then does. It is
 * a program that boots alone, and uses the files of tests/conformance. It makes 500
 * random states of tables, right and wrong ones. For each it invalidates all caches, lets
 * edu do a DMA through the tables, and compares the fault record with what walk.c says.
 *
 * If the unit has scalable mode the states are of that mode, with PASID entries of every
 * type that the unit has.
 *
 * The low bits of addresses are chosen so that each leads to a place between 64 and 96
 * MiB, by a page of any size or passed through, where nothing is.
 */
#include "dev/vtd/walk.h"
#include "tests/conformance/check.h"

#define STATES  500
#define NTABLE  4
#define RAM_END (128ull << 20)
#define NOWHERE (32ull << 30)
#define R       1ull
#define W       2ull
#define USER    0x24ull /* US A */
#define PS      0x80ull

static uint64_t *table[NTABLE]; /* from the top */
static uint64_t number = 1;
static uint32_t seen_reason[256], differ;
static uint64_t *dir, *pasids; /* scalable mode */
static bool scalable, first;   /* the unit's */

static uint64_t
rnd(uint64_t n)
{
	number = number * 6364136223846793005ull + 1442695040888963407ull;
	return (number >> 33) % n;
}

static uint64_t
flip(uint64_t e, uint32_t often)
{
	if (rnd(often) == 0)
		e ^= 1ull << rnd(12);
	if (rnd(often) == 0)
		e ^= 1ull << (48 + rnd(16));
	return e;
}

static uint64_t
leaf_entry(uint32_t level)
{
	uint64_t at = level == 3 ? 0 : (64ull << 20) + (rnd(8) << (12 + 9 * (level - 1)));

	if (rnd(level == 3 ? 3 : 12) == 0)
		at = level == 3 ? 0xc0000000 : 0xfee00000;
	return at | R | W | (first ? USER : 0) | (level > 1 ? PS : 0);
}

static uint64_t
entry(uint32_t i, uint32_t level)
{
	uint64_t keep = 0, e;

	if (rnd(40) == 0)
		return rnd(3) == 0 ? ~0ull : 0;
	if (level == 1 || i + 1 == NTABLE || (level <= 3 && rnd(4) == 0)) {
		e = leaf_entry(level);
		keep = level > 1 ? PS : 0;
	} else {
		e = (rnd(25) ? (uint64_t)table[i + 1] : NOWHERE) | R | W |
			(first ? USER : 0);
	}
	if (rnd(5) == 0)
		e &= ~(rnd(3) + 1);
	if (rnd(20) == 0)
		e ^= 4; /* US */
	return flip(e, 10) | keep;
}

/* What leads to the tables, of which top is the first, with a width. */
static void
make_legacy(uint64_t top, uint32_t aw)
{
	context[2 * edu.sid] = flip(rnd(15) ? top | 1 : top, 12);
	context[2 * edu.sid + 1] = (rnd(25) ? 0 : 1ull << rnd(64)) | DID << 8 | aw;
}

static void
make_scalable(uint64_t top, uint32_t aw)
{
	uint64_t rid = rnd(12) ? 0 : rnd(130), *c = &context[4 * edu.sid];
	uint32_t type = rnd(12) ? (first ? 1 : 2) : rnd(8);
	uint64_t *p = &pasids[8 * (rid & 63)];

	c[0] = (rnd(30) ? (uint64_t)dir : NOWHERE) | (rnd(25) != 0);
	if (rnd(20) == 0)
		c[0] ^= 1ull << (rnd(2) ? rnd(12) : 48 + rnd(16));
	c[1] = rid | (rnd(30) ? 0 : 1ull << rnd(64));
	c[2] = rnd(50) ? 0 : 1ull << rnd(64);
	c[3] = rnd(50) ? 0 : 1ull << rnd(64);
	for (uint32_t i = 0; i < 512; i++)
		dir[i] = pasids[i] = 0;
	dir[rid >> 6] = (rnd(30) ? (uint64_t)pasids : NOWHERE) | (rnd(25) != 0);
	if (rnd(20) == 0)
		dir[rid >> 6] ^= 1ull << (rnd(2) ? 1 + rnd(11) : 48 + rnd(16));
	p[0] = top | type << 6 | aw << 2 | (rnd(25) != 0);
	if (rnd(20) == 0)
		p[0] ^= 1ull << (rnd(2) ? rnd(12) : 48 + rnd(16));
	p[1] = DID | (rnd(30) ? 0 : 1ull << (16 + rnd(48)));
	p[2] = top | (rnd(30) ? 0 : 1ull << rnd(12));
	p[3 + rnd(5)] = rnd(40) ? 0 : 1ull << rnd(64);
}

/* A new state; returns the address whose way it is. */
static uint64_t
make_state(void)
{
	uint32_t aw = first && rnd(8) ? 2 : rnd(12) ? 1 + rnd(2) : rnd(8), n;
	uint64_t top = rnd(30) ? (uint64_t)table[0] : NOWHERE;
	uint64_t addr = (rnd(1 << 18) << 30) | ((64ull << 20) + (rnd(8192) << 12));

	addr &= (1ull << (aw == 1 && rnd(8) ? 39 : first && rnd(8) ? 47 : 48)) - 1;
	root[0] = rnd(30) == 0 ? rnd(4096) & ~1ull : (uint64_t)context | 1;
	if (rnd(30) == 0)
		root[0] = rnd(2) ? NOWHERE | 1 : root[0] | rnd(4096);
	root[1] = rnd(40) ? 0 : 1ull << rnd(64);
	(scalable ? make_scalable : make_legacy)(top, aw);
	n = first ? 4 : aw + 2;
	for (uint32_t i = 0, l = n; i < NTABLE && l > 0; i++, l--)
		table[i][addr >> (12 + 9 * (l - 1)) & 511] = entry(i, l);
	vtd_do(0x11, 0);
	vtd_do(0x12, 0);
	return addr;
}

static const uint64_t *
ram(uint64_t pa)
{
	return pa < RAM_END ? (const uint64_t *)pa : NULL;
}

static uint8_t
predicted(uint64_t addr, bool write, WalkRules rules)
{
	WalkUnit u = { .cap = cap, .ecap = ecap, .haw = 48 };
	WalkAsk a = { .sid = edu.sid, .addr = addr, .write = write, .rules = rules };
	Walk o;

	u.rtaddr = (uint64_t)root | (scalable ? 1 << 10 : 0);
	walk(&u, &a, ram, &o);
	return o.end == WALK_FAULT && !o.quiet ? o.reason : 0;
}

static bool
one_state(uint32_t i)
{
	uint64_t addr = make_state();
	bool write = rnd(2);
	uint8_t want = predicted(addr, write, WALK_QEMU), got;

	got = reason(addr, write);
	seen_reason[want]++;
	differ += want != predicted(addr, write, WALK_MANUAL);
	if (got != want)
		say("state %u: %s of 0x%llx: walk says 0x%x, the unit 0x%x\n", i,
			write ? "write" : "read", (unsigned long long)addr, want, got);
	return got == want;
}

void start(void) __attribute__((noreturn));

void
start(void)
{
	uint32_t right = 0;

	page = page_new();
	for (uint32_t i = 0; i < NTABLE; i++)
		table[i] = page_new();
	if (!edu_find(&edu, 0))
		say("the machine has no edu\n");
	vtd_fresh();
	scalable = ecap >> 43 & 1;
	first = ecap >> 47 & 1;
	dir = page_new();
	pasids = page_new();
	if (scalable) {
		vtd_command(0, 1u << 31);
		R64(0x20) = (uint64_t)root | 1 << 10;
		vtd_command(1u << 30, 0);
		vtd_command(1u << 31, 0);
	}
	for (uint32_t i = 0; i < STATES; i++)
		right += one_state(i);
	for (uint32_t i = 0; i < 256; i++)
		if (seen_reason[i])
			say("reason 0x%x %u\n", i, seen_reason[i]);
	say("differ %u\nstates %u right %u\n", differ, STATES, right);
	end();
}

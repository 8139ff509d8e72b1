/* SRC: dev/vtd tests/host/fakehw dev/text/tracefmt.c kern/text.c kern/cmd.c */
/*
 * The trace is what happened: over random sequences on units stricter than hardware, the
 * register writes and stores in it are, one for one and in order, those that the fake
 * saw, the descriptors those it carried out, the faults those that were delivered. And it
 * can be overwritten, switched off, and short of memory.
 */
#include "tests/host/host.h"

#include <string.h>

#include "dev/text/tracefmt.h"
#include "dev/vtd/os.h"
#include "tests/host/fakehw/fakehw.h"
#include "tests/host/fakehw/machine.h"
#include "tests/host/fakehw/space.h"

#define PAGE 4096ull
#define MEM  (1ull << 32)
#define NDOM 4

static FakeUnit *fake[2];
static Unit *u[2];
static uint32_t seed;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* ---- comparing ---- */

static uint64_t trace_next; /* events compared so far */
static size_t log_next, carried_next;
/* in the trace, not yet seen carried out */
static struct {
	uint64_t lo, hi;
} queued[4096];
static unsigned nqueued;
static VtdFault told[4096]; /* delivered, not yet seen in the trace */
static unsigned ntold, nfault, seen[4];

static void
on_fault(const VtdFault *f)
{
	told[ntold++] = *f;
}

/* The next register write or store of the fake's log. */
static const FakeDid *
next_did(void)
{
	size_t n;
	const FakeDid *d = fake_log(&n);

	while (log_next < n && d[log_next].kind == FAKE_CARRIED)
		log_next++;
	CHECK(log_next < n);
	return &d[log_next++];
}

static void
compare_stores(const VtdEvent *e)
{
	for (uint32_t k = 0; k < e->entry.n; k++) {
		const FakeDid *d = next_did();

		CHECK(d->kind == FAKE_STORED && d->at == e->entry.at + 8 * k);
		CHECK(d->lo == e->entry.value + k * e->entry.step);
	}
	if (e->entry.table == VTD_TABLE_LEVEL && e->entry.level > 0)
		CHECK((e->entry.iova >> (9 * e->entry.level + 3) & 511) ==
			e->entry.at % PAGE / 8);
	CHECK((e->entry.table >= VTD_TABLE_LEVEL) == (e->unit == VTD_NO_UNIT));
}

static void
compare_write(const VtdEvent *e)
{
	const FakeDid *d = next_did();
	uint32_t from = e->reg.window == VTD_REGS_IOTLB ? 0xf0 :
							/* FAKE_ECAP's, FAKE_CAP48's */
		e->reg.window == VTD_REGS_FAULT ? 0x220
						: 0;

	CHECK(d->kind == FAKE_WROTE && d->unit == fake[e->unit]);
	CHECK(d->at == from + e->reg.off && d->lo == e->reg.value);
}

static void
compare_event(const VtdEvent *e)
{
	seen[e->kind]++;
	switch (e->kind) {
	case VTD_WROTE:
		compare_write(e);
		break;
	case VTD_STORED:
		compare_stores(e);
		break;
	case VTD_QUEUED:
		queued[nqueued].lo = e->descriptor.lo;
		queued[nqueued++].hi = e->descriptor.hi;
		break;
	case VTD_FAULTED:
		CHECK(nfault < ntold && e->unit == told[nfault].unit);
		CHECK(memcmp(&e->fault, &told[nfault], sizeof e->fault) == 0);
		nfault++;
		break;
	}
}

/* All there is of both, and nothing is left over. Every command has completed. */
static void
compare(void)
{
	uint64_t first, end, time = 0;
	unsigned n = 0;
	size_t all;
	VtdEvent e;

	vtd_trace_range(&first, &end);
	for (; trace_next < end; trace_next++) {
		CHECK(vtd_trace_at(trace_next, &e));
		CHECK(e.time >= time);
		time = e.time;
		compare_event(&e);
	}
	const FakeDid *d = fake_log(&all);
	for (size_t i = carried_next; i < all; i++)
		if (d[i].kind == FAKE_CARRIED) {
			CHECK(n < nqueued && d[i].lo == queued[n].lo &&
				d[i].hi == queued[n].hi);
			n++;
		}
	for (; log_next < all; log_next++)
		CHECK(d[log_next].kind == FAKE_CARRIED);
	CHECK(n == nqueued && nfault == ntold);
	nqueued = ntold = nfault = 0;
	fake_log_start();
	log_next = carried_next = 0;
}

/* ---- random sequences ---- */

static Domain *dom[NDOM];
static uint16_t sid_of[NDOM];
static bool attached[NDOM];
static Space space;

static void
map_or_unmap(uint32_t i)
{
	uint64_t iova = (uint64_t)rnd(3) << 30 | (uint64_t)rnd(3) << 21 | rnd(64) << 12;
	uint64_t len = (1ull << rnd(13)) * PAGE;

	if (domain_kind(dom[i]) != DOMAIN_MAPPED)
		return;
	if (rnd(2))
		domain_map(dom[i], iova, MEM + (rnd(2) ? iova : 0), len, 1 + rnd(3));
	else if (rnd(64) == 0)
		domain_unmap_all(dom[i]);
	else
		domain_unmap(dom[i], iova, len);
}

static void
mirror(uint32_t i)
{
	iova_t va = 0x10000000 + rnd(8) * (1ull << 20);

	if (domain_kind(dom[i]) == DOMAIN_MAPPED)
		return;
	if (!space_entry(&space, va) || !*space_entry(&space, va)) {
		space_map(&space, va, MEM, SPACE_R | SPACE_W, PAGE);
		CHECK(domain_added(dom[i], va, PAGE) == 0);
	}
}

static void
attach(uint32_t i)
{
	Unit *at = u[i & 1];

	if (attached[i])
		CHECK(domain_detach(dom[i], at, &sid_of[i], 1) == 0);
	else
		CHECK(domain_attach(dom[i], at, &sid_of[i], 1) == 0);
	attached[i] ^= true;
}

static void
interrupts(uint32_t i)
{
	VtdIrq q = { .sid = sid_of[i], .vector = (uint8_t)(0x40 + rnd(100)), .dest = 1 };
	uint32_t index;

	if (unit_irq_add(u[i & 1], &q, &index) == 0 && rnd(2))
		CHECK(unit_irq_remove(u[i & 1], index) == 0);
}

static void
one(void)
{
	uint32_t i = rnd(NDOM), k = i & 1;
	const char *why;

	switch (rnd(16)) {
	case 0:
		attach(i);
		break;
	case 1:
		interrupts(i);
		break;
	case 2:
		CHECK(unit_power(u[k], unit_state(u[k]) != UNIT_ON) == 0);
		break;
	case 3:
		unit_set_queued(u[k], rnd(2), &why);
		break;
	case 4:
		unit_set_gran(u[k], (VtdGran)rnd(3));
		break;
	case 5:
	case 6:
		fake_dma(fake[k], sid_of[i], rnd(64) * PAGE, rnd(2));
		break;
	case 7:
		mirror(i);
		break;
	default:
		map_or_unmap(i);
	}
}

static uint64_t cap_now, ecap_now;
static bool remap_now;

static void
sequence(void)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = cap_now, .ecap = ecap_now
	};

	fake_foreign(MEM, 8ull << 30);
	fake[0] = fake_unit(&c);
	c.base += 0x1000;
	c.cap &= ~(1ull << 9); /* four levels alone: a page above tables of a process */
	fake[1] = fake_unit(&c);
	fake_log_start();
	CHECK(vtd_trace(true) == 0);
	vtd_on_fault(on_fault);
	CHECK(fake_boot(true) == 0);
	compare();
	if (remap_now)
		vtd_remap(false);
	u[0] = vtd_unit_for(&(VtdPath){ .bdf = 0x08 });
	u[1] = vtd_unit_for(&(VtdPath){ .bdf = 0x300 });
	CHECK(u[0] != u[1]);
	space_new(&space);
	CHECK(domain_new_mapped(500, &dom[0]) == 0 &&
		domain_new_mapped(500, &dom[1]) == 0);
	CHECK(domain_new_private(space.pdpt, 3, &dom[2]) == 0);
	CHECK(domain_new_shared(space.pdpt, 3, &dom[3]) == 0);
	for (uint32_t i = 0; i < NDOM; i++)
		sid_of[i] = (uint16_t)(i & 1 ? 0x300 + i : 0x08 + i);
	compare();
	for (int i = 0; i < 20000; i++) {
		one();
		compare();
	}
	CHECK(seen[VTD_WROTE] > 1000 && seen[VTD_STORED] > 3000 &&
		seen[VTD_FAULTED] > 100);
	CHECK(seen[VTD_QUEUED] > 1000);
	CHECK_CLEAN();
}

static void
test_random(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 24; n++) {
		cap_now = FAKE_CAP48 | 3ull << 34 | (n & 1 ? CAP_BIT_CM : 0) |
			(n & 2 ? CAP_BIT_RWBF : 0);
		remap_now = n & 4;
		ecap_now = (remap_now ? FAKE_ECAP_IR : FAKE_ECAP) |
			(n & 8 ? ECAP_BIT_C : 0);
		vtd_options.scalable = n >= 16;
		ecap_now |= n >= 16 ? ECAP_SECOND : 0;
		seed = n + 1;
		assert_int_equal(fake_child(sequence), 0);
	}
}

/* ---- one session, in words ---- */

static void
show(Text *t, const VtdEvent *e, uint64_t seq)
{
	VtdEvent at_zero = *e;

	at_zero.time = 0;
	trace_line(t, seq, &at_zero);
}

static void
session(void)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = FAKE_CAP48, .ecap = FAKE_ECAP
	};
	char want[4096];
	uint16_t sid = 0x18;
	uint64_t first, end;
	Domain *d;
	VtdEvent e;
	UnitInfo info;
	DomainInfo tables;
	Text t = { 0 };

	fake_foreign(MEM, PAGE);
	FakeUnit *f = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	CHECK(domain_new_mapped(10, &d) == 0);
	Unit *unit = vtd_unit_for(&(VtdPath){ .bdf = sid });
	CHECK(domain_attach(d, unit, &sid, 1) == 0);
	CHECK(domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(vtd_trace(true) == 0);
	CHECK(domain_map(d, 0x6000, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(domain_unmap(d, 0x6000, PAGE) == 0);
	fake_dma(f, sid, 0x7000, true);
	CHECK(domain_detach(d, unit, &sid, 1) == 0);
	CHECK(vtd_trace(false) == 0);
	CHECK(domain_attach(d, unit, &sid, 1) == 0); /* nobody looks */
	vtd_trace_range(&first, &end);
	for (uint64_t i = first; i < end; i++) {
		CHECK(vtd_trace_at(i, &e));
		show(&t, &e, i - first);
	}
	unit_info(unit, &info);
	domain_info(d, &tables);
	paddr_t ctx = *(uint64_t *)fake_host(info.root) & ~0xfffull, pt = tables.top;
	for (int level = 4; level > 1; level--)
		pt = *(uint64_t *)fake_host(pt) & 0xffffffffff000ull;
	snprintf(want, sizeof want,
		"seq 0 time 0.000000 unit - entry level 1 iova 0x6000 at 0x%llx value "
		"0x100000001"
		" rights r page 0x100000000\n"
		"seq 1 time 0.000000 unit - entry level 1 iova 0x6000 at 0x%llx value "
		"0x0\n"
		"seq 2 time 0.000000 unit 0 descriptor iotlb page did 2 address "
		"0x6000 am 0 ih 1\n"
		"seq 3 time 0.000000 unit 0 descriptor wait 2 fence\n"
		"seq 4 time 0.000000 unit 0 register IQT 0x60 index 6\n"
		"seq 5 time 0.000000 unit 0 fault source 0:3.0 access write address "
		"0x7000 reason 5"
		" text 'PTE Write access is not set'\n"
		"seq 6 time 0.000000 unit 0 register FRCD0 0x80000000 F\n"
		"seq 7 time 0.000000 unit 0 entry context 0:3.0 at 0x%llx low 0x0\n"
		"seq 8 time 0.000000 unit 0 descriptor context device did 2 source "
		"0:3.0\n"
		"seq 9 time 0.000000 unit 0 descriptor wait 3 fence\n"
		"seq 10 time 0.000000 unit 0 descriptor iotlb domain did 2\n"
		"seq 11 time 0.000000 unit 0 descriptor wait 3 fence\n"
		"seq 12 time 0.000000 unit 0 register IQT 0xa0 index 10\n"
		"seq 13 time 0.000000 unit 0 entry context 0:3.0 at 0x%llx high 0x0\n",
		(unsigned long long)pt + 6 * 8, (unsigned long long)pt + 6 * 8,
		(unsigned long long)ctx + 16 * sid,
		(unsigned long long)ctx + 16 * sid + 8);
	if (strcmp(t.s, want) != 0)
		fprintf(stderr, "%s--- is not\n%s", t.s, want);
	CHECK(strcmp(t.s, want) == 0);
	text_free(&t);
}

static void
test_session(void **state)
{
	(void)state;
	assert_int_equal(fake_child(session), 0);
}

/* ---- the ring ---- */

static void
overwritten(void)
{
	FakeConf c = {
		.base = 0xfed90000, .ver = FAKE_VER, .cap = FAKE_CAP48, .ecap = FAKE_ECAP
	};
	uint64_t first, end;
	Domain *d;
	VtdEvent e;

	fake_foreign(MEM, PAGE);
	fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	CHECK(!vtd_tracing());
	vtd_trace_range(&first, &end);
	CHECK(first == end && !vtd_trace_at(first, &e)); /* off: nothing, and no ring */
	fake_fail_alloc(1);
	CHECK(vtd_trace(true) == -ENOMEM && !vtd_tracing());
	CHECK(vtd_trace(true) == 0 && vtd_tracing());
	vtd_trace_range(&first, &end);
	CHECK(first == end);
	CHECK(domain_new_mapped(10, &d) == 0);
	for (int i = 0; i < 3000; i++) {
		CHECK(domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R) == 0);
		CHECK(domain_unmap(d, 0x5000, PAGE) == 0);
	}
	vtd_trace_range(&first, &end);
	CHECK(first == 0 && end > 3000);
	CHECK(!vtd_trace_at(end, &e) && !vtd_trace_at(end - VTD_EVENTS - 1, &e));
	for (uint64_t i = end - VTD_EVENTS; i < end; i++)
		CHECK(vtd_trace_at(i, &e) && e.kind == VTD_STORED);
	CHECK(vtd_trace(true) == 0); /* it is on: nothing is forgotten */
	vtd_trace_range(&first, &end);
	CHECK(first == 0);
	CHECK(vtd_trace(false) == 0 && !vtd_tracing());
	uint64_t before = end;
	CHECK(domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R) == 0);
	vtd_trace_range(&first, &end);
	CHECK(first == 0 && end == before && vtd_trace_at(end - 1, &e));
	CHECK(vtd_trace(true) == 0); /* afresh */
	vtd_trace_range(&first, &end);
	CHECK(first == before && end == before);
}

static void
test_ring(void **state)
{
	(void)state;
	assert_int_equal(fake_child(overwritten), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

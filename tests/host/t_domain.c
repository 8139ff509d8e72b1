/* SRC: dev/vtd tests/host/fakehw */
/*
 * Domains with tables of their own, on units stricter than hardware: what is mapped is
 * reached, what is unmapped is not, and neither table pages nor faults are lost on the
 * way. A device that keeps using what stays mapped never faults, whatever is split or
 * merged around it.
 */
#include "tests/host/host.h"

#include "dev/vtd/os.h"
#include "tests/host/fakehw/fakehw.h"

#define PAGE  4096ull
#define M2    (2ull << 20)
#define G1    (1ull << 30)
#define SLLPS (3ull << 34)
#define MEM   (1ull << 32)

static FakeUnit *fake[2];
static uint16_t sid = 0x18, sid2 = 0x8; /* units 1 and 0 of a machine with two */

/* Kinds of machine: bits of n. */
enum {
	BITS39 = 1,
	CM = 2,
	RWBF = 4,
	COHERENT = 8,
	REGISTERS = 16,
	NO_PSI = 32,
	NO_BIG = 64,
	SC = 128,
	KINDS = 256,
	SECOND = 256,
	FIRST = 512
};
static unsigned kind;

static uint64_t
mode_bits(void)
{
	if (kind & FIRST)
		return ECAP_FIRST | ECAP_BIT_SMPWC;
	if (!(kind & SECOND))
		return 0;
	/* A write buffer is modelled for one kind of reading. */
	return ECAP_SECOND |
		((kind & RWBF ? kind & COHERENT : kind & SC) ? ECAP_BIT_SMPWC : 0);
}

static UnitStats
stats(Unit *u)
{
	UnitStats s;

	unit_stats(u, &s);
	return s;
}

static FakeConf
conf(void)
{
	FakeConf c = { .base = 0xfed90000, .ver = FAKE_VER, .ecap = FAKE_ECAP };

	c.cap = (kind & BITS39 ? FAKE_CAP39 : FAKE_CAP48) | SLLPS;
	c.cap |= kind & CM ? CAP_BIT_CM : 0;
	c.cap |= kind & RWBF ? CAP_BIT_RWBF : 0;
	c.cap &= kind & NO_PSI ? ~CAP_BIT_PSI : ~0ull;
	c.cap &= kind & NO_BIG ? ~SLLPS : ~0ull;
	c.cap |= kind & NO_BIG ? 0 : CAP_BIT_FL1GP;
	c.ecap |= kind & COHERENT || (kind & FIRST && kind & RWBF) ? ECAP_BIT_C : 0;
	c.ecap |= mode_bits();
	c.ecap |= kind & SC ? 1ull << 7 : 0;
	return c;
}

static Unit *
unit_for(uint16_t s)
{
	VtdPath p = { .bdf = s };

	return vtd_unit_for(&p);
}

static void
machine(bool two)
{
	FakeConf c = conf();

	vtd_options.registers = kind & REGISTERS;
	vtd_options.scalable = kind & (SECOND | FIRST);
	fake_foreign(MEM, 4 * G1);
	if (two) { /* another kind: 39 bits, caching mode */
		FakeConf o = { .base = 0xfed91000, .ver = FAKE_VER, .ecap = FAKE_ECAP };
		o.cap = FAKE_CAP39 | SLLPS | CAP_BIT_CM;
		o.ecap |= mode_bits();
		fake[1] = fake_unit(&o);
	}
	fake[0] = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	UnitInfo i;
	unit_info(vtd_unit(0), &i);
	CHECK(i.mode ==
		(kind & FIRST                   ? VTD_FIRST
				: kind & SECOND ? VTD_SECOND
						: VTD_LEGACY));
}

/* 2 MiB pages the first stage always has. */
static bool
small_only(void)
{
	return kind & NO_BIG && !(kind & FIRST);
}

static Domain *
guest(void)
{
	Domain *d;

	CHECK(domain_new_mapped(10000, &d) == 0);
	return d;
}

/* ---- one by one ---- */

static void
lifecycle(void)
{
	Domain *d, *other;
	UnitInfo info;
	DomainInfo di;
	unsigned before;

	machine(false);
	Unit *u = unit_for(sid);
	before = fake_pages();
	d = guest();
	other = guest();
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(fake_dma(fake[0], sid, 0x5000, false).legacy == 6);
	CHECK(domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R) == 0);
	FakeDma r = fake_dma(fake[0], sid, 0x5123, false);
	CHECK(r.legacy == 0 && r.pa == MEM + 0x123);
	CHECK(fake_dma(fake[0], sid, 0x5000, true).legacy == 5);
	if (kind & FIRST) { /* as on a CPU what can be written can be read */
		CHECK(domain_map(d, 0x6000, MEM + PAGE, PAGE, DOMAIN_W) == -ENOTSUP);
		CHECK(domain_rights(d, DOMAIN_W) == (DOMAIN_R | DOMAIN_W));
		CHECK(domain_map(d, 0x6000, MEM + PAGE, PAGE, DOMAIN_R | DOMAIN_W) == 0);
	} else {
		CHECK(domain_rights(d, DOMAIN_W) == DOMAIN_W);
		CHECK(domain_map(d, 0x6000, MEM + PAGE, PAGE, DOMAIN_W) == 0);
	}
	CHECK(fake_dma(fake[0], sid, 0x6000, true).legacy == 0);
	CHECK(fake_dma(fake[0], sid, 0x6000, false).legacy == (kind & FIRST ? 0 : 6));
	CHECK(domain_map(d, 0x6000, MEM, PAGE, DOMAIN_R) == -EEXIST);
	CHECK(domain_unmap(d, 0x5000, PAGE) == 0);
	CHECK(fake_dma(fake[0], sid, 0x5000, false).legacy == 6);
	CHECK(domain_unmap(d, 0x5000, PAGE) == -ENOENT);
	/* Detached and attached elsewhere: the other's view. */
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	CHECK(domain_attach(other, u, &sid, 1) == 0);
	CHECK(fake_dma(fake[0], sid, 0x6000, true).legacy == 5);
	/* nobody is attached to d */
	CHECK(domain_map(d, 0x9000, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(domain_detach(other, u, &sid, 1) == 0);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(fake_dma(fake[0], sid, 0x9000, false).legacy == 0);
	CHECK(domain_unmap_all(d) == 0);
	CHECK(fake_dma(fake[0], sid, 0x9000, false).legacy == 6);
	CHECK(fake_dma(fake[0], sid, 0x6000, true).legacy == 5);
	domain_info(d, &di);
	CHECK(di.pages == 1 && di.nmap == 3 && di.big == 0);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	domain_free(d);
	domain_free(other);
	unit_info(u, &info);
	CHECK(stats(u).ids == 0 && fake_withheld() == 0);
	CHECK(fake_pages() == before);
}

/* What callers get wrong is refused with the code that says so, and nothing changes. */
static void
refusals(void)
{
	Domain *d, *s;

	machine(false);
	d = guest();
	unsigned before = fake_pages();
	uint64_t top = 1ull << domain_width(d);
	CHECK(domain_width(d) == (kind & BITS39 ? 39 : kind & FIRST ? 47 : 48));
	CHECK(domain_map(d, 0x1800, MEM, PAGE, DOMAIN_R) == -EINVAL);
	CHECK(domain_map(d, 0x1000, MEM + 1, PAGE, DOMAIN_R) == -EINVAL);
	CHECK(domain_map(d, 0x1000, MEM, 100, DOMAIN_R) == -EINVAL);
	CHECK(domain_map(d, 0x1000, MEM, 0, DOMAIN_R) == -EINVAL);
	CHECK(domain_map(d, 0x1000, MEM, PAGE, 0) == -EINVAL);
	CHECK(domain_map(d, 0x1000, MEM, PAGE, 4) == -EINVAL);
	CHECK(domain_map(d, top, MEM, PAGE, DOMAIN_R) == -ERANGE);
	CHECK(domain_map(d, top - PAGE, MEM, 2 * PAGE, DOMAIN_R) == -ERANGE);
	CHECK(domain_map(d, 0, 0, top + PAGE, DOMAIN_R) == -ERANGE);
	CHECK(domain_map(d, -PAGE, MEM, PAGE, DOMAIN_R) == -ERANGE);
	CHECK(domain_map(d, 0x1000, 1ull << 48, PAGE, DOMAIN_R) == -ERANGE); /* haw */
	CHECK(domain_map(d, 0x1000, -PAGE, 2 * PAGE, DOMAIN_R) == -ERANGE);
	CHECK(domain_unmap(d, 0x1000, -PAGE) == -ERANGE);
	CHECK(domain_unmap(d, 0x1000, 0) == -EINVAL);
	CHECK(fake_pages() == before);
	CHECK(domain_map(d, top - PAGE, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(domain_unmap(d, 0, top) == 0);
	CHECK(domain_new_shared(MEM, 3, &s) == 0);
	CHECK(domain_map(s, 0x1000, MEM, PAGE, DOMAIN_R) == -EINVAL);
	CHECK(domain_unmap(s, 0x1000, PAGE) == -EINVAL && domain_unmap_all(s) == -EINVAL);
	domain_free(s);
	domain_free(d);
}

/* Leaf sizes and SNP follow the unit; a table costs what the issue of it says. */
static void
sizes(void)
{
	Domain *d;
	DomainInfo di;
	/* US A D, so that the unit need not write; or SNP */
	uint64_t size = 0, snp = kind & FIRST ? 0x64 : kind & SC ? 1 << 11 : 0;

	machine(false);
	d = guest();
	CHECK(domain_map(d, M2 * 4, MEM + M2, M2, DOMAIN_R | DOMAIN_W) == 0);
	uint64_t e = domain_lookup(d, M2 * 4 + 0x3000, &size);
	if (small_only()) {
		CHECK(size == PAGE && e == ((MEM + M2 + 0x3000) | snp | 3));
	} else {
		CHECK(size == M2 && e == ((MEM + M2) | snp | 0x83));
	}
	if (!(kind & NO_BIG)) {
		CHECK(domain_map(d, G1, 2 * G1, G1, DOMAIN_R) == 0);
		CHECK(domain_lookup(d, G1 + 5 * M2, &size) == (2 * G1 | snp | 0x81) &&
			size == G1);
		CHECK(domain_unmap(d, G1, G1) == 0);
	}
	domain_unmap(d, M2 * 4, M2);
	CHECK(domain_map(d, 64ull << 20, 0, 64ull << 20, DOMAIN_R) == 0);
	domain_info(d, &di);
	if (!small_only()) /* one table beyond the root path */
		CHECK(di.pages == di.levels - 1 && di.big == 32);
	CHECK(domain_unmap(d, 64ull << 20, 64ull << 20) == 0);
	domain_info(d, &di);
	CHECK(di.pages == 1 && di.big == 0);
	domain_free(d);
}

static void
two_units(void)
{
	Domain *d;

	machine(true);
	Unit *a = unit_for(sid2), *b = unit_for(0x100);
	uint16_t far = 0x100;
	CHECK(a != b);
	d = guest();
	CHECK(domain_width(d) == 39); /* the narrower */
	CHECK(domain_attach(d, a, &sid2, 1) == 0);
	CHECK(domain_attach(d, b, &far, 1) == 0);
	CHECK(domain_map(d, M2, MEM, M2, DOMAIN_R) == 0);
	CHECK(fake_dma(fake[1], sid2, M2 + 4, false).pa == MEM + 4);
	CHECK(fake_dma(fake[0], far, M2 + 4, false).pa == MEM + 4);
	/* A unit with more levels: above what the tables reach there is nothing. */
	if (!(kind & BITS39))
		CHECK(fake_dma(fake[0], far, (1ull << 39) + M2, false).legacy == 6);
	if (kind & FIRST) /* the upper half, and what is in neither */
		CHECK(fake_dma(fake[0], far, ~0xffffull, false).reason == 0x71 &&
			fake_dma(fake[0], far, 1ull << 47, false).reason == 0x80);
	CHECK(domain_unmap(d, M2 + PAGE, PAGE) == 0);
	CHECK(fake_dma(fake[1], sid2, M2 + PAGE, false).legacy == 6);
	CHECK(fake_dma(fake[0], far, M2 + PAGE, false).legacy == 6);
	CHECK(fake_dma(fake[0], far, M2, false).legacy == 0);
	CHECK(domain_detach(d, a, &sid2, 1) == 0 && domain_detach(d, b, &far, 1) == 0);
	domain_free(d);
}

/* ---- many pages, one wait ---- */

static uint64_t
scattered(void *arg, uint64_t off, uint64_t want, paddr_t *pa)
{
	unsigned *left = arg;

	(void)want;
	if (*left == 0)
		return 0;
	--*left;
	*pa = MEM + (off * 7 & 0x7ff000);
	return PAGE;
}

static void
runs(void)
{
	unsigned left = 600, before, descriptors;
	UnitStats i0, i1;
	Domain *d;

	machine(false);
	Unit *u = unit_for(sid);
	d = guest();
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	unit_stats(u, &i0);
	CHECK(domain_map_runs(d, 0x1000, 600 * PAGE, DOMAIN_R, scattered, &left) == 0);
	unit_stats(u, &i1);
	CHECK(left == 0 && i1.waits - i0.waits == (kind & CM ? 1 : 0));
	CHECK(fake_dma(fake[0], sid, 0x1000 + 599 * PAGE, false).legacy == 0);
	descriptors = fake_descriptors(fake[0]);
	CHECK(domain_unmap(d, 0x1000, 600 * PAGE) == 0);
	unit_stats(u, &i0);
	CHECK(i0.waits - i1.waits == 1 && fake_descriptors(fake[0]) - descriptors <= 2);
	/* Half way there is no more: nothing stays. */
	DomainInfo di;
	left = 300;
	before = fake_pages();
	CHECK(domain_map_runs(d, 0x1000, 600 * PAGE, DOMAIN_R, scattered, &left) ==
		-EFAULT);
	domain_info(d, &di);
	CHECK(di.pages == 1 && fake_pages() == before);
	CHECK(fake_dma(fake[0], sid, 0x1000, false).legacy == 6);
	domain_detach(d, u, &sid, 1);
	domain_free(d);
}

/* Many ranges, one invalidation. */
static void
later(void)
{
	UnitStats i0, i1;
	Domain *d;

	machine(false);
	Unit *u = unit_for(sid);
	d = guest();
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	for (unsigned i = 0; i < 20; i++) {
		CHECK(domain_map(d, i * M2, MEM + i * PAGE, PAGE, DOMAIN_R) == 0);
		CHECK(fake_dma(fake[0], sid, i * M2, false).legacy == 0);
	}
	unit_stats(u, &i0);
	for (unsigned i = 0; i < 20; i++)
		CHECK(domain_unmap_later(d, i * M2, PAGE) == 0);
	CHECK(domain_unmap_later(d, 0, PAGE) == -ENOENT);
	CHECK(domain_sync(d) == 0 && domain_sync(d) == 0);
	unit_stats(u, &i1);
	CHECK(i1.waits - i0.waits == 1);
	for (unsigned i = 0; i < 20; i++)
		CHECK(fake_dma(fake[0], sid, i * M2, false).legacy == 6);
	domain_detach(d, u, &sid, 1);
	domain_free(d);
}

/* What is still to be invalidated counts whatever comes next: no table of it is used, or
 * given back, before the unit has let go. */
static void
later_then(void)
{
	uint64_t far = (kind & BITS39 ? 1ull << 38 : 1ull << 40) + G1;

	machine(false);
	Unit *u = unit_for(sid);
	for (unsigned next = 0; next < 3; next++) {
		Domain *d = guest();
		CHECK(domain_attach(d, u, &sid, 1) == 0);
		CHECK(domain_map(d, G1, MEM, PAGE, DOMAIN_R) == 0);
		CHECK(domain_map(d, far, MEM + PAGE, PAGE, DOMAIN_R) == 0);
		CHECK(fake_dma(fake[0], sid, G1, false).legacy == 0);
		CHECK(domain_unmap_later(d, G1, PAGE) == 0);
		if (next == 0)
			CHECK(domain_unmap_all(d) == 0);
		else if (next == 1)
			CHECK(domain_unmap(d, far, PAGE) == 0);
		else
			CHECK(domain_sync(d) == 0);
		CHECK(fake_dma(fake[0], sid, G1, false).legacy == 6);
		domain_detach(d, u, &sid, 1);
		domain_free(d);
	}
}

/* What is mapped then may need a table that some unit remembers not to be there. */
static void
later_map(void)
{
	machine(false);
	Unit *u = unit_for(sid);
	Domain *d = guest();
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(domain_map(d, G1 - PAGE, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(domain_map(d, G1 - 2 * PAGE, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(fake_dma(fake[0], sid, G1, false).legacy == 6);
	CHECK(domain_unmap_later(d, G1 - PAGE, PAGE) == 0);
	CHECK(domain_map(d, G1, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(fake_dma(fake[0], sid, G1, false).legacy == 0);
	CHECK(fake_dma(fake[0], sid, G1 - PAGE, false).legacy == 6);
	domain_detach(d, u, &sid, 1);
	domain_free(d);
}

/* ---- a unit that stops answering ---- */

static void
silent(void)
{
	Domain *d;

	machine(false);
	Unit *u = unit_for(sid);
	d = guest();
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R) == 0);
	CHECK(fake_dma(fake[0], sid, 0x5000, false).legacy == 0);
	fake_stuck(fake[0], STUCK_QUEUE | STUCK_REGS);
	CHECK(domain_unmap(d, 0x5000, PAGE) == -ETIMEDOUT);
	CHECK(unit_state(u) == UNIT_BROKEN);
	CHECK(fake_withheld() > 0); /* the tables it may still walk */
	if (kind & CM)
		CHECK(domain_map(d, 0x7000, MEM, PAGE, DOMAIN_R) == -ETIMEDOUT);
	domain_free(d); /* with a source attached: nothing of it is given back */
}

static void
silent_map(void)
{
	Domain *d;
	uint64_t size;

	machine(false);
	Unit *u = unit_for(sid);
	d = guest();
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	fake_stuck(fake[0], STUCK_QUEUE | STUCK_REGS | STUCK_GCMD);
	int err = domain_map(d, 0x5000, MEM, PAGE, DOMAIN_R);
	CHECK(err == (kind & (CM | RWBF) ? -ETIMEDOUT : 0));
	if (err)
		CHECK(domain_lookup(d, 0x5000, &size) == 0);
}

/* ---- no memory, at every point ---- */

static void
no_memory(void)
{
	Domain *d;
	int err = -ENOMEM;

	machine(false);
	for (unsigned n = 1; err; n++) {
		fake_fail_alloc(n);
		err = domain_new_mapped(100, &d);
		CHECK(err == 0 || (err == -ENOMEM && n < 10));
	}
	fake_fail_alloc(0);
	for (unsigned n = 1;; n++) {
		unsigned before = fake_pages();
		DomainInfo a, b;

		domain_info(d, &a);
		fake_fail_alloc(n);
		err = domain_map(d, G1 + M2 - PAGE, MEM, 3 * M2, DOMAIN_R);
		fake_fail_alloc(0);
		if (err == 0)
			break;
		domain_info(d, &b);
		CHECK(err == -ENOMEM && n < 20 && a.pages == b.pages);
		CHECK(fake_pages() - before == b.clean - a.clean);
	}
	domain_free(d);
}

/* ---- random changes beside a device that never waits ---- */

#define NPAGE 1536u /* three tables of last level, one of which may become large */
#define BASE  (4 * G1 - M2)

static Domain *dom;
static uint64_t want[NPAGE];      /* pa | rights */
static uint32_t busy_lo, busy_hi; /* pages being changed */
static uint32_t seed, reached;
static bool attached;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void
expect(uint32_t page, bool write)
{
	FakeDma r = fake_dma(fake[0], sid, BASE + page * PAGE, write);

	if (!attached)
		return;
	if (want[page] & (write ? 2 : 1)) {
		CHECK(r.legacy == 0 && r.pa == (want[page] & ~4095ull));
		reached++;
	} else {
		CHECK(r.legacy == (write ? 5 : 6));
	}
}

/* Anything may be tried of what is changing; the rest must do what it did. */
static void
impatient(void)
{
	if (rnd(3) == 0)
		fake_dma(fake[0], sid,
			BASE + (busy_lo + rnd(busy_hi - busy_lo + 1)) % NPAGE * PAGE,
			rnd(2));
	if (rnd(3) == 0) {
		uint32_t page = rnd(2) ? (busy_hi + rnd(6)) % NPAGE
				       : (busy_lo + NPAGE - 1 - rnd(6)) % NPAGE;
		if (page < busy_lo || page >= busy_hi)
			expect(page, rnd(2));
	}
}

static void
random_map(uint32_t page, uint32_t n)
{
	uint64_t pa = MEM + page * PAGE + (rnd(8) ? 0 : PAGE),
		 rights = rnd(6) ? 3 : 1 + rnd(3);

	if (kind & FIRST)
		rights |= DOMAIN_R;
	bool taken = false;

	for (uint32_t i = page; i < page + n; i++)
		taken |= want[i] != 0;
	int err = domain_map(dom, BASE + page * PAGE, pa, n * PAGE, (uint32_t)rights);
	CHECK(err == (taken ? -EEXIST : 0));
	for (uint32_t i = 0; !taken && i < n; i++)
		want[page + i] = (pa + i * PAGE) | rights;
}

static void
random_unmap(uint32_t page, uint32_t n)
{
	bool any = false;

	for (uint32_t i = page; i < page + n; i++) {
		any |= want[i] != 0;
		want[i] = 0;
	}
	int err = domain_unmap(dom, BASE + page * PAGE, n * PAGE);
	CHECK(err == (any ? 0 : -ENOENT));
}

/* The next hole, exactly: tables fill up and merge. */
static void
random_fill(uint32_t page)
{
	uint32_t n = 0;

	while (page < NPAGE && want[page])
		page++;
	while (page + n < NPAGE && !want[page + n] && n < 520)
		n++;
	busy_lo = page;
	busy_hi = page + n;
	for (uint32_t i = page; i < page + n; i++)
		want[i] = (MEM + i * PAGE) | 3;
	if (n > 0)
		CHECK(domain_map(dom, BASE + page * PAGE, MEM + page * PAGE, n * PAGE,
			      3) == 0);
}

static void
toggle(Unit *u)
{
	if (attached) {
		busy_lo = 0;
		busy_hi = NPAGE;
		CHECK(domain_detach(dom, u, &sid, 1) == 0);
	} else {
		CHECK(domain_attach(dom, u, &sid, 1) == 0);
	}
	attached = !attached;
}

static void
random_machine(void)
{
	DomainInfo di;
	uint32_t big = 0;

	machine(false);
	Unit *u = unit_for(sid);
	dom = guest();
	toggle(u);
	fake_step = impatient;
	for (uint32_t n = 0; n < 400; n++) {
		uint32_t page = rnd(4) ? rnd(40) + 512 * rnd(3) : rnd(NPAGE),
			 len = 1 + rnd(rnd(4) ? 8 : 600);

		if (page + len > NPAGE)
			len = NPAGE - page;
		busy_lo = page;
		busy_hi = page + len;
		if (rnd(40) == 0)
			toggle(u);
		else if (rnd(3) == 0)
			random_fill(page);
		else if (rnd(3) == 0)
			random_map(page, len);
		else
			random_unmap(page, len);
		busy_lo = busy_hi = 0;
		for (int i = 0; i < 8; i++)
			expect(rnd(NPAGE), rnd(2));
		domain_info(dom, &di);
		big += di.big;
		if (fake_violations())
			fake_die(fake_violation(), __FILE__, (int)n);
	}
	fake_step = NULL;
	CHECK(reached > 400 && (small_only() ? big == 0 : big > 10));
	if (attached)
		toggle(u);
	domain_free(dom);
}

/* ---- where an address is itself ---- */

/* Everything, under an id of its own; the unit's kinds and the taking away are as
 * ever. */
static void
passthrough(void)
{
	Domain *d, *g = NULL;
	uint64_t size;

	machine(false);
	Unit *u = unit_for(sid);
	unsigned before = fake_pages();
	CHECK(domain_new_passthrough(&d) == 0);
	CHECK(domain_kind(d) == DOMAIN_PASSTHROUGH);
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(domain_id(d, u) > 1);
	FakeDma r = fake_dma(fake[0], sid, MEM + 0x1234, true);
	CHECK(r.legacy == 0 && !r.raw && r.pa == MEM + 0x1234);
	CHECK(fake_dma(fake[0], sid2, MEM, true).legacy == 2); /* and nobody else */
	CHECK(domain_lookup(d, MEM + 0x1234, &size) == (MEM + 0x1000) + 3 &&
		size == 4096);
	CHECK(domain_map(d, MEM, MEM, PAGE, DOMAIN_R) == -EINVAL);
	CHECK(domain_identity(d, MEM, PAGE, DOMAIN_R) == -EINVAL);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	CHECK(fake_dma(fake[0], sid, MEM, true).legacy == 2);
	/* What was let through is not remembered for the next. */
	g = guest();
	CHECK(domain_attach(g, u, &sid, 1) == 0);
	CHECK(fake_dma(fake[0], sid, MEM, true).legacy == 5);
	CHECK(domain_detach(g, u, &sid, 1) == 0);
	domain_free(g);
	domain_free(d);
	CHECK(fake_pages() == before);
}

/* A unit that has no pass-through says so, and nothing is published. */
static void
no_passthrough(void)
{
	FakeConf c = conf();
	Domain *d;

	c.ecap &= ~(1ull << 6);
	vtd_options.scalable = kind & (SECOND | FIRST);
	fake[0] = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	CHECK(domain_new_passthrough(&d) == 0);
	CHECK(domain_attach(d, unit_for(sid), &sid, 1) == -ENOTSUP);
	CHECK(stats(unit_for(sid)).sources == 0);
	domain_free(d);
}

/* Requests of 39 bits need 3 levels; the entry names the 4 that there are as well. */
static void
pass_width(void)
{
	FakeConf c = conf();
	Domain *d;

	vtd_options.scalable = kind & (SECOND | FIRST);

	c.cap = FAKE_CAP39 | 1ull << 10;
	fake_foreign(MEM, 4 * G1);
	fake[0] = fake_unit(&c);
	CHECK(fake_boot(true) == 0);
	CHECK(domain_new_passthrough(&d) == 0);
	CHECK(domain_attach(d, unit_for(sid), &sid, 1) == 0);
	CHECK(fake_dma(fake[0], sid, MEM, true).legacy == 0);
	CHECK_CLEAN();
	CHECK(domain_detach(d, unit_for(sid), &sid, 1) == 0);
	domain_free(d);
}

/* What it was given leads to itself by the largest pages, what not nowhere. */
static void
identity(void)
{
	Domain *d;
	DomainInfo di;
	VtdCheck check;
	uint64_t len = kind & NO_BIG ? 2 * M2 : 2 * G1 + M2;
	uint32_t big = small_only() ? 0 : kind & NO_BIG ? 2 : 3;

	machine(false);
	Unit *u = unit_for(sid);
	unsigned before = fake_pages();
	CHECK(domain_new_identity(1000, &d) == 0);
	CHECK(domain_identity(d, MEM + PAGE, PAGE - 1, DOMAIN_R) == -EINVAL);
	CHECK(domain_identity(d, MEM, PAGE, 0) == -EINVAL);
	CHECK(domain_identity(d, 1ull << 50, PAGE, DOMAIN_R) == -ERANGE);
	CHECK(domain_identity(d, 0xfee00000, PAGE, DOMAIN_W) == -EINVAL);
	CHECK(domain_identity(d, 0xfed00000, 1 << 21, DOMAIN_W) == -EINVAL);
	CHECK(domain_identity(d, MEM, len, DOMAIN_R | DOMAIN_W) == 0);
	CHECK(domain_identity(d, MEM, PAGE, DOMAIN_R) == -EEXIST);
	CHECK(domain_identity(d, 0xfed00000, PAGE, DOMAIN_R) == 0);
	domain_info(d, &di);
	CHECK(di.big == big);
	/* two halves of a large page: the table they filled goes */
	CHECK(domain_identity(d, 8 * M2, M2 / 2, DOMAIN_R) == 0);
	CHECK(domain_identity(d, 8 * M2 + M2 / 2, M2 / 2, DOMAIN_R) == 0);
	domain_check(d, &check);
	CHECK(check.nbad == 0);
	CHECK(domain_identity(d, 8 * G1, PAGE, DOMAIN_W) ==
		(kind & FIRST ? -ENOTSUP : 0));
	CHECK(domain_attach(d, u, &sid, 1) == 0);
	CHECK(domain_identity(d, 4 * MEM, PAGE, DOMAIN_R) == -EBUSY);
	CHECK(domain_map(d, 4 * MEM, 4 * MEM, PAGE, DOMAIN_R) == -EINVAL);
	FakeDma r = fake_dma(fake[0], sid, MEM + M2 + 0x1234, true);
	CHECK(r.legacy == 0 && r.pa == MEM + M2 + 0x1234);
	r = fake_dma(fake[0], sid, MEM + len - 1, false);
	CHECK(r.legacy == 0 && r.pa == MEM + len - 1);
	CHECK(fake_dma(fake[0], sid, MEM + len, false).legacy == 6);
	CHECK(fake_dma(fake[0], sid, 0xfed00000, true).legacy == 5);
	CHECK(domain_detach(d, u, &sid, 1) == 0);
	domain_free(d);
	CHECK(fake_pages() == before);
}

static void
everywhere(void (*fn)(void), const char *what)
{
	static const unsigned modes[] = { 0, SECOND, FIRST };

	for (unsigned m = 0; m < 3; m++)
		for (unsigned n = 0;
			n<KINDS; n += m> 0 ? 15 : 5) { /* every pair of bits, both ways */
			kind = n | modes[m];
			if (m > 0)
				kind &= ~(unsigned)REGISTERS; /* there is no such thing */
			if (fake_child(fn) != 0)
				fail_msg("%s on a machine of kind %x", what, kind);
		}
}

static void
test_one_by_one(void **state)
{
	(void)state;
	everywhere(lifecycle, "lifecycle");
	everywhere(refusals, "refusals");
	everywhere(sizes, "sizes");
	everywhere(two_units, "two units");
	everywhere(runs, "runs");
	everywhere(later, "later");
	everywhere(later_then, "later, then something else");
	everywhere(later_map, "later, then a map");
	everywhere(passthrough, "pass-through");
	everywhere(no_passthrough, "no pass-through");
	for (kind = 0; kind <= FIRST; kind += SECOND)
		assert_int_equal(fake_child(pass_width), 0);
	everywhere(identity, "identity");
}

static void
test_failures(void **state)
{
	(void)state;
	everywhere(silent, "silent");
	everywhere(silent_map, "silent map");
	everywhere(no_memory, "no memory");
}

static void
test_random(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 96; n++) {
		kind = n / 2 % 8 | (n / 8 % 2 ? REGISTERS : 0) |
			(n / 16 % 2 ? NO_PSI : 0) | (n % 5 == 0 ? NO_BIG : 0);
		kind |= n % 3 ? 0 : COHERENT;
		if (n % 2)
			kind = (kind & ~(unsigned)REGISTERS) |
				(n % 4 == 1 ? SECOND : FIRST);
		seed = 777 + n;
		if (fake_child(random_machine) != 0)
			fail_msg("seed %u, kind %x", 777 + n, kind);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_by_one),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

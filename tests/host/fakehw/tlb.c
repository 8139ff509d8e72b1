/*
 * Devices that translate by themselves, behind a fake unit: each has a switch (the enable
 * bit of its capability, which the unit does not see) and a TLB that forgets nothing
 * until it is told to. What it holds it uses without asking; the unit looks at the
 * context entry only. A silent one answers no invalidation: the unit gives up after its
 * time, and says ITE.
 */
#include "tests/host/fakehw/machine.h"

#include <stdlib.h>

#define MAXDEV          4
#define MAXPAGE         1024u
#define BITS(v, hi, lo) ((v) >> (lo) & (~0ull >> (63 - ((hi) - (lo)))))

typedef struct Dev {
	uint16_t sid;
	bool on, silent;
	uint64_t gives_up; /* the unit, so long after it has asked; UINT64_MAX never */
	uint64_t asked;    /* 0: not waited for */
	struct {
		bool valid;
		uint8_t rights;
		uint64_t page;
		paddr_t pa;
	} e[MAXPAGE];
} Dev;

struct FakeTlb {
	FakeUnit *u;
	bool has;
	Dev dev[MAXDEV];
	unsigned n, done;
};

FakeTlb *
tlb_new(FakeUnit *u, const FakeConf *c)
{
	FakeTlb *t = calloc(1, sizeof *t);

	t->u = u;
	t->has = c->ecap >> 2 & 1;
	return t;
}

static Dev *
find(FakeTlb *t, uint16_t sid)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->dev[i].sid == sid)
			return &t->dev[i];
	return NULL;
}

static Dev *
make(FakeTlb *t, uint16_t sid)
{
	Dev *d = find(t, sid);

	if (!d && t->n == MAXDEV)
		abort();
	if (!d) {
		d = &t->dev[t->n++];
		d->sid = sid;
	}
	return d;
}

void
fake_ats(FakeUnit *u, uint16_t sid, bool on)
{
	Dev *d = make(fake_tlb(u), sid);

	for (unsigned i = 0; i < MAXPAGE && !on; i++)
		d->e[i].valid = false;
	d->on = on;
}

void
fake_silent(FakeUnit *u, uint16_t sid, uint64_t ns)
{
	Dev *d = make(fake_tlb(u), sid);

	d->silent = true;
	d->gives_up = ns;
}

unsigned
fake_tlb_invalidations(FakeUnit *u)
{
	return fake_tlb(u)->done;
}

unsigned
fake_tlb_pages(FakeUnit *u, uint16_t sid)
{
	Dev *d = find(fake_tlb(u), sid);
	unsigned n = 0;

	for (unsigned i = 0; d && i < MAXPAGE; i++)
		n += d->e[i].valid;
	return n;
}

bool
tlb_on(FakeTlb *t, uint16_t sid)
{
	Dev *d = find(t, sid);

	return d && d->on;
}

/* ---- requests ---- */

/* Through the TLB of a device that has it on; allowed: the context entry lets it. */
uint8_t
tlb_dma(FakeTlb *t, uint16_t sid, iova_t iova, bool write, bool allowed, paddr_t *pa)
{
	Dev *d = find(t, sid);
	uint64_t page = iova >> 12;
	uint8_t r[2];

	if (!allowed) {
		fake_break("source %04x translates by itself; its entry forbids that",
			sid);
		return 0xd;
	}
	for (unsigned i = 0; i < MAXPAGE; i++)
		if (d->e[i].valid && d->e[i].page == page &&
			d->e[i].rights >> write & 1) {
			*pa = d->e[i].pa + (iova & 0xfff);
			return 0;
		}
	for (int w = 0; w < 2; w++)
		r[w] = fake_translate(t->u, sid, iova, w, pa);
	if (r[0] && r[1])
		return r[write];
	unsigned i = (unsigned)(page % MAXPAGE);
	d->e[i].valid = true;
	d->e[i].page = page;
	d->e[i].pa = *pa & ~0xfffull;
	d->e[i].rights = (uint8_t)((r[0] == 0) | (r[1] == 0) << 1);
	return r[write];
}

/* ---- invalidations ---- */

bool
tlb_descriptor_ok(const FakeTlb *t, uint64_t lo, uint64_t hi)
{
	return t->has && !(lo & 0xffff0000ffe0fff0ull) && !(hi & 0xffe);
}

TlbAnswer
tlb_ask(FakeTlb *t, uint64_t lo)
{
	Dev *d = find(t, (uint16_t)BITS(lo, 47, 32));

	if (!d || !d->silent)
		return TLB_ANSWERS;
	if (d->asked == 0)
		d->asked = fake_time();
	if (d->gives_up == UINT64_MAX || fake_time() - d->asked < d->gives_up)
		return TLB_WAITS;
	d->asked = 0;
	return TLB_SILENT;
}

void
tlb_drop(FakeTlb *t, uint64_t lo, uint64_t hi)
{
	uint16_t sid = (uint16_t)BITS(lo, 47, 32);
	uint64_t page = hi >> 12, n = 1;
	Dev *d = find(t, sid);

	t->done++;
	if (!d || !d->on) {
		fake_break("invalidation in the TLB of source %04x, which has none on",
			sid);
		return;
	}
	if (hi & 1) { /* the lowest 0 bit is half the size */
		for (; page & n; n *= 2)
			;
		n *= 2;
		page &= ~(n - 1);
	}
	for (unsigned i = 0; i < MAXPAGE; i++)
		if (d->e[i].page >= page && d->e[i].page - page < n)
			d->e[i].valid = false;
}

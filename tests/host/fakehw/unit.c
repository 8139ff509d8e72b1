/*
 * The units there are: making one, and what a test can do to it.
 */
#include "tests/host/fakehw/unit.h"

FakeUnit *fake_units[MAXUNIT];
unsigned fake_nunits;
FakeUnit fake_nobody;

FakeUnit *
fake_unit(const FakeConf *c)
{
	FakeUnit *u = calloc(1, sizeof *u);

	u->base = c->base;
	u->conf = *c;
	u->coherent = c->ecap & 1;
	u->qi = c->ecap >> 1 & 1;
	u->cm = c->cap >> 7 & 1;
	u->rwbf = c->cap >> 4 & 1;
	u->regs_ok = (c->ver >> 4) < 6;
	u->iotlb_off = (uint32_t)BITS(c->ecap, 17, 8) * 16;
	u->frcd_off = (uint32_t)BITS(c->cap, 33, 24) * 16;
	u->nfault = (uint32_t)BITS(c->cap, 47, 40) + 1;
	u->mamv = (uint32_t)BITS(c->cap, 53, 48);
	u->ndid = 1u << (4 + 2 * (c->cap & 7));
	u->gsts = c->gsts;
	u->pmen = c->pmen ? B(31) | 1 : 0;
	u->fectl = B(31);
	u->gen = u->pasid_gen = 1;
	u->known = calloc(FAKE_PAGES, 1);
	u->ir = ir_new(u, c);
	u->devtlb = tlb_new(u, c);
	u->root_ok = c->gsts & B(30);
	u->iqh = u->iqt = c->gsts & B(26) ? 0x40 : 0; /* somebody used the queue */
	if (u->rwbf)
		u->view = malloc((size_t)FAKE_PAGES * 4096);
	if (u->rwbf)
		memset(u->view, 0xa7, (size_t)FAKE_PAGES * 4096);
	fake_units[fake_nunits++] = u;
	return u;
}

void *
units_map(paddr_t pa, size_t len)
{
	for (unsigned i = 0; i < fake_nunits; i++)
		if (fake_units[i]->base == pa) {
			fake_units[i]->mapped = len;
			return fake_units[i];
		}
	return &fake_nobody;
}

unsigned
units_count(void)
{
	return fake_nunits;
}

paddr_t
units_base(unsigned i)
{
	return fake_units[i]->base;
}

void
fake_stuck(FakeUnit *u, unsigned what)
{
	u->stuck = what;
}

void
fake_latency(FakeUnit *u, uint32_t ns)
{
	u->conf.latency = ns;
}

void
fake_bad_descriptor(FakeUnit *u, uint32_t n)
{
	u->bad_at = n;
}

void
fake_queue_error(FakeUnit *u, uint32_t fsts_bit)
{
	u->q_inject = fsts_bit;
}

void
fake_status(FakeUnit *u, uint32_t fsts_bits)
{
	u->fsts |= fsts_bits;
	fault_event(u);
}

void
fake_merge_faults(FakeUnit *u, bool on)
{
	u->merge = on;
}

FakeTlb *
fake_tlb(FakeUnit *u)
{
	return u->devtlb;
}

FakeIr *
fake_ir(FakeUnit *u)
{
	return u->ir;
}

uint32_t
fake_gsts(const FakeUnit *u)
{
	return u->gsts;
}

uint32_t
fake_fsts(const FakeUnit *u)
{
	return u->fsts;
}

uint32_t
fake_pmen(const FakeUnit *u)
{
	return u->pmen;
}

unsigned
fake_descriptors(const FakeUnit *u)
{
	return u->descriptors;
}

uint64_t
fake_last_iotlb(const FakeUnit *u)
{
	return u->last_iotlb;
}

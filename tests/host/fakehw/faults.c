/*
 * Fault records, the status bits that announce them, and the interrupt.
 */
#include "tests/host/fakehw/unit.h"

void
fault_event(FakeUnit *u)
{
	bool any = (u->fsts & 0xff) != 0;

	if (any && !u->had_status) {
		u->had_status = true;
		if (u->fectl >> 31)
			u->fectl |= B(30);
		else if (!fake_fire((uint64_t)u->feuaddr << 32 | u->feaddr, u->fedata))
			bad(u, "fault event sent nowhere");
		return;
	}
	u->had_status = any;
}

void
fault_update_ppf(FakeUnit *u)
{
	uint32_t fri = BITS(u->fsts, 15, 8), n;

	for (n = 0; n < u->nfault && !(u->frcd[(fri + n) % u->nfault].hi >> 63); n++)
		;
	u->fsts &= ~(0xff00u | B(1));
	if (n < u->nfault)
		u->fsts |= B(1) | (fri + n) % u->nfault << 8;
	else
		u->fsts |= u->next_rec << 8;
	fault_event(u);
}

void
fake_fault(FakeUnit *u, uint16_t sid, iova_t addr, uint8_t reason, bool read)
{
	uint32_t i = u->next_rec;

	if (u->fsts & B(0))
		return; /* lost */
	for (uint32_t k = 0; u->merge && k < u->nfault; k++)
		if (u->frcd[k].hi >> 63 && (u->frcd[k].hi & 0xffff) == sid)
			return;
	if (u->frcd[i].hi >> 63) {
		u->fsts |= B(0);
		fault_event(u);
		return;
	}
	u->frcd[i].lo = addr & ~0xfffull;
	/* PASID field: junk, PP clear, as QEMU leaves it */
	u->frcd[i].hi = 1ull << 63 | (uint64_t)read << 62 | 0xffffull << 40 |
		(uint64_t)reason << 32 | sid;
	u->next_rec = (i + 1) % u->nfault;
	fault_update_ppf(u);
}

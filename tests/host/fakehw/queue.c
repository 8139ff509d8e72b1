/*
 * The invalidation queue: which descriptors there are, what must not be in them, what
 * must be fenced by a wait, and carrying them out.
 */
#include "tests/host/fakehw/unit.h"

/* Of the PASID cache, and of what the first stage translated. */
static bool
pasid_descriptor_ok(const FakeUnit *u, uint64_t lo, uint64_t hi)
{
	uint32_t gran = BITS(lo, 5, 4);

	if (!(u->iqa >> 11 & 1) || lo & 0xfff000000000ffc0ull)
		return false;
	if ((lo & 15) == 7)
		return gran != 2 && hi == 0;
	return (gran == 2 && hi == 0) ||
		(gran == 3 && !(hi & 0xf80) && (hi & 0x3f) <= u->mamv &&
			u->conf.cap >> 39 & 1);
}

static bool
descriptor_ok(FakeUnit *u, uint64_t lo, uint64_t hi)
{
	uint32_t gran = BITS(lo, 5, 4);

	switch (lo & 15) {
	case 1:
		return gran && !(lo & 0xfffc00000000ffc0ull) && hi == 0;
	case 2:
		if (lo >> 32 || lo & 0xff00 || !gran || (gran != 3 && hi))
			return false;
		if ((lo >> 7 & 1 && !(u->conf.cap >> 55 & 1)) ||
			(lo >> 6 & 1 && !(u->conf.cap >> 54 & 1)))
			bad(u, "drain asked of a unit that has none");
		return !(hi & 0xf80) &&
			(gran != 3 || ((hi & 0x3f) <= u->mamv && u->conf.cap >> 39 & 1));
	case 3:
		return tlb_descriptor_ok(u->devtlb, lo, hi);
	case 4:
		return ir_descriptor_ok(u->ir, lo, hi);
	case 5: /* QEMU dies of SW and IF together, and wants one of them */
		return !(lo & 0xffffff00ull) && !(hi & 3) &&
			(lo >> 5 & 1) != (lo >> 4 & 1);
	case 6:
	case 7:
		return pasid_descriptor_ok(u, lo, hi);
	default:
		return false;
	}
}

static void
queue_error(FakeUnit *u, uint32_t bit)
{
	u->fsts |= bit;
	fault_event(u);
}

static void
wait_done(FakeUnit *u, uint64_t lo, uint64_t hi)
{
	uint32_t v = (uint32_t)(lo >> 32);

	if (lo >> 6 & 1) {
		u->q_loose = NULL;
		u->q_iotlb = false;
	}
	if (!(lo >> 5 & 1))
		return;
	if (!fake_page_live(hi)) {
		bad(u, "status written to memory nobody owns");
		return;
	}
	memcpy(fake_host(hi), &v, 4); /* the unit's writes snoop */
}

/* What may be filled again from what the one before leaves comes after it, fenced. */
static void
fenced(FakeUnit *u, const char *what, const char *but)
{
	if (u->q_loose && u->q_loose != but)
		bad(u, "%s descriptor not fenced from the %s descriptor before it", what,
			u->q_loose);
}

static void
carry_out(FakeUnit *u, uint64_t lo, uint64_t hi)
{
	static const char context[] = "context", pasids[] = "PASID";
	uint16_t did = (uint16_t)BITS(lo, 31, 16);

	fake_did((FakeDid){ .kind = FAKE_CARRIED, .unit = u, .lo = lo, .hi = hi });
	if ((lo & 15) == 5) {
		wait_done(u, lo, hi);
		return;
	}
	u->descriptors++;
	buffer_drain(u);
	switch (lo & 15) {
	case 1:
		u->q_loose = context;
		cache_drop_context(u, BITS(lo, 5, 4), did, (uint16_t)BITS(lo, 47, 32));
		break;
	case 3:
		if (u->q_loose || u->q_iotlb)
			bad(u, "device TLB descriptor not fenced from what is before it");
		tlb_drop(u->devtlb, lo, hi);
		break;
	case 4:
		ir_drop(u->ir, lo);
		break;
	case 7:
		fenced(u, pasids, pasids);
		u->q_loose = pasids;
		cache_drop_pasids(u, BITS(lo, 5, 4) == 3, did);
		break;
	case 6:
		fenced(u, "IOTLB", NULL);
		u->q_iotlb = true;
		u->last_iotlb = lo;
		if (BITS(lo, 5, 4) == 3)
			cache_drop_some(u, did, hi, true);
		else
			cache_drop_domain(u, did);
		break;
	default:
		fenced(u, "IOTLB", NULL);
		u->q_iotlb = true;
		u->last_iotlb = lo;
		cache_drop_iotlb(u, BITS(lo, 5, 4), did, hi);
	}
}

/* Bytes of a descriptor, and whether those beyond the first 16 are 0. */
uint32_t
queue_stride(const FakeUnit *u)
{
	return u->iqa >> 11 & 1 ? 32 : 16;
}

static bool
rest_empty(const FakeUnit *u, paddr_t at)
{
	return queue_stride(u) == 16 ||
		(view_base64(u, at + 16) | view_base64(u, at + 24)) == 0;
}

/* That of the widest kind, which no unit refuses. */
static bool
is_global(uint64_t lo, uint64_t hi)
{
	switch (lo & 15) {
	case 3:
		return hi == 0x7ffffffffffff001ull;
	case 4:
		return !(lo >> 4 & 1);
	case 7:
		return BITS(lo, 5, 4) == 3;
	default:
		return BITS(lo, 5, 4) == 1;
	}
}

void
queue_run(FakeUnit *u)
{
	uint64_t size = 4096ull << (u->iqa & 7);

	while (u->iqh != u->iqt && !u->q_error && fake_time() >= u->q_ready) {
		paddr_t at = (u->iqa & ~0xfffull) + u->iqh;
		if (!fake_ram(at, queue_stride(u))) {
			bad(u, "the queue is at 0x%llx, which is not RAM",
				(unsigned long long)at);
			u->q_error = true;
			return;
		}
		uint64_t lo = view_base64(u, at), hi = view_base64(u, at + 8);
		bool nth = u->bad_at == 1 && (lo & 15) != 5,
		     refuse = nth && !is_global(lo, hi);

		if (u->bad_at > 1 && (lo & 15) != 5)
			u->bad_at--;
		if (refuse || !descriptor_ok(u, lo, hi) || !rest_empty(u, at)) {
			if (!refuse)
				bad(u, "bad descriptor %016llx %016llx",
					(unsigned long long)lo, (unsigned long long)hi);
			u->q_error = true;
			queue_error(u, B(4));
			return;
		}
		if (nth)
			u->bad_at = 0;
		TlbAnswer a = (lo & 15) == 3 ? tlb_ask(u->devtlb, lo) : TLB_ANSWERS;
		if (a == TLB_WAITS)
			return;
		if (a == TLB_SILENT) {
			u->iqh = u->iqt;
			queue_error(u, B(6));
			return;
		}
		u->iqh = (u->iqh + queue_stride(u)) % size;
		if ((lo & 15) == 5 && u->q_inject) {
			uint32_t bit = u->q_inject;
			u->q_inject = 0;
			u->iqh = u->iqt; /* the waits behind are lost */
			queue_error(u, bit);
			return;
		}
		fake_stepped();
		carry_out(u, lo, hi);
		fake_stepped();
	}
}

/*
 * Registers: commands that take effect when they complete, the rules for writing them.
 */
#include "tests/host/fakehw/unit.h"

/* ---- time ---- */

static void
latch_root(FakeUnit *u)
{
	uint32_t mode = BITS(u->rtaddr, 11, 10);

	u->root = u->rtaddr & ~0xfffull;
	u->root_ok = true;
	u->scalable = mode == 1;
	u->need_cc = u->need_iotlb = true;
	u->need_pasid = u->scalable;
	u->cc_done = u->pasid_done = false;
	if (u->rtaddr & 0x3ff || mode > 1)
		bad(u, "reserved bits in RTADDR");
	if (u->scalable && !(u->conf.ecap >> 43 & 1))
		bad(u, "scalable mode on a unit that has none");
	if (u->scalable && (!(u->gsts & B(26)) || queue_stride(u) != 32))
		bad(u, "scalable mode without a queue of 256-bit descriptors");
}

static void
finish_gcmd(FakeUnit *u)
{
	u->gcmd_busy = false;
	switch (u->gcmd_bit) {
	case B(30):
		u->gsts |= B(30);
		latch_root(u);
		break;
	case B(24):
		u->gsts |= B(24);
		ir_latch(u->ir);
		break;
	case B(27):
		buffer_drain(u);
		u->gsts &= ~B(27);
		break;
	default:
		u->gsts = u->gcmd_set ? u->gsts | u->gcmd_bit : u->gsts & ~u->gcmd_bit;
	}
}

static uint32_t
silent_bits(const FakeUnit *u)
{
	return u->stuck & STUCK_GCMD ? ~0u
				     : (u->stuck & STUCK_TE ? B(31) : 0) |
			(u->stuck & STUCK_SIRTP ? B(24) : 0) |
			(u->stuck & STUCK_IRE ? B(25) : 0) |
			(u->stuck & STUCK_CFI ? B(23) : 0);
}

static void
tick(FakeUnit *u)
{
	uint64_t now = fake_time();

	if (u->gcmd_busy && now >= u->gcmd_done && !(u->gcmd_bit & silent_bits(u)))
		finish_gcmd(u);
	if (u->ccmd >> 63 && now >= u->ccmd_done && !(u->stuck & STUCK_REGS)) {
		buffer_drain(u);
		cache_drop_context(u, BITS(u->ccmd, 62, 61), (uint16_t)u->ccmd,
			(uint16_t)(u->ccmd >> 16));
		u->ccmd &= ~(1ull << 63);
	}
	if (u->iotlb >> 63 && now >= u->iotlb_done && !(u->stuck & STUCK_REGS)) {
		cache_drop_iotlb(u, BITS(u->iotlb, 61, 60), (uint16_t)(u->iotlb >> 32),
			u->iva);
		u->iotlb &= ~(1ull << 63);
	}
	if (u->pmen & 1 && !(u->pmen >> 31) && now >= u->pmen_done &&
		!(u->stuck & STUCK_PMEN))
		u->pmen &= ~1u;
	if (u->gsts & B(26) && !(u->stuck & STUCK_QUEUE))
		queue_run(u);
}

void
units_tick(void)
{
	static bool busy;

	if (busy)
		return;
	busy = true;
	for (unsigned i = 0; i < fake_nunits; i++)
		tick(fake_units[i]);
	busy = false;
}

/* ---- register writes ---- */

static void
write_gcmd(FakeUnit *u, uint32_t v)
{
	uint32_t changed = (v ^ u->gsts) & LEVEL, shots = v & ONESHOT;

	if (u->gcmd_busy)
		bad(u, "GCMD written while a command is under way");
	if (__builtin_popcount(changed) + __builtin_popcount(shots) != 1)
		bad(u, "GCMD %08x with GSTS %08x: not exactly one command", v, u->gsts);
	u->gcmd_bit = shots ? shots & -shots : changed & -changed;
	u->gcmd_set = v & u->gcmd_bit;
	ir_command(u->ir, u->gcmd_bit, u->gcmd_set, u->gsts);
	if (u->gcmd_bit == B(30) || u->gcmd_bit == B(24))
		u->gsts &= ~u->gcmd_bit;
	if (u->gcmd_bit == B(27))
		u->gsts |= B(27);
	if (u->gcmd_bit == B(31) && u->gcmd_set &&
		(!u->root_ok || u->need_cc || u->need_pasid || u->need_iotlb))
		bad(u, "TE before root table and global invalidations");
	if (u->gcmd_bit == B(26) && u->gcmd_set) {
		if (!u->qi)
			bad(u, "QIE on a unit without a queue");
		if (u->iqt || u->iqa & 0x7f8 ||
			(u->iqa & 0x800 && !(u->conf.ecap >> 43 & 1)))
			bad(u, "QIE with IQT %llx IQA %llx", (unsigned long long)u->iqt,
				(unsigned long long)u->iqa);
		u->iqh = 0;
		u->q_error = u->q_iotlb = false;
		u->q_loose = NULL;
	}
	if (u->gcmd_bit == B(26) && !u->gcmd_set && u->scalable)
		bad(u, "QIE off in scalable mode");
	if (u->gcmd_bit == B(26) && !u->gcmd_set && u->iqh != u->iqt)
		bad(u, "QIE off with descriptors queued");
	u->gcmd_busy = true;
	u->gcmd_done = fake_time() + u->conf.latency;
}

static bool
registers_usable(FakeUnit *u, const char *what)
{
	if (!u->regs_ok)
		bad(u, "%s on a unit without register-based invalidation", what);
	if (u->gsts & B(26))
		bad(u, "%s while the queue is on", what); /* and it never completes */
	return u->regs_ok && !(u->gsts & B(26));
}

static void
write_ccmd(FakeUnit *u, uint64_t v)
{
	if (u->ccmd >> 63)
		bad(u, "CCMD written while ICC is set");
	if (BITS(v, 62, 61) == 0 || v & 0x07fffffc00000000ull)
		bad(u, "CCMD %016llx", (unsigned long long)v);
	u->ccmd = v;
	u->ccmd_done = registers_usable(u, "CCMD") ? fake_time() + u->conf.latency
						   : UINT64_MAX;
}

static void
write_iotlb(FakeUnit *u, uint64_t v)
{
	if (u->iotlb >> 63)
		bad(u, "IOTLB written while IVT is set");
	if (v & 0x4ffc0000ffffffffull)
		bad(u, "IOTLB %016llx", (unsigned long long)v);
	if (u->ccmd >> 63)
		bad(u, "IOTLB command before the context command completed");
	u->iotlb = u->last_iotlb = v;
	u->descriptors++;
	u->iotlb_done = registers_usable(u, "IOTLB") ? fake_time() + u->conf.latency
						     : UINT64_MAX;
}

static void
write_fsts(FakeUnit *u, uint32_t v)
{
	if (v & ~FSTS_W1C)
		bad(u, "FSTS %08x: read-only bits written", v);
	if (v & 0x70 && fake_lock_held("iommu faults"))
		bad(u, "the fault handler clears the queue's errors");
	if (v & 1 && u->fsts & 1 && u->fsts & 2 && u->gsts & B(31))
		bad(u, "PFO cleared before the records");
	u->fsts &= ~(v & FSTS_W1C);
	u->had_status = (u->fsts & 0xff) != 0;
}

static void
write_fectl(FakeUnit *u, uint32_t v)
{
	bool was = u->fectl >> 31;

	if (v & 0x7fffffff)
		bad(u, "FECTL %08x", v);
	if (!(v >> 31) && (u->feaddr >> 20 != 0xfee))
		bad(u, "fault events on with no address");
	u->fectl = (u->fectl & B(30)) | v;
	if (was && !(v >> 31) && u->fectl & B(30)) {
		u->fectl &= ~B(30);
		fake_fire((uint64_t)u->feuaddr << 32 | u->feaddr, u->fedata);
	}
}

static void
write_frcd(FakeUnit *u, uint32_t off, uint64_t v, bool wide)
{
	uint32_t i = off / 16;

	if (i >= u->nfault ||
		!((!wide && off % 16 == 12 && v == B(31)) ||
			(wide && off % 16 == 8 && v == 1ull << 63)))
		bad(u, "fault record write at +%x of %llx", off, (unsigned long long)v);
	else
		u->frcd[i].hi &= ~(1ull << 63);
	fault_update_ppf(u);
}

static bool
is_frcd(const FakeUnit *u, uint32_t off)
{
	return off >= u->frcd_off && off < u->frcd_off + 16 * u->nfault;
}

static void
access_ok(FakeUnit *u, uint32_t off, uint32_t n)
{
	if (off % n != 0 || off + n > u->mapped)
		bad(u, "register access of %u at %x, window %zx", n, off, u->mapped);
}

void
mmio_put32(volatile Regs *r, uint32_t off, uint32_t v)
{
	FakeUnit *u = (FakeUnit *)r;

	if (u == &fake_nobody)
		return;
	fake_did((FakeDid){ .kind = FAKE_WROTE, .unit = u, .at = off, .lo = v });
	access_ok(u, off, 4);
	switch (off) {
	case 0x18:
		write_gcmd(u, v);
		break;
	case 0x34:
		write_fsts(u, v);
		break;
	case 0x38:
		write_fectl(u, v);
		break;
	case 0x3c:
		u->fedata = v;
		break;
	case 0x40:
		u->feaddr = v;
		break;
	case 0x44:
		u->feuaddr = v;
		break;
	case 0x64:
		u->pmen = (u->pmen & 1) | (v & B(31));
		u->pmen_done = fake_time() + u->conf.latency;
		break;
	case 0xa0:
	case 0xe0:
		if (v != B(31) || (off == 0xa0 ? !u->qi : !(u->conf.ecap >> 29 & 1)))
			bad(u, "event control %x: %08x", off, v);
		break;
	default:
		if (is_frcd(u, off))
			write_frcd(u, off - u->frcd_off, v, false);
		else
			bad(u, "32-bit write to register %x", off);
	}
	fake_spend(10);
	fake_stepped();
}

static void
write_iqt(FakeUnit *u, uint64_t v)
{
	if (v & ~0x7fff0ull || v >= 4096ull << (u->iqa & 7) || v % queue_stride(u) != 0) {
		bad(u, "IQT %llx", (unsigned long long)v);
		return;
	}
	u->iqt = v;
	u->q_ready = fake_time() + u->conf.latency;
	if (!(u->fsts & B(4)))
		u->q_error = false; /* IQE cleared and the tail written: goes on */
}

void
mmio_put64(volatile Regs *r, uint32_t off, uint64_t v)
{
	FakeUnit *u = (FakeUnit *)r;

	if (u == &fake_nobody)
		return;
	fake_did((FakeDid){ .kind = FAKE_WROTE, .unit = u, .at = off, .lo = v });
	access_ok(u, off, 8);
	if (off == 0x20)
		u->rtaddr = v;
	else if (off == 0x28)
		write_ccmd(u, v);
	else if (off == 0x88 && u->qi)
		write_iqt(u, v);
	else if (off == 0x90 && u->qi && !(u->gsts & B(26)))
		u->iqa = v;
	else if (off == 0xb8)
		ir_write_irta(u->ir, v);
	else if (off == u->iotlb_off)
		u->iva = v;
	else if (off == u->iotlb_off + 8)
		write_iotlb(u, v);
	else if (is_frcd(u, off))
		write_frcd(u, off - u->frcd_off, v, true);
	else
		bad(u, "64-bit write to register %x", off);
	fake_spend(10);
	fake_stepped();
}

uint32_t
mmio_read32(const volatile Regs *r, uint32_t off)
{
	FakeUnit *u = (FakeUnit *)(uintptr_t)r;

	if (u == &fake_nobody)
		return ~0u;
	access_ok(u, off, 4);
	fake_spend(10);
	switch (off) {
	case 0x00:
		return u->conf.ver;
	case 0x1c:
		return u->gsts;
	case 0x34:
		return u->fsts;
	case 0x38:
		return u->fectl;
	case 0x64:
		return u->pmen;
	}
	bad(u, "32-bit read of register %x", off); /* GCMD among them: it is write-only */
	return 0;
}

uint64_t
mmio_read64(const volatile Regs *r, uint32_t off)
{
	FakeUnit *u = (FakeUnit *)(uintptr_t)r;

	if (u == &fake_nobody)
		return ~0ull;
	access_ok(u, off, 8);
	fake_spend(10);
	switch (off) {
	case 0x08:
		return u->conf.cap;
	case 0x10:
		return u->conf.ecap;
	case 0x20:
		return u->rtaddr;
	case 0x28:
		return u->ccmd;
	case 0x80:
		return u->q_error ? u->iqh : u->iqt; /* fetched, which is not done */
	case 0x88:
		return u->iqt;
	case 0x90:
		return u->iqa;
	case 0xb8:
		return ir_read_irta(u->ir);
	}
	if (off == u->iotlb_off + 8)
		return u->iotlb;
	if (is_frcd(u, off))
		return (off - u->frcd_off) % 16 ? u->frcd[(off - u->frcd_off) / 16].hi
						: u->frcd[(off - u->frcd_off) / 16].lo;
	bad(u, "64-bit read of register %x", off);
	return 0;
}

/* SRC: dev/vtd tests/host/fakehw */
/*
 * The fake unit on trial. Drivers are judged by tests/host/fakehw, so here a driver that
 * does everything wrong shows that it notices: what must be invalidated after a change,
 * as what happens when it is not (VT-d 6.5); and every objection the fake has,
 * provoked once. The last test reads the fake's source: an objection without a
 * provocation fails.
 */
#include "tests/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev/vtd/mmio.h"
#include "dev/vtd/os.h"
#include "tests/host/fakehw/fakehw.h"
#include "tests/host/fakehw/machine.h"
#include "tests/host/fakehw/space.h"

#define BASE    0xfed90000ull
#define VA      0x10002000ull
#define SID     0x18
#define DID     2
#define ECAP_IR (FAKE_ECAP | 8)

static FakeUnit *f;
static volatile Regs *r;
static paddr_t root, contexts, page;
static Space s;

/* ---- a driver by hand ---- */

static void
unit(uint64_t cap, uint64_t ecap)
{
	f = fake_unit(&(FakeConf){
		.base = BASE, .ver = FAKE_VER, .cap = cap, .ecap = ecap });
	r = (volatile Regs *)os_map_regs(BASE, 4096);
}

static void
gcmd(uint32_t bits)
{
	mmio_write32(r, 0x18, (fake_gsts(f) & 0x96ffffff) | bits);
}

static void
context_all(void)
{
	mmio_write64(r, 0x28, 0xa000000000000000ull);
}

static void
context_device(uint64_t did)
{
	mmio_write64(r, 0x28, 0xe000000000000000ull | SID << 16 | did);
}

static void
iotlb_all(void)
{
	mmio_write64(r, 0xf8, 0x9000000000000000ull);
}

static void
iotlb_domain(uint64_t did)
{
	mmio_write64(r, 0xf8, 0xa000000000000000ull | did << 32);
}

static void
iotlb_pages(uint64_t iva)
{
	mmio_write64(r, 0xf0, iva);
	mmio_write64(r, 0xf8, 0xb000000000000000ull | (uint64_t)DID << 32);
}

static void
publish(paddr_t top, uint64_t did)
{
	uint64_t *e = (uint64_t *)fake_host(contexts) + 2 * SID;

	fake_pte(e + 1, did << 8 | 1);
	fake_pte(e, top | 1);
}

static void
unpublish(void)
{
	fake_pte((uint64_t *)fake_host(contexts) + 2 * SID, 0);
}

/* A unit with three levels, translating: SID has VA, read and write. */
static void
translating(uint64_t cap, uint64_t ecap, bool present)
{
	unit(cap, ecap);
	root = fake_table();
	contexts = fake_table();
	fake_pte(fake_host(root), contexts | 1);
	space_new(&s);
	page = os_page_alloc();
	space_map(&s, VA, page, SPACE_R | SPACE_W, 4096);
	if (present)
		publish(s.pdpt, DID);
	mmio_write64(r, 0x20, root);
	gcmd(1u << 30);
	context_all();
	iotlb_all();
	gcmd(1u << 31);
}

static unsigned
dma(void)
{
	return fake_dma(f, SID, VA, true).reason;
}

/* ---- what must be invalidated after a change ---- */

static void
leaf_removed(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	CHECK(dma() == 0);
	space_clear(&s, VA);
	CHECK(dma() == 0); /* the device goes on */
	iotlb_domain(DID + 1);
	CHECK(dma() == 0); /* another's id does not help */
	iotlb_pages(VA + 4096);
	CHECK(dma() == 0); /* nor another page */
	iotlb_pages(VA);
	CHECK(dma() == 5);
}

static void
rights_changed(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	CHECK(dma() == 0);
	fake_pte(space_entry(&s, VA), page | 1);
	CHECK(dma() == 0);
	iotlb_pages(VA);
	CHECK(dma() == 5);
	fake_pte(space_entry(&s, VA), page | 3);
	CHECK(dma() == 5); /* gained ones are not seen either */
	iotlb_domain(DID);
	CHECK(dma() == 0);
}

static void
table_removed(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	CHECK(dma() == 0);
	space_clear(&s, VA);
	space_unhook(&s, VA);
	iotlb_pages(VA | 1 << 6); /* the hint: leaves only */
	CHECK(dma() == 5);
	space_map(&s, VA, page, SPACE_R | SPACE_W, 4096);
	CHECK(dma() == 5); /* the table that is gone is still walked */
	iotlb_pages(VA);
	CHECK(dma() == 0);
}

static void
context_removed(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	CHECK(dma() == 0);
	unpublish();
	iotlb_domain(DID);
	CHECK(dma() == 0); /* from the context cache */
	context_device(DID + 1);
	CHECK(dma() == 0);
	context_device(DID);
	CHECK(dma() == 2);
}

static void
wrong_order(void) /* IOTLB first: filled again through the context cache */
{
	Space t;

	translating(FAKE_CAP39, FAKE_ECAP, true);
	CHECK(dma() == 0);
	unpublish();
	iotlb_domain(DID);
	CHECK(dma() == 0);
	context_device(DID);
	space_new(&t);
	publish(t.pdpt, DID);
	/* the new owner's id, the old one's page */
	CHECK(dma() == 0 && fake_violations() > 0);
	fake_forgive();
}

static void
absent_is_cached(void) /* caching mode */
{
	translating(FAKE_CAP39 | CAP_BIT_CM, FAKE_ECAP, false);
	CHECK(dma() == 2);
	publish(s.pdpt, DID);
	CHECK(dma() == 2);
	context_device(DID);
	CHECK(dma() == 2); /* under id 0 it is kept */
	context_device(0);
	CHECK(dma() == 0);
	iotlb_domain(DID);
	space_clear(&s, VA);
	CHECK(dma() == 5);
	fake_pte(space_entry(&s, VA), page | 3);
	CHECK(dma() == 5);
	iotlb_pages(VA);
	CHECK(dma() == 0);
}

static void
absent_bus_is_cached(void)
{
	translating(FAKE_CAP39 | CAP_BIT_CM, FAKE_ECAP, true);
	fake_pte(fake_host(root), 0);
	context_all();
	CHECK(dma() == 1);
	fake_pte(fake_host(root), contexts | 1);
	context_device(0);
	CHECK(dma() == 1); /* one device does not do */
	context_all();
	CHECK(dma() == 0);
}

static void
absent_is_not_cached(void) /* without caching mode */
{
	translating(FAKE_CAP39, FAKE_ECAP, false);
	CHECK(dma() == 2);
	publish(s.pdpt, DID);
	CHECK(dma() == 0);
}

static void
write_buffer(void)
{
	translating(FAKE_CAP39 | CAP_BIT_RWBF, FAKE_ECAP, false);
	CHECK(dma() == 2);
	publish(s.pdpt, DID);
	CHECK(dma() == 2);
	gcmd(1u << 27);
	CHECK(dma() == 0);
}

static void
cache_line(void) /* a unit that does not snoop */
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	space_clear(&s, VA);
	*space_entry(&s, VA) = page | 3;
	CHECK(dma() == 5);
	os_clflush(space_entry(&s, VA), 8);
	CHECK(dma() == 0);
}

static void
snooped(void)
{
	translating(FAKE_CAP39, FAKE_ECAP | ECAP_BIT_C, true);
	space_clear(&s, VA);
	*space_entry(&s, VA) = page | 3;
	CHECK(dma() == 0);
}

/* ---- scalable mode: the same, by queue ---- */

static paddr_t queue, dir, pasids;

/* Descriptors of 256 bits behind what is there, n of them, as pairs of words. */
static void
submit2(unsigned n, const uint64_t *d)
{
	static unsigned at;

	for (unsigned i = 0; i < n; i++, at = (at + 1) % 128) {
		uint64_t *slot = (uint64_t *)fake_host(queue) + 4 * at;

		memcpy(slot, d + 2 * i, 16);
		os_clflush(slot, 32);
	}
	mmio_write64(r, 0x88, 32 * at);
}

#define SUBMIT2(n, ...) submit2(n, (const uint64_t[]){ __VA_ARGS__ })
#define FENCE           0x65, root + 4088 /* a status word, somewhere */

#define SCALABLE (FAKE_ECAP | ECAP_SECOND | ECAP_FIRST)
#define SECOND   (2 << 6 | 1 << 2) /* three levels */
#define FIRST    (1 << 6 | 2 << 2)

/* A PASID entry of these words, and a context entry that leads there. */
static void
publish2(uint64_t q0, uint64_t q1, uint64_t q2)
{
	uint64_t *p = fake_host(pasids), *c = (uint64_t *)fake_host(contexts) + 4 * SID;

	fake_pte(p + 2, q2);
	fake_pte(p + 1, q1);
	fake_pte(p, q0 | 1);
	fake_pte(fake_host(dir), pasids | 1);
	fake_pte(c, dir | 1);
}

static void
unpublish2(void)
{
	fake_pte((uint64_t *)fake_host(contexts) + 4 * SID, 0);
}

static void
queued2(uint64_t cap, uint64_t ecap)
{
	unit(cap, ecap);
	queue = fake_table();
	mmio_write64(r, 0x90, queue | 1 << 11);
	gcmd(1u << 26);
}

/* Translating; SID has nothing yet. */
static void
scalable(uint64_t cap, uint64_t ecap)
{
	queued2(cap, ecap);
	root = fake_table();
	contexts = fake_table();
	dir = fake_table();
	pasids = fake_table();
	fake_pte(fake_host(root), contexts | 1);
	space_new(&s);
	page = os_page_alloc();
	space_map(&s, VA, page, SPACE_R | SPACE_W, 4096);
	mmio_write64(r, 0x20, root | 1 << 10);
	gcmd(1u << 30);
	SUBMIT2(5, 0x11, 0, FENCE, 0x37, 0, FENCE, 0x12, 0);
	gcmd(1u << 31);
}

static void
scalable_second(void)
{
	scalable(FAKE_CAP39, SCALABLE);
	publish2(s.pdpt | SECOND, DID, 0);
}

/* A page above the process's, which has three levels. */
static void
scalable_first(void)
{
	paddr_t top = fake_table();

	scalable(FAKE_CAP39, SCALABLE);
	fake_pte(fake_host(top), s.pdpt | 0x27);
	publish2(FIRST, DID, top);
}

#define C_DEVICE      0x31 | (uint64_t)SID << 32, 0
#define S_DOMAIN(did) 7 | (did) << 16, 0
#define I_DOMAIN      0x22 | DID << 16, 0

static void
leaf2_removed(void)
{
	scalable_second();
	CHECK(dma() == 0);
	space_clear(&s, VA);
	CHECK(dma() == 0);
	SUBMIT2(1, 0x32 | DID << 16, VA);
	CHECK(dma() == 0x79);
	space_map(&s, VA, page, SPACE_R, 4096);
	CHECK(dma() == 0x85); /* not what is absent, but what is not allowed */
}

static void
leaf1_removed(void)
{
	scalable_first();
	CHECK(dma() == 0);
	space_clear(&s, VA);
	CHECK(dma() == 0);
	SUBMIT2(1, 0x36 | DID << 16, VA + 4096);
	CHECK(dma() == 0); /* another page */
	SUBMIT2(1, 0x36 | (DID + 1) << 16, VA);
	CHECK(dma() == 0);
	SUBMIT2(1, 0x36 | DID << 16, VA);
	CHECK(dma() == 0x71);
	space_map(&s, VA, page, SPACE_R | SPACE_W, 4096);
	CHECK(dma() == 0);
	space_clear(&s, VA);
	space_unhook(&s, VA);
	SUBMIT2(1, 0x36 | DID << 16, VA | 1 << 6); /* the hint: leaves only */
	CHECK(dma() == 0x71);
	space_map(&s, VA, page, SPACE_R | SPACE_W, 4096);
	CHECK(dma() == 0x71);
	SUBMIT2(1, 0x26 | DID << 16, 0); /* all of the PASID */
	CHECK(dma() == 0);
}

static void
context2_removed(void)
{
	scalable_second();
	CHECK(dma() == 0);
	unpublish2();
	SUBMIT2(3, S_DOMAIN(DID), FENCE, I_DOMAIN);
	CHECK(dma() == 0);           /* from the context cache */
	SUBMIT2(2, C_DEVICE, FENCE); /* whatever the id */
	CHECK(dma() == 0x41);
	fake_pte((uint64_t *)fake_host(contexts) + 4 * SID, dir | 1);
	fake_pte(fake_host(pasids), 0);
	CHECK(dma() == 0); /* from the PASID cache */
	SUBMIT2(1, S_DOMAIN(DID + 1));
	CHECK(dma() == 0);
	SUBMIT2(1, S_DOMAIN(DID));
	CHECK(dma() == 0x59);
}

static void
absent2_is_cached(void)
{
	scalable(FAKE_CAP39 | CAP_BIT_CM, SCALABLE);
	CHECK(dma() == 0x41);
	publish2(s.pdpt | SECOND, DID, 0);
	fake_pte(fake_host(pasids), 0);
	CHECK(dma() == 0x41);
	SUBMIT2(2, C_DEVICE, FENCE);
	CHECK(dma() == 0x59);
	fake_pte(fake_host(pasids), s.pdpt | SECOND | 1);
	CHECK(dma() == 0x59);
	SUBMIT2(1, S_DOMAIN(DID));
	CHECK(dma() == 0x59);
	SUBMIT2(1, S_DOMAIN(0)); /* under that id it was kept */
	CHECK(dma() == 0);
}

static void
snoops_by_entry(void) /* ECAP.C is for what leads there */
{
	scalable(FAKE_CAP39, SCALABLE | ECAP_BIT_SMPWC);
	publish2(s.pdpt | SECOND, DID | 1 << 23, 0);
	space_clear(&s, VA);
	*space_entry(&s, VA) = page | 3;
	CHECK(dma() == 0);
}

static void device_keeps(void), device_refills(void); /* below */

static const struct {
	const char *rule;
	void (*fn)(void);
} after[] = {
	{ "page gone: IOTLB, by page or by its id", leaf_removed },
	{ "page gone: the device's own TLB", device_keeps },
	{ "... which asks again until the IOTLB has forgotten", device_refills },
	{ "rights lost or gained: the same", rights_changed },
	{ "table gone: IOTLB without the hint", table_removed },
	{ "context entry gone: context cache with its id, IOTLB", context_removed },
	{ "context cache before IOTLB", wrong_order },
	{ "CM=1, context entry or page new: context cache with id 0, IOTLB",
		absent_is_cached },
	{ "CM=1, root entry new: context cache, all of it", absent_bus_is_cached },
	{ "CM=0, entry new: nothing", absent_is_not_cached },
	{ "RWBF=1, entry new: the write buffer", write_buffer },
	{ "C=0, any store: its cache line", cache_line },
	{ "C=1, any store: nothing", snooped },
	{ "second stage, page gone: IOTLB", leaf2_removed },
	{ "first stage, page or table gone: IOTLB of the PASID", leaf1_removed },
	{ "context entry gone: context cache, PASID cache, IOTLB", context2_removed },
	{ "CM=1, PASID entry new: PASID cache with id 0", absent2_is_cached },
	{ "PWSNP, table store: nothing", snoops_by_entry },
};

static void
test_changes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < nelem(after); i++)
		if (fake_child(after[i].fn) != 0)
			fail_msg("does not hold: %s", after[i].rule);
}

/* ---- objections: one access is enough ---- */

typedef enum Width { W32 = 4, W64 = 8, R32 = 16 + 4, R64 = 16 + 8 } Width;

static const struct Access {
	const char *objection;
	Width how;
	uint32_t off;
	uint64_t v, cap, ecap;
	uint32_t ver;
} accesses[] = {
	{ "GCMD %08x with GSTS %08x: not exactly one command", W32, 0x18,
		.v = 0x48000000 },
	{ "TE before root table and global invalidations", W32, 0x18, .v = 1u << 31 },
	{ "QIE on a unit without a queue", W32, 0x18, .v = 1u << 26, .ecap = 0xf40 },
	{ "SIRTP on a unit without interrupt remapping", W32, 0x18, .v = 1u << 24 },
	{ "old-format interrupts are let through", W32, 0x18, .v = 1u << 23,
		.ecap = ECAP_IR },
	{ "IRE before table and global invalidation", W32, 0x18, .v = 1u << 25,
		.ecap = ECAP_IR },
	{ "CCMD %016llx", W64, 0x28, .v = 1ull << 63 },
	{ "%s on a unit without register-based invalidation", W64, 0x28,
		.v = 0xa000000000000000ull, .ver = 0x60 },
	{ "FSTS %08x: read-only bits written", W32, 0x34, .v = 2 },
	{ "FECTL %08x", W32, 0x38, .v = 1 },
	{ "fault events on with no address", W32, 0x38, .v = 0 },
	{ "IQT %llx", W64, 0x88, .v = 8 },
	{ "IRTA on a unit without interrupt remapping", W64, 0xb8, .v = 0x1000 },
	{ "event control %x: %08x", W32, 0xa0, .v = 0 },
	{ "IOTLB %016llx", W64, 0xf8, .v = 0xd000000000000000ull },
	{ "IOTLB invalidation of granularity %u", W64, 0xf8, .v = 1ull << 63 },
	{ "page-selective invalidation without CAP.PSI", W64, 0xf8,
		.v = 0xb000000200000000ull, .cap = FAKE_CAP39 & ~CAP_BIT_PSI },
	{ "fault record write at +%x of %llx", W32, 0x220, .v = 1 },
	{ "32-bit write to register %x", W32, 0x00, .v = 1 },
	{ "64-bit write to register %x", W64, 0x08, .v = 1 },
	{ "32-bit read of register %x", R32, .off = 0x18 },
	{ "64-bit read of register %x", R64, .off = 0x18 },
	{ "register access of %u at %x, window %zx", R64, .off = 0x0c },
};

static const struct Access *access;

static void
one_access(void)
{
	FakeConf c = { .base = BASE,
		.ver = access->ver ? access->ver : FAKE_VER,
		.cap = access->cap ? access->cap : FAKE_CAP39,
		.ecap = access->ecap ? access->ecap : FAKE_ECAP };

	f = fake_unit(&c);
	r = (volatile Regs *)os_map_regs(BASE, 4096);
	switch (access->how) {
	case W32:
		mmio_write32(r, access->off, (uint32_t)access->v);
		break;
	case W64:
		mmio_write64(r, access->off, access->v);
		break;
	case R32:
		mmio_read32(r, access->off);
		break;
	case R64:
		mmio_read64(r, access->off);
		break;
	}
}

/* ---- objections that need a little more ---- */

static void
slow(void)
{
	unit(FAKE_CAP39, ECAP_IR);
	fake_latency(f, 1000000);
}

static void
gcmd_twice(void)
{
	slow();
	gcmd(1u << 27);
	gcmd(1u << 27);
}
static void
ccmd_twice(void)
{
	slow();
	context_all();
	context_all();
}
static void
iotlb_twice(void)
{
	slow();
	iotlb_all();
	iotlb_all();
}
static void
iotlb_beside(void)
{
	slow();
	context_all();
	iotlb_all();
}

static void
queued(uint64_t cap, uint64_t ecap)
{
	unit(cap, ecap);
	queue = fake_table();
	mmio_write64(r, 0x90, queue);
	gcmd(1u << 26);
}

/* Descriptors at the head of the queue, n of them, as pairs of words. */
static void
submit(unsigned n, const uint64_t *d)
{
	memcpy(fake_host(queue), d, 16 * n);
	os_clflush(fake_host(queue), 16 * n);
	mmio_write64(r, 0x88, 16 * n);
}

#define SUBMIT(n, ...) submit(n, (const uint64_t[]){ __VA_ARGS__ })

/* SID may translate by itself, and does: it has VA in its TLB. */
static void
device_translates(void)
{
	translating(FAKE_CAP39, FAKE_ECAP | ECAP_BIT_DT, false);
	publish(s.pdpt | 4, DID);
	fake_ats(f, SID, true);
	CHECK(dma() == 0);
	queue = fake_table();
	mmio_write64(r, 0x90, queue);
}

static void
device_keeps(void)
{
	device_translates();
	space_clear(&s, VA);
	iotlb_pages(VA);
	CHECK(dma() == 0); /* the unit has forgotten, the device has not */
	gcmd(1u << 26);
	SUBMIT(1, (uint64_t)SID << 32 | 3, VA + 4096);
	os_relax();
	CHECK(dma() == 0); /* not another page */
	SUBMIT(2, (uint64_t)SID << 32 | 3, VA + 4096, (uint64_t)SID << 32 | 3,
		0x7ffffffffffff001);
	os_relax();
	CHECK(dma() == 5);
}

static void
device_refills(void)
{
	device_translates();
	space_clear(&s, VA);
	gcmd(1u << 26);
	SUBMIT(1, (uint64_t)SID << 32 | 3, VA);
	os_relax();
	CHECK(dma() == 0); /* it asked again, and the unit still knew */
	CHECK(fake_tlb_pages(f, SID) == 1);
}

static void
device_forbidden(void)
{
	translating(FAKE_CAP39, FAKE_ECAP | ECAP_BIT_DT, true);
	fake_ats(f, SID, true);
	dma();
}

static void
device_off(void)
{
	queued(FAKE_CAP39, FAKE_ECAP | ECAP_BIT_DT);
	SUBMIT(1, (uint64_t)SID << 32 | 3, VA);
}

static void
device_no_fence(void)
{
	device_translates();
	gcmd(1u << 26);
	SUBMIT(2, 0x12, 0, (uint64_t)SID << 32 | 3, VA);
}

static void
ccmd_beside_queue(void)
{
	queued(FAKE_CAP39, FAKE_ECAP);
	context_all();
}
static void
no_such_type(void)
{
	queued(FAKE_CAP39, FAKE_ECAP);
	SUBMIT(1, 0xf, 0);
}
static void
no_drains(void)
{
	queued(FAKE_CAP39 & ~(3ull << 54), FAKE_ECAP);
	SUBMIT(1, 0xd2, 0);
}
static void
no_fence(void)
{
	queued(FAKE_CAP39, FAKE_ECAP);
	SUBMIT(2, 0x11, 0, 0x12, 0);
}
static void
status_nowhere(void)
{
	queued(FAKE_CAP39, FAKE_ECAP);
	SUBMIT(1, 0x25, 0x4000);
}
static void
queue_freed(void)
{
	queued(FAKE_CAP39, FAKE_ECAP);
	os_page_free(queue);
}

static void
queue_nowhere(void)
{
	unit(FAKE_CAP39, FAKE_ECAP);
	mmio_write64(r, 0x90, 0x4000);
	gcmd(1u << 26);
	mmio_write64(r, 0x88, 16);
	os_relax();
}

static void
queue_unfinished(void)
{
	queued(FAKE_CAP39, FAKE_ECAP);
	fake_stuck(f, STUCK_QUEUE);
	SUBMIT(1, 0x11, 0);
	mmio_write32(r, 0x18, fake_gsts(f) & ~(1u << 26));
}

static void
queue_from_the_middle(void)
{
	unit(FAKE_CAP39, FAKE_ECAP);
	mmio_write64(r, 0x88, 16);
	gcmd(1u << 26);
}

static void
mask_too_great(void)
{
	unit(FAKE_CAP39, FAKE_ECAP);
	iotlb_pages(19);
}
static void
not_aligned(void)
{
	unit(FAKE_CAP39, FAKE_ECAP);
	iotlb_pages(0x1000 | 1);
}

static void
latch(uint64_t rtaddr)
{
	unit(FAKE_CAP39, FAKE_ECAP);
	mmio_write64(r, 0x20, rtaddr);
	gcmd(1u << 30);
}

static void
iotlb_first(void)
{
	latch(fake_table());
	iotlb_all();
}
static void
root_reserved(void)
{
	latch(fake_table() | 2);
}

static void
root_freed(void)
{
	root = fake_table();
	latch(root);
	os_page_free(root);
}

static void
other_stage2(void)
{
	scalable_first();
	dma();
	SUBMIT2(1, 0x32 | DID << 16, VA);
}
static void
other_stage1(void)
{
	scalable_second();
	dma();
	SUBMIT2(1, 0x36 | DID << 16, VA);
}
static void
pasid_unfenced(void)
{
	scalable_second();
	SUBMIT2(2, C_DEVICE, S_DOMAIN(DID));
}
static void
iotlb_unfenced(void)
{
	scalable_second();
	SUBMIT2(2, S_DOMAIN(DID), I_DOMAIN);
}
static void
first_unfenced(void)
{
	scalable_first();
	SUBMIT2(2, S_DOMAIN(DID), 0x26 | DID << 16, 0);
}
static void
wide_in_narrow(void)
{
	queued(FAKE_CAP39, SCALABLE);
	SUBMIT(1, S_DOMAIN(DID));
}
static void
upper_half(void)
{
	queued2(FAKE_CAP39, SCALABLE);
	SUBMIT2(2, 0x12, 0, 0x12, 0);
	fake_pte((uint64_t *)fake_host(queue) + 11, 1);
	SUBMIT2(1, 0x12, 0);
}
static void
odd_tail(void)
{
	queued2(FAKE_CAP39, SCALABLE);
	mmio_write64(r, 0x88, 16);
}

static void
latch2(uint64_t ecap, bool wide)
{
	(wide ? queued2 : queued)(FAKE_CAP39, ecap);
	mmio_write64(r, 0x20, fake_table() | 1 << 10);
	gcmd(1u << 30);
}

static void
not_scalable(void)
{
	latch2(FAKE_ECAP, false);
}
static void
scalable_narrow(void)
{
	latch2(SCALABLE, false);
}
static void
pasid_first(void)
{
	latch2(SCALABLE, true);
	SUBMIT2(1, 0x37, 0);
}
static void
iotlb_before_pasid(void)
{
	root = fake_table();
	latch2(SCALABLE, true);
	SUBMIT2(3, 0x11, 0, FENCE, 0x12, 0);
}
static void
scalable_unqueued(void)
{
	scalable_second();
	mmio_write32(r, 0x18, fake_gsts(f) & 0x92ffffff);
}

static void
context_bits(uint64_t bits)
{
	scalable_second();
	unpublish2();
	fake_pte((uint64_t *)fake_host(contexts) + 4 * SID, dir | 1 | bits);
	dma();
}

static void
fpd2(void)
{
	context_bits(2);
}
static void
device_tlb(void)
{
	context_bits(1 << 2);
}
static void
dir_fpd(void)
{
	scalable_second();
	fake_pte(fake_host(dir), pasids | 3);
	dma();
}

static void
pasid_fpd(void)
{
	scalable(FAKE_CAP39, SCALABLE);
	publish2(s.pdpt | SECOND | 2, DID, 0);
	dma();
}

static void
writes_second(void) /* SLADE */
{
	scalable(FAKE_CAP39, SCALABLE);
	publish2(s.pdpt | SECOND | 1 << 9, DID, 0);
	dma();
}

static void
live_pasid(void)
{
	scalable_second();
	dma();
	fake_pte((uint64_t *)fake_host(pasids) + 1, DID + 1);
}

static void
live_root2(void)
{
	scalable_second();
	dma();
	fake_pte(fake_host(root), dir | 1);
}
static void
live_dir(void)
{
	scalable_second();
	dma();
	fake_pte(fake_host(dir), contexts | 1);
}

static void
live_context2(void)
{
	scalable_second();
	dma();
	fake_pte((uint64_t *)fake_host(contexts) + 4 * SID + 3, 1);
}

/* The context entry leads elsewhere, and only the context cache flush_on_add of it. */
static void
stale_pasid(void)
{
	scalable_second();
	dma();
	unpublish2();
	dir = fake_table();
	pasids = fake_table();
	publish2(s.pdpt | SECOND, DID + 1, 0);
	SUBMIT2(1, C_DEVICE);
	dma();
}

static void
walks_blind(void)
{
	scalable(FAKE_CAP39, SCALABLE | ECAP_BIT_SMPWC);
	publish2(s.pdpt | SECOND, DID, 0);
	dma();
}

static void
sets_bits(uint64_t leaf)
{
	scalable_first();
	fake_pte(space_entry(&s, VA), page | leaf);
	dma();
}

static void
sets_a(void)
{
	sets_bits(0x47);
}
static void
sets_d(void)
{
	sets_bits(0x27);
}

static void
live_entry(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	dma();
	fake_pte((uint64_t *)fake_host(contexts) + 2 * SID + 1, 3 << 8 | 1);
}

static void
fpd(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, false);
	publish(s.pdpt | 2, DID);
	dma();
}

static void
pass_narrow(void) /* 3 levels, where there are 4 */
{
	translating(FAKE_CAP48, FAKE_ECAP, false);
	publish(2 << 2, DID);
	dma();
}

static void
uses_id(uint64_t cap, uint64_t did)
{
	translating(cap, FAKE_ECAP, false);
	publish(s.pdpt, did);
	dma();
}

static void
id_zero(void)
{
	uses_id(FAKE_CAP39, 0);
}
static void
id_beyond(void)
{
	uses_id(FAKE_CAP39 & ~7ull, 16);
}

/* The entry of SID leads to other tables under the same id, told to the context cache. */
static void
other_tables(void)
{
	Space t;

	translating(FAKE_CAP39, FAKE_ECAP, true);
	dma();
	unpublish();
	context_device(DID);
	space_new(&t);
	publish(t.pdpt, DID);
}

static void
two_tables(void)
{
	other_tables();
	dma();
}

static void /* another page of the same table: not in the IOTLB, its table is */
stale_table(void)
{
	other_tables();
	fake_dma(f, SID, VA + 4096, true);
}

static void
free_page(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	os_page_free(page);
	dma();
}

static void
free_table(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	os_page_free(s.pdpt);
	dma();
}

static void
table_nowhere(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, false);
	publish(0x4000, DID);
	dma();
}

static void
event_nowhere(void)
{
	unit(FAKE_CAP39, FAKE_ECAP);
	mmio_write32(r, 0x40, 0xfee01000);
	mmio_write32(r, 0x38, 0);
	fake_fault(f, SID, VA, 5, false);
}

static void
others_errors(void)
{
	unit(FAKE_CAP39, FAKE_ECAP);
	os_lock(os_lock_new("iommu faults"));
	mmio_write32(r, 0x34, 0x10);
}

static void
overflow_first(void)
{
	translating(FAKE_CAP39, FAKE_ECAP, true);
	fake_fault(f, SID, VA, 5, false);
	fake_fault(f, SID, VA, 5, false);
	mmio_write32(r, 0x34, 1);
}

static void
alloc_locked(void)
{
	os_lock(os_lock_new("a"));
	os_page_alloc();
}
static void
freed_twice(void)
{
	paddr_t p = os_page_alloc();
	os_page_free(p);
	os_page_free(p);
}
static void
looks_at_free(void)
{
	paddr_t p = os_page_alloc();
	os_page_free(p);
	os_ptr(p);
}
static void
flush_elsewhere(void)
{
	int x = 0;
	os_clflush(&x, sizeof x);
}
static void
store_elsewhere(void)
{
	uint64_t x = 0;
	mem_store64(&x, 1, false);
}
static void
address_elsewhere(void)
{
	uint64_t x = 0;
	os_pa(&x);
}
static void
note_of_free(void)
{
	paddr_t p = os_page_alloc();
	os_page_free(p);
	os_page_word(p);
}
static void
lock_inside(void)
{
	os_lock(os_lock_new("a"));
	os_lock(os_lock_new("b"));
}
static void
not_held(void)
{
	os_unlock(os_lock_new("a"));
}

static paddr_t irt;

static void
remapping(uint64_t lo, uint64_t hi)
{
	queued(FAKE_CAP39, ECAP_IR);
	irt = fake_table();
	fake_pte((uint64_t *)fake_host(irt) + 1, hi);
	fake_pte(fake_host(irt), lo);
	mmio_write64(r, 0xb8, irt | 7);
	gcmd(1u << 24);
	SUBMIT(1, 4, 0);
	gcmd(1u << 25);
}

static void
latch_irta(uint64_t v)
{
	unit(FAKE_CAP39, ECAP_IR);
	mmio_write64(r, 0xb8, v);
	gcmd(1u << 24);
}

static void
irta_reserved(void)
{
	latch_irta(fake_table() | 0x17);
}
static void
irt_nowhere(void)
{
	latch_irta(0x4007);
}
static void
irt_freed(void)
{
	remapping(0, 0);
	os_page_free(irt);
}
static void
message_nowhere(void)
{
	remapping(0, 0);
	fake_msi(f, SID, 0x1000, 0);
}
static void
irte_fpd(void)
{
	remapping(0x300003, 0x40018);
	fake_msi(f, SID, 0xfee00010, 0);
}
static void
any_source(void)
{
	remapping(0x300001, 0);
	fake_msi(f, SID, 0xfee00010, 0);
}
static void
line_reserved(void)
{
	remapping(0x300001, 0x40018);
	fake_line(f, SID, 1ull << 48 | 0x130);
}
static void
line_differs(void)
{
	remapping(0x300001, 0x40018);
	fake_line(f, SID, 1ull << 48 | 0x31);
}

static void
irte_reused(void)
{
	remapping(0x300001, 0x40018);
	fake_pte(fake_host(irt), 0);
	fake_pte(fake_host(irt), 0x310001);
}

static void
queue_off_remapping(void)
{
	remapping(0, 0);
	mmio_write32(r, 0x18, fake_gsts(f) & 0x96ffffff & ~(1u << 26));
}

static void
remaps_unqueued(void)
{
	latch_irta(fake_table() | 7);
	gcmd(1u << 25);
}

static void
remaps_old_format(void)
{
	f = fake_unit(&(FakeConf){ .base = BASE,
		.ver = FAKE_VER,
		.cap = FAKE_CAP39,
		.ecap = ECAP_IR,
		.gsts = 1u << 23 });
	r = (volatile Regs *)os_map_regs(BASE, 4096);
	gcmd(1u << 25);
}

static const struct Provocation {
	const char *objection;
	void (*fn)(void);
} provocations[] = {
	{ "GCMD written while a command is under way", gcmd_twice },
	{ "CCMD written while ICC is set", ccmd_twice },
	{ "IOTLB written while IVT is set", iotlb_twice },
	{ "IOTLB command before the context command completed", iotlb_beside },
	{ "%s while the queue is on", ccmd_beside_queue },
	{ "bad descriptor %016llx %016llx", no_such_type },
	{ "bad descriptor %016llx %016llx", wide_in_narrow },
	{ "bad descriptor %016llx %016llx", upper_half },
	{ "IQT %llx", odd_tail },
	{ "drain asked of a unit that has none", no_drains },
	{ "source %04x translates by itself; its entry forbids that", device_forbidden },
	{ "invalidation in the TLB of source %04x, which has none on", device_off },
	{ "device TLB descriptor not fenced from what is before it", device_no_fence },
	{ "%s descriptor not fenced from the %s descriptor before it", no_fence },
	{ "%s descriptor not fenced from the %s descriptor before it", pasid_unfenced },
	{ "%s descriptor not fenced from the %s descriptor before it", iotlb_unfenced },
	{ "%s descriptor not fenced from the %s descriptor before it", first_unfenced },
	{ "pages of id %u invalidated in the other stage", other_stage2 },
	{ "pages of id %u invalidated in the other stage", other_stage1 },
	{ "scalable mode on a unit that has none", not_scalable },
	{ "scalable mode without a queue of 256-bit descriptors", scalable_narrow },
	{ "after SRTP, PASID cache dropped before context cache", pasid_first },
	{ "IOTLB invalidated before the PASID cache after SRTP", iotlb_before_pasid },
	{ "QIE off in scalable mode", scalable_unqueued },
	{ "FPD is set for source %04x", fpd2 },
	{ "source %04x may do more than plain requests", device_tlb },
	{ "FPD is set in a PASID directory", dir_fpd },
	{ "FPD is set in a PASID entry", pasid_fpd },
	{ "a PASID entry asks for more than tables", writes_second },
	{ "store over a live entry", live_pasid },
	{ "store over a live entry", live_root2 },
	{ "store over a live entry", live_dir },
	{ "store over a live entry", live_context2 },
	{ "source %04x: a stale PASID entry is used", stale_pasid },
	{ "walks of a unit that can snoop do not", walks_blind },
	{ "the unit sets A or D in an entry: %llx", sets_a },
	{ "the unit sets A or D in an entry: %llx", sets_d },
	{ "status written to memory nobody owns", status_nowhere },
	{ "the invalidation queue was freed", queue_freed },
	{ "the queue is at 0x%llx, which is not RAM", queue_nowhere },
	{ "QIE off with descriptors queued", queue_unfinished },
	{ "QIE with IQT %llx IQA %llx", queue_from_the_middle },
	{ "address mask %u above %u", mask_too_great },
	{ "page-selective invalidation not aligned to its size", not_aligned },
	{ "IOTLB invalidated before the context cache after SRTP", iotlb_first },
	{ "reserved bits in RTADDR", root_reserved },
	{ "the root table was freed", root_freed },
	{ "store over a live entry", live_entry },
	{ "FPD is set for source %04x", fpd },
	{ "pass-through with a width that is not the largest", pass_narrow },
	{ "a context entry uses domain id 0", id_zero },
	{ "domain id %u of %u", id_beyond },
	{ "domain id %u used with two tables", two_tables },
	{ "domain id %u: IOTLB entry of another table", two_tables },
	{ "domain id %u: a stale table is used", stale_table },
	{ "source %04x reaches free page 0x%llx", free_page },
	{ "unit walks through free page 0x%llx", free_table },
	{ "unit reads a table at 0x%llx, which is not RAM", table_nowhere },
	{ "fault event sent nowhere", event_nowhere },
	{ "the fault handler clears the queue's errors", others_errors },
	{ "PFO cleared before the records", overflow_first },
	{ "%s under lock %s", alloc_locked },
	{ "page 0x%llx freed twice", freed_twice },
	{ "the core looks at free page 0x%llx", looks_at_free },
	{ "note of page 0x%llx, which nobody holds", note_of_free },
	{ "flush of something that is not RAM", flush_elsewhere },
	{ "table store outside RAM", store_elsewhere },
	{ "the address of something that is not RAM", address_elsewhere },
	{ "lock %s taken inside %s", lock_inside },
	{ "unlock of %s, which is not held", not_held },
	{ "reserved bits in IRTA %llx", irta_reserved },
	{ "the interrupt table is not memory of ours", irt_nowhere },
	{ "the interrupt table was freed", irt_freed },
	{ "an interrupt message to %llx", message_nowhere },
	{ "FPD is set in interrupt entry %u", irte_fpd },
	{ "interrupt entry %u serves any source", any_source },
	{ "redirection entry %llx: reserved bits", line_reserved },
	{ "redirection entry %llx is not what it becomes", line_differs },
	{ "interrupt entry %u used again before its invalidation", irte_reused },
	{ "QIE off while interrupts are remapped", queue_off_remapping },
	{ "IRE without the queue", remaps_unqueued },
	{ "IRE while old-format interrupts pass", remaps_old_format },
};

/* ---- each is made ---- */

static const char *objection;
static void (*provoke)(void);

/* The child fails unless the fake said so, among the other things it may have said. */
static void
provoked(void)
{
	CHECK(fake_violations() == 0);
	fake_expect(objection);
	provoke();
	CHECK(fake_expected());
	fake_forgive();
}

static void
test_objections(void **state)
{
	(void)state;
	for (unsigned i = 0; i < nelem(accesses); i++) {
		access = &accesses[i];
		objection = access->objection;
		provoke = one_access;
		if (fake_child(provoked) != 0)
			fail_msg("not made: %s", objection);
	}
	for (unsigned i = 0; i < nelem(provocations); i++) {
		objection = provocations[i].objection;
		provoke = provocations[i].fn;
		if (fake_child(provoked) != 0)
			fail_msg("not made: %s", objection);
	}
}

/* ---- and these are all ---- */

static bool
listed(const char *text)
{
	for (unsigned i = 0; i < nelem(accesses); i++)
		if (strcmp(accesses[i].objection, text) == 0)
			return true;
	for (unsigned i = 0; i < nelem(provocations); i++)
		if (strcmp(provocations[i].objection, text) == 0)
			return true;
	return false;
}

/* Checks the first string of every call of bad() and fake_break() in the file, which may
 * stand on the line after. Returns how many there are. */
static unsigned
check_listed(const char *path)
{
	static const char *const call[] = { "bad(u,", "bad(fake_units[i],",
		"fake_break(" };
	static char text[1 << 17];
	FILE *file = fopen(path, "r");
	unsigned n = 0;

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = 0;
	assert_true(feof(file));
	fclose(file);
	for (unsigned i = 0; i < nelem(call); i++)
		for (char *p = text, *end; (p = strstr(p, call[i])) != NULL; p = end) {
			p += strlen(call[i]);
			end = p += strspn(p, " \t\n");
			if (*p++ != '"')
				continue;
			end = strchr(p, '"');
			assert_non_null(end);
			*end = 0;
			if (!listed(p))
				fail_msg("%s: nobody provokes: %s", path, p);
			*end++ = '"';
			n++;
		}
	return n;
}

static void
test_complete(void **state)
{
	(void)state;
	assert_true(check_listed("tests/host/fakehw/machine.c") > 5);
	assert_true(check_listed("tests/host/fakehw/memory.c") > 0);
	assert_true(check_listed("tests/host/fakehw/caches.c") > 0);
	assert_true(check_listed("tests/host/fakehw/context.c") > 0);
	assert_true(check_listed("tests/host/fakehw/scalable.c") > 0);
	assert_true(check_listed("tests/host/fakehw/translate.c") > 0);
	assert_true(check_listed("tests/host/fakehw/queue.c") > 0);
	assert_true(check_listed("tests/host/fakehw/regs.c") > 0);
	assert_true(check_listed("tests/host/fakehw/ir.c") > 10);
	assert_int_equal(check_listed("tests/host/fakehw/tlb.c"), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_objections),
		cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

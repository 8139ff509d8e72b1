/* Checks of invalidation: what descriptors do, which are refused, and the same by the
 * queue and by registers. */
#include "tests/conformance/check.h"

/* The leaf is cleared, and the command must make it unusable. */
static Verdict
invalidates(uint64_t lo, uint64_t hi)
{
	usual(3);
	reason(IOVA, true);
	*leaf = 0;
	bool done = vtd_do(lo, hi);
	return judge(done && reason(IOVA, true) == 5);
}

static Verdict
iotlb_global(void)
{
	return invalidates(0x12, 0);
}
static Verdict
iotlb_domain(void)
{
	return invalidates(DID << 16 | 0x22, 0);
}

static Verdict
iotlb_page(void)
{
	return HAS(39, 39) ? invalidates(DID << 16 | 0x32, IOVA) : ABSENT;
}

static Verdict
iotlb_mask(void)
{
	return HAS(39, 39) && BITS(cap, 53, 48) >= 9
		? invalidates(DID << 16 | 0x32, (IOVA & ~0x1fffffull) | 9)
		: ABSENT;
}

static Verdict
iotlb_drains(void)
{
	return HAS(54, 54) && HAS(55, 55) ? invalidates(DID << 16 | 0xe2, 0) : ABSENT;
}

/* The context entry goes. */
static Verdict
forgets(uint64_t lo)
{
	usual(3);
	reason(IOVA, true);
	context[2 * edu.sid] = 0;
	bool done = vtd_do(lo, 0) && vtd_do(DID << 16 | 0x22, 0);
	return judge(done && reason(IOVA, true) == 2);
}

static Verdict
context_global(void)
{
	return forgets(0x11);
}
static Verdict
context_domain(void)
{
	return forgets(DID << 16 | 0x21);
}
static Verdict
context_device(void)
{
	return forgets((uint64_t)edu.sid << 32 | DID << 16 | 0x31);
}

static Verdict
context_masked(void) /* function bits ignored */
{
	return forgets(3ull << 48 | (uint64_t)(edu.sid | 5) << 32 | DID << 16 | 0x31);
}

static Verdict
wait_interrupt(void)
{
	vtd_fresh();
	R32(0xa0) = 1u << 31;
	R32(0x9c) = 1;
	vtd_push(0x15, 0);
	bool rose = R32(0x9c) & 1;
	R32(0x9c) = 0;
	bool kept = R32(0x9c) & 1;
	R32(0x9c) = 1;
	SEEN("ICS %d, after 0: %d, after 1: %u", rose, kept, R32(0x9c) & 1);
	return judge(rose && kept && !(R32(0x9c) & 1));
}

/* A descriptor that must not be taken: IQE, the head stays, and repaired it goes on. */
static Verdict
refused(uint64_t lo, uint64_t hi)
{
	vtd_fresh();
	uint64_t head = R64(0x80);
	uint32_t fsts = vtd_push(lo, hi);
	bool stays = R64(0x80) == head;

	SEEN("FSTS 0x%x, the head %s", fsts & 0xff, stays ? "stays" : "goes on");
	if (fsts & 0x10)
		vtd_repair();
	return judge(fsts & 0x10 && stays && !(R32(0x34) & 0x10) && vtd_do(0x12, 0));
}

static Verdict
bad_type(void)
{
	return refused(0xf, 0);
}
static Verdict
bad_context_gran(void)
{
	return refused(0x01, 0);
}
static Verdict
bad_iotlb_gran(void)
{
	return refused(0x02, 0);
}
static Verdict
bad_context_bits(void)
{
	return refused(0x11 | 1ull << 6, 0);
}
static Verdict
bad_context_high(void)
{
	return refused(0x11, 1);
}
static Verdict
bad_iotlb_bits(void)
{
	return refused(0x12 | 1ull << 32, 0);
}
static Verdict
bad_wait_bits(void)
{
	return refused(0x25 | 1ull << 8, (uint64_t)page);
}

static Verdict
bad_mask(void)
{
	uint64_t am = BITS(cap, 53, 48) + 1;

	return am < 64 ? refused(DID << 16 | 0x32, am) : ABSENT;
}

static Verdict
wraps(void)
{
	vtd_fresh();
	for (int i = 0; i < 300; i++)
		if (!vtd_do(0x12, 0)) {
			SEEN("stops at %d", i);
			return FAIL;
		}
	SEEN("300 of 256");
	return PASS;
}

static Verdict
queue_off(void) /* and the registers take over */
{
	bool context_done, iotlb_done;
	uint32_t at = (uint32_t)BITS(ecap, 17, 8) * 16 + 8;

	usual(3);
	reason(IOVA, true);
	if (BITS(R32(0), 7, 4) >= 6)
		return ABSENT;
	vtd_command(0, 1u << 26);
	*leaf = 0;
	R64(0x28) = 0xa000000000000000;
	context_done = !(R64(0x28) >> 63);
	R64(at) = 0x9000000000000000;
	iotlb_done = !(R64(at) >> 63);
	uint8_t r = reason(IOVA, true);
	vtd_restart();
	SEEN("context %s, IOTLB %s, reason 0x%x", context_done ? "done" : "pending",
		iotlb_done ? "done" : "pending", r);
	return judge(context_done && iotlb_done && r == 5);
}

static Verdict
iec(uint64_t lo)
{
	if (!EHAS(3, 3))
		return ABSENT;
	vtd_fresh();
	bool done = vtd_do(lo, 0);
	SEEN(done ? "done" : "FSTS 0x%x", R32(0x34) & 0xff);
	return judge(done);
}

static Verdict
iec_global(void)
{
	return iec(4);
}
static Verdict
iec_index(void)
{
	return iec(5ull << 32 | 0x14);
}

const Check commands_checks[] = {
	{ "descriptor: context cache, global", context_global },
	{ "descriptor: context cache, domain", context_domain },
	{ "descriptor: context cache, device", context_device },
	{ "descriptor: context cache, function mask", context_masked },
	{ "descriptor: IOTLB, global", iotlb_global },
	{ "descriptor: IOTLB, domain", iotlb_domain },
	{ "descriptor: IOTLB, page", iotlb_page },
	{ "descriptor: IOTLB, 2 MiB by mask", iotlb_mask },
	{ "descriptor: IOTLB, drains", iotlb_drains },
	{ "descriptor: interrupt entries, global", iec_global },
	{ "descriptor: interrupt entry, index", iec_index },
	{ "descriptor: wait, interrupt status", wait_interrupt },
	{ "refused: unknown type", bad_type },
	{ "refused: context granularity 0", bad_context_gran },
	{ "refused: IOTLB granularity 0", bad_iotlb_gran },
	{ "refused: reserved bit, context", bad_context_bits },
	{ "refused: reserved word, context", bad_context_high },
	{ "refused: reserved bit, IOTLB", bad_iotlb_bits },
	{ "refused: reserved bit, wait", bad_wait_bits },
	{ "refused: address mask too great", bad_mask },
	{ "queue: wraps", wraps },
	{ "queue: off, commands by registers", queue_off },
	{ NULL, NULL },
};

/* Checks of fault records: what they say, how they are cleared and lost, and which source
 * they name. */
#include "tests/conformance/check.h"

static Verdict
record(bool write)
{
	Record r;

	usual(3);
	edu_dma(&edu, 0x123456000ull, 0, 8, write);
	r = vtd_record();
	SEEN("%s by %04x at 0x%llx", r.read ? "read" : "write", r.sid,
		(unsigned long long)r.addr);
	return judge(r.valid && r.read == !write && r.sid == edu.sid &&
		r.addr == 0x123456000ull);
}

static Verdict
record_write(void)
{
	return record(true);
}
static Verdict
record_read(void)
{
	return record(false);
}

static void
fault_once(const Edu *e)
{
	edu_dma(e, 0x123456000ull, 0, 8, true);
}

static Verdict
record_zero(void) /* F is cleared by 1, not by 0 */
{
	uint32_t top = (uint32_t)BITS(cap, 33, 24) * 16 + 12, still;

	usual(3);
	fault_once(&edu);
	R32(top) = 0;
	still = R32(top) >> 31;
	R32(top) = 1u << 31;
	SEEN("after 0: %u, after 1: %u", still, R32(top) >> 31);
	return judge(still == 1 && R32(top) >> 31 == 0);
}

static Verdict
pending(void) /* PPF follows F */
{
	uint32_t before, with;

	usual(3);
	before = R32(0x34);
	fault_once(&edu);
	with = R32(0x34);
	R32(0x34) = 2;
	uint32_t kept = R32(0x34);
	vtd_record();
	SEEN("FSTS 0x%x 0x%x 0x%x 0x%x", before, with & 0xff, kept & 0xff,
		R32(0x34) & 0xff);
	return judge(!(before & 2) && with & 2 && kept & 2 && !(R32(0x34) & 2));
}

static void
overflow(void)
{
	usual(3);
	for (uint32_t i = 0; i <= BITS(cap, 47, 40); i++)
		fault_once(&edu);
	fault_once(&behind_pcie);
}

static Verdict
overflow_set(void)
{
	overflow();
	SEEN("FSTS 0x%x", R32(0x34) & 0xff);
	return judge(R32(0x34) & 1);
}

static Verdict
overflow_zero(void)
{
	overflow();
	R32(0x34) = 0;
	bool kept = R32(0x34) & 1;
	R32(0x34) = 1;
	SEEN("after 0: %d, after 1: %u", kept, R32(0x34) & 1);
	return judge(kept && !(R32(0x34) & 1));
}

static Verdict
overflow_over(void) /* recording goes on */
{
	overflow();
	while (vtd_record().valid)
		;
	return expect(5, 0x123456000ull, true);
}

static Verdict
event_pending(void) /* IP rises while masked */
{
	usual(3);
	R32(0x38) = 1u << 31;
	fault_once(&edu);
	uint32_t v = R32(0x38);
	vtd_record();
	SEEN("FECTL 0x%x", v);
	return judge(v == 3u << 30);
}

static Verdict
alias(const Edu *e, uint16_t want)
{
	Record r;

	vtd_fresh();
	edu_dma(e, IOVA, 0, 8, true);
	r = vtd_record();
	SEEN("device %04x is %04x", e->sid, r.sid);
	return judge(r.valid && r.sid == want);
}

static Verdict
alias_none(void)
{
	return alias(&edu, edu.sid);
}
static Verdict
alias_pcie(void)
{
	return alias(&behind_pcie, behind_pcie.sid & 0xff00);
}
static Verdict
alias_pci(void)
{
	return alias(&behind_pci, 6 << 3);
}

const Check records_checks[] = {
	{ "record: of a write", record_write },
	{ "record: of a read", record_read },
	{ "record: F is cleared by 1", record_zero },
	{ "record: PPF follows F and is read-only", pending },
	{ "record: overflow", overflow_set },
	{ "record: PFO is cleared by 1", overflow_zero },
	{ "record: recording goes on after overflow", overflow_over },
	{ "record: event pending while masked", event_pending },
	{ "source: on the root bus, its own", alias_none },
	{ "source: behind PCIe to PCI, secondary bus 0.0", alias_pcie },
	{ "source: behind a conventional bridge, the bridge", alias_pci },
	{ NULL, NULL },
};

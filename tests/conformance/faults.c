/* Checks of the fault reasons, one by one. */
#include "tests/conformance/check.h"

static Verdict
reason_1(void)
{
	vtd_fresh();
	root[0] = 0;
	vtd_do(0x11, 0);
	Verdict v = expect(1, IOVA, true);
	root[0] = (uint64_t)context | 1;
	return v;
}

static Verdict
reason_2(void)
{
	vtd_fresh();
	return expect(2, IOVA, true);
}

static Verdict
bad_context(uint8_t want, uint64_t lo, uint64_t hi)
{
	vtd_fresh();
	vtd_entry(edu.sid, vtd_map(levels(), IOVA, (uint64_t)page | 3, 1) | 1 | lo,
		context_hi(levels(), DID) | hi);
	return expect(want, IOVA, true);
}

static Verdict
reason_3_type(void)
{
	return bad_context(3, 3 << 2, 0);
}
static Verdict
reason_3_width(void)
{
	return bad_context(3, 0, 7);
}
static Verdict
reason_b_low(void)
{
	return bad_context(0xb, 1 << 4, 0);
}
static Verdict
reason_b_high(void)
{
	return bad_context(0xb, 0, 1ull << 24);
}

static Verdict
reason_4(void)
{
	usual(3);
	return expect(4, 1ull << (12 + 9 * levels()), true);
}

static Verdict
reason_5(void)
{
	usual(1);
	return expect(5, IOVA, true);
}
static Verdict
reason_5_absent(void)
{
	usual(3);
	return expect(5, IOVA + 4096, true);
}
static Verdict
reason_6(void)
{
	usual(2);
	return expect(6, IOVA, false);
}
static Verdict
reason_6_absent(void)
{
	usual(3);
	return expect(6, IOVA + 4096, false);
}

#define NOWHERE 0x7f00000000ull /* no memory there */

static Verdict
reason_7(void)
{
	vtd_fresh();
	vtd_entry(edu.sid, vtd_map(levels(), IOVA, NOWHERE | 3, 2) | 1,
		context_hi(levels(), DID));
	return expect(7, IOVA, true);
}

static Verdict
reason_8(void)
{
	vtd_fresh();
	R64(0x20) = NOWHERE;
	vtd_command(1u << 30, 0);
	vtd_do(0x11, 0);
	vtd_do(0x12, 0);
	Verdict v = expect(8, IOVA, true);
	vtd_fresh();
	return v;
}

static Verdict
root_entry(uint8_t want, uint64_t lo, uint64_t hi)
{
	vtd_fresh();
	root[0] = lo;
	root[1] = hi;
	vtd_do(0x11, 0);
	return expect(want, IOVA, true);
}

static Verdict
reason_9(void)
{
	return root_entry(9, NOWHERE | 1, 0);
}
static Verdict
reason_a_low(void)
{
	return root_entry(0xa, (uint64_t)context | 1 | 1 << 4, 0);
}
static Verdict
reason_a_high(void)
{
	return root_entry(0xa, (uint64_t)context | 1, 1);
}

static Verdict
reason_c_snoop(void)
{
	usual(3 | 1 << 11);
	if (EHAS(7, 7))
		return ABSENT;
	return expect(0xc, IOVA, true);
}

static Verdict
reason_c_address(void)
{
	usual(3 | 1ull << 51);
	return expect(0xc, IOVA, true);
}

static Verdict
silent(void)
{
	vtd_fresh();
	vtd_entry(edu.sid, vtd_map(levels(), IOVA, 0, 1) | 3, context_hi(levels(), DID));
	return judge(reason(IOVA, true) == 0);
}

const Check faults_checks[] = {
	{ "fault 1: root entry absent", reason_1 },
	{ "fault 2: context entry absent", reason_2 },
	{ "fault 3: reserved translation type", reason_3_type },
	{ "fault 3: unsupported width", reason_3_width },
	{ "fault 4: address beyond the tables", reason_4 },
	{ "fault 5: write without W", reason_5 },
	{ "fault 5: write, nothing there", reason_5_absent },
	{ "fault 6: read without R", reason_6 },
	{ "fault 6: read, nothing there", reason_6_absent },
	{ "fault 7: page table out of reach", reason_7 },
	{ "fault 8: root table out of reach", reason_8 },
	{ "fault 9: context table out of reach", reason_9 },
	{ "fault a: reserved bit in the root entry", reason_a_low },
	{ "fault a: reserved high word of the root entry", reason_a_high },
	{ "fault b: reserved bit in the context entry", reason_b_low },
	{ "fault b: reserved high bit of the context entry", reason_b_high },
	{ "fault c: snoop bit without snoop control", reason_c_snoop },
	{ "fault c: address above the host's width", reason_c_address },
	{ "fault: not recorded with FPD", silent },
	{ NULL, NULL },
};

/* Checks of translation: tables of every size, rights, pass-through, and what is
 * blocked. */
#include "tests/conformance/check.h"

static Verdict
writes(void)
{
	usual(3);
	return judge(reason(IOVA, true) == 0 && landed());
}

static Verdict
at_level(uint32_t n, uint32_t bit)
{
	if (!(cap >> bit & 1))
		return ABSENT;
	vtd_fresh();
	vtd_entry(edu.sid, vtd_map(n, IOVA, (uint64_t)page | 3, 1) | 1,
		context_hi(n, DID));
	page[0] = 0x5555555555555555;
	return judge(reason(IOVA, true) == 0 && landed());
}

static Verdict
levels_3(void)
{
	return at_level(3, 9);
}
static Verdict
levels_4(void)
{
	return at_level(4, 10);
}
static Verdict
levels_5(void)
{
	return at_level(5, 11);
}

static Verdict
large(uint32_t level, uint32_t bit)
{
	uint64_t size = 1ull << (12 + 9 * (level - 1)), at = (uint64_t)page & ~(size - 1);

	if (!(cap >> bit & 1))
		return ABSENT;
	vtd_fresh();
	vtd_entry(edu.sid, vtd_map(levels(), 0x4000000000ull, at | 0x83, level) | 1,
		context_hi(levels(), DID));
	page[0] = 0x5555555555555555;
	return judge(reason(0x4000000000ull + (uint64_t)page - at, true) == 0 &&
		landed());
}

static Verdict
page_2m(void)
{
	return large(2, 34);
}
static Verdict
page_1g(void)
{
	return large(3, 35);
}

static Verdict
pass_through(void)
{
	if (!EHAS(6, 6))
		return ABSENT;
	vtd_fresh();
	vtd_entry(edu.sid, 1 | 2 << 2, context_hi(levels(), DID));
	page[0] = 0x5555555555555555;
	return judge(reason((uint64_t)page, true) == 0 && landed());
}

static Verdict
translation_off(void)
{
	usual(3);
	vtd_command(0, 1u << 31);
	Verdict v = judge(reason((uint64_t)page, true) == 0 && landed());
	vtd_command(1u << 31, 0);
	return v;
}

static Verdict
crossing(void) /* the legal part lands, the rest is a fault of its own page */
{
	Record r;

	usual(3);
	page[511] = 0x5555555555555555;
	edu_dma(&edu, IOVA + 4088, 0, 16, true);
	r = vtd_record();
	SEEN("reason 0x%x at 0x%llx", r.reason, (unsigned long long)r.addr);
	return judge(page[511] != 0x5555555555555555 && r.reason == 5 &&
		r.addr == IOVA + 4096);
}

static Verdict
blocked_read(void) /* nothing of what it asked for reaches the device */
{
	uint64_t *secret = page_new();

	usual(3);
	secret[0] = 0x1234567890abcdef;
	edu_dma(&edu, (uint64_t)secret, 0, 8, false);
	vtd_record();
	edu_dma(&edu, IOVA, 0, 8, true);
	SEEN("the device got 0x%llx", (unsigned long long)page[0]);
	return judge(page[0] != secret[0]);
}

static Verdict
no_master(void)
{
	usual(3);
	edu_master(&edu, false);
	uint8_t r = reason(IOVA, true);
	edu_master(&edu, true);
	return judge(r == 0 && !landed());
}

static Verdict
rights_of_the_way(void) /* W taken from a table entry above */
{
	usual(3);
	uint64_t *top = (uint64_t *)(context[2 * edu.sid] & ~0xfffull);
	top[IOVA >> (12 + 9 * (levels() - 1)) & 511] &= ~2ull;
	vtd_do(0x12, 0);
	return expect(5, IOVA, true);
}

static Verdict
without_r(void) /* not present is R=0 and W=0; W alone is a page to write to */
{
	usual(2);
	return judge(reason(IOVA, true) == 0 && landed());
}

const Check translate_checks[] = {
	{ "translation: a write lands", writes },
	{ "translation: 3 levels", levels_3 },
	{ "translation: 4 levels", levels_4 },
	{ "translation: 5 levels", levels_5 },
	{ "translation: 2 MiB pages", page_2m },
	{ "translation: 1 GiB pages", page_1g },
	{ "translation: pass-through", pass_through },
	{ "translation: off, addresses are physical", translation_off },
	{ "translation: a transfer across a page border", crossing },
	{ "translation: rights are those of the whole way", rights_of_the_way },
	{ "translation: W without R is a page to write", without_r },
	{ "translation: a blocked read brings nothing", blocked_read },
	{ "translation: no bus mastering, no fault", no_master },
	{ NULL, NULL },
};

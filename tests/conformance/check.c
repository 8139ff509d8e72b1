/* What the checks have in common. check.h has the contracts. */
#include "tests/conformance/check.h"

Edu edu, behind_pcie, behind_pci;
uint64_t *page;
char seen[120];

Verdict
judge(bool good)
{
	return good ? PASS : FAIL;
}

uint32_t
levels(void) /* the most the unit offers */
{
	return HAS(11, 11) ? 5 : HAS(10, 10) ? 4 : 3;
}

uint64_t
context_hi(uint32_t n, uint32_t did)
{
	return did << 8 | (n - 2);
}

/* The usual machine: edu reaches `page` at IOVA with these rights. */
void
usual(uint64_t rights)
{
	vtd_fresh();
	vtd_entry(edu.sid, vtd_map(levels(), IOVA, (uint64_t)page | rights, 1) | 1,
		context_hi(levels(), DID));
	page[0] = 0x5555555555555555;
}

/* 8 bytes at iova: 0 when nothing was recorded. */
uint8_t
reason(uint64_t iova, bool write)
{
	Record r;

	edu_dma(&edu, iova, 0, 8, write);
	r = vtd_record();
	SEEN(r.valid ? "reason 0x%x" : "no fault", r.reason);
	return r.valid ? r.reason : 0;
}

bool
landed(void) /* edu's buffer holds no fives */
{
	return page[0] != 0x5555555555555555;
}

Verdict
expect(uint8_t want, uint64_t iova, bool write)
{
	return judge(reason(iova, write) == want);
}

/* SRC: dev/pci/mcfg.c */
/*
 * The MCFG table: whatever it says, the ranges come out sorted, disjoint, aligned, and
 * within 64 bits. The first byte is how much room the caller has.
 */
#include "dev/pci/mcfg.h"
#include "tests/fuzz/fuzz.h"

static void
check_range(const McfgRange *r)
{
	CHECK(r->first <= r->last && r->last <= 255 && r->seg <= 0xffff);
	CHECK(r->base != 0 && r->base % (1 << 20) == 0);
	CHECK(r->base + ((uint64_t)(r->last - r->first + 1) << 20) > r->base);
}

static void
try(const uint8_t *t, size_t n, uint max)
{
	McfgRange *r = malloc((max + 1) * sizeof *r);
	uint k = mcfg_parse(t, n, r, max);

	CHECK(k <= max);
	for (uint i = 0; i < k; i++) {
		check_range(&r[i]);
		CHECK(i == 0 || r[i - 1].seg < r[i].seg ||
			(r[i - 1].seg == r[i].seg && r[i - 1].last < r[i].first));
	}
	free(r);
}

void
fuzz_one(const uint8_t *bytes, size_t n)
{
	In in = { bytes, n };
	uint max = in_u8(&in) % (MCFG_MAX + 1);

	n = in.n;
	uint8_t *t = in_copy(&in, &n);
	try(t, n, max);
	if (n >= 8) {
		memcpy(t, "MCFG", 4);
		for (unsigned i = 0; i < 4; i++)
			t[4 + i] = (uint8_t)(n >> 8 * i);
		try(t, n, max);
	}
	free(t);
}

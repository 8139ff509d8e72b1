/* SRC: dev/pci/cap.c */
/*
 * Capability lists: the input is configuration space, all of it. Every read is an aligned
 * word of that space, the walk ends, no entry comes twice, each lies where capabilities
 * may be. The first byte is how much room the caller has.
 */
#include "dev/pci/cap.h"
#include "tests/fuzz/fuzz.h"

static uint8_t space[4096];
static uint reads, top;

static uint32_t
word(const void *arg, uint off)
{
	const uint8_t *p = (const uint8_t *)arg + off;

	CHECK(off % 4 == 0 && off <= top - 4);
	reads++;
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
try(uint (*list)(CapRead *, const void *, PciCap *, uint), uint low, uint high, uint max,
	bool ext)
{
	PciCap *c = malloc((max + 1) * sizeof *c);

	reads = 0;
	top = high;
	uint n = list(word, space, c, max);
	CHECK(n <= max && reads <= high / 4 + 2);
	for (uint i = 0; i < n; i++) {
		CHECK(c[i].off >= low && c[i].off % 4 == 0 && c[i].off < high);
		CHECK((word(space, c[i].off) & (ext ? 0xffff : 0xff)) == c[i].id);
		CHECK(cap_name(c[i].id, ext) != NULL);
		uint first = cap_find(c, n, c[i].id);
		CHECK(first != 0 &&
			(word(space, first) & (ext ? 0xffff : 0xff)) == c[i].id);
		for (uint k = 0; k < i; k++)
			CHECK(c[k].off != c[i].off);
	}
	free(c);
}

void
fuzz_one(const uint8_t *bytes, size_t n)
{
	In in = { bytes, n };
	uint max = in_u8(&in);

	memset(space, 0, sizeof space);
	if (in.n > 0)
		memcpy(space, in.p, in.n < sizeof space ? in.n : sizeof space);
	try(cap_list, 0x40, 256, max % (CAP_MAXSTD + 1), false);
	try(ecap_list, 0x100, 4096, max % (CAP_MAXEXT + 1), true);
}

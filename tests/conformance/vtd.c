/* A VT-d unit driven by hand. vtd.h has the contracts. */
#include "tests/conformance/vtd.h"

#define TRIES 1000000

uint64_t cap, ecap;
uint64_t *root, *context, *leaf;
static uint64_t *queue;
static volatile uint32_t *status;
static uint32_t tail, number;

static uint32_t
frcd(void) /* the first fault record */
{
	return (uint32_t)BITS(cap, 33, 24) * 16;
}

bool
vtd_command(uint32_t set, uint32_t clear)
{
	R32(0x18) = (R32(0x1c) & 0x96ffffff & ~clear) | set;
	for (int i = 0; i < TRIES; i++)
		if ((R32(0x1c) & (set | clear)) == set)
			return true;
	return false;
}

void
vtd_restart(void)
{
	tail = 0;
	R64(0x88) = 0;
	R64(0x90) = (uint64_t)queue;
	vtd_command(1u << 26, 0);
}

static void
begin(void)
{
	cap = R64(0x08);
	ecap = R64(0x10);
	root = page_new();
	context = page_new();
	queue = page_new();
	status = (volatile uint32_t *)page_new();
	vtd_restart();
}

void
vtd_fresh(void)
{
	if (!queue)
		begin();
	for (int i = 0; i < 512; i++)
		root[i] = context[i] = 0;
	root[0] = (uint64_t)context | 1;
	R64(0x20) = (uint64_t)root;
	vtd_command(1u << 30, 0);
	vtd_do(0x11, 0);
	vtd_do(0x12, 0);
	vtd_command(1u << 31, 0);
	while (vtd_record().valid)
		;
	R32(0x34) = 0xfd;
}

void
vtd_entry(uint16_t sid, uint64_t lo, uint64_t hi)
{
	context[2 * (sid & 255)] = 0;
	context[2 * (sid & 255) + 1] = hi;
	context[2 * (sid & 255)] = lo;
	vtd_do(0x11, 0);
	vtd_do(0x12, 0);
}

uint64_t
vtd_map(uint32_t levels, uint64_t iova, uint64_t entry, uint32_t level)
{
	uint64_t *top = page_new(), *t = top;

	for (uint32_t l = levels; l > level; l--) {
		uint64_t *below = page_new();

		t[iova >> (12 + 9 * (l - 1)) & 511] = (uint64_t)below | 3;
		t = below;
	}
	leaf = &t[iova >> (12 + 9 * (level - 1)) & 511];
	*leaf = entry;
	return (uint64_t)top;
}

Record
vtd_record(void)
{
	uint32_t at = frcd() + 16 * (R32(0x34) >> 8 & 255);
	uint64_t lo = R64(at), hi = R64(at + 8);
	Record r = { .valid = hi >> 63,
		.read = hi >> 62 & 1,
		.reason = (uint8_t)(hi >> 32),
		.sid = (uint16_t)hi,
		.addr = lo & ~0xfffull };

	if (r.valid)
		R32(at + 12) = 1u << 31;
	R32(0x34) = 1;
	return r;
}

static void
push(uint64_t lo, uint64_t hi)
{
	queue[2 * tail] = lo;
	queue[2 * tail + 1] = hi;
	tail = (tail + 1) % 256;
}

static bool
await(void)
{
	for (int i = 0; i < TRIES; i++)
		if (*status == number)
			return true;
	return false;
}

bool
vtd_do(uint64_t lo, uint64_t hi)
{
	push(lo, hi);
	push((uint64_t)++number << 32 | 0x25, (uint64_t)status);
	R64(0x88) = 16 * tail;
	return await();
}

uint32_t
vtd_push(uint64_t lo, uint64_t hi)
{
	push(lo, hi);
	R64(0x88) = 16 * tail;
	for (int i = 0; i < 1000 && !(R32(0x34) & 0x70); i++)
		;
	return R32(0x34);
}

void
vtd_repair(void)
{
	uint32_t bad = (uint32_t)R64(0x80) / 16;

	queue[2 * bad] = (uint64_t)++number << 32 | 0x25;
	queue[2 * bad + 1] = (uint64_t)status;
	R32(0x34) = 0x70;
	R64(0x88) = 16 * tail;
	await();
}

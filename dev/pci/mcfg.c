/*
 * The firmware tables that dev/pci reads. MCFG says where configuration space is in
 * memory (PCI Firmware 3.0 4.1.2). Of DMAR (VT-d 8.1) only the addresses of the units'
 * registers are read here, so that a BAR on top of them is never mapped into a process.
 * The caller has checked the checksum, and nothing else is believed. Pure.
 */
#include "dev/pci/mcfg.h"
#include "kern/le.h"
#include "kern/string.h"

#define MCFG_HEADER 44
#define MCFG_ENTRY  16
#define DMAR_HEADER 48
#define DMAR_DRHD   0
#define BUS_SHIFT   20 /* 1 MiB of configuration space per bus */

typedef struct Buf {
	const uint8_t *p, *end;
} Buf;

bool
spans_meet(uint64_t a, uint64_t alen, uint64_t b, uint64_t blen)
{
	/* A difference wraps to something huge when it is negative. */
	return b - a < alen || a - b < blen;
}

/* Cuts n bytes off the front of b into s. False: there are not so many. */
static bool
buf_take(Buf *b, size_t n, Buf *s)
{
	if ((size_t)(b->end - b->p) < n)
		return false;
	*s = (Buf){ b->p, b->p + n };
	b->p += n;
	return true;
}

static bool
table_open(const void *table, size_t len, const char *sig, size_t header, Buf *b)
{
	size_t n;
	Buf head;

	*b = (Buf){ table, (const uint8_t *)table + len };
	if (!buf_take(b, header, &head) || memcmp(head.p, sig, 4) != 0)
		return false;
	n = le32(head.p + 4);
	if (n < header || n > len)
		return false;
	b->end = head.p + n;
	return true;
}

static bool
range_read(const uint8_t *p, McfgRange *r)
{
	uint64_t base = le64(p);

	r->seg = le16(p + 8);
	r->first = p[10];
	r->last = p[11];
	/* The table gives the address bus 0 would have. */
	r->base = base + ((uint64_t)r->first << BUS_SHIFT);
	return base != 0 && base % (1ul << BUS_SHIFT) == 0 && r->first <= r->last &&
		base < UINT64_MAX - (256ul << BUS_SHIFT);
}

static bool
range_overlaps(const McfgRange *a, const McfgRange *b)
{
	return a->seg == b->seg && a->first <= b->last && b->first <= a->last;
}

/* Inserts r in order, unless a range before it has some of its buses. Returns how many
 * ranges there are. */
static uint
range_insert(McfgRange *out, uint n, const McfgRange *r)
{
	uint i;

	for (i = 0; i < n; i++)
		if (range_overlaps(&out[i], r))
			return n;
	for (i = n; i > 0; i--) {
		const McfgRange *prev = &out[i - 1];

		if (prev->seg < r->seg || (prev->seg == r->seg && prev->first < r->first))
			break;
		out[i] = *prev;
	}
	out[i] = *r;
	return n + 1;
}

uint
mcfg_parse(const void *table, size_t len, McfgRange *out, uint max)
{
	uint n = 0;
	McfgRange r;
	Buf b, e;

	if (!table_open(table, len, "MCFG", MCFG_HEADER, &b))
		return 0;
	while (n < max && buf_take(&b, MCFG_ENTRY, &e))
		if (range_read(e.p, &r))
			n = range_insert(out, n, &r);
	return n;
}

bool
dmar_covers(const void *table, size_t len, uint64_t addr, uint64_t n)
{
	Buf b, e;

	if (!table_open(table, len, "DMAR", DMAR_HEADER, &b))
		return false;
	while (b.end - b.p >= 4) {
		uint type = le16(b.p);
		size_t size = le16(b.p + 2);

		if (size < 4 || !buf_take(&b, size, &e))
			return false;
		if (type != DMAR_DRHD || size < 16)
			continue;
		if (spans_meet(addr, n, le64(e.p + 8), PAGE_SIZE << (e.p[5] & 0xf)))
			return true;
	}
	return false;
}

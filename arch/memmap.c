/*
 * The memory map, as a sorted list of ranges that do not overlap (BootInfo.mem). Loaders
 * report ranges in any order, with overlaps and with any bounds. One operation, laying a
 * range over what is there, makes sense of all of it. When the list is full RAM is given
 * up, never a reservation, because what is not listed is not RAM. Pure.
 */
#include "arch/memmap.h"
#include "kern/string.h"

#define PHYS_END (1ull << 52) /* no CPU addresses more */

static paddr_t
end_of(const MemRange *r)
{
	return r->base + r->len;
}

static void
remove_at(BootInfo *b, uint i)
{
	b->nmem--;
	memmove(&b->mem[i], &b->mem[i + 1], (b->nmem - i) * sizeof b->mem[0]);
}

static bool
insert_at(BootInfo *b, uint i, MemRange r)
{
	if (b->nmem == BOOT_MAXRANGE)
		return false;
	memmove(&b->mem[i + 1], &b->mem[i], (b->nmem - i) * sizeof b->mem[0]);
	b->mem[i] = r;
	b->nmem++;
	return true;
}

/* Cuts [base, end) out of range i. Returns whether range i still exists. If the list has
 * no room for both pieces, the larger one stays. */
static bool
range_cut(BootInfo *b, uint i, paddr_t base, paddr_t end)
{
	MemRange *r = &b->mem[i], tail = *r;

	tail.base = end;
	tail.len = end < end_of(r) ? end_of(r) - end : 0;
	r->len = base > r->base ? base - r->base : 0;
	if (r->len == 0) {
		*r = tail;
	} else if (tail.len != 0 && !insert_at(b, i + 1, tail)) {
		if (tail.len > r->len) /* no room for both: keep the larger piece */
			*r = tail;
	}
	if (b->mem[i].len != 0)
		return true;
	remove_at(b, i);
	return false;
}

static bool
range_joins(const MemRange *a, const MemRange *b)
{
	return end_of(a) == b->base && a->kind == b->kind && a->used == b->used;
}

/* Lays a range over the list. What it covers is cut out first, and it becomes one with
 * neighbours that are alike. If the list is full the range is dropped. */
static void
range_lay(BootInfo *b, MemRange n)
{
	uint i = 0;

	while (i < b->nmem) {
		MemRange *r = &b->mem[i];
		bool apart = end_of(r) <= n.base || r->base >= end_of(&n);
		if (apart || range_cut(b, i, n.base, end_of(&n)))
			i++;
	}
	for (i = 0; i < b->nmem && b->mem[i].base < n.base; i++)
		;
	if (i > 0 && range_joins(&b->mem[i - 1], &n))
		b->mem[--i].len += n.len;
	else if (!insert_at(b, i, n))
		return;
	if (i + 1 < b->nmem && range_joins(&b->mem[i], &b->mem[i + 1])) {
		b->mem[i].len += b->mem[i + 1].len;
		remove_at(b, i + 1);
	}
}

/* The end of a range, or PHYS_END if it wraps or passes what can be addressed. */
static paddr_t
range_bound(paddr_t base, uint64_t len)
{
	return base + len < base || base + len > PHYS_END ? PHYS_END : base + len;
}

void
memmap_add(BootInfo *b, paddr_t base, uint64_t len, MemKind kind)
{
	paddr_t end = range_bound(base, len);

	if (base >= PHYS_END || len == 0)
		return;
	if (kind == MEM_RAM) {
		base = roundup(base, PAGE_SIZE);
		end = rounddown(end, PAGE_SIZE);
	} else {
		base = rounddown(base, PAGE_SIZE);
		end = roundup(end, PAGE_SIZE);
	}
	if (base < end)
		range_lay(b, (MemRange){ base, end - base, kind, false });
}

void
memmap_take(BootInfo *b, paddr_t base, uint64_t len)
{
	paddr_t end = roundup(range_bound(base, len), PAGE_SIZE);

	base = rounddown(base, PAGE_SIZE);
	for (uint i = 0; len != 0 && i < b->nmem; i++) {
		MemRange r = b->mem[i];
		paddr_t from = r.base > base ? r.base : base;
		paddr_t to = end_of(&r) < end ? end_of(&r) : end;

		if (r.kind != MEM_RAM || r.used || end_of(&r) <= base || r.base >= end)
			continue;
		range_lay(b, (MemRange){ from, to - from, MEM_RAM, true });
		i = (uint)-1; /* the list has moved: from the start */
	}
}

paddr_t
memmap_carve(BootInfo *b, uint64_t len, paddr_t below)
{
	len = roundup(len, PAGE_SIZE);
	below = rounddown(below, PAGE_SIZE);
	for (uint i = b->nmem; i-- > 0;) {
		const MemRange *r = &b->mem[i];
		paddr_t end = end_of(r) < below ? end_of(r) : below;
		if (r->kind != MEM_RAM || r->used || end < r->base || end - r->base < len)
			continue;
		memmap_take(b, end - len, len);
		return end - len;
	}
	return 0;
}

bool
memmap_covers(const BootInfo *b, paddr_t base, uint64_t len, bool ram)
{
	paddr_t at = base, end = base + len;

	if (end < base)
		return false;
	for (uint i = 0; i < b->nmem && at < end; i++) {
		const MemRange *r = &b->mem[i];
		if (r->base <= at && at < end_of(r) && (!ram || r->kind == MEM_RAM))
			at = end_of(r);
	}
	return at >= end;
}

bool
memmap_has_ram(const BootInfo *b, paddr_t base, uint64_t len)
{
	paddr_t end = range_bound(base, len);

	for (uint i = 0; i < b->nmem; i++) {
		const MemRange *r = &b->mem[i];
		if (r->kind == MEM_RAM && r->base < end && end_of(r) > base)
			return true;
	}
	return false;
}

/*
 * Memory as a unit sees it: through its write buffer, or as the last flush left it, and
 * what a store into a table may not do.
 */
#include "tests/host/fakehw/unit.h"

static uint64_t
read64(paddr_t pa, bool snoop)
{
	uint64_t v;

	if (!snoop)
		return fake_dram64(pa);
	memcpy(&v, fake_host(pa), 8);
	return v;
}

uint64_t
view_base64(const FakeUnit *u, paddr_t pa)
{
	return read64(pa, u->coherent);
}

uint64_t
view_fetch_as(FakeUnit *u, paddr_t pa, bool snoop)
{
	uint64_t v;

	if (!fake_ram(pa, 8)) {
		bad(u, "unit reads a table at 0x%llx, which is not RAM",
			(unsigned long long)pa);
		return 0;
	}
	if (!fake_page_live(pa)) {
		bad(u, "unit walks through free page 0x%llx", (unsigned long long)pa);
		return 0;
	}
	if (!u->rwbf)
		return read64(pa, snoop);
	memcpy(&v, u->view + (pa - FAKE_RAM), 8);
	return v;
}

uint64_t
view_fetch(FakeUnit *u, paddr_t pa)
{
	return view_fetch_as(u, pa, u->coherent);
}

uint64_t
fake_fetch(FakeUnit *u, paddr_t pa)
{
	return view_fetch(u, pa);
}

void
buffer_drain(FakeUnit *u)
{
	for (uint32_t i = 0; i < u->ndirty; i++)
		for (uint32_t k = 0; k < 64; k += 8) {
			paddr_t pa = FAKE_RAM + (paddr_t)u->dirty[i] * 64 + k;
			uint64_t v = view_base64(u, pa);
			memcpy(u->view + (pa - FAKE_RAM), &v, 8);
		}
	u->ndirty = 0;
}

static void
dirty(FakeUnit *u, paddr_t line)
{
	if (!u->rwbf)
		return;
	if (u->ndirty == MAXDIRTY)
		buffer_drain(u);
	u->dirty[u->ndirty++] = (uint32_t)((line - FAKE_RAM) / 64);
}

void
units_line(paddr_t line)
{
	for (unsigned i = 0; i < fake_nunits; i++)
		if (fake_units[i]->coherent)
			dirty(fake_units[i], line);
}

void
units_flushed(paddr_t line)
{
	for (unsigned i = 0; i < fake_nunits; i++)
		if (!fake_units[i]->coherent)
			dirty(fake_units[i], line);
}

void
units_fresh(paddr_t page)
{
	for (unsigned i = 0; i < fake_nunits; i++)
		if (fake_units[i]->rwbf)
			for (uint32_t k = 0; k < 4096; k += 8) {
				uint64_t v = view_base64(fake_units[i], page + k);
				memcpy(fake_units[i]->view + (page + k - FAKE_RAM), &v,
					8);
			}
}

void
units_freed(paddr_t page)
{
	for (unsigned i = 0; i < fake_nunits; i++) {
		FakeUnit *u = fake_units[i];

		u->known[(page - FAKE_RAM) / 4096] = 0;
		if (u->root_ok && u->root == page)
			bad(u, "the root table was freed");
		if (u->gsts & B(26) && (u->iqa & ~0xfffull) == page)
			bad(u, "the invalidation queue was freed");
		ir_freed(u->ir, page);
	}
}

/* clang-format off */
static const unsigned entry_size[] = {
	[ROOT] = 16, [CONTEXT] = 16, [INTERRUPT] = 16,
	[ROOT2] = 8, [CONTEXT2] = 32, [DIRECTORY] = 8, [PASID] = 64, /* scalable mode */
};
/* clang-format on */

/* Entries are never touched while present, except to take P away. */
void
units_store(paddr_t pa, uint64_t v)
{
	for (unsigned i = 0; i < fake_nunits; i++) {
		unsigned kind = fake_units[i]->known[(pa - FAKE_RAM) / 4096];
		uint64_t lo;

		if (!kind)
			continue;
		ir_store(fake_units[i]->ir, pa, v);
		paddr_t entry = pa & -(paddr_t)entry_size[kind];
		memcpy(&lo, fake_host(entry), 8);
		if (lo & 1 && (pa != entry || v & 1))
			bad(fake_units[i], "store over a live entry");
	}
}

/* The unit found a table of this kind there. */
void
table_found(FakeUnit *u, paddr_t pa, uint8_t kind)
{
	if (fake_ram(pa, 8))
		u->known[(pa - FAKE_RAM) / 4096] = kind;
}

void
fake_known(FakeUnit *u, paddr_t pa, size_t len)
{
	for (size_t i = 0; i < len; i += 4096)
		u->known[(pa + i - FAKE_RAM) / 4096] = INTERRUPT;
}

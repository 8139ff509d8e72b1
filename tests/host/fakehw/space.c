/* Page tables of a pretended process; see space.h. */
#include "tests/host/fakehw/space.h"

#include "tests/host/fakehw/machine.h"

#include "dev/vtd/os.h"

#define CPU_TABLE 0x27 /* P RW US A */
#define CPU_LEAF  0x64 /* US A D, rights to be added */
#define ADDR      0xffffffffff000ull

static uint64_t *
entry(paddr_t table, iova_t va, unsigned level)
{
	return (uint64_t *)fake_host(table) + (va >> (12 + 9 * (level - 1)) & 511);
}

void
space_new(Space *s)
{
	s->pdpt = fake_table();
}

static void
free_table(paddr_t table, unsigned level)
{
	for (unsigned i = 0; level > 1 && i < 512; i++) {
		uint64_t e = ((uint64_t *)fake_host(table))[i];
		if (e & 1 && !(e & 0x80))
			free_table(e & ADDR, level - 1);
	}
	os_page_free(table);
}

void
space_free(Space *s)
{
	free_table(s->pdpt, 3);
	s->pdpt = 0;
}

bool
space_map(Space *s, iova_t va, paddr_t pa, unsigned rights, uint64_t size)
{
	paddr_t table = s->pdpt;
	unsigned last = size == 4096 ? 1 : 2;
	bool added = false;

	for (unsigned l = 3; l > last; l--) {
		uint64_t *e = entry(table, va, l);
		if (*e == 0) {
			fake_pte(e, fake_table() | CPU_TABLE);
			added = true;
		}
		table = *e & ADDR;
	}
	fake_pte(entry(table, va, last), pa | CPU_LEAF | rights | (last == 2 ? 0x80 : 0));
	return added;
}

uint64_t *
space_entry(Space *s, iova_t va)
{
	paddr_t table = s->pdpt;

	for (unsigned l = 3; l > 1; l--) {
		uint64_t e = *entry(table, va, l);
		if (e == 0)
			return NULL;
		if (e & 0x80)
			return entry(table, va, l);
		table = e & ADDR;
	}
	return entry(table, va, 1);
}

void
space_clear(Space *s, iova_t va)
{
	fake_pte(space_entry(s, va), 0);
}

paddr_t
space_unhook(Space *s, iova_t va)
{
	uint64_t pd = *entry(s->pdpt, va, 3) & ADDR;
	uint64_t *e = entry(pd, va, 2);
	paddr_t table = *e & ADDR;

	fake_pte(e, 0);
	return table;
}

/*
 * Domain ids of one unit: a bit each, in one or two pages. 0 is never used (units with
 * caching mode tag what is not present with it), 1 is the kernel's. The search goes on
 * from the last id taken, so an id rests as long as possible before it is used again; it
 * is given back only after an invalidation on it has completed.
 */
#include "dev/vtd/vtd.h"

#define ID_FIRST 2
#define PAGE_IDS (4096 * 8)

static uint64_t *
id_word(const Unit *u, uint32_t id)
{
	return (uint64_t *)os_ptr(u->ids_pa[id / PAGE_IDS]) + id % PAGE_IDS / 64;
}

int
id_init(Unit *u)
{
	uint32_t pages = (u->lim.ndomains + PAGE_IDS - 1) / PAGE_IDS;

	for (uint32_t i = 0; i < pages; i++)
		if ((u->ids_pa[i] = os_page_alloc()) == 0)
			return -ENOMEM;
	u->id_last = ID_FIRST - 1;
	return 0;
}

uint32_t
id_take_locked(Unit *u)
{
	uint32_t n = u->lim.ndomains, id = u->id_last;

	for (uint32_t tries = 0; tries < n; tries++) {
		id = id + 1 < n ? id + 1 : ID_FIRST;
		if (*id_word(u, id) >> id % 64 & 1)
			continue;
		*id_word(u, id) |= 1ull << id % 64;
		u->id_last = id;
		u->nid++;
		return id;
	}
	return 0;
}

void
id_give_locked(Unit *u, uint32_t id)
{
	*id_word(u, id) &= ~(1ull << id % 64);
	u->nid--;
}

bool
id_taken_locked(const Unit *u, uint32_t id)
{
	return id < u->lim.ndomains && *id_word(u, id) >> id % 64 & 1;
}

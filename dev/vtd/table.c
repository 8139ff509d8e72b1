/*
 * Root and context tables of a unit. A bus gets its context table when its first device is
 * asked about or attached, and keeps it: an empty one blocks everything, as a root entry
 * that is not present does, and root entries never have to be taken away.
 */
#include "dev/vtd/vtd.h"

paddr_t
table_page(bool flush)
{
	paddr_t pa = os_page_alloc();

	if (pa && flush)
		os_clflush(os_ptr(pa), 4096); /* its zeros, before anything leads here */
	return pa;
}

Ent *
table_slot_locked(const Unit *u, uint16_t sid)
{
	Ent r = u->root[sid >> 8];

	if (!EGET(r, ROOT_P))
		return NULL;
	return (Ent *)os_ptr(EGET(r, ROOT_CTP) << 12) + (sid & 0xff);
}

/* Takes the page or leaves it, when another CPU was faster. */
static int
add_bus_locked(Unit *u, uint8_t bus, paddr_t *page)
{
	if (EGET(u->root[bus], ROOT_P))
		return 0;
	ent_publish(&u->root[bus], ent_root(*page), !u->lim.coherent);
	*page = 0;
	return unit_invalidate_locked(u, &(Change){ .kind = CHANGE_BUS_ADDED });
}

int
table_bus(Unit *u, uint8_t bus)
{
	paddr_t page;
	int err;

	os_lock(u->lock);
	bool there = EGET(u->root[bus], ROOT_P);
	os_unlock(u->lock);
	if (there)
		return 0;
	if ((page = table_page(!u->lim.coherent)) == 0)
		return -ENOMEM;
	os_lock(u->lock);
	err = add_bus_locked(u, bus, &page);
	os_unlock(u->lock);
	if (page)
		os_page_free(page);
	unit_report(u);
	return err;
}

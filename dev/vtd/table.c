/*
 * Root and context tables of a unit. A bus gets its context table when its first device
 * is asked about or attached, and keeps it: an empty one blocks everything, as a root
 * entry that is not present does, and root entries never have to be taken away. In
 * scalable mode it has two, for devices 0 to 15 and 16 to 31.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

#define HALF (ENTRIES / 2)

static bool
unit_scalable(const Unit *u)
{
	return u->lim.mode != VTD_LEGACY;
}

uint64_t
table_root(const Unit *u)
{
	return FVAL(RTADDR_RTA, u->root_pa >> 12) |
		FVAL(RTADDR_TTM, unit_scalable(u) ? TTM_SCALABLE : TTM_LEGACY);
}

uint32_t
table_step(const Unit *u)
{
	return unit_scalable(u) ? 2 : 1;
}

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
	const Ent *r = &u->root[sid >> 8];
	uint64_t half = r->lo;
	uint32_t i = sid & 0xff;

	if (!FGET(half, ROOT_P))
		return NULL;
	if (unit_scalable(u)) {
		half = i < HALF ? half : r->hi;
		i = 2 * (i % HALF);
	}
	return (Ent *)os_ptr(half & FMASK(ROOT_CTP)) + i;
}

/* Takes the pages or leaves them, when another CPU was faster. */
static int
bus_add_locked(Unit *u, uint8_t bus, paddr_t page[2])
{
	if (EGET(u->root[bus], ROOT_P))
		return 0;
	Ent e = page[1] ? ent_root2(page[0], page[1]) : ent_root(page[0]);
	ent_publish(&u->root[bus], e, !u->lim.coherent);
	page[0] = page[1] = 0;
	return unit_invalidate_locked(u, &(Change){ .kind = CHANGE_BUS_ADDED });
}

int
table_bus(Unit *u, uint8_t bus)
{
	paddr_t page[2] = { 0, 0 };
	bool flush = !u->lim.coherent;
	int err = -ENOMEM;

	/* Without the lock: what is there stays. */
	if (FGET(__atomic_load_n(&u->root[bus].lo, __ATOMIC_RELAXED), ROOT_P))
		return 0;
	if ((page[0] = table_page(flush)) != 0 &&
		(!unit_scalable(u) || (page[1] = table_page(flush)) != 0)) {
		os_lock(u->lock);
		err = bus_add_locked(u, bus, page);
		os_unlock(u->lock);
	}
	for (uint32_t i = 0; i < 2; i++)
		if (page[i])
			os_page_free(page[i]);
	unit_report(u);
	return err;
}

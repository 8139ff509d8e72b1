/*
 * Looking at what is there: the way of a request through the tables. Reads registers and
 * memory, changes nothing.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"
#include "dev/vtd/walk.h"

/* Tables may be taken apart meanwhile: what is not RAM is not followed. */
static const uint64_t *
read_table(uint64_t pa)
{
	return os_is_ram(pa, 4096) ? os_ptr(pa) : NULL;
}

int
unit_walk(Unit *u, const WalkAsk *a, Walk *out)
{
	if (unit_state(u) == UNIT_UNUSABLE)
		return -ENODEV;
	WalkUnit w = {
		.cap = mmio_read64(u->regs, CAP_REG),
		.ecap = mmio_read64(u->regs, ECAP_REG),
		.rtaddr = mmio_read64(u->regs, RTADDR_REG),
		.haw = u->haw,
	};
	if (FGET(w.rtaddr, RTADDR_TTM) != 0)
		return -ENOTSUP;
	walk(&w, a, read_table, out);
	return 0;
}

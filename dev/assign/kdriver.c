/*
 * The kernel's own drivers. Each registers itself when the device file it belongs to is
 * initialised; the device table (dev/devtab.h) has those files before #iommu, whose
 * initialisation gives drivers the devices that boot parameter kernel names.
 * Locks: none. The list is complete before there is a second process.
 */

#include "dev/assign/kdriver.h"

static Kdriver *drivers; /* const after boot */

void
kdriver_register(Kdriver *k)
{
	k->next = drivers;
	drivers = k;
}

const Kdriver *
kdriver_for(const PciFn *f)
{
	const Kdriver *k = drivers;

	while (k != NULL && !k->knows(f))
		k = k->next;
	return k;
}

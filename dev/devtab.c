/* The list of devices, in the order they are initialised. */

#include "dev/devtab.h"

Dev *const devtab[] = {
	&rootdev,
	&consdev,
	&procdev,
	&nulldev,
	&zerodev,
	&pcidev,
	&iommudev,
	&vtddev,
	&edudev,
	NULL,
};

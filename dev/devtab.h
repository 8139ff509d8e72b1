/* The devices that there are, each in the file of its name. */
#pragma once

#include "kern/dev.h"

extern Dev rootdev, consdev, procdev, nulldev, zerodev;
extern Dev pcidev, iommudev, vtddev, edudev, rngdev;

/* What a devtab begins with: all of them, in the order they are initialised. Drivers
 * come before #iommu, which gives them the devices that boot parameter kernel names. */
#define DEVICES                                                                          \
	&rootdev, &consdev, &procdev, &nulldev, &zerodev, &pcidev, &edudev, &rngdev,     \
		&iommudev, &vtddev

/* For tests: fills #root from a newc archive, which must last as long as #root. 0, or a
 * code: the archive ends early or is none. What came before that is there. */
int root_load(const void *archive, size_t len);

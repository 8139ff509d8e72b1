/* The devices there are, each in the file of its name; dev/devtab.c lists them. */
#pragma once

#include "kern/dev.h"

extern Dev rootdev, consdev, procdev, nulldev, zerodev;
extern Dev pcidev, iommudev, vtddev, edudev;

/* For tests: fill #root from a newc archive, which must outlive it. */
int root_load(const void *archive, size_t len);

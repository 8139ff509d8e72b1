/* The kernel's driver for virtio entropy devices; its files are #rng. */
#pragma once

#include "dev/assign/kdriver.h"
#include "kern/text.h"

void rng_init(void); /* before #iommu: registers the driver */

/* Up to n bytes from the first device the kernel has; says why not. */
long rng_read(void *buf, long n);
void rng_status(Text *t);

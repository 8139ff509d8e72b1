/* The kernel's driver for virtio entropy devices. Its files are #rng. */
#pragma once

#include "dev/assign/kdriver.h"
#include "kern/text.h"

void rng_init(void); /* before #iommu: registers the driver */

/* Reads up to n bytes, at most a page, from the first device that the driver has. Returns
 * how many. -ENODEV, -EIO, -EBUSY, with a sentence: there is no device, or it does not
 * answer. */
long rng_read(void *buf, long n);
/* One line for each device that the driver has. */
void rng_status(Text *t);

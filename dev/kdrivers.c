/* The list of kernel drivers for devices that do DMA. */

#include "dev/edu.h"
#include "dev/kdriver.h"
#include "dev/rng.h"

const Kdriver *const kdrivers[] = {
	&edu_driver,
	&rng_driver,
	NULL,
};

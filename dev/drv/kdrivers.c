/* The list of kernel drivers for devices that do DMA. */

#include "dev/drv/edu.h"
#include "dev/assign/kdriver.h"
#include "dev/drv/rng.h"

const Kdriver *const kdrivers[] = {
	&edu_driver,
	&rng_driver,
	NULL,
};

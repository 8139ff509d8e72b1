/* Who is to blame for a DMA fault, decided in the fault interrupt. */
#pragma once

#include "kern/types.h"

/* A device that has `max` faults (1 to STORM_LIMIT) within `time` is stopped. */
void blame_set_storm(uint max, ns_t time);
void blame_storm(uint *max, ns_t *time);

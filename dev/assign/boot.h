/* What boot.c calls once, in the order of this list, to start the parts of the room. */
#pragma once

#include "kern/proc.h"

/* Switches interrupt remapping on if every IO-APIC can follow, and says what it did. */
void intremap_init(void);
/* Faults of every unit are looked at from now on. */
void blame_init(void);
/* With boot parameter iommu.check=on every operation is checked from now on. */
void bookcheck_init(void);
/* Devices follow the exit and exec of their processes: for proc_observe. */
extern const ProcObserver assign_observer;
/* Says of each device that boot parameter iommu.ats names why its ATS stays off. */
void ats_boot(void);
/* Gives the devices that boot parameter kernel names to their drivers, before translation
 * is on. Returns how many. */
uint boot_drivers(void);

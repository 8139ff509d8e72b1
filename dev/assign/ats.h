/* Devices that translate by themselves (PCI Express ATS). */
#pragma once

#include "dev/assign/assigned.h"

/* True if boot parameter iommu.ats names f and nothing stands in the way. */
bool ats_wanted(const AssignedFn *f);
/* Takes the place of domain_attach, whose codes it has; then ATS is on in the device. */
int ats_attach(AssignedFn *f, Domain *d) REQUIRES(assign_lock);
/* Empties the TLB of the device, which must be quiet, and switches its ATS off. -EIO or
 * -ETIMEDOUT: it did not confirm, so what was mapped must be withheld. */
int ats_off(AssignedFn *f, Domain *d) REQUIRES(assign_lock);

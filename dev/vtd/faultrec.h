/* Fault records as values. */
#pragma once

#include "dev/vtd/iommu.h"

/* Decodes the record whose words are lo and hi, but for the unit and the segment, which
 * it does not hold. False: it is not valid (F is 0), and *out is as it was. */
bool fault_decode(uint64_t lo, uint64_t hi, VtdFault *out);

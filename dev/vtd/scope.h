/* Which structure of the DMAR table speaks of a device. */
#pragma once

#include <stdbool.h>

#include "dev/vtd/iommu.h"
#include "dev/vtd/inspect.h"

/* One byte of configuration space: secondary bus numbers on the way of a path. */
typedef uint8_t (*PciRead)(uint16_t segment, uint8_t bus, uint8_t devfn, uint32_t off);

/* The requester id a scope's path ends at; false when a bridge on the way is not
 * there. */
bool scope_target(const DmarScope *s, uint16_t segment, PciRead rd, uint16_t *rid);
/* Index of the DRHD that translates the device, -1: none does. */
int32_t scope_unit(const Dmar *d, const VtdPath *p, PciRead rd);
/* Index of the DRHD that names the IO-APIC with this id, and its requester id; -1:
 * none. */
int32_t scope_ioapic(const Dmar *d, uint8_t id, PciRead rd, uint16_t *sid);
/* Index of the SATC that names the device, or the ATSR that names the root port above it
 * or all ports; -1: none says that ATS works there. */
int32_t scope_ats(const Dmar *d, const VtdPath *p, PciRead rd);
/* Index among d->entry, from `from` on, of the next RMRR that names the device, -1:
 * none. */
int32_t scope_rmrr(const Dmar *d, uint32_t from, const VtdPath *p, PciRead rd);

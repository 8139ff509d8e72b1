/* The interrupt controllers for the lines of old devices. */
#pragma once

#include "arch/madt.h"

/* Masks the two 8259s. To be called before apic_init: if a request of theirs is pending,
 * it must be withdrawn while the local APIC still listens. Else QEMU's CPU keeps it and
 * takes interrupt -1. */
void legacy_off(void);
/* Maps the I/O APICs of the table and masks every input. irq_route_isa opens one. */
void ioapic_init(const Madt *m);

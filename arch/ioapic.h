#pragma once

#include "arch/madt.h"

/* Mask the two 8259s. Before apic_init: a request of theirs that is pending must be
 * withdrawn while the local APIC still listens, or QEMU's CPU keeps it and takes
 * interrupt -1. */
void legacy_off(void);
void ioapic_init(const Madt *m); /* masks every input; irq_route_isa opens one */

#pragma once

#include "arch/madt.h"

void ioapic_init(const Madt *m); /* masks everything, the 8259s too; irq_route_isa opens one */

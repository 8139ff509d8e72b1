/* How the machine is switched off. */
#pragma once

void acpi_power_init(void); /* reads what soft-off needs; after acpi_init */

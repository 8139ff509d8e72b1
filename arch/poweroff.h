#pragma once

void acpi_power_init(void); /* after acpi_init */

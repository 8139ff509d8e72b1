/* What arch itself wants from the firmware's tables. What others want is in
 * arch/arch.h. */
#pragma once

#include "arch/arch.h"

void acpi_init(void); /* finds the root table, and prints when there is none */

/* What is used of the FADT. Registers are I/O ports; 0: there is none. */
typedef struct Fadt {
	uint16_t smi_cmd, pm1a_cnt, pm1b_cnt, pm_timer;
	uint8_t acpi_enable;
	bool pm_timer_32;
	bool reset_is_port;
	uint16_t reset_port;
	uint8_t reset_value, century; /* century: CMOS register, 0 none */
	paddr_t dsdt;
} Fadt;

/* Reads the FADT into *f. Returns false when none is usable; *f is then all zero. */
bool acpi_fadt(Fadt *f);
/* Like acpi_find, but by the table's address. NULL: there is no table. */
const void *acpi_at(paddr_t pa, size_t *len);

/* What arch itself wants from the firmware's tables. The rest is in arch/arch.h. */
#pragma once

#include "arch/arch.h"

void acpi_init(void); /* finds the root table; says so when there is none */

/* A register of the FADT: where it is, 0 none. Only I/O ports are used. */
typedef struct Fadt {
	uint16_t smi_cmd, pm1a_cnt, pm1b_cnt, pm_timer;
	uint8_t acpi_enable;
	bool pm_timer_32;
	bool reset_is_port;
	uint16_t reset_port;
	uint8_t reset_value, century; /* century: CMOS register, 0 none */
	paddr_t dsdt;
} Fadt;

/* False: there is no usable FADT, *f is all zero. */
bool acpi_fadt(Fadt *f);
/* A table by its address, as acpi_find; NULL. */
const void *acpi_at(paddr_t pa, size_t *len);

/* The clock of the machine, and the ticks of each CPU. */
#pragma once

#include "kern/types.h"

#define TICK_HZ 100

/* Measures the time-stamp counter and the local APIC's timer against a clock whose rate
 * is known. To be called once, on the boot CPU, with interrupts off, after acpi_init. */
void clock_init(void);
void clock_start(void); /* this CPU ticks from now on */

#pragma once

#include "kern/types.h"

#define TICK_HZ 100

/* Measure the time-stamp counter and the local APIC's timer against a clock whose rate is
 * known. Once, on the boot CPU, interrupts off. */
void clock_init(void);
void clock_start(void); /* ticks from now on, on this CPU */

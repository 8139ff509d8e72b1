/* The local interrupt controller of each CPU. */
#pragma once

#include "kern/types.h"

int apic_map(void);   /* once; -ENOMEM */
void apic_init(void); /* on each CPU: everything masked but what we use */
uint32_t apic_id(void);
void apic_eoi(void);
/* The interrupt of this number has been delivered and not acknowledged. False before
 * apic_map. */
bool apic_in_service(uint vector);

/* Inter-processor interrupts; destinations are APIC ids. Waits, bounded, for the last one
 * to leave. */
void apic_send(uint32_t dest, uint vector);
void apic_send_init(uint32_t dest);
void apic_send_startup(uint32_t dest, paddr_t page);
void apic_nmi_others(void);

/* The timer: counts down from `count` once, without interrupt; what is left. Then for
 * good: an interrupt every `count` ticks. */
void apic_timer_probe(uint32_t count);
uint32_t apic_timer_left(void);
void apic_timer_start(uint32_t count);

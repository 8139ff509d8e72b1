/* The local interrupt controller of each CPU. */
#pragma once

#include "kern/types.h"

int apic_map(void);     /* maps the registers, once; -ENOMEM */
void apic_init(void);   /* on each CPU: masks all interrupts that we do not use */
uint32_t apic_id(void); /* this CPU's */
void apic_eoi(void);    /* acknowledges the interrupt that is being handled */
/* Whether this interrupt has been delivered and not acknowledged. False before
 * apic_map. */
bool apic_in_service(uint vector);

/* Send an interrupt to the CPU with an APIC id, and wait a bounded time until it has
 * left. */
void apic_send(uint32_t dest, uint vector);
void apic_send_init(uint32_t dest);
void apic_send_startup(uint32_t dest, paddr_t page);
void apic_nmi_others(void);

/* This CPU's timer. probe counts down from `count` once, without an interrupt; left says
 * where it is; start makes an interrupt every `count` ticks, for good. */
void apic_timer_probe(uint32_t count);
uint32_t apic_timer_left(void);
void apic_timer_start(uint32_t count);

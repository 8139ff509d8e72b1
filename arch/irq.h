/* Interrupt vectors, for the files of arch that own one. */
#pragma once

#include "kern/types.h"

/*
 *	00..1f  exceptions
 *	20..2f  the two legacy controllers, masked; only their spurious interrupts
 *	30..ef  devices (irq_alloc)
 *	f0..    ours
 */
enum {
	VEC_LEGACY = 0x20,
	VEC_DEVICE = 0x30,
	VEC_DEVICE_END = 0xf0,
	VEC_TIMER = 0xf0,
	VEC_POKE,
	VEC_SHOOT,
	VEC_SPURIOUS = 0xff,
};

/* Handles and acknowledges an interrupt. Interrupts are off. */
void irq_dispatch(uint vector);
void irq_stray_count(uint vector); /* counts an interrupt that nobody owns */

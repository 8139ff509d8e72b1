/*
 * What arch.h promises and is one or two instructions long: under locks and on every way
 * into the kernel a call would cost more than the work.
 */
#pragma once

#include "arch/layout.h"

static inline uint
arch_cpu(void)
{
	uint id;

	__asm__ volatile("movl %%gs:%c1, %0" : "=r"(id) : "i"(CPU_ID));
	return id;
}

static inline bool
arch_irq_off(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; pop %0; cli" : "=r"(flags) : : "memory");
	return flags >> 9 & 1;
}

static inline void
arch_irq_restore(bool on)
{
	if (on)
		__asm__ volatile("sti" : : : "memory");
}

static inline void
arch_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* The other CPUs. */
#pragma once

#include "arch/cpu.h"
#include "arch/madt.h"

void smp_init(const Madt *m); /* notes which CPUs there are; starts none */
/* Where tramp.S enters C on a CPU that was started. */
void smp_enter(Cpu *c) __attribute__((noreturn));
/* Takes a page below 1 MiB for the start-up code. To be called before page_init. */
void smp_reserve(void);

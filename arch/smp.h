#pragma once

#include "arch/cpu.h"
#include "arch/madt.h"

void smp_init(const Madt *m);                     /* who there is; nobody is started */
void smp_enter(Cpu *c) __attribute__((noreturn)); /* C entry of a further CPU: tramp.S */
/* Take a page below 1 MiB for the start-up code, while memory is still the boot's. */
void smp_reserve(void);

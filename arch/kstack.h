/* Kernel stacks, for the report of a fault. */
#pragma once

#include "arch/arch.h"

/* Whether va is in the page below a kernel stack, so that a fault there is an
 * overflow. */
bool kstack_guard(vaddr_t va);

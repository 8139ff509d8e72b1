#pragma once

#include "arch/arch.h"

/* va is in the page below a kernel stack: what faulted there is an overflow. */
bool kstack_guard(vaddr_t va);

#pragma once

#include "kern/types.h"

void print_address(uint64_t addr); /* one line: address, name, offset */
void backtrace(uint64_t rbp);      /* the callers, starting from a saved frame pointer */

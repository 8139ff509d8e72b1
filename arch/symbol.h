/* Addresses as people read them. */
#pragma once

#include "kern/types.h"

void print_address(uint64_t addr); /* one line with address, name and offset */
void backtrace(uint64_t rbp);      /* prints the callers, from a frame pointer on */

/* The kernel's functions by address, ascending; scripts/ksyms makes the table. */
#pragma once

#include "kern/types.h"

struct Ksym {
	uint64_t addr;
	const char *name;
};
extern const struct Ksym ksyms[];
extern const uint nksyms;

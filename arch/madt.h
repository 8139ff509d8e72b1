/* The interrupt controllers a machine has, as its MADT table says. Pure. */
#pragma once

#include "arch/arch.h"

#define MADT_MAXIOAPIC 8
#define NISA           16

typedef struct IsaLine {
	uint32_t gsi; /* input of the I/O controllers, counted through */
	bool level, low;
} IsaLine;

typedef struct Madt {
	uint ncpu; /* usable ones, at most MAXCPU */
	uint8_t apic_id[MAXCPU];
	uint nignored; /* usable CPUs beyond MAXCPU, or only reachable in x2APIC mode */
	uint nioapic;
	struct {
		paddr_t base;
		uint32_t gsi; /* its first input */
		uint8_t id;
	} ioapic[MADT_MAXIOAPIC];
	IsaLine isa[NISA];
} Madt;

/* Reads a table of len bytes. A bad entry ends the reading, and what came before it
 * stays. -EINVAL: there is not even a whole header. */
int madt_parse(const void *table, size_t len, Madt *m);

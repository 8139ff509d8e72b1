/*
 * A process's page tables as the kernel would keep them (arch/pt.h has the rules): three
 * levels, entries with the CPU's bits, absent entries 0, every store flushed.
 */
#pragma once

#include "tests/host/fakehw/fakehw.h"

#define SPACE_R 1u /* present */
#define SPACE_W 2u

typedef struct Space {
	paddr_t pdpt;
} Space;

void space_new(Space *s);
void space_free(Space *s); /* tables, not the pages mapped */
/* Returns true when a table page was added. size: 4096 or 2 MiB. */
bool space_map(Space *s, iova_t va, paddr_t pa, unsigned rights, uint64_t size);
void space_clear(Space *s, iova_t va);
uint64_t *space_entry(Space *s, iova_t va); /* its last-level entry, NULL: no table */
/* Unhook the last-level table that va is in; the caller invalidates, then frees it. */
paddr_t space_unhook(Space *s, iova_t va);

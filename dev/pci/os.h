/*
 * What dev/pci asks of its host. The kernel implements it in dev/glue/pcios.c, tests in a
 * fake. Configuration cycles are atomic and may be issued from interrupts; the rest may
 * sleep.
 */
#pragma once

#include "kern/types.h"

void pcios_init(void); /* before anything else here; finds out how to reach devices */
uint32_t pcios_read(bdf_t b, uint off, uint width); /* all ones where nothing answers */
void pcios_write(bdf_t b, uint off, uint width, uint32_t v);
/* Read, clear bits, set bits, write: one step, also against interrupts and other CPUs. */
void pcios_update(bdf_t b, uint off, uint width, uint32_t clear, uint32_t set);
bool pcios_ecam(void); /* offsets above 255 can be reached */
/* The i'th range of buses, ascending and disjoint: how many buses; 0 past the end. */
uint pcios_nbus(uint i, uint *seg, uint *first, uint *last);
/* Device registers, uncached, for ever (the MSI-X table); NULL without memory. */
volatile uint32_t *pcios_map(uint64_t addr, size_t len);
void pcios_sleep_ms(uint ms); /* may sleep; bounded waits are built from it */
/* What else is at these addresses ("RAM", "configuration space"); NULL: nothing known. */
const char *pcios_taken(uint64_t addr, uint64_t len);
void *pcios_alloc(size_t n); /* zeroed, never freed; NULL */
void pcios_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

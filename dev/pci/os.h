/*
 * What dev/pci asks of its host. The kernel answers in dev/glue/pcios.c, host tests with
 * a fake. pcios_read, pcios_write, pcios_update and pcios_ecam may be called in
 * interrupts and with any lock held that ranks before the host's own. The others are
 * called in process context and may sleep.
 */
#pragma once

#include "kern/types.h"

/* Finds out how devices can be reached. Called before any other function here. */
void pcios_init(void);
/* One access of width 1, 2 or 4 bytes at an offset that is a multiple of width. All ones
 * where nothing answers. */
uint32_t pcios_read(bdf_t b, uint off, uint width);
void pcios_write(bdf_t b, uint off, uint width, uint32_t v);
/* Reads, clears bits, sets bits and writes in one step, which neither an interrupt nor
 * another CPU can come between. */
void pcios_update(bdf_t b, uint off, uint width, uint32_t clear, uint32_t set);
/* True if offsets above 255 can be reached. */
bool pcios_ecam(void);
/* The i'th range of buses; ranges ascend and do not overlap. Returns how many buses it
 * has; 0: there are not so many ranges. */
uint pcios_nbus(uint i, uint *seg, uint *first, uint *last);
/* Maps registers of a device, uncached and for ever. NULL: there is no memory. */
volatile uint32_t *pcios_map(uint64_t addr, size_t len);
/* Waits at least so many milliseconds. Every bounded wait is made of this. */
void pcios_sleep_ms(uint ms);
/* What is known to be at some of these addresses, in words such as "RAM" that are never
 * freed. NULL: nothing is. */
const char *pcios_taken(uint64_t addr, uint64_t len);
/* n bytes of zeros, which are never freed. NULL: there is no memory. */
void *pcios_alloc(size_t n);
/* A line of the kernel's log, with its newline. */
void pcios_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

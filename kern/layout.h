/*
 * Where things go in the low half of a process (kern/aspace.h draws it), and the windows
 * that never hold its memory:
 *
 *	0x00400000 .. 0x08000000    text, data and bss of the program
 *	0x08000000 .. 0x10000000    DMA memory for devices with 28 address bits
 *	0x10000000 ..               the heap, upward
 *	       .. 2^39 - 4 GiB      the stack at the top, and mmap downward below it
 *
 * Memory for devices with 32 address bits ends at 4 GiB. Pure but for the list of
 * windows, which is filled at boot and const after.
 */
#pragma once

#include "kern/region.h"
#include "kern/types.h"

#define LAYOUT_LOW     0x00100000ull /* the first MiB is never mapped */
#define LAYOUT_IMAGE   0x00400000ull
#define LAYOUT_DMA28   0x08000000ull /* .. 0x10000000: devices with 28 address bits */
#define LAYOUT_BRK     0x10000000ull
#define LAYOUT_MEMTOP  (1ull << 39)                   /* PML4[0] ends, PML4[1] begins */
#define LAYOUT_TOP     (LAYOUT_MEMTOP - (4ull << 30)) /* stack, then mmap downward */
#define LAYOUT_REGTOP  (2 * LAYOUT_MEMTOP)
#define LAYOUT_STACK   (64 * 1024ull)
#define LAYOUT_STRETCH (2ull << 20) /* DMA memory comes in these */

/* The name of a window that [va, va+len) touches; NULL when it touches none. */
const char *layout_window(vaddr_t va, uint64_t len);
/* The same without the first MiB, behind which a device meets only RAM. */
const char *layout_device_window(vaddr_t va, uint64_t len);
/* The highest address a, a multiple of align, with low <= a and a + len <= high, that
 * touches no region and no window; 0 when there is none. */
vaddr_t layout_gap(const RegionList *l, vaddr_t low, vaddr_t high, uint64_t len,
	uint64_t align);

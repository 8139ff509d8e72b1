/* The memory ranges the loader reported, and what the boot has taken of them. Pure. */
#pragma once

#include "arch/arch.h"

/* Lay [base, base+len) over the list; what it covers is replaced. RAM is shrunk to whole
 * pages, everything else is grown. Lay RAM first, what must win last. */
void memmap_add(BootInfo *b, paddr_t base, uint64_t len, MemKind kind);
/* RAM in [base, base+len) is taken by the boot. */
void memmap_take(BootInfo *b, paddr_t base, uint64_t len);
/* Take len bytes of free RAM, page-aligned, as high as possible below `below`; 0:
 * none. */
paddr_t memmap_carve(BootInfo *b, uint64_t len, paddr_t below);
/* All of the range is listed, as RAM or (ram false) as anything. */
bool memmap_covers(const BootInfo *b, paddr_t base, uint64_t len, bool ram);
/* Any of the range is RAM. */
bool memmap_has_ram(const BootInfo *b, paddr_t base, uint64_t len);

/* The memory ranges the loader reported, and what the boot has taken of them. Pure. */
#pragma once

#include "arch/arch.h"

/* Lays [base, base+len) over the list and replaces what it covers. RAM is shrunk to whole
 * pages, and everything else is grown. So RAM is laid first, and what must win is laid
 * last. */
void memmap_add(BootInfo *b, paddr_t base, uint64_t len, MemKind kind);
/* Marks RAM in [base, base+len) as used by the boot. */
void memmap_take(BootInfo *b, paddr_t base, uint64_t len);
/* Takes len bytes of free RAM, page-aligned, as high as possible below `below`. Returns
 * their address; 0: there are none. */
paddr_t memmap_carve(BootInfo *b, uint64_t len, paddr_t below);
/* Whether all of the range is listed, as RAM or (ram false) as anything. */
bool memmap_covers(const BootInfo *b, paddr_t base, uint64_t len, bool ram);
/* Whether any of the range is RAM. */
bool memmap_has_ram(const BootInfo *b, paddr_t base, uint64_t len);

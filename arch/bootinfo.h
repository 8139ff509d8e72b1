/* What the loader says, in multiboot2 tags or a PVH start_info, as a BootInfo. Pure. */
#pragma once

#include "arch/arch.h"

/* Gives access to len bytes of physical memory at pa. NULL: they cannot be reached. */
typedef const void *PhysAt(paddr_t pa, size_t len);

#define MB2_MAGIC 0x36d76289
#define PVH_MAGIC 0x336ec578

/* Reads what the loader left at `info`. -EINVAL: it cannot be what `magic` says; b is
 * then empty. */
int bootinfo_parse(BootInfo *b, uint32_t magic, paddr_t info, PhysAt *at);

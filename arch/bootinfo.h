/* What the loader says, in multiboot2 tags or a PVH start_info, as a BootInfo. Pure. */
#pragma once

#include "arch/arch.h"

/* len bytes of physical memory at pa, or NULL when they cannot be reached. */
typedef const void *PhysAt(paddr_t pa, size_t len);

#define MB2_MAGIC 0x36d76289
#define PVH_MAGIC 0x336ec578

/* 0, or -EINVAL for information that cannot be what it claims to be; b is then empty. */
int bootinfo_parse(BootInfo *b, uint32_t magic, paddr_t info, PhysAt *at);

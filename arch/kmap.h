/* The kernel's own page tables. */
#pragma once

#include "arch/arch.h"

/* Build them from bootinfo, load them: direct map and image with their final rights.
 * Takes what it needs out of bootinfo. Before page_init. */
void kmap_init(void);
/* Kernel memory at va, a fresh frame unless it has one. -ENOMEM. After page_init. */
int kmap_page(vaddr_t va);

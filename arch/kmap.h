/* The kernel's own page tables. */
#pragma once

#include "arch/arch.h"

/* Builds and loads the tables, with the direct map and the image in their final rights,
 * and takes the memory for them out of bootinfo. To be called before page_init. */
void kmap_init(void);
/* Maps a fresh frame at va, unless one is there. -ENOMEM. To be called after
 * page_init. */
int kmap_page(vaddr_t va);

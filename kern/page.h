/*
 * Physical frames: a buddy allocator with reference counts.
 *
 * A frame is zeroed when handed out and filled with PAGE_POISON when it comes back, so a
 * stale DMA into free memory shows. Frames never handed out have not been touched.
 * Locks: page_lock (RANK_PAGE), inside.
 */
#pragma once

#include "kern/types.h"

#define PAGE_POISON   0xfeebdaedfeebdaedull
#define PAGE_MAXORDER 18 /* 1 GiB */

typedef enum PageKind {
	PAGE_NONE, /* not RAM, or never ours */
	PAGE_FREE,
	PAGE_KERNEL,   /* image, heap, stacks */
	PAGE_USER,     /* memory of a process */
	PAGE_TABLE,    /* a CPU or second-level table, root, context, queue */
	PAGE_WITHHELD, /* hardware never confirmed: out of use until reboot */
} PageKind;

typedef struct PageStat {
	size_t total, free, kernel, user, table, withheld; /* frames */
} PageStat;

void page_init(void); /* from bootinfo */
/* 2^order frames, naturally aligned, zeroed, reference count 1 each; 0 when none. */
paddr_t page_alloc(uint order, PageKind kind);
/* The same, below limit (a physical address). */
paddr_t page_alloc_below(uint order, PageKind kind, paddr_t limit);
void page_get(paddr_t pa);              /* one more reference to one frame */
void page_put(paddr_t pa);              /* one fewer; the last poisons and frees */
void page_free(paddr_t pa, uint order); /* drop the reference of each of 2^order frames */
void page_withhold(paddr_t pa);         /* never hand this frame out again */
/* A list of frames through the frame table: nothing is written into the frames. *list is
 * 0 when empty. A frame is on at most one list. */
void page_push(paddr_t *list, paddr_t pa);
paddr_t page_pop(paddr_t *list); /* 0: empty */
/* A number the holder of a block may keep with its first frame: the heap's block
 * order. */
void page_set_order(paddr_t pa, uint order);
uint page_order(paddr_t pa);
/* A word of the frame table for whoever holds the frame; not on a page_push list too. */
uint32_t *page_note(paddr_t pa);
PageKind page_kind(paddr_t pa); /* PAGE_NONE for what is not RAM */
uint page_refs(paddr_t pa);
PageStat page_stat(void);
/* First free, once-used frame whose poison is damaged; 0 when all are whole. */
paddr_t page_check_poison(void);

void *page_ptr(paddr_t pa);       /* kernel address of RAM (the direct map) */
paddr_t page_addr(const void *p); /* and back */

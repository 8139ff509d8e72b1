/*
 * Physical frames: a buddy allocator with reference counts. A paddr_t here is the address
 * of a frame's first byte, and an order stands for 2^order frames in a row.
 *
 * A frame is zeroed when it is handed out and filled with PAGE_POISON when it comes back,
 * so that a device which still writes to free memory is found out. Frames that have never
 * been handed out have not been touched.
 * Locks: page_lock (RANK_PAGE) is taken inside, so frames may be asked for and given back
 * under any lock of a lower rank.
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

void page_init(void); /* takes over the RAM that bootinfo lists; panics without any */
/* 2^order frames, aligned to their size, zeroed, with one reference each. Returns 0 when
 * there are none. */
paddr_t page_alloc(uint order, PageKind kind);
/* The same, but all of it lies below limit (a physical address). */
paddr_t page_alloc_below(uint order, PageKind kind, paddr_t limit);
void page_get(paddr_t pa);              /* one more reference to one frame */
void page_put(paddr_t pa);              /* one fewer; the last poisons and frees */
void page_free(paddr_t pa, uint order); /* drop the reference of each of 2^order frames */
void page_withhold(paddr_t pa);         /* never hand this frame out again */
/* A list of frames that is kept in the frame table, so nothing is written into the frames
 * and no memory is needed. The list is the caller's; *list is 0 when it is empty. A frame
 * is on one list at most. */
void page_push(paddr_t *list, paddr_t pa);
paddr_t page_pop(paddr_t *list); /* 0: the list is empty */
/* A number that the holder of a block may keep with its first frame. The heap keeps the
 * order of the block there. */
void page_set_order(paddr_t pa, uint order);
uint page_order(paddr_t pa);
/* A word in the frame table, for whoever holds the frame. It is used for page_push too,
 * so a frame on a list has none. */
uint32_t *page_note(paddr_t pa);
PageKind page_kind(paddr_t pa); /* PAGE_NONE for what is not RAM */
uint page_refs(paddr_t pa);     /* 0: free, or not RAM */
PageStat page_stat(void);
/* The first frame that is free, has been used, and is not full of PAGE_POISON any more.
 * Returns 0 when there is none. */
paddr_t page_check_poison(void);

void *page_ptr(paddr_t pa);       /* kernel address of RAM (the direct map) */
paddr_t page_addr(const void *p); /* and back */

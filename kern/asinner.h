/*
 * The inside of an address space, shared by the files that implement kern/aspace.h:
 *
 *	aspace.c     life, populating and taking away, fork, looking
 *	asmap.c      mmap, munmap, brk
 *	asprotect.c  mprotect
 *	asregs.c     windows on device registers
 *
 * Memory whose rights are all taken away keeps its frames in a second tree of the same
 * shape (`parked`) that no CPU and no unit ever walks: in the live tree its entries are
 * 0. Locks: the address space's, but for root and refs.
 */
#pragma once

#include "arch/pt.h"
#include "kern/aspace.h"

struct Aspace {
	paddr_t root; /* const */
	uint refs;    /* atomic */

	Mutex lock; /* guards down to the end */
	RegionList regions;
	paddr_t parked; /* root of the tree of frames without rights; 0: none yet */
	vaddr_t brk;    /* first byte past the heap */
	size_t frames;  /* of RAM it owns */
	bool withheld;  /* some device may still reach it: nothing of it is freed */
	AsObserver *observers;
};

pte_t as_entry(paddr_t pa, int prot);
/* Free every frame of a page_push list, or take it out of use for ever. */
void as_release(paddr_t list, bool withhold);
/*
 * Empty [va, va+len) of memory: entries, CPUs, devices, and only then the frames and
 * table pages. -EIO: some device may still reach them, so they are withheld for ever.
 */
int as_depopulate(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock);
int as_announce(Aspace *as, vaddr_t va, size_t len, bool dma) REQUIRES(as->lock);
/* -EIO: some device may still use what it was taken. */
int as_retract(Aspace *as, vaddr_t va, size_t len, int prot, bool tables)
	REQUIRES(as->lock);
/* A new region with fresh zeroed frames (none without rights), or nothing changed. */
int as_place(Aspace *as, vaddr_t va, size_t len, int prot, RegionKind kind)
	REQUIRES(as->lock);
bool as_any_kind(const Aspace *as, vaddr_t va, size_t len, RegionKind kind)
	REQUIRES(as->lock);
/* Guards of stretches in [va, va+len) whose DMA memory is gone go too. */
void as_drop_guards(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock);
int as_unmap_regs(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock);

/*
 * The inside of an address space, shared by the files that implement kern/aspace.h:
 *
 *	aspace.c     life, populating and taking away, fork, looking
 *	asmap.c      mmap, munmap, brk
 *	asprotect.c  mprotect
 *	asregs.c     windows on device registers
 *
 * Memory whose rights are all taken away keeps its frames in a second tree of the same
 * shape (`parked`), which no CPU and no unit ever walks, while in the live tree its
 * entries are 0. Locks: the address space's lock guards all but root and refs.
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

/* The leaf for a frame with these rights (SPROT_*), by the rules of arch/pt.h. */
pte_t as_entry(paddr_t pa, int prot);
/* Frees every frame of a page_push list, or takes it out of use for ever. */
void as_release(paddr_t list, bool withhold);
/*
 * Empties [va, va+len) of memory in the order of arch/pt.h, rule 5. -EIO, with a
 * sentence: it is empty, but some device may still reach the frames, so they are
 * withheld.
 */
int as_depopulate(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock);
/* Calls each observer's added, until one fails: its error is returned. */
int as_tell_added(Aspace *as, vaddr_t va, size_t len, bool dma) REQUIRES(as->lock);
/* Calls each observer's removed. -EIO: some device may still use more than prot, and from
 * now on nothing of this address space is freed. */
int as_tell_removed(Aspace *as, vaddr_t va, size_t len, int prot, bool tables)
	REQUIRES(as->lock);
/* Makes a new region with fresh zeroed frames (with none if prot is 0). The range is free
 * and inside the limits. -ENOMEM, with a sentence: nothing changed. */
int as_place(Aspace *as, vaddr_t va, size_t len, int prot, RegionKind kind)
	REQUIRES(as->lock);
/* Whether a region of this kind is in [va, va+len). */
bool as_any_kind(const Aspace *as, vaddr_t va, size_t len, RegionKind kind)
	REQUIRES(as->lock);
/* Removes the guards of stretches in [va, va+len) that hold no DMA memory any more. Uses
 * at most two reserved regions, because only those at both ends can be split. */
void as_drop_guards(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock);
/* Removes windows on registers. -ENOMEM, with a sentence: nothing changed. */
int as_unmap_regs(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock);

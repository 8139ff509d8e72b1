/*
 * Address spaces (DESIGN.md section 4). The low half of a process:
 *
 *	PML4[0]  0 .. 512 GiB     RAM the process owns, nothing else, entries not present are 0
 *	PML4[1]  512 GiB .. 1 TiB device registers
 *
 * The page-directory-pointer page below PML4[0] exists from birth to death and is what a
 * shared DMA domain points at; every store below it goes through pte_store. Memory is
 * populated at the call. Taking a right away: entry, CPU shoot-down, the observer (which
 * invalidates the devices' view and waits), and only then is the frame free.
 * Locks: one Mutex per address space (RANK_ASPACE).
 */
#pragma once

#include "kern/dev.h"
#include "kern/region.h"
#include "kern/types.h"

/*
 * Who must know before memory changes hands. added: entries became present; dma: of DMA
 * memory; -ENOMEM: then they are not. removed: entries are gone or have other rights, the
 * process keeps `prot` there, and CPUs have forgotten the old ones; 0 when no device can
 * use more than that, or -EIO: the frames are withheld for ever. tables: a table page
 * goes too (IH=0). Called with the address space locked; may call aspace_frame, nothing
 * else.
 */
typedef struct AsObserver AsObserver;
struct AsObserver {
	int (*added)(void *arg, Aspace *as, vaddr_t va, size_t len, bool dma);
	int (*removed)(void *arg, Aspace *as, vaddr_t va, size_t len, int prot,
		bool tables);
	void *arg;
	AsObserver *next; /* the address space's */
};

Aspace *aspace_new(void); /* NULL without memory */
Aspace *aspace_get(Aspace *as);
/* The last reference frees it: then no CPU runs on it and no observer is set. */
void aspace_put(Aspace *as);
/* Hardware did not confirm that some device has let go of it: never reuse any frame or
 * table of it. the last aspace_put then frees only the book-keeping. */
void aspace_withhold(Aspace *as);
/* eager copy; not MAP_DMA, not registers */
int aspace_fork(Aspace *from, Aspace **to);
paddr_t aspace_root(const Aspace *as); /* the CPU's root page: never for a unit */
/* what PML4[0] points at: the shared domain's top */
paddr_t aspace_pdpt(const Aspace *as);
void aspace_switch(Aspace *as); /* load on this CPU; NULL: the kernel's own */

/* Tells o of everything that is there, and then of every change. Its error: not
 * observed. */
int aspace_observe(Aspace *as, AsObserver *o);
void aspace_unobserve(Aspace *as, AsObserver *o); /* on return no call is under way */

/* While it is locked nothing in it changes. */
void aspace_lock(Aspace *as);
void aspace_unlock(Aspace *as);
/* Locked: the frame behind va with at least these rights, or 0. */
paddr_t aspace_frame(Aspace *as, vaddr_t va, int prot);

/* Anonymous memory, populated. addr 0 chooses (flags SMAP_*). */
int aspace_map(Aspace *as, vaddr_t addr, size_t len, int prot, int flags, vaddr_t *out);
int aspace_unmap(Aspace *as, vaddr_t addr, size_t len);
int aspace_protect(Aspace *as, vaddr_t addr, size_t len, int prot);
int aspace_brk(Aspace *as, vaddr_t want, vaddr_t *now);

/* For exec: populated memory of one kind at a fixed place, and bytes into it. */
int aspace_place(Aspace *as, vaddr_t va, size_t len, int prot, RegionKind kind);
int aspace_write(Aspace *as, vaddr_t va, const void *buf, size_t n);

/* Device registers: len bytes at physical pa appear in PML4[1], uncached. token names the
 * device for revoke; what is the sentence a later touch dies with. */
int aspace_map_regs(Aspace *as, paddr_t pa, size_t len, int prot, const void *token,
	vaddr_t *out);
/* Take every window of token away, on all CPUs, at once. Later touches kill with
 * `why`, which stays valid. */
void aspace_revoke_regs(Aspace *as, const void *token, const char *why);
bool aspace_has_regs(Aspace *as, const void *token);

/* The frame behind va with at least these rights, or 0. */
paddr_t aspace_lookup(Aspace *as, vaddr_t va, int prot);
size_t aspace_size(Aspace *as);         /* bytes of RAM it owns, tables not counted */
void aspace_print(Aspace *as, Text *t); /* one region per line, for #proc/N/segment */
/* What a page fault at va was, as one sentence; false: nothing known of it. */
bool aspace_explain(Aspace *as, vaddr_t va, bool write, char *buf, size_t n);

/* Addresses that processes never get as memory: bridge windows, MMIO. Before process
 * 1. */
void layout_keep_out(paddr_t base, uint64_t len, const char *what);
void layout_print(Text *t); /* one line per window */

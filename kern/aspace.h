/*
 * Address spaces. The low half of a process:
 *
 *	PML4[0]  0 .. 512 GiB      RAM that the process owns, and nothing else
 *	PML4[1]  512 GiB .. 1 TiB  device registers
 *
 * Devices may walk what lies below PML4[0]: arch/pt.h has the rules for its entries and
 * the order in which a right is taken away. Memory is populated at the call, because a
 * device cannot wait for a page fault. Nothing is copied on write, because what a device
 * sees must not change under it. aspace_observe is how drivers learn of changes.
 * Locks: one Mutex per address space (RANK_ASPACE), taken inside unless it says locked.
 */
#pragma once

#include "kern/dev.h"
#include "kern/region.h"
#include "kern/types.h"

/*
 * Who must be told before memory changes hands, because a device may reach it. Both calls
 * are made with the address space locked, and may call aspace_frame and nothing else of
 * this header.
 *
 * added: entries became present or gained rights; dma tells whether it is DMA memory. An
 * error means that the observer could not follow: memory that is new is then taken back,
 * and the call that asked for it fails.
 * removed: entries are gone, or the process keeps only `prot` there, and the CPUs have
 * forgotten the old ones; tables: a table page goes too (IH=0). Returns 0 when no device
 * can use more than prot any more. -EIO: some device still may, so the caller withholds
 * the frames for ever.
 */
typedef struct AsObserver AsObserver;
struct AsObserver {
	int (*added)(void *arg, Aspace *as, vaddr_t va, size_t len, bool dma);
	int (*removed)(void *arg, Aspace *as, vaddr_t va, size_t len, int prot,
		bool tables);
	void *arg;
	AsObserver *next; /* the address space's */
};

Aspace *aspace_new(void); /* one reference; NULL without memory */
Aspace *aspace_get(Aspace *as);
/* Lets go of a reference. With the last one all is freed; then no CPU may run on it, and
 * no observer may be set. */
void aspace_put(Aspace *as);
/* Some device was not confirmed to have let go. No frame or table page of it is used
 * again, and the last aspace_put frees only the book-keeping. */
void aspace_withhold(Aspace *as);
/* Copies the memory at once, but neither DMA memory nor windows on registers. -ENOMEM,
 * with a sentence: nothing was made. */
int aspace_fork(Aspace *from, Aspace **to);
/* The page that PML4[0] points at, where a shared domain begins. */
paddr_t aspace_pdpt(const Aspace *as);
void aspace_switch(Aspace *as); /* this CPU runs on it; NULL: on the kernel's own */

/* Tells o of all memory that is there, and of each change from then on. If o->added
 * fails, its error is returned, o is not set, and the caller undoes what o was told. */
int aspace_observe(Aspace *as, AsObserver *o);
void aspace_unobserve(Aspace *as, AsObserver *o); /* on return no call is under way */

/* Between these two nothing in it changes. */
void aspace_lock(Aspace *as);
void aspace_unlock(Aspace *as);
/* The frame behind va if it is mapped with at least these rights, else 0. Locked. */
paddr_t aspace_frame(Aspace *as, vaddr_t va, int prot);

/*
 * The memory calls of a process. Lengths are bytes and are rounded up to pages; rights
 * are SPROT_*, never both write and execute. An error leaves a sentence. -EINVAL, -EEXIST
 * and -ENOMEM: nothing changed, but protect may return -ENOMEM when the rights are given
 * and a device does not see all of it. -EIO: what was asked is done, and the memory is
 * withheld because the IOMMU did not confirm.
 */
/* Anonymous zeroed memory at addr (SMAP_FIXED) or at a place of the kernel's choice. */
int aspace_map(Aspace *as, vaddr_t addr, size_t len, int prot, int flags, vaddr_t *out);
/* Memory or windows on registers, not both in one call; holes are allowed. */
int aspace_unmap(Aspace *as, vaddr_t addr, size_t len);
/* Memory without holes. Without rights the frames and what is in them are kept. */
int aspace_protect(Aspace *as, vaddr_t addr, size_t len, int prot);
/* Moves the end of the heap; `want` below the heap's start only asks. *now is the end
 * after the call, whatever it returned. */
int aspace_brk(Aspace *as, vaddr_t want, vaddr_t *now);

/* For exec: populated memory of one kind at a fixed place. Errors as of aspace_map. */
int aspace_place(Aspace *as, vaddr_t va, size_t len, int prot, RegionKind kind);
/* For exec, before anybody else knows the address space: copies n bytes in, whatever the
 * rights there. -EFAULT: not all of it is mapped, and part may have been written. */
int aspace_write(Aspace *as, vaddr_t va, const void *buf, size_t n);

/* len bytes of device registers at physical pa, whole pages, appear at *out in PML4[1],
 * uncached. token names the device for aspace_revoke_regs. -ENOMEM with a sentence:
 * nothing changed. */
int aspace_map_regs(Aspace *as, paddr_t pa, size_t len, int prot, const void *token,
	vaddr_t *out);
/* Takes every window of token away; on return no CPU reaches them. A later touch kills
 * the process with the sentence `why`, which the caller keeps for ever. */
void aspace_revoke_regs(Aspace *as, const void *token, const char *why);
bool aspace_has_regs(Aspace *as, const void *token);

size_t aspace_size(Aspace *as);         /* bytes of RAM it owns, tables not counted */
void aspace_print(Aspace *as, Text *t); /* one region per line, for #proc/N/segment */
/* Puts into buf, as one sentence, what a page fault at va hit. Returns false when no
 * region is there. */
bool aspace_explain(Aspace *as, vaddr_t va, bool write, char *buf, size_t n);

/* Keeps [base, base+len) out of every process's memory, because bridges route it to
 * devices. To be called before process 1 is made; `what` is shown and must stay valid. */
void layout_keep_out(paddr_t base, uint64_t len, const char *what);
void layout_print(Text *t); /* one line per window */

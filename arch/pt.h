/*
 * User page tables: the four-level tree of one process, of which the part below PML4[0]
 * is also what a shared DMA domain walks (DESIGN.md section 4).
 *
 * Rules kept here: an entry that is not present is the number 0 at every level; every
 * store is one pte_store, a single 8-byte store; where a unit does not snoop, a new table
 * page is written back whole before it is linked and each store flushes its line. G, PAT,
 * PCD and PWT are 0 below PML4[0], bits 11 and 52..62 always. Locks: the caller holds the
 * address space's.
 */
#pragma once

#include "kern/types.h"

typedef uint64_t pte_t;

#define PTE_P   (1ull << 0)
#define PTE_RW  (1ull << 1)
#define PTE_US  (1ull << 2)
#define PTE_PWT (1ull << 3)
#define PTE_PCD (1ull << 4)
#define PTE_A   (1ull << 5)
#define PTE_D   (1ull << 6)
#define PTE_PS  (1ull << 7)
#define PTE_SNP                                                                          \
	(1ull << 11) /* for a unit: snoop on DMA whatever the device says; CPUs ignore it */
#define PTE_NX   (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull

#define PT_SPAN (1ull << 39)  /* what one top-level entry covers */
#define PT_TOP  (2 * PT_SPAN) /* user addresses end here: PML4[0] and PML4[1] */

/* From now on flush what is stored: some unit does not snoop. Before process 1. */
void pt_set_flush(bool on);
/* Leaves carry PTE_SNP; before the first process, and only if no unit takes it for
 * reserved. */
void pt_set_snoop(bool on);
pte_t pt_leaf_bits(void); /* what every leaf of a process has */

/* The only writer of an entry in a process's tables. */
void pte_store(pte_t *e, pte_t v);

/* A root: the kernel's half copied, PML4[0] linked to an empty page. 0 without memory. */
paddr_t pt_root_new(void);
/* Frees the root and every table page of the user half; what leaves point at is not
 * ours. */
void pt_root_free(paddr_t root);
/* The page PML4[0] points at: const from birth to death. */
paddr_t pt_pdpt(paddr_t root);

/* The last-level entry for va < PT_TOP. With `make` missing table pages are added; NULL
 * then means no memory, and pages added so far stay, empty, until pt_trim. */
pte_t *pt_leaf(paddr_t root, vaddr_t va, bool make);
/*
 * Unlink the table pages of [va, va+len) that hold nothing any more, pushing them on
 * *list (page_push): nothing is written into them, so a walk under way still sees zeros.
 * The caller frees them once nobody can walk them. Returns how many.
 */
uint pt_trim(paddr_t root, vaddr_t va, size_t len, paddr_t *list);
/* Visit present leaves of [va, va+len) in order, skipping absent subtrees; stops and
 * returns what fn returns when that is not 0. */
int pt_each(paddr_t root, vaddr_t va, size_t len,
	int (*fn)(vaddr_t va, pte_t *e, void *arg), void *arg);

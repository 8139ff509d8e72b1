/*
 * User page tables: the four-level tree of one process. Remapping hardware walks the part
 * below PML4[0] as well, without a copy (VT-d 3.7 and 9.8; first level: 3.6 and 9.7). The
 * domain of a device in mode shared points at the page that PML4[0] points at. The domain
 * of a private or read-only device has tables of its own at the top, which point at lower
 * tables of the process. The isolation of devices rests on these rules:
 *
 * 1. An entry that is not present is the number 0, at every level. A unit has no present
 *    bit: an entry with P=0 and RW=1 is a page that a device may write. What a
 *    process has at an address that is not present is in the list of regions. Frames
 *    whose rights mprotect has taken away are kept in a second tree (kern/asinner.h).
 * 2. A present entry has these bits and no other:
 *
 *	bit     to the CPU               to a unit
 *	0       P                        the device may read
 *	1       RW                       the device may write
 *	2       US, always 1             user, in a first level; else ignored
 *	5, 6    A, D: set with P, RW     the same in a first level; else ignored
 *	7       PS, PAT: always 0        no large page: always 0
 *	11      ignored                  SNP in leaves if pt_set_snoop(true), else 0
 *	12..51  address                  the same address
 *	63      NX                       the same in a first level; else ignored
 *
 *    So PWT, PCD, PAT and G are 0, because a unit may take them for reserved, and so are
 *    bits 52..62, because the kernel uses no protection keys. PCIDs and second tables
 *    for the kernel, which would need other bits, are not in use. Only below
 *    PML4[1], where no unit walks, do leaves have PCD and PWT: these are registers.
 * 3. PML4[0] leads to RAM that the process owns, and to nothing else: no register, no
 *    page of the kernel. kern/layout.h keeps processes away from addresses
 *    where a device would not meet RAM.
 * 4. Each store is one pte_store, a single store of 8 bytes. If some unit does not snoop
 *    the CPU's caches (pt_set_flush), a new table page is written back whole before an
 *    entry points at it, and each store writes its cache line back, from the birth of a
 *    process on, whether it has a device or not.
 * 5. A right is taken away in four steps: the entry is stored and its line written back;
 *    the CPUs forget it (arch_shootdown); the units are told to forget it; the units have
 *    confirmed (AsObserver.removed). When a table page goes, the units also forget the
 *    entries that led to it (IH=0). Only then is the frame or the table page free. If a
 *    unit does not confirm, they are never used again.
 * 6. The root page belongs to the CPU: a unit gets pt_pdpt, never the root. The page at
 *    pt_pdpt stays the same one from the birth of a process to its death.
 *
 * Locks: the caller holds the address space's.
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
#define PTE_SNP (1ull << 11) /* the unit snoops, whatever the device asks for */
#define PTE_NX  (1ull << 63)

#define PTE_ADDR 0x000ffffffffff000ull

#define PT_SPAN (1ull << 39)  /* what one top-level entry covers */
#define PT_TOP  (2 * PT_SPAN) /* user addresses end here: PML4[0] and PML4[1] */

/* From now on each store is flushed, because some unit does not snoop (rule 4). To be
 * called before process 1 is made. */
void pt_set_flush(bool on);
/* From now on leaves carry PTE_SNP. To be called before process 1 is made, and only if
 * the bit is reserved to no unit. */
void pt_set_snoop(bool on);
pte_t pt_leaf_bits(void); /* PTE_SNP or 0, for every leaf */

/* The only writer of an entry in a process's tables. */
void pte_store(pte_t *e, pte_t v);

/* Makes a root: the kernel's half is copied, and PML4[0] leads to an empty page. Returns
 * 0 when there is no memory. */
paddr_t pt_root_new(void);
/* Frees the root and every table page of the user half. What leaves point at is the
 * caller's, who has let go of it before. */
void pt_root_free(paddr_t root);
/* The page that PML4[0] points at (rule 6). */
paddr_t pt_pdpt(paddr_t root);

/* The last-level entry for va, which is below PT_TOP, or NULL when a table page is
 * missing. With `make` missing pages are added; NULL then means that there is no memory,
 * and pages added so far stay, empty, until pt_trim. */
pte_t *pt_leaf(paddr_t root, vaddr_t va, bool make);
/*
 * Unlinks the table pages of [va, va+len) in which every entry is 0 and pushes them on
 * *list (page_push), which writes nothing into them: a walk that is under way still reads
 * zeros. Returns how many they are. The caller frees them as rule 5 says.
 */
uint pt_trim(paddr_t root, vaddr_t va, size_t len, paddr_t *list);
/* Calls fn for each present leaf of [va, va+len), in order. Stops and returns what fn
 * returned when that is not 0; else returns 0. */
int pt_each(paddr_t root, vaddr_t va, size_t len,
	int (*fn)(vaddr_t va, pte_t *e, void *arg), void *arg);

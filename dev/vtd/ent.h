/*
 * What the unit reads from memory: root, context and second-level entries, and the
 * descriptors of the invalidation queue. Legacy mode.
 *
 *	RTADDR -> root[bus] -> context[dev.fn] -> second level: 3 to 5 tables -> page
 *
 * ent_publish is the only writer of a 16-byte entry that hardware may be reading,
 * ent_store of an 8-byte second-level entry. `flush` is true where the unit does not snoop.
 */
#pragma once

#include <stdbool.h>

#include "dev/vtd/bits.h"

#define ENTRIES     256 /* of a root or context table */
#define SL_ENTRIES  512 /* of a second-level table */

#define ROOT_P      0, 0
#define ROOT_CTP    63, 12  /* context table, page number */

#define CTX_P       0, 0
#define CTX_FPD     1, 1    /* do not record faults: always 0 here */
#define CTX_TT      3, 2    /* translation type */
#define CTX_SLPT    63, 12  /* second-level table, page number */
#define CTX_AW      66, 64  /* levels - 2 */
#define CTX_DID     87, 72  /* domain id */
#define TT_TABLES   0       /* untranslated requests use the tables, others are refused */
#define TT_DEVICE   1       /* the same, and device TLBs; with ECAP.DT */
#define TT_PASS     2       /* pass-through */

#define SL_R        0, 0
#define SL_W        1, 1
#define SL_PS       7, 7    /* a page, not a table, at level 2 or 3 */
#define SL_SNP      11, 11  /* reserved without ECAP.SC */
#define SL_ADDR     51, 12  /* page number */
#define SL_TM       62, 62  /* reserved without ECAP.DT */

/* An entry at level 1 spans 4 KiB, at 2 2 MiB, at 3 1 GiB, and so on. */
#define SL_SHIFT(level)       (9 * (level) + 3)
#define SL_LEVEL(shift)       (((shift) - 3) / 9)
#define SL_SPAN(level)        (1ull << SL_SHIFT(level))
#define SL_INDEX(iova, level) ((uint32_t)((iova) >> SL_SHIFT(level)) & (SL_ENTRIES - 1))

/* Queue descriptors, 128 bits. */
#define QI_TYPE     3, 0
#define QI_GRAN     5, 4    /* context, IOTLB */
#define QI_DID      31, 16
#define QI_SID      47, 32  /* context */
#define QI_DW       6, 6    /* IOTLB: drain writes */
#define QI_DR       7, 7    /* IOTLB: drain reads */
#define QI_AM       69, 64
#define QI_IH       70, 70
#define QI_ADDR     127, 76
#define QI_IEC_ONE  4, 4    /* interrupt entries: one index, else all */
#define QI_IEC_INDEX 47, 32
#define QI_PFSID_LOW 15, 12 /* device TLB: 3:0 of the id whose invalidations are counted */
#define QI_MIP      20, 16 /* as many as it takes at once, 0: 32 */
#define QI_PFSID_HIGH 63, 52
#define QI_SIZE     64, 64 /* a block: its size is in the address */
#define QI_WAIT_SW  5, 5    /* write the status */
#define QI_WAIT_FN  6, 6    /* fence: what follows starts after this completes */
#define QI_WAIT_DATA 63, 32
#define QI_WAIT_ADDR 127, 66
#define QI_T_CONTEXT 1
#define QI_T_IOTLB  2
#define QI_T_DEVICE 3
#define QI_T_IEC    4
#define QI_T_WAIT   5

Ent ent_root(uint64_t context_table);
Ent ent_context(uint64_t top, uint32_t levels, uint32_t did);
Ent ent_pass(uint32_t most, uint32_t did); /* untranslated; most levels the unit has */
uint64_t ent_table(uint64_t table); /* second-level entry that leads to a table */

void ent_store(uint64_t *slot, uint64_t v, bool flush);
/* The slot is not present; v is. High word, barrier, low word with P. */
void ent_publish(Ent *slot, Ent v, bool flush);
/* Not present from here on. The high word stays until ent_wipe, after the invalidation. */
void ent_unpublish(Ent *slot, bool flush);
void ent_wipe(Ent *slot, bool flush);

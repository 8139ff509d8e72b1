/*
 * What the unit reads from memory: root, context, PASID and page-table entries, and the
 * descriptors of the invalidation queue.
 *
 *  legacy    RTADDR -> root[bus] -> context[dev.fn] -> second level, 3 to 5 tables
 *            -> page
 *  scalable  RTADDR -> root[bus], devices 0-15, 16-31 -> context[dev.fn] -> directory[0]
 *            -> PASID entry[0] -> second level, as above, or first level, 4 tables
 *            -> page
 *
 * A scalable context entry has 32 bytes of which the last 24 are 0 here, so it is handled
 * as an Ent that lies in every other place. ent_publish is the only writer of a 16-byte
 * entry that hardware may be reading. `flush` is true where the unit does not snoop.
 */
#pragma once

#include <stdbool.h>

#include "dev/vtd/bits.h"

/* clang-format off */
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

/* Scalable mode. Root entries: two of the above, for devices 0-15 (lo) and 16-31 (hi). */
#define SM_DTE      2, 2    /* context: device TLBs */
#define SM_PASIDE   3, 3    /* requests with a PASID */
#define SM_PRE      4, 4    /* page requests */
#define SM_PDTS     11, 9   /* 2^(PDTS+7) entries of the directory */
#define SM_DIR      63, 12  /* PASID directory, page number */
#define SM_RID      83, 64  /* PASID of requests without one: always 0 here */

#define DIR_P       0, 0
#define DIR_FPD     1, 1
#define DIR_TABLE   63, 12  /* PASID table, page number */

#define PASID_WORDS 8       /* 64-bit words of an entry */
#define PASID_P     0, 0
#define PASID_FPD   1, 1
#define PASID_AW    4, 2    /* levels - 2 */
#define PASID_PGTT  8, 6    /* what translates */
#define PGTT_FIRST  1
#define PGTT_SECOND 2
#define PGTT_PASS   4
#define PASID_SLADE 9, 9    /* accessed and dirty bits in the second level: 0 here */
#define PASID_SLPT  63, 12  /* second-level table, page number */
#define PASID_DID   79, 64
#define PASID_PWSNP 87, 87  /* walks snoop; with ECAP.SMPWC */
#define PASID_PGSNP 88, 88  /* requests that the first level translates snoop; ECAP.SC */
#define PASID_FLPM  131, 130 /* first level: 0: 4 levels */
#define PASID_FLPT  191, 140 /* first-level table, page number */

#define SL_R        0, 0
#define SL_W        1, 1
#define SL_PS       7, 7    /* a page, not a table, at level 2 or 3 */
#define SL_SNP      11, 11  /* reserved without ECAP.SC */
#define SL_ADDR     51, 12  /* page number */
#define SL_TM       62, 62  /* reserved without ECAP.DT */

/* An entry at level 1 spans 4 KiB, at level 2 2 MiB, at level 3 1 GiB, and so on. */
#define SL_SHIFT(level)       (9 * (level) + 3)
#define SL_LEVEL(shift)       (((shift) - 3) / 9)
#define SL_SPAN(level)        (1ull << SL_SHIFT(level))
#define SL_INDEX(iova, level) ((uint32_t)((iova) >> SL_SHIFT(level)) & (SL_ENTRIES - 1))

/* First level: as a CPU's. A unit sets A and D where it finds them clear. */
#define FL_P        0, 0
#define FL_RW       1, 1
#define FL_US       2, 2    /* devices are users: set at every level */
#define FL_A        5, 5
#define FL_D        6, 6

/* Queue descriptors, 128 bits; in scalable mode 256, of which the upper half is 0. */
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
#define QI_PFSID_LOW 15, 12 /* device TLB: bits 3:0 of the source that is counted */
#define QI_MIP      20, 16 /* as many as it takes at once, 0: 32 */
#define QI_PFSID_HIGH 63, 52
#define QI_SIZE     64, 64 /* a block: its size is in the address */
#define QI_WAIT_SW  5, 5    /* write the status */
#define QI_WAIT_FN  6, 6    /* fence: what follows starts after this completes */
#define QI_WAIT_DATA 63, 32
#define QI_WAIT_ADDR 127, 66
#define QI_PASID    51, 32  /* PASID cache, first-level IOTLB */
#define QI_T_CONTEXT 1
#define QI_T_IOTLB  2
#define QI_T_DEVICE 3
#define QI_T_IEC    4
#define QI_T_WAIT   5
#define QI_T_FIRST  6       /* IOTLB, what the first level translates */
#define QI_T_PASID  7       /* PASID cache */

Ent ent_root(uint64_t context_table);
Ent ent_context(uint64_t top, uint32_t levels, uint32_t did);
Ent ent_pass(uint32_t most, uint32_t did); /* untranslated; most levels the unit has */
/* Scalable mode. */
Ent ent_root2(uint64_t lower, uint64_t upper);
Ent ent_context2(uint64_t directory);
uint64_t ent_directory(uint64_t table);
/* clang-format on */

/* The words of a PASID entry that are not 0. */
typedef struct Pasid {
	Ent e;
	uint64_t first;
} Pasid;
Pasid ent_pasid(uint32_t pgtt, uint64_t top, uint32_t levels, uint32_t did);

/* The slot is not present; v is. High word, barrier, low word with P. */
void ent_publish(Ent *slot, Ent v, bool flush);
void ent_publish_pasid(uint64_t *slot, const Pasid *p, bool flush); /* likewise */
void ent_publish_directory(uint64_t *slot, uint64_t table, bool flush);
/* Not present from here on. The high word stays until ent_wipe, after the
 * invalidation. */
void ent_unpublish(Ent *slot, bool flush);
void ent_wipe(Ent *slot, bool flush);

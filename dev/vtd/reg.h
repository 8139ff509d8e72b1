/*
 * Registers of a remapping unit: offset, width and access on the register's line, then
 * its fields, each with the two bit numbers of the manual. The IOTLB and fault recording
 * registers lie where ECAP.IRO and CAP.FRO say; their offsets here are relative to that.
 * Absent: MTRR, performance monitoring, enhanced and virtual commands, page requests.
 */
#pragma once

#include "dev/vtd/bits.h"

/* clang-format off */
#define VER_REG     0x000  /* version, 32, RO */
#define VER_MIN     3, 0
#define VER_MAX     7, 4

#define CAP_REG     0x008  /* capability, 64, RO */
#define CAP_ND      2, 0   /* 2^(4+2*ND) domain ids; 7 is reserved */
#define CAP_AFL     3, 3   /* advanced fault log */
#define CAP_RWBF    4, 4   /* software must flush the write buffer */
#define CAP_PLMR    5, 5   /* protected low-memory region */
#define CAP_PHMR    6, 6   /* protected high-memory region */
#define CAP_CM      7, 7   /* caching mode: not-present entries may be cached */
#define CAP_SAGAW   12, 8  /* bit n: tables of n+2 levels */
#define CAP_MGAW    21, 16 /* address width of requests, minus 1 */
#define CAP_ZLR     22, 22 /* zero-length reads of write-only pages */
#define CAP_FRO     33, 24 /* fault recording registers, in units of 16 bytes */
#define CAP_SLLPS   37, 34 /* large pages: 2 MiB, 1 GiB */
#define CAP_PSI     39, 39 /* page-selective invalidation */
#define CAP_NFR     47, 40 /* fault recording registers, minus 1 */
#define CAP_MAMV    53, 48 /* greatest address mask of a page-selective invalidation */
#define CAP_DWD     54, 54 /* write draining */
#define CAP_DRD     55, 55 /* read draining */
#define CAP_FL1GP   56, 56 /* first-level 1 GiB pages */
#define CAP_PI      59, 59 /* posted interrupts */
#define CAP_FL5LP   60, 60 /* first-level tables of 5 levels */
#define CAP_ECMDS   61, 61 /* enhanced commands */
#define CAP_ESIRTPS 62, 62 /* SIRTP invalidates too */
#define CAP_ESRTPS  63, 63 /* SRTP invalidates too */

#define ECAP_REG    0x010  /* extended capability, 64, RO */
#define ECAP_C      0, 0   /* table walks snoop CPU caches */
#define ECAP_QI     1, 1   /* queued invalidation */
#define ECAP_DT     2, 2   /* device TLBs */
#define ECAP_IR     3, 3   /* interrupt remapping */
#define ECAP_EIM    4, 4   /* x2APIC destinations */
#define ECAP_PT     6, 6   /* pass-through */
#define ECAP_SC     7, 7   /* snoop control */
#define ECAP_IRO    17, 8  /* IOTLB registers, in units of 16 bytes */
#define ECAP_MHMV   23, 20 /* greatest handle mask of an interrupt invalidation */
#define ECAP_PRS    29, 29 /* page requests */
#define ECAP_PSS    39, 35 /* PASID bits, minus 1 */
#define ECAP_PASID  40, 40
#define ECAP_DIT    41, 41 /* device-TLB invalidations are counted per function */
#define ECAP_SMTS   43, 43 /* scalable mode */
#define ECAP_SLADS  45, 45 /* second-level accessed and dirty */
#define ECAP_SLTS   46, 46 /* second level in scalable mode */
#define ECAP_FLTS   47, 47 /* first level in scalable mode */
#define ECAP_SMPWC  48, 48 /* scalable-mode walks snoop */
#define ECAP_ADMS   52, 52 /* abort-DMA mode */

#define GCMD_REG    0x018  /* global command, 32, WO; GSTS has the same bits */
#define GSTS_REG    0x01c  /* global status, 32, RO */
#define GCMD_TE     31, 31 /* translation */
#define GCMD_SRTP   30, 30 /* one-shot: latch RTADDR */
#define GCMD_SFL    29, 29 /* one-shot: latch AFLOG */
#define GCMD_EAFL   28, 28 /* advanced fault log */
#define GCMD_WBF    27, 27 /* one-shot: flush the write buffer; the status bit falls */
#define GCMD_QIE    26, 26 /* queued invalidation */
#define GCMD_IRE    25, 25 /* interrupt remapping */
#define GCMD_SIRTP  24, 24 /* one-shot: latch IRTA */
#define GCMD_CFI    23, 23 /* compatibility-format interrupts pass */
#define GCMD_ONESHOT (FMASK(GCMD_SRTP) | FMASK(GCMD_SFL) | FMASK(GCMD_WBF) | \
	              FMASK(GCMD_SIRTP))

#define RTADDR_REG  0x020  /* root table, 64, RW; takes effect at SRTP */
#define RTADDR_TTM  11, 10 /* translation table mode */
#define TTM_LEGACY  0
#define TTM_SCALABLE 1
#define RTADDR_RTA  63, 12

#define CCMD_REG    0x028  /* context command, 64, RW */
#define CCMD_DID    15, 0
#define CCMD_SID    31, 16
#define CCMD_FM     33, 32 /* function bits ignored */
#define CCMD_CAIG   60, 59 /* granularity performed */
#define CCMD_CIRG   62, 61 /* granularity wanted */
#define CCMD_ICC    63, 63 /* start; falls when done */

#define FSTS_REG    0x034  /* fault status, 32, RW1C */
#define FSTS_PFO    0, 0   /* records were lost */
#define FSTS_PPF    1, 1   /* a record waits, RO */
#define FSTS_AFO    2, 2
#define FSTS_APF    3, 3
#define FSTS_IQE    4, 4   /* invalidation queue: bad descriptor */
#define FSTS_ICE    5, 5   /* invalidation queue: bad completion */
#define FSTS_ITE    6, 6   /* invalidation queue: device TLB silent */
#define FSTS_PRO    7, 7
#define FSTS_FRI    15, 8  /* index of the first record */
#define FSTS_QUEUE  (FMASK(FSTS_IQE) | FMASK(FSTS_ICE) | FMASK(FSTS_ITE))
#define FSTS_RW1C   (FMASK(FSTS_PFO) | FMASK(FSTS_AFO) | FMASK(FSTS_APF) | FSTS_QUEUE | \
	             FMASK(FSTS_PRO))

#define FECTL_REG   0x038  /* fault event control, 32, RW */
#define FEDATA_REG  0x03c  /* 32, RW */
#define FEADDR_REG  0x040  /* 32, RW */
#define FEUADDR_REG 0x044  /* 32, RW */
#define EVENT_IM    31, 31 /* FECTL, IECTL, PECTL: masked */
#define EVENT_IP    30, 30 /* pending, RO */

#define PMEN_REG    0x064  /* protected memory, 32, RW */
#define PMEN_PRS    0, 0   /* protection is on, RO */
#define PMEN_EPM    31, 31

#define IQH_REG     0x080  /* queue head, 64, RO */
#define IQT_REG     0x088  /* queue tail, 64, RW */
#define IQ_INDEX    18, 4  /* of both, in units of 16 bytes; 256-bit descriptors: even */
#define IQA_REG     0x090  /* queue address, 64, RW */
#define IQA_QS      2, 0   /* 2^QS pages */
#define IQA_DW      11, 11 /* 256-bit descriptors */
#define IQA_BASE    63, 12
#define ICS_REG     0x09c  /* completion status, 32, RW1C */
#define IECTL_REG   0x0a0  /* 32, RW */
#define IRTA_REG    0x0b8  /* interrupt remapping table, 64, RW; takes effect at SIRTP */
#define IRTA_S      3, 0   /* 2^(S+1) entries */
#define IRTA_SIZE(n) (__builtin_ctz(n) - 1)
#define IRTA_EIME   11, 11 /* destinations are x2APIC ids */
#define IRTA_ADDR   63, 12
#define PECTL_REG   0x0e0  /* 32, RW; with ECAP.PRS */

/* At ECAP.IRO * 16. */
#define IVA_REG     0x000  /* address to invalidate, 64, WO */
#define IVA_AM      5, 0   /* 2^AM pages */
#define IVA_IH      6, 6   /* only last-level entries changed */
#define IVA_ADDR    63, 12
#define IOTLB_REG   0x008  /* IOTLB command, 64, RW */
#define IOTLB_DID   47, 32
#define IOTLB_DW    48, 48 /* drain writes */
#define IOTLB_DR    49, 49 /* drain reads */
#define IOTLB_IAIG  58, 57 /* granularity performed */
#define IOTLB_IIRG  61, 60 /* granularity wanted */
#define IOTLB_IVT   63, 63 /* start; falls when done */

/* Granularities, of both interfaces. */
#define GRAN_GLOBAL 1
#define GRAN_DOMAIN 2
#define GRAN_FINE   3 /* one device, or pages */
#define PASID_OF_DOMAIN 0 /* those of the PASID cache */
#define PASID_ALL   3

/* Fault record i at CAP.FRO * 16 + i * FRCD_SIZE, 128, RW1C. */
#define FRCD_SIZE   16
#define FRCD_HI     8      /* offset of the high word */
#define FRCD_TOP    12     /* offset of the dword that holds F */
#define FRCD_FI     63, 12 /* page address */
#define FRCD_INDEX  63, 48 /* interrupt faults: index of the request */
#define FRCD_SID    79, 64
#define FRCD_PRIV   93, 93
#define FRCD_EXE    94, 94
#define FRCD_PP     95, 95 /* PV is valid */
#define FRCD_FR     103, 96
#define FRCD_PV     123, 104
#define FRCD_AT     125, 124
#define FRCD_T      126, 126 /* read */
#define FRCD_F      127, 127 /* record valid; write 1 to clear */
#define FRCD_TOP_F  31, 31   /* F in the dword at FRCD_TOP */
/* clang-format on */

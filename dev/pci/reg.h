/*
 * PCI configuration space: offsets, and fields as the two bit numbers that the PCI Local
 * Bus 3.0, PCI Express Base 3.0 and PCI-to-PCI Bridge 1.2 specifications print. Offsets
 * below a capability's name are relative to that capability. Never leaves dev/pci.
 */
#pragma once

#include "kern/types.h"

/* clang-format off */
#define FIELD_MASK(hi, lo)     ((~0ull >> (63 - (hi) + (lo))) << (lo))
#define FIELD_GET(v, hi, lo)   (((v) & FIELD_MASK(hi, lo)) >> (lo))
#define FIELD_BITS(x, hi, lo)  ((uint64_t)(x) << (lo) & FIELD_MASK(hi, lo))
#define FMASK(field)           FIELD_MASK(field)
#define FGET(v, field)         FIELD_GET(v, field)
#define FBITS(field, x)        FIELD_BITS(x, field)

#define CFG_SIZE     256  /* conventional space */
#define CFG_EXT_SIZE 4096 /* with PCI Express */

/* ---- header, all types ---- */
#define CFG_VENDOR   0x00
#define CFG_DEVICE   0x02
#define CFG_COMMAND  0x04
#define CMD_IO       0, 0
#define CMD_MEMORY   1, 1
#define CMD_MASTER   2, 2
#define CMD_INTX_OFF 10, 10
#define CFG_STATUS   0x06
#define STS_CAPS     4, 4 /* a capability list exists */
#define CFG_REVISION 0x08
#define CFG_PROGIF   0x09
#define CFG_SUBCLASS 0x0a
#define CFG_CLASS    0x0b
#define CFG_HEADER   0x0e
#define HDR_LAYOUT   6, 0
#define HDR_MULTI    7, 7 /* other functions may exist */
#define CFG_BAR0     0x10
#define CFG_CAPPTR   0x34
#define CFG_INTLINE  0x3c

#define VENDOR_NONE  0xffff
#define VENDOR_RETRY 0x0001 /* configuration request retry status, software visible */

/* ---- header type 0: device ---- */
#define LAYOUT_DEVICE 0
#define CFG_SUBVENDOR 0x2c
#define CFG_SUBDEVICE 0x2e

/* ---- header type 1: PCI-to-PCI bridge ---- */
#define LAYOUT_BRIDGE     1
#define CFG_SECONDARY     0x19
#define CFG_SUBORDINATE   0x1a
#define CFG_IO_BASE       0x1c
#define CFG_IO_LIMIT      0x1d
#define IOW_32            0, 0 /* the upper 16 bits exist */
#define IOW_ADDR          7, 4 /* address 15:12 */
#define CFG_MEM_BASE      0x20
#define CFG_MEM_LIMIT     0x22
#define CFG_PREF_BASE     0x24
#define CFG_PREF_LIMIT    0x26
#define MEMW_64           0, 0 /* the upper 32 bits exist */
#define MEMW_ADDR         15, 4 /* address 31:20 */
#define CFG_PREF_BASE_HI  0x28
#define CFG_PREF_LIMIT_HI 0x2c
#define CFG_IO_BASE_HI    0x30
#define CFG_IO_LIMIT_HI   0x32
#define CFG_BRIDGECTL     0x3e
#define BCTL_RESET        6, 6 /* secondary bus reset */

#define LAYOUT_CARDBUS 2

/* ---- base address registers ---- */
#define BAR_IO        0, 0
#define BAR_TYPE      2, 1 /* of memory: */
#define BAR_TYPE_32   0
#define BAR_TYPE_1M   1
#define BAR_TYPE_64   2
#define BAR_PREFETCH  3, 3
#define BAR_MEM_FLAGS 3, 0
#define BAR_IO_FLAGS  1, 0

/* ---- capabilities in the first 256 bytes ---- */
#define CAP_FIRST 0x40
#define CAP_PM    0x01
#define CAP_MSI   0x05
#define CAP_PCIE  0x10
#define CAP_MSIX  0x11
#define CAP_AF    0x13

#define PM_CSR        4
#define PMCSR_STATE   1, 0
#define PM_D0         0
#define PM_D3         3
#define PMCSR_NOSOFT  3, 3 /* D3 to D0 does not reset */

#define MSI_CTL     2
#define MSI_ENABLE  0, 0
#define MSI_MME     6, 4 /* log2 of messages enabled */
#define MSI_64      7, 7
#define MSI_MASKING 8, 8
#define MSI_ADDR    4
#define MSI_ADDR_HI 8
#define MSI_DATA32  8 /* after a 32-bit address */
#define MSI_DATA64  12
#define MSI_MASK32  12
#define MSI_MASK64  16

#define MSIX_CTL    2
#define MSIX_SIZE   10, 0 /* entries minus 1 */
#define MSIX_MASK   14, 14
#define MSIX_ENABLE 15, 15
#define MSIX_TABLE  4
#define MSIX_PBA    8
#define MSIX_BIR    2, 0
#define MSIX_OFFSET 31, 3 /* in 8-byte units */
#define MSIX_ENTRY  16    /* bytes: address, address high, data, vector control */

#define PCIE_FLAGS      2
#define PCIE_VERSION    3, 0
#define PCIE_TYPE       7, 4
#define TYPE_ROOTPORT   4
#define TYPE_UPSTREAM   5
#define TYPE_DOWNSTREAM 6
#define TYPE_PCIE_TO_PCI 7
#define TYPE_PCI_TO_PCIE 8
#define TYPE_NONE       0xff /* ours: no PCI Express capability */
#define PCIE_DEVCAP     4
#define DEVCAP_FLR      28, 28
#define PCIE_DEVCTL     8
#define DEVCTL_RELAXED  4, 4
#define DEVCTL_NOSNOOP  11, 11
#define DEVCTL_FLR      15, 15
#define PCIE_DEVSTA     10
#define DEVSTA_PENDING  5, 5
#define PCIE_DEVCTL2    0x28
#define DEVCTL2_ARI     5, 5 /* ARI forwarding, of a port */

#define AF_CAP     3
#define AFCAP_TP   0, 0 /* transactions pending is implemented */
#define AFCAP_FLR  1, 1
#define AF_CTL     4
#define AFCTL_FLR  0, 0
#define AF_STA     5
#define AFSTA_TP   0, 0

/* ---- extended capabilities ---- */
#define ECAP_FIRST 0x100
#define ECAP_ID    15, 0
#define ECAP_NEXT  31, 20
#define ECAP_AER   0x0001
#define ECAP_ACS   0x000d
#define ECAP_ATS   0x000f
#define ECAP_SRIOV 0x0010
#define ECAP_PRI   0x0013
#define ECAP_PASID 0x001b

#define ACS_CAP 4
#define ACS_CTL 6
#define ACS_SV  0, 0 /* source validation */
#define ACS_RR  2, 2 /* peer-to-peer request redirect */
#define ACS_CR  3, 3 /* completion redirect */
#define ACS_UF  4, 4 /* upstream forwarding */

#define ATS_CAP      4
#define ATS_DEPTH    4, 0 /* invalidations it takes at once; 0: 32 */
#define ATS_CTL      6
#define ATS_STU      4, 0 /* 2^n pages are the least it is told of */
#define ATS_ENABLE   15, 15
#define PRI_CTL      4
#define PRI_ENABLE   0, 0
#define PASID_CTL    6
#define PASID_ENABLE 0, 0
#define SRIOV_CTL    8
#define SRIOV_VFE    0, 0
/* clang-format on */

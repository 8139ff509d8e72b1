/*
 * Interrupt remapping as data: the entries of a unit's table, and what devices and
 * IO-APICs write so that the unit looks one up.
 *
 *	device:   0xfee, handle ----> unit: irt[handle] ----> CPU: vector, APIC id
 *	IO-APIC:  line -> entry, handle         \--- requester id refused ---> fault 0x26
 */
#pragma once

#include "dev/vtd/iommu.h"
#include "dev/vtd/bits.h"

#define IRT_ENTRIES 256 /* one page, and more than there are vectors */

/* Table entry. Delivery is fixed, the destination physical: DM, RH, DLM and FPD stay
 * 0. */
#define IRTE_P    0, 0
#define IRTE_FPD  1, 1
#define IRTE_TM   4, 4   /* level */
#define IRTE_V    23, 16 /* vector */
#define IRTE_DST  63, 32 /* APIC id, with EIME */
#define IRTE_DST8 47, 40 /* APIC id, without */
#define IRTE_SID  79, 64
#define IRTE_SQ   81, 80 /* bits of SID ignored: none */
#define IRTE_SVT  83, 82
#define IRTE_BUS1 79, 72 /* SVT_BUS: first and last bus */
#define IRTE_BUS2 71, 64
#define SVT_ID    1 /* the whole requester id */
#define SVT_BUS   2 /* its bus */

/* The address of a message in remappable format; its data is added to the handle. */
#define IRM_SHV     3, 3 /* it is */
#define IRM_INDEX15 2, 2
#define IRM_FORMAT  4, 4  /* remappable */
#define IRM_INDEX   19, 5 /* 14:0 */
#define IRM_FEE     31, 20

/* Redirection entry of an IO-APIC, remappable format. Vector and trigger repeat the table
 * entry's: by them the IO-APIC knows what is acknowledged. */
#define RTE_VECTOR  7, 0
#define RTE_INDEX15 11, 11
#define RTE_LOW     13, 13 /* active low */
#define RTE_LEVEL   15, 15
#define RTE_FORMAT  48, 48
#define RTE_INDEX   63, 49

Ent irt_entry(const VtdIrq *q, bool x2apic);    /* present */
bool irt_decode(Ent e, bool x2apic, VtdIrq *q); /* false: not present */

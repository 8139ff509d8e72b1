/*
 * What has to be invalidated after a change, as a list of operations, and how each
 * operation is spelt for the queue and for the registers.
 */
#pragma once

#include "dev/vtd/bits.h"
#include "dev/vtd/cap.h"

typedef enum InvKind {
	INV_WBF, /* flush the write buffer */
	INV_CONTEXT_GLOBAL, INV_CONTEXT_DEVICE,
	INV_FENCE, /* what is above completes before what is below begins */
	INV_IOTLB_GLOBAL, INV_IOTLB_DOMAIN, INV_IOTLB_PAGE,
	INV_IEC_GLOBAL, INV_IEC_INDEX, /* interrupt entries; by queue only */
	INV_DEVICE, /* a device's own TLB; likewise */
	/* Scalable mode; by queue only. */
	INV_PASID_GLOBAL, INV_PASID_DOMAIN,
} InvKind;
#define INV_NKIND (INV_PASID_DOMAIN + 1)

typedef struct InvOp {
	InvKind  kind;
	uint16_t did, sid, index;
	bool     ih; /* page: only last-level entries changed */
	uint8_t  am; /* page: 2^am pages at addr */
	uint8_t  depth; /* device: how many it can have outstanding, 0: 32 */
	bool     size; /* device: addr is that of a block, with its size */
	uint64_t addr;
} InvOp;

typedef enum ChangeKind {
	CHANGE_ROOT,            /* a new root table */
	CHANGE_BUS_ADDED,       /* a root entry became present */
	CHANGE_CONTEXT_ADDED,   /* context entries of sid[] became present */
	CHANGE_CONTEXT_REMOVED, /* ... are not present any more; did is the one they had */
	CHANGE_PAGES_ADDED,     /* [iova, iova+len) became present; len 0: anywhere */
	CHANGE_PAGES_REMOVED,   /* ... lost rights, were re-pointed, or are gone */
	CHANGE_TABLES_REMOVED,  /* ... and table pages went with them */
	CHANGE_IRT,             /* a new interrupt remapping table */
	CHANGE_IRTE,            /* entry `index` of it */
} ChangeKind;

typedef struct Change {
	ChangeKind kind;
	uint16_t   did, index;
	const uint16_t *sid;
	uint32_t   nsid;
	uint64_t   iova, len;
} Change;

#define INV_MAXSID 16 /* more devices than this: the whole context cache */
#define INV_MAXOP  (INV_MAXSID + 4)

/* Fills op (INV_MAXOP long) in the order they must complete; returns how many. */
uint32_t inv_plan(const Limits *l, const Change *c, InvOp *op);

/* Of an INV_DEVICE: the block around a range, len 0: everything. */
void     inv_block(InvOp *op, uint64_t iova, uint64_t len);
Ent      inv_descriptor(const Limits *l, const InvOp *op);
Ent      inv_wait(uint64_t status, uint32_t data, bool fence);
Ent      inv_broader(const Limits *l, Ent descriptor); /* its global form */
uint64_t inv_ccmd(const InvOp *op);
uint64_t inv_iotlb(const Limits *l, const InvOp *op);
uint64_t inv_iva(const InvOp *op);

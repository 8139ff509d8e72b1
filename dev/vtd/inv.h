/*
 * What has to be invalidated after a change, as a list of operations, and how each
 * operation is spelt for the queue and for the registers.
 */
#pragma once

#include "dev/vtd/bits.h"
#include "dev/vtd/cap.h"
#include "dev/vtd/ent.h"

/* clang-format off */
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
/* clang-format on */
#define INV_NKIND (INV_PASID_DOMAIN + 1)

typedef struct InvOp {
	InvKind kind;
	uint16_t did;
	union {
		uint16_t sid;   /* context, device */
		uint16_t index; /* interrupt entry */
	};
	bool ih;       /* page: only last-level entries changed */
	uint8_t am;    /* page: 2^am pages at addr */
	uint8_t depth; /* device: how many it can have outstanding, 0: 32 */
	bool size;     /* device: addr is that of a block, with its size */
	uint64_t addr;
} InvOp;

/* clang-format off */
typedef enum ChangeKind {
	CHANGE_ROOT,            /* a new root table */
	CHANGE_BUS_ADDED,       /* a root entry became present */
	CHANGE_CONTEXT_ADDED,   /* context entries of sid[] became present */
	/* ... are not present any more; did is the one they had */
	CHANGE_CONTEXT_REMOVED,
	CHANGE_PAGES_ADDED,     /* [iova, iova+len) became present; len 0: anywhere */
	CHANGE_PAGES_REMOVED,   /* ... lost rights, were re-pointed, or are gone */
	CHANGE_TABLES_REMOVED,  /* ... and table pages went with them */
	CHANGE_IRT,             /* a new interrupt remapping table */
	CHANGE_IRTE,            /* entry `index` of it */
} ChangeKind;
/* clang-format on */

typedef struct Change {
	ChangeKind kind;
	uint16_t did, index;
	union {
		struct { /* of context entries */
			const uint16_t *sid;
			uint32_t nsid;
		};
		struct { /* of pages */
			uint64_t iova, len;
		};
	};
} Change;

#define INV_MAXSID 16 /* more devices than this: the whole context cache */
#define INV_MAXOP  (INV_MAXSID + 4)

/* Fills op (INV_MAXOP long) in the order they must complete; returns how many. */
uint32_t inv_plan(const Limits *l, const Change *c, InvOp *op);

/* Of an INV_DEVICE: the block around a range, len 0: everything. */
void inv_block(InvOp *op, uint64_t iova, uint64_t len);
Ent inv_device(const Limits *l, const InvOp *op);

/* A descriptor of each kind, but for what ids, sources and addresses it is about. */
extern const uint64_t inv_spelling[INV_NKIND];
extern const uint64_t inv_first_page; /* of a page, where the first level translates */

/* What a kind has no use for is 0 in op, so that one formula spells all but devices'. */
static inline Ent
inv_descriptor(const Limits *l, const InvOp *op)
{
	uint64_t lo = inv_spelling[op->kind] | FVAL(QI_DID, op->did) |
		FVAL(QI_SID, op->sid);

	if (op->kind == INV_DEVICE)
		return inv_device(l, op);
	/* drains by itself; PASID 0 */
	if (op->kind == INV_IOTLB_PAGE && l->mode == VTD_FIRST)
		lo = inv_first_page | FVAL(QI_DID, op->did);
	else if (op->kind - INV_IOTLB_GLOBAL <= INV_IOTLB_PAGE - INV_IOTLB_GLOBAL)
		lo |= FVAL(QI_DR, l->drain_read) | FVAL(QI_DW, l->drain_write);
	return (Ent){ lo, op->addr | FVAL(QI_IH, op->ih) | FVAL(QI_AM, op->am) };
}

/* Write data to status when what is above has completed; with fence, what is below
 * waits. */
static inline Ent
inv_wait(uint64_t status, uint32_t data, bool fence)
{
	return (Ent){ FVAL(QI_TYPE, QI_T_WAIT) | FVAL(QI_WAIT_SW, 1) |
			FVAL(QI_WAIT_FN, fence) | FVAL(QI_WAIT_DATA, data),
		FVAL(QI_WAIT_ADDR, status >> 2) };
}

Ent inv_broader(const Limits *l, Ent descriptor); /* its global form */
uint64_t inv_ccmd(const InvOp *op);
uint64_t inv_iotlb(const Limits *l, const InvOp *op);
uint64_t inv_iva(const InvOp *op);

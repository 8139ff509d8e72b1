/*
 * The rules of invalidation, pure (VT-d 6.2, 6.5):
 *
 *  change                CM=0                        CM=1
 *  root table            context all, IOTLB all      same
 *  root entry added      - (RWBF: buffer)            context all, IOTLB all
 *  context entry added   - (RWBF: buffer)            context device id 0, IOTLB new id
 *  context entry removed context device old id,      same
 *                        IOTLB old id
 *  pages added           - (RWBF: buffer)            IOTLB pages
 *  pages removed         IOTLB pages, IH=1           same
 *  tables removed        IOTLB pages, IH=0           same
 *  interrupt table       entry cache all             same
 *  interrupt entry       entry cache index           same
 *
 * "-" is nothing; with RWBF=1 the write buffer is flushed instead. IH=1 is the hint that
 * only last-level entries have changed.
 *
 * The context cache comes before the IOTLB, with a fence between them: in the other order
 * a request in flight could refill the IOTLB from the old entry. In scalable mode the
 * PASID cache is invalidated between these two, all of it or what has the old or new id.
 * Pages that were translated by first-stage tables are invalidated by a descriptor of
 * another type, because the descriptor for second-stage pages does not touch them. What
 * invalidates a whole domain is the same for both stages.
 *
 * Every command flushes the write buffer too. Under CM=1 hardware may have cached that an
 * entry, or a whole table, was not present, and it tags this with id 0. So an
 * invalidation for pages that were added never carries the hint.
 */
#include "dev/vtd/inv.h"

#include "dev/vtd/reg.h"

#define PAGE_SHIFT 12

/* The aligned block of pages around first .. last. */
static inline void
block_op(const Change *c, uint64_t first, uint64_t last, bool ih, InvOp *op)
{
	uint32_t am = 63 - (uint32_t)__builtin_clzll((first ^ last) << 1 | 1);

	op->kind = INV_IOTLB_PAGE;
	op->did = c->did;
	op->sid = 0;
	op->ih = ih;
	op->am = (uint8_t)am;
	op->addr = first >> am << am << PAGE_SHIFT;
}

static InvOp
domain_op(const Limits *l, const Change *c)
{
	if (l->whole)
		return (InvOp){ .kind = INV_IOTLB_GLOBAL };
	return (InvOp){ .kind = INV_IOTLB_DOMAIN, .did = c->did };
}

/* A range that no single block covers well: two blocks that meet at its best aligned
 * boundary, which is where block `op` has its middle; else the domain. */
static uint32_t __attribute__((noinline))
plan_wide(const Limits *l, const Change *c, uint64_t first, uint64_t last, InvOp *op)
{
	bool ih = op->ih;

	if (l->psi && c->len != 0 && last > first) {
		uint32_t half = op->am - 1u;
		uint64_t middle = last >> half << half;

		block_op(c, first, middle - 1, ih, &op[0]);
		block_op(c, middle, last, ih, &op[1]);
		if (op[0].am <= l->mamv && op[1].am <= l->mamv)
			return 2;
	}
	op[0] = domain_op(l, c);
	return 1;
}

/* One aligned block that covers the range when it is no more than four times as large. */
static inline uint32_t
plan_pages(const Limits *l, const Change *c, bool ih, InvOp *op)
{
	uint64_t first = c->iova >> PAGE_SHIFT;
	uint64_t last = (c->iova + c->len - 1) >> PAGE_SHIFT;

	block_op(c, first, last, ih, op);
	if (l->psi && c->len != 0 && last >= first && op->am <= l->mamv &&
		4 * (last - first + 1) >> op->am != 0)
		return 1;
	return plan_wide(l, c, first, last, op);
}

/* Behind the context cache: what an entry there led to. */
static uint32_t
plan_pasid(const Limits *l, InvOp pasid, InvOp *op)
{
	if (l->mode == VTD_LEGACY)
		return 0;
	op[0] = (InvOp){ .kind = INV_FENCE };
	op[1] = pasid;
	return 2;
}

static uint32_t __attribute__((noinline)) plan_all(const Limits *l, InvOp *op)
{
	uint32_t n = 0;

	op[n++] = (InvOp){ .kind = INV_CONTEXT_GLOBAL };
	n += plan_pasid(l, (InvOp){ .kind = INV_PASID_GLOBAL }, &op[n]);
	op[n++] = (InvOp){ .kind = INV_FENCE };
	op[n++] = (InvOp){ .kind = INV_IOTLB_GLOBAL };
	return n;
}

/* did: the id context entries are cached under, before the change. */
static uint32_t __attribute__((noinline))
plan_context(const Limits *l, const Change *c, uint16_t did, InvOp *op)
{
	uint32_t n = 0;

	if (c->nsid > INV_MAXSID)
		op[n++] = (InvOp){ .kind = INV_CONTEXT_GLOBAL };
	else
		while (n < c->nsid) {
			op[n] = (InvOp){
				.kind = INV_CONTEXT_DEVICE, .did = did, .sid = c->sid[n]
			};
			n++;
		}
	n += plan_pasid(l, (InvOp){ .kind = INV_PASID_DOMAIN, .did = c->did }, &op[n]);
	op[n++] = (InvOp){ .kind = INV_FENCE };
	op[n++] = domain_op(l, c);
	return n;
}

static uint32_t
plan_buffer(const Limits *l, InvOp *op)
{
	op[0] = (InvOp){ .kind = INV_WBF };
	return l->rwbf ? 1 : 0;
}

uint32_t
inv_plan(const Limits *l, const Change *c, InvOp *op)
{
	switch (c->kind) {
	case CHANGE_ROOT:
		return plan_all(l, op);
	case CHANGE_BUS_ADDED:
		return l->cm ? plan_all(l, op) : plan_buffer(l, op);
	case CHANGE_CONTEXT_ADDED:
		return l->cm ? plan_context(l, c, 0, op) : plan_buffer(l, op);
	case CHANGE_CONTEXT_REMOVED:
		return plan_context(l, c, c->did, op);
	case CHANGE_PAGES_ADDED:
		return l->cm ? plan_pages(l, c, false, op) : plan_buffer(l, op);
	case CHANGE_PAGES_REMOVED:
		return plan_pages(l, c, true, op);
	case CHANGE_TABLES_REMOVED:
		return plan_pages(l, c, false, op);
	case CHANGE_IRT:
		op[0] = (InvOp){ .kind = INV_IEC_GLOBAL };
		return 1;
	case CHANGE_IRTE:
		op[0] = (InvOp){ .kind = INV_IEC_INDEX, .index = c->index };
		return 1;
	}
	return plan_all(l, op);
}

/* ---- spelling: a device's TLB ---- */

#define ALL (~0ull >> 1 & ~0xfffull) /* the block of all addresses */

/* An aligned block of 2^n pages, n > 0, is its address with n - 1 bits set from bit 12
 * on. */
static uint64_t
device_block(uint64_t first, uint64_t last)
{
	uint32_t bits = 64 - (uint32_t)__builtin_clzll(first ^ last);

	return (first >> bits << bits | ((1ull << (bits - 1)) - 1)) << 12;
}

void
inv_block(InvOp *op, uint64_t iova, uint64_t len)
{
	uint64_t first = iova >> 12, last = (iova + len - 1) >> 12;

	op->size = first != last;
	op->addr = op->size ? device_block(first, last) : first << 12;
	if (len == 0 || last < first) {
		op->size = true;
		op->addr = ALL;
	}
}

Ent
inv_device(const Limits *l, const InvOp *op)
{
	Ent d = { 0, op->addr };

	EPUT(d, QI_TYPE, QI_T_DEVICE);
	EPUT(d, QI_SID, op->sid);
	EPUT(d, QI_MIP, op->depth);
	EPUT(d, QI_PFSID_LOW, l->throttles ? op->sid : 0);
	EPUT(d, QI_PFSID_HIGH, l->throttles ? op->sid >> 4 : 0);
	EPUT(d, QI_SIZE, op->size);
	return d;
}

static Ent
device_broader(Ent d)
{
	d.hi = ALL;
	EPUT(d, QI_SIZE, 1);
	return d;
}

/* ---- all the rest ---- */

#define SPELL(type, gran) FCONST(QI_T_##type, QI_TYPE) | FCONST(gran, QI_GRAN)

const uint64_t inv_spelling[INV_NKIND] = {
	[INV_CONTEXT_GLOBAL] = SPELL(CONTEXT, GRAN_GLOBAL),
	[INV_CONTEXT_DEVICE] = SPELL(CONTEXT, GRAN_FINE),
	[INV_IOTLB_GLOBAL] = SPELL(IOTLB, GRAN_GLOBAL),
	[INV_IOTLB_DOMAIN] = SPELL(IOTLB, GRAN_DOMAIN),
	[INV_IOTLB_PAGE] = SPELL(IOTLB, GRAN_FINE),
	[INV_IEC_GLOBAL] = QI_T_IEC,
	[INV_IEC_INDEX] = QI_T_IEC | FMASK(QI_IEC_ONE),
	[INV_PASID_GLOBAL] = SPELL(PASID, PASID_ALL),
	[INV_PASID_DOMAIN] = SPELL(PASID, PASID_OF_DOMAIN),
};

const uint64_t inv_first_page = SPELL(FIRST, GRAN_FINE);

Ent
inv_broader(const Limits *l, Ent d)
{
	InvOp all;

	switch (EGET(d, QI_TYPE)) {
	case QI_T_CONTEXT:
		all = (InvOp){ .kind = INV_CONTEXT_GLOBAL };
		break;
	case QI_T_IOTLB:
	case QI_T_FIRST:
		all = (InvOp){ .kind = INV_IOTLB_GLOBAL };
		break;
	case QI_T_IEC:
		all = (InvOp){ .kind = INV_IEC_GLOBAL };
		break;
	case QI_T_PASID:
		all = (InvOp){ .kind = INV_PASID_GLOBAL };
		break;
	case QI_T_DEVICE:
		return device_broader(d);
	default:
		return d;
	}
	return inv_descriptor(l, &all);
}

/* The registers' granularities are the queue's. */
static uint64_t
op_granularity(const InvOp *op)
{
	return FGET(inv_spelling[op->kind], QI_GRAN);
}

uint64_t
inv_ccmd(const InvOp *op)
{
	return FMASK(CCMD_ICC) | FVAL(CCMD_CIRG, op_granularity(op)) |
		FVAL(CCMD_SID, op->sid) | FVAL(CCMD_DID, op->did);
}

uint64_t
inv_iotlb(const Limits *l, const InvOp *op)
{
	return FMASK(IOTLB_IVT) | FVAL(IOTLB_IIRG, op_granularity(op)) |
		FVAL(IOTLB_DR, l->drain_read) | FVAL(IOTLB_DW, l->drain_write) |
		FVAL(IOTLB_DID, op->did);
}

uint64_t
inv_iva(const InvOp *op)
{
	return FVAL(IVA_ADDR, op->addr >> PAGE_SHIFT) | FVAL(IVA_IH, op->ih) |
		FVAL(IVA_AM, op->am);
}

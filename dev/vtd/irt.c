/*
 * Interrupt remapping formats, pure (VT-d 5.1.3, 5.1.5, 9.10). Every entry names its
 * source: SVT is never 0, so an entry whose high word is 0 is free. Without EIME only the
 * 8 bits of an xAPIC id exist and the rest of the field is reserved.
 */
#include "dev/vtd/irt.h"

Ent
irt_entry(const VtdIrq *q, bool x2apic)
{
	Ent e = { 0, 0 };

	EPUT(e, IRTE_P, 1);
	EPUT(e, IRTE_TM, q->level);
	EPUT(e, IRTE_V, q->vector);
	if (x2apic)
		EPUT(e, IRTE_DST, q->dest);
	else
		EPUT(e, IRTE_DST8, q->dest);
	EPUT(e, IRTE_SVT, q->bus ? SVT_BUS : SVT_ID);
	EPUT(e, IRTE_SID, q->sid);
	if (q->bus) /* from this bus to this bus */
		EPUT(e, IRTE_BUS2, q->sid >> 8);
	return e;
}

bool
irt_decode(Ent e, bool x2apic, VtdIrq *q)
{
	*q = (VtdIrq){
		.sid = (uint16_t)EGET(e, IRTE_SID),
		.bus = EGET(e, IRTE_SVT) == SVT_BUS,
		.level = EGET(e, IRTE_TM),
		.vector = (uint8_t)EGET(e, IRTE_V),
		.dest = (uint32_t)(x2apic ? EGET(e, IRTE_DST) : EGET(e, IRTE_DST8)),
	};
	if (q->bus)
		q->sid &= 0xff00;
	return EGET(e, IRTE_P);
}

bool
vtd_irq_allows(const VtdIrq *q, uint16_t sid)
{
	return q->bus ? q->sid >> 8 == sid >> 8 : q->sid == sid;
}

void
vtd_irq_message(uint32_t index, uint64_t *addr, uint32_t *data)
{
	*addr = FVAL(IRM_FEE, 0xfee) | FMASK(IRM_FORMAT) | FMASK(IRM_SHV) |
		FVAL(IRM_INDEX, index) | FVAL(IRM_INDEX15, index >> 15);
	*data = 0;
}

uint64_t
vtd_irq_line(uint32_t index, uint8_t vector, bool level, bool low)
{
	return FVAL(RTE_VECTOR, vector) | FVAL(RTE_LEVEL, level) | FVAL(RTE_LOW, low) |
		FMASK(RTE_FORMAT) | FVAL(RTE_INDEX, index) |
		FVAL(RTE_INDEX15, index >> 15);
}

/*
 * Fault records and reasons, pure (VT-d chapter 7, 10.4.14). The texts are
 * those Linux prints where it has one, because people search for them. PASID fields are
 * valid only where PP says so and are not used.
 */
#include "dev/vtd/reg.h"
#include "dev/vtd/vtd.h"

#define IR_FIRST 0x20
#define IR_LAST  0x26

static const char *const text[] = {
	[0x01] = "Present bit in root entry is clear",
	[0x02] = "Present bit in context entry is clear",
	[0x03] = "Invalid context entry",
	[0x04] = "Access beyond MGAW",
	[0x05] = "PTE Write access is not set",
	[0x06] = "PTE Read access is not set",
	[0x07] = "Next page table ptr is invalid",
	[0x08] = "Root table address invalid",
	[0x09] = "Context table ptr is invalid",
	[0x0a] = "non-zero reserved fields in RTP",
	[0x0b] = "non-zero reserved fields in CTP",
	[0x0c] = "non-zero reserved fields in PTE",
	[0x0d] = "PCE for translation request specifies blocking",
	[0x0e] = "Address lies in the interrupt range",
	[0x20] = "Detected reserved fields in the decoded interrupt-remapped request",
	[0x21] = "Interrupt index exceeded the interrupt-remapping table size",
	[0x22] = "Present field in the IRTE entry is clear",
	[0x23] = "Error accessing interrupt-remapping table pointed by IRTA_REG",
	[0x24] = "Detected reserved fields in the IRTE entry",
	[0x25] = "Blocked a compatibility format interrupt request",
	[0x26] = "Blocked an interrupt request due to source-id verification failure",
};

bool
fault_decode(uint64_t lo, uint64_t hi, VtdFault *f)
{
	Ent r = { lo, hi };

	if (!EGET(r, FRCD_F))
		return false;
	memset(f, 0, sizeof *f);
	f->reason = (uint8_t)EGET(r, FRCD_FR);
	f->sid = (uint16_t)EGET(r, FRCD_SID);
	f->read = EGET(r, FRCD_T);
	f->interrupt = f->reason >= IR_FIRST && f->reason <= IR_LAST;
	f->addr = f->interrupt ? EGET(r, FRCD_INDEX) : EGET(r, FRCD_FI) << 12;
	return true;
}

const char *
vtd_fault_text(uint8_t reason)
{
	if (reason < sizeof text / sizeof text[0] && text[reason])
		return text[reason];
	return "Unknown";
}

/*
 * Fault records and reasons, pure (VT-d chapter 7, 10.4.14). The texts are
 * those Linux prints where it has one, because people search for them. PASID fields are
 * valid only where PP says so and are not used.
 */
#include "dev/vtd/faultrec.h"

#include "dev/vtd/reg.h"

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
	/* Scalable mode; in words of ours. */
	[0x30] = "Scalable mode: root table address invalid",
	[0x31] = "Scalable mode: request with PASID in legacy mode",
	[0x32] = "Scalable mode: page group request in legacy mode",
	[0x38] = "Scalable mode: root entry cannot be read",
	[0x39] = "Scalable mode: root entry is not present",
	[0x3a] = "Scalable mode: reserved field set in root entry",
	[0x40] = "Scalable mode: context entry cannot be read",
	[0x41] = "Scalable mode: context entry is not present",
	[0x42] = "Scalable mode: reserved field set in context entry",
	[0x43] = "Scalable mode: invalid context entry",
	[0x44] = "Scalable mode: context entry allows no translation requests",
	[0x45] = "Scalable mode: context entry allows no PASID",
	[0x46] = "Scalable mode: PASID above the limit of the context entry",
	[0x47] = "Scalable mode: context entry allows no page requests",
	[0x48] = "Scalable mode: wrong PASID for requests without one",
	[0x50] = "Scalable mode: PASID directory entry cannot be read",
	[0x51] = "Scalable mode: PASID directory entry is not present",
	[0x52] = "Scalable mode: reserved field set in PASID directory entry",
	[0x58] = "Scalable mode: PASID table entry cannot be read",
	[0x59] = "Scalable mode: PASID table entry is not present",
	[0x5a] = "Scalable mode: reserved field set in PASID table entry",
	[0x5b] = "Scalable mode: invalid PASID table entry",
	[0x5c] = "Scalable mode: execute requests are not enabled",
	[0x5d] = "Scalable mode: supervisor requests are not enabled",
	[0x70] = "First level: entry cannot be read",
	[0x71] = "First level: entry is not present",
	[0x72] = "First level: reserved field set",
	[0x73] = "First level: top entry cannot be read",
	[0x74] = "First level: address beyond the second level's width",
	[0x75] = "Second level: not allowed during a nested walk",
	[0x76] = "Second level: not allowed during a nested walk",
	[0x77] = "Second level: not allowed during a nested walk",
	[0x78] = "Second level: entry cannot be read",
	[0x79] = "Second level: read or write is not allowed",
	[0x7a] = "Second level: reserved field set",
	[0x7b] = "Second level: table pointer invalid",
	[0x7c] = "Second level: accessed or dirty bit cannot be set",
	[0x80] = "Address is not canonical",
	[0x81] = "First level: page is for supervisors only",
	[0x82] = "First level: page is not executable",
	[0x83] = "Address beyond the supported width",
	[0x84] = "Address beyond the supported width",
	[0x85] = "First level: write is not allowed",
	[0x86] = "First level: read is not allowed",
	[0x87] = "Address lies in the interrupt range",
	[0x90] = "First level: accessed or dirty bit cannot be set",
};

bool
fault_decode(uint64_t lo, uint64_t hi, VtdFault *f)
{
	Ent r = { lo, hi };

	if (!EGET(r, FRCD_F))
		return false;
	*f = (VtdFault){ 0 };
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

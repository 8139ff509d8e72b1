/* Checks of interrupt requests: the window, remapping, and who may use an entry. */
#include "tests/conformance/check.h"

#define OLD_FORMAT 0xfee00000u
#define ENTRY_0    0xfee00010u /* remappable, handle 0 */
#define SVT_ID     (1ull << 18)

/*
 * A message with `vector` for data, sent by edu as a plain write or by its MSI
 * capability: did it arrive (interrupts are off here, so it stays pending), and what was
 * recorded?
 */
static Verdict
message(bool arrives, uint8_t want, uint32_t address, uint8_t vector, uint32_t data,
	bool msi)
{
	Record r;

	page[0] = data;
	edu_dma(&edu, IOVA, 0, 8, false);
	if (msi)
		edu_msi(&edu, address, data);
	else
		edu_dma(&edu, address, 0, 4, true);
	r = vtd_record();
	SEEN(r.valid ? "%s, reason 0x%x" : "%s, no fault",
		apic_pending(vector) ? "arrives" : "blocked", r.reason);
	return judge(apic_pending(vector) == arrives && (r.valid ? r.reason : 0) == want);
}

/* The same with remapping on and this entry 0, for each check a vector of its own. */
static Verdict
remap(bool arrives, uint8_t want, uint32_t address, uint64_t lo, uint64_t hi, bool msi)
{
	static uint8_t vector = 0x40;
	uint64_t *table = page_new();

	if (!EHAS(3, 3))
		return ABSENT;
	usual(3);
	vector++;
	table[0] = lo | (lo ? (uint64_t)vector << 16 : 0);
	table[1] = hi;
	R64(0xb8) = (uint64_t)table | 7; /* 256 entries */
	vtd_command(1u << 24, 0);
	vtd_do(4, 0);
	vtd_command(1u << 25, 1u << 23);
	Verdict v = message(arrives, want, address, vector, address & 0x10 ? 0 : vector,
		msi);
	vtd_command(0, 1u << 25);
	return v;
}

static Verdict
window_write(void) /* a request for an interrupt, not memory: the tables are not asked */
{
	usual(3);
	return message(true, 0, OLD_FORMAT, 0x3f, 0x3f, false);
}

static Verdict
ir_allowed(void)
{
	return remap(true, 0, ENTRY_0, 1, SVT_ID | edu.sid, true);
}
static Verdict
ir_old(void)
{
	return remap(false, 0x25, OLD_FORMAT, 0, 0, true);
}
static Verdict
ir_old_forged(void)
{
	return remap(false, 0x25, OLD_FORMAT, 0, 0, false);
}
static Verdict
ir_beyond(void)
{
	return remap(false, 0x21, ENTRY_0 | 0x100 << 5, 0, 0, true);
}
static Verdict
ir_absent(void)
{
	return remap(false, 0x22, ENTRY_0, 0, 0, true);
}
static Verdict
ir_reserved(void)
{
	return remap(false, 0x24, ENTRY_0, 1 | 1 << 12, SVT_ID | edu.sid, true);
}
static Verdict
ir_source(void)
{
	return remap(false, 0x26, ENTRY_0, 1, SVT_ID | 0x99, true);
}
static Verdict
ir_source_forged(void)
{
	return remap(false, 0x26, ENTRY_0, 1, SVT_ID | 0x99, false);
}
static Verdict
ir_mask(void)
{
	return remap(true, 0, ENTRY_0, 1, SVT_ID | 3 << 16 | edu.sid | 5, true);
}
static Verdict
ir_bus(void)
{
	return remap(true, 0, ENTRY_0, 1, 2ull << 18, true);
}
static Verdict
ir_other_bus(void)
{
	return remap(false, 0x26, ENTRY_0, 1, 2ull << 18 | 0x0101, true);
}

const Check interrupts_checks[] = {
	{ "interrupt: the window is not translated", window_write },
	{ "interrupt: by an entry of its own", ir_allowed },
	{ "interrupt: function bits ignored (SQ 3)", ir_mask },
	{ "interrupt: from a range of buses", ir_bus },
	{ "interrupt: from another bus, fault 26", ir_other_bus },
	{ "interrupt: old format, fault 25", ir_old },
	{ "interrupt: old format, forged by DMA, fault 25", ir_old_forged },
	{ "interrupt: index beyond the table, fault 21", ir_beyond },
	{ "interrupt: entry absent, fault 22", ir_absent },
	{ "interrupt: reserved bit in the entry, fault 24", ir_reserved },
	{ "interrupt: another source, fault 26", ir_source },
	{ "interrupt: another source, forged, fault 26", ir_source_forged },
	{ NULL, NULL },
};

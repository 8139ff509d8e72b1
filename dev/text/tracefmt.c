/*
 * #vtd/trace in words: an event per line, registers, descriptors and entries by the
 * manual's names of their fields. Of a value a table says which fields it has; fields of
 * one bit appear when they are set. Pure.
 *
 *	seq 7 time 4.120001 unit 0 descriptor context device did 2 source 0:3.0
 *	seq 8 time 4.120002 unit 0 descriptor wait 12 fence
 *	seq 9 time 4.120003 unit 0 register IQT 0x80 index 8
 */
#include "dev/text/tracefmt.h"

#include "dev/vtd/ent.h"
#include "dev/vtd/irt.h"
#include "dev/vtd/reg.h"
#include "kern/cmd.h"

typedef unsigned long long ull;

/* ---- fields ---- */

typedef enum As { FLAG, NUMBER, LEVELS, HEX, PAGE, SOURCE } As;

typedef struct Field { /* bits as the manual numbers them; a name of "" ends a list */
	const char *name;
	As as;
	uint8_t hi, lo;
} Field;

#define F(name, as, bits) F_(name, as, bits)
#define F_(name, as, hi, lo)                                                             \
	{                                                                                \
		name, as, hi, lo                                                         \
	}
#define END                                                                              \
	{                                                                                \
		"", FLAG, 0, 0                                                           \
	}

static const Field gcmd[] = {
	F("TE", FLAG, GCMD_TE),
	F("SRTP", FLAG, GCMD_SRTP),
	F("SFL", FLAG, GCMD_SFL),
	F("EAFL", FLAG, GCMD_EAFL),
	F("WBF", FLAG, GCMD_WBF),
	F("QIE", FLAG, GCMD_QIE),
	F("IRE", FLAG, GCMD_IRE),
	F("SIRTP", FLAG, GCMD_SIRTP),
	F("CFI", FLAG, GCMD_CFI),
	END,
};
static const Field fsts[] = {
	F("PFO", FLAG, FSTS_PFO),
	F("AFO", FLAG, FSTS_AFO),
	F("APF", FLAG, FSTS_APF),
	F("IQE", FLAG, FSTS_IQE),
	F("ICE", FLAG, FSTS_ICE),
	F("ITE", FLAG, FSTS_ITE),
	F("PRO", FLAG, FSTS_PRO),
	END,
};
static const Field rtaddr[] = { F("mode", NUMBER, RTADDR_TTM),
	F("table", PAGE, RTADDR_RTA), END };
static const Field ccmd[] = {
	F("ICC", FLAG, CCMD_ICC),
	F("granularity", NUMBER, CCMD_CIRG),
	F("did", NUMBER, CCMD_DID),
	F("source", SOURCE, CCMD_SID),
	END,
};
static const Field event[] = { F("IM", FLAG, EVENT_IM), END };
static const Field pmen[] = { F("EPM", FLAG, PMEN_EPM), END };
static const Field iqt[] = { F("index", NUMBER, IQ_INDEX), END };
static const Field iqa[] = {
	F("base", PAGE, IQA_BASE),
	F("size", NUMBER, IQA_QS),
	F("DW", FLAG, IQA_DW),
	END,
};
static const Field irta[] = {
	F("table", PAGE, IRTA_ADDR),
	F("size", NUMBER, IRTA_S),
	F("EIME", FLAG, IRTA_EIME),
	END,
};
static const Field iva[] = {
	F("address", PAGE, IVA_ADDR),
	F("am", NUMBER, IVA_AM),
	F("ih", NUMBER, IVA_IH),
	END,
};
static const Field iotlb[] = {
	F("IVT", FLAG, IOTLB_IVT),
	F("granularity", NUMBER, IOTLB_IIRG),
	F("did", NUMBER, IOTLB_DID),
	F("drain_reads", FLAG, IOTLB_DR),
	F("drain_writes", FLAG, IOTLB_DW),
	END,
};
static const Field record[] = { F("F", FLAG, FRCD_TOP_F), END };
static const Field none[] = { END };

static const struct {
	uint window, off;
	const char *name;
	const Field *field;
} reg[] = {
	{ VTD_REGS_FIXED, GCMD_REG, "GCMD", gcmd },
	{ VTD_REGS_FIXED, RTADDR_REG, "RTADDR", rtaddr },
	{ VTD_REGS_FIXED, CCMD_REG, "CCMD", ccmd },
	{ VTD_REGS_FIXED, FSTS_REG, "FSTS", fsts },
	{ VTD_REGS_FIXED, FECTL_REG, "FECTL", event },
	{ VTD_REGS_FIXED, FEDATA_REG, "FEDATA", none },
	{ VTD_REGS_FIXED, FEADDR_REG, "FEADDR", none },
	{ VTD_REGS_FIXED, FEUADDR_REG, "FEUADDR", none },
	{ VTD_REGS_FIXED, PMEN_REG, "PMEN", pmen },
	{ VTD_REGS_FIXED, IQT_REG, "IQT", iqt },
	{ VTD_REGS_FIXED, IQA_REG, "IQA", iqa },
	{ VTD_REGS_FIXED, IECTL_REG, "IECTL", event },
	{ VTD_REGS_FIXED, IRTA_REG, "IRTA", irta },
	{ VTD_REGS_FIXED, PECTL_REG, "PECTL", event },
	{ VTD_REGS_IOTLB, IVA_REG, "IVA", iva },
	{ VTD_REGS_IOTLB, IOTLB_REG, "IOTLB", iotlb },
	{ VTD_REGS_FAULT, FRCD_TOP, "FRCD", record },
};

static void
put_fields(Text *t, const Field *f, Ent e)
{
	char b[16];

	for (; f->name[0]; f++) {
		uint64_t v = eget(e, f->hi, f->lo);

		if (f->as == FLAG) {
			if (v)
				text_printf(t, " %s", f->name);
			continue;
		}
		text_printf(t, " %s ", f->name);
		if (f->as == SOURCE)
			text_printf(t, "%s", bdf_print((bdf_t)v, b, sizeof b));
		else if (f->as == NUMBER || f->as == LEVELS)
			text_printf(t, "%llu", (ull)v + (f->as == LEVELS ? 2 : 0));
		else
			text_printf(t, "0x%llx", (ull)v << (f->as == PAGE ? 12 : 0));
	}
}

static void
put_register(Text *t, const VtdEvent *e)
{
	uint window = e->reg.window, off = e->reg.off;

	if (window == VTD_REGS_FAULT)
		off %= FRCD_SIZE;
	for (uint i = 0; i < nelem(reg); i++) {
		if (reg[i].window != window || reg[i].off != off)
			continue;
		text_printf(t, " register %s", reg[i].name);
		if (window == VTD_REGS_FAULT)
			text_printf(t, "%u", e->reg.off / FRCD_SIZE);
		text_printf(t, " 0x%llx", (ull)e->reg.value);
		put_fields(t, reg[i].field, (Ent){ e->reg.value, 0 });
		return;
	}
	text_printf(t, " register 0x%x 0x%llx", off, (ull)e->reg.value);
}

/* ---- descriptors ---- */

static const Field context_device[] = {
	F("did", NUMBER, QI_DID),
	F("source", SOURCE, QI_SID),
	END,
};
static const Field iotlb_domain[] = { F("did", NUMBER, QI_DID), END };
static const Field iotlb_page[] = {
	F("did", NUMBER, QI_DID),
	F("address", PAGE, QI_ADDR),
	F("am", NUMBER, QI_AM),
	F("ih", NUMBER, QI_IH),
	END,
};
static const Field device_block[] = {
	F("source", SOURCE, QI_SID),
	F("address", PAGE, QI_ADDR),
	F("block", NUMBER, QI_SIZE),
	END,
};
static const Field first_all[] = { F("did", NUMBER, QI_DID), F("pasid", NUMBER, QI_PASID),
	END };
static const Field first_page[] = {
	F("did", NUMBER, QI_DID),
	F("pasid", NUMBER, QI_PASID),
	F("address", PAGE, QI_ADDR),
	F("am", NUMBER, QI_AM),
	F("ih", NUMBER, QI_IH),
	END,
};
static const Field iec_index[] = { F("index", NUMBER, QI_IEC_INDEX), END };

static void
put_descriptor(Text *t, Ent d)
{
	static const struct {
		const char *name;
		const Field *field;
	} context[] = { { "?", none }, { "global", none }, { "domain", iotlb_domain },
		{ "device", context_device } },
	  pages[] = { { "?", none }, { "global", none }, { "domain", iotlb_domain },
		  { "page", iotlb_page } },
	  first[] = { { "?", none }, { "?", none }, { "all", first_all },
		  { "page", first_page } },
	  pasid[] = { { "domain", iotlb_domain }, { "one", first_all }, { "?", none },
		  { "global", none } };
	uint gran = EGET(d, QI_GRAN);

	text_printf(t, " descriptor");
	switch (EGET(d, QI_TYPE)) {
	case QI_T_CONTEXT:
		text_printf(t, " context %s", context[gran].name);
		put_fields(t, context[gran].field, d);
		break;
	case QI_T_IOTLB:
		text_printf(t, " iotlb %s", pages[gran].name);
		put_fields(t, pages[gran].field, d);
		break;
	case QI_T_DEVICE:
		text_printf(t, " device");
		put_fields(t, device_block, d);
		break;
	case QI_T_FIRST:
		text_printf(t, " first_stage %s", first[gran].name);
		put_fields(t, first[gran].field, d);
		break;
	case QI_T_PASID:
		text_printf(t, " pasid_cache %s", pasid[gran].name);
		put_fields(t, pasid[gran].field, d);
		break;
	case QI_T_IEC:
		text_printf(t, " interrupt %s", EGET(d, QI_IEC_ONE) ? "entry" : "global");
		put_fields(t, EGET(d, QI_IEC_ONE) ? iec_index : none, d);
		break;
	case QI_T_WAIT:
		text_printf(t, " wait %u%s", (uint)EGET(d, QI_WAIT_DATA),
			EGET(d, QI_WAIT_FN) ? " fence" : "");
		break;
	default:
		text_printf(t, " unknown 0x%llx:0x%llx", (ull)d.hi, (ull)d.lo);
	}
}

/* ---- entries ---- */

static const Field root_low[] = { F("P", FLAG, ROOT_P), F("table", PAGE, ROOT_CTP), END };
static const Field root_high[] = { { "P", FLAG, 64, 64 }, { "table", PAGE, 127, 76 },
	END };
static const Field scalable_low[] = {
	F("P", FLAG, CTX_P),
	F("FPD", FLAG, CTX_FPD),
	F("directory", PAGE, SM_DIR),
	END,
};
static const Field directory[] = { F("P", FLAG, DIR_P), F("table", PAGE, DIR_TABLE),
	END };
static const Field pasid_0[] = {
	F("P", FLAG, PASID_P),
	F("FPD", FLAG, PASID_FPD),
	F("type", NUMBER, PASID_PGTT),
	F("levels", LEVELS, PASID_AW),
	F("table", PAGE, PASID_SLPT),
	END,
};
static const Field pasid_first[] = { F("P", FLAG, PASID_P), F("FPD", FLAG, PASID_FPD),
	F("type", NUMBER, PASID_PGTT), END }; /* its table is in word 2 */
static const Field pasid_1[] = {
	F("did", NUMBER, PASID_DID),
	F("PWSNP", FLAG, PASID_PWSNP),
	F("PGSNP", FLAG, PASID_PGSNP),
	END,
};
static const Field pasid_2[] = { F("table", PAGE, PASID_FLPT), END };
static const Field context_low[] = {
	F("P", FLAG, CTX_P),
	F("FPD", FLAG, CTX_FPD),
	F("type", NUMBER, CTX_TT),
	F("table", PAGE, CTX_SLPT),
	END,
};
static const Field context_high[] = { F("levels", LEVELS, CTX_AW),
	F("did", NUMBER, CTX_DID), END };
static const Field irte_low[] = {
	F("P", FLAG, IRTE_P),
	F("FPD", FLAG, IRTE_FPD),
	F("level", FLAG, IRTE_TM),
	F("vector", HEX, IRTE_V),
	F("destination", HEX, IRTE_DST),
	END,
};
static const Field irte_high[] = { F("source", SOURCE, IRTE_SID),
	F("check", NUMBER, IRTE_SVT), END };

/* Both words of a pair, low first. */
static const Field *const pair[][2] = {
	[VTD_TABLE_ROOT] = { root_low, root_high },
	[VTD_TABLE_CONTEXT] = { context_low, context_high },
	[VTD_TABLE_INTERRUPT] = { irte_low, irte_high },
	[VTD_TABLE_SCALABLE] = { scalable_low, none },
};

/* A PASID entry's words by number, and the one of its directory. */
static void
put_pasid(Text *t, const VtdEvent *e)
{
	static const Field *const word[] = { pasid_0, pasid_1, pasid_2 };
	bool dir = e->entry.table == VTD_TABLE_DIRECTORY;
	uint i = e->entry.at >> 3 & 7;
	uint64_t v = e->entry.value;

	text_printf(t, " entry %s at 0x%llx", dir ? "directory" : "pasid",
		(ull)e->entry.at);
	if (!dir)
		text_printf(t, " word %u", i);
	text_printf(t, " 0x%llx", (ull)v);
	if (v)
		put_fields(t,
			dir ? directory
				: i == 0 && FGET(v, PASID_PGTT) == PGTT_FIRST
				? pasid_first
				: i < nelem(word) ? word[i]
						  : none,
			i > 0 && !dir ? (Ent){ 0, v } : (Ent){ v, 0 });
}

static void
put_pair(Text *t, const VtdEvent *e)
{
	static const char *const name[] = {
		[VTD_TABLE_ROOT] = "root",
		[VTD_TABLE_CONTEXT] = "context",
		[VTD_TABLE_INTERRUPT] = "interrupt",
		[VTD_TABLE_SCALABLE] = "context",
	};
	uint table = e->entry.table, high = e->entry.at >> 3 & 1;
	uint64_t v = e->entry.value;
	char b[16];

	text_printf(t, " entry %s", name[table]);
	if (table == VTD_TABLE_INTERRUPT)
		text_printf(t, " %u", e->entry.index);
	else if (table == VTD_TABLE_ROOT)
		text_printf(t, " bus 0x%x", e->entry.index >> 8);
	else
		text_printf(t, " %s", bdf_print(e->entry.index, b, sizeof b));
	text_printf(t, " at 0x%llx %s 0x%llx", (ull)e->entry.at, high ? "high" : "low",
		(ull)v);
	if (v)
		put_fields(t, pair[table][high], high ? (Ent){ 0, v } : (Ent){ v, 0 });
}

static void
put_level(Text *t, const VtdEvent *e)
{
	uint64_t v = e->entry.value;
	uint level = e->entry.level;
	bool page = level == 1 || (level <= 3 && FGET(v, SL_PS));

	if (e->entry.table == VTD_TABLE_ABOVE)
		text_printf(t, " entry above");
	else if (level == 0)
		text_printf(t, " entry unused");
	else
		text_printf(t, " entry level %u iova 0x%llx", level, (ull)e->entry.iova);
	text_printf(t, " at 0x%llx value 0x%llx", (ull)e->entry.at, (ull)v);
	if (v)
		text_printf(t, " rights %s%s %s 0x%llx", FGET(v, SL_R) ? "r" : "",
			FGET(v, SL_W) ? "w" : "",
			page && e->entry.table == VTD_TABLE_LEVEL ? "page" : "table",
			(ull)FGET(v, SL_ADDR) << 12);
	if (e->entry.n > 1)
		text_printf(t, " count %u step 0x%llx", e->entry.n, (ull)e->entry.step);
}

/* ---- events ---- */

static void
put_fault(Text *t, const VtdFault *f)
{
	char b[16];

	if (f->lost) {
		text_printf(t, " fault lost");
		return;
	}
	text_printf(t, " fault source %s access %s %s 0x%llx reason %u text '%s'",
		bdf_print(BDF(f->segment, 0, 0, 0) + f->sid, b, sizeof b),
		f->interrupt      ? "interrupt"
			: f->read ? "read"
				  : "write",
		f->interrupt ? "index" : "address", (ull)f->addr, f->reason,
		vtd_fault_text(f->reason));
}

void
trace_line(Text *t, uint64_t number, const VtdEvent *e)
{
	text_printf(t, "seq %llu time %llu.%06llu", (ull)number,
		(ull)(e->time / 1000000000), (ull)(e->time / 1000 % 1000000));
	if (e->unit == VTD_NO_UNIT)
		text_printf(t, " unit -");
	else
		text_printf(t, " unit %u", e->unit);
	if (e->kind == VTD_WROTE)
		put_register(t, e);
	else if (e->kind == VTD_QUEUED)
		put_descriptor(t, (Ent){ e->descriptor.lo, e->descriptor.hi });
	else if (e->kind == VTD_FAULTED)
		put_fault(t, &e->fault);
	else if (e->entry.table <= VTD_TABLE_SCALABLE)
		put_pair(t, e);
	else if (e->entry.table <= VTD_TABLE_PASID)
		put_pasid(t, e);
	else
		put_level(t, e);
	text_printf(t, "\n");
}

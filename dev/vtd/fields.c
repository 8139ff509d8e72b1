/*
 * Which fields a register, a queue descriptor or a table entry has, as data, for those
 * who print events of the trace (VT-d 6.5.2, 9, 10.4); and what a page-table entry leads
 * to. Pure. Names of one-bit fields are the manual's.
 */
#include "dev/vtd/inspect.h"

#include "dev/vtd/ent.h"
#include "dev/vtd/irt.h"
#include "dev/vtd/reg.h"

/* clang-format off */
#define F(name, as, ...) { name, as, __VA_ARGS__ } /* the bit numbers come last */
#define END              { NULL, VTD_FLAG, 0, 0 }

/* ---- registers ---- */

static const VtdField gcmd[] = {
	F("TE", VTD_FLAG, GCMD_TE),
	F("SRTP", VTD_FLAG, GCMD_SRTP),
	F("SFL", VTD_FLAG, GCMD_SFL),
	F("EAFL", VTD_FLAG, GCMD_EAFL),
	F("WBF", VTD_FLAG, GCMD_WBF),
	F("QIE", VTD_FLAG, GCMD_QIE),
	F("IRE", VTD_FLAG, GCMD_IRE),
	F("SIRTP", VTD_FLAG, GCMD_SIRTP),
	F("CFI", VTD_FLAG, GCMD_CFI),
	END,
};
static const VtdField fsts[] = {
	F("PFO", VTD_FLAG, FSTS_PFO),
	F("AFO", VTD_FLAG, FSTS_AFO),
	F("APF", VTD_FLAG, FSTS_APF),
	F("IQE", VTD_FLAG, FSTS_IQE),
	F("ICE", VTD_FLAG, FSTS_ICE),
	F("ITE", VTD_FLAG, FSTS_ITE),
	F("PRO", VTD_FLAG, FSTS_PRO),
	END,
};
static const VtdField rtaddr[] = {
	F("mode", VTD_NUMBER, RTADDR_TTM),
	F("table", VTD_PAGE, RTADDR_RTA),
	END,
};
static const VtdField ccmd[] = {
	F("ICC", VTD_FLAG, CCMD_ICC),
	F("granularity", VTD_NUMBER, CCMD_CIRG),
	F("did", VTD_NUMBER, CCMD_DID),
	F("source", VTD_SOURCE, CCMD_SID),
	END,
};
static const VtdField event[] = { F("IM", VTD_FLAG, EVENT_IM), END };
static const VtdField pmen[] = { F("EPM", VTD_FLAG, PMEN_EPM), END };
static const VtdField iqt[] = { F("index", VTD_NUMBER, IQ_INDEX), END };
static const VtdField iqa[] = {
	F("base", VTD_PAGE, IQA_BASE),
	F("size", VTD_NUMBER, IQA_QS),
	F("DW", VTD_FLAG, IQA_DW),
	END,
};
static const VtdField irta[] = {
	F("table", VTD_PAGE, IRTA_ADDR),
	F("size", VTD_NUMBER, IRTA_S),
	F("EIME", VTD_FLAG, IRTA_EIME),
	END,
};
static const VtdField iva[] = {
	F("address", VTD_PAGE, IVA_ADDR),
	F("am", VTD_NUMBER, IVA_AM),
	F("ih", VTD_NUMBER, IVA_IH),
	END,
};
static const VtdField iotlb[] = {
	F("IVT", VTD_FLAG, IOTLB_IVT),
	F("granularity", VTD_NUMBER, IOTLB_IIRG),
	F("did", VTD_NUMBER, IOTLB_DID),
	F("drain_reads", VTD_FLAG, IOTLB_DR),
	F("drain_writes", VTD_FLAG, IOTLB_DW),
	END,
};
static const VtdField record[] = { F("F", VTD_FLAG, FRCD_TOP_F), END };
static const VtdField none[] = { END };

static const struct {
	uint32_t window, off;
	const char *name;
	const VtdField *field;
} registers[] = {
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

/* ---- descriptors ---- */

static const VtdField context_device[] = {
	F("did", VTD_NUMBER, QI_DID),
	F("source", VTD_SOURCE, QI_SID),
	END,
};
static const VtdField iotlb_domain[] = { F("did", VTD_NUMBER, QI_DID), END };
static const VtdField iotlb_page[] = {
	F("did", VTD_NUMBER, QI_DID),
	F("address", VTD_PAGE, QI_ADDR),
	F("am", VTD_NUMBER, QI_AM),
	F("ih", VTD_NUMBER, QI_IH),
	END,
};
static const VtdField device_block[] = {
	F("source", VTD_SOURCE, QI_SID),
	F("address", VTD_PAGE, QI_ADDR),
	F("block", VTD_NUMBER, QI_SIZE),
	END,
};
static const VtdField first_all[] = {
	F("did", VTD_NUMBER, QI_DID),
	F("pasid", VTD_NUMBER, QI_PASID),
	END,
};
static const VtdField first_page[] = {
	F("did", VTD_NUMBER, QI_DID),
	F("pasid", VTD_NUMBER, QI_PASID),
	F("address", VTD_PAGE, QI_ADDR),
	F("am", VTD_NUMBER, QI_AM),
	F("ih", VTD_NUMBER, QI_IH),
	END,
};
static const VtdField iec_index[] = { F("index", VTD_NUMBER, QI_IEC_INDEX), END };
static const VtdField wait[] = {
	F("", VTD_NUMBER, QI_WAIT_DATA),
	F("fence", VTD_FLAG, QI_WAIT_FN),
	END,
};

typedef struct Named {
	const char *name;
	const VtdField *field;
} Named;

/* By granularity. */
static const Named context_kinds[] = {
	{ "context ?", none }, { "context global", none },
	{ "context domain", iotlb_domain }, { "context device", context_device },
};
static const Named iotlb_kinds[] = {
	{ "iotlb ?", none }, { "iotlb global", none },
	{ "iotlb domain", iotlb_domain }, { "iotlb page", iotlb_page },
};
static const Named first_kinds[] = {
	{ "first_stage ?", none }, { "first_stage ?", none },
	{ "first_stage all", first_all }, { "first_stage page", first_page },
};
static const Named pasid_kinds[] = {
	{ "pasid_cache domain", iotlb_domain }, { "pasid_cache one", first_all },
	{ "pasid_cache ?", none }, { "pasid_cache global", none },
};

/* ---- entries ---- */

static const VtdField root_low[] = {
	F("P", VTD_FLAG, ROOT_P),
	F("table", VTD_PAGE, ROOT_CTP),
	END,
};
static const VtdField root_high[] = {
	F("P", VTD_FLAG, 64, 64),
	F("table", VTD_PAGE, 127, 76),
	END,
};
static const VtdField scalable_low[] = {
	F("P", VTD_FLAG, CTX_P),
	F("FPD", VTD_FLAG, CTX_FPD),
	F("directory", VTD_PAGE, SM_DIR),
	END,
};
static const VtdField directory[] = {
	F("P", VTD_FLAG, DIR_P),
	F("table", VTD_PAGE, DIR_TABLE),
	END,
};
static const VtdField pasid_0[] = {
	F("P", VTD_FLAG, PASID_P),
	F("FPD", VTD_FLAG, PASID_FPD),
	F("type", VTD_NUMBER, PASID_PGTT),
	F("levels", VTD_LEVELS, PASID_AW),
	F("table", VTD_PAGE, PASID_SLPT),
	END,
};
static const VtdField pasid_first[] = {
	F("P", VTD_FLAG, PASID_P),
	F("FPD", VTD_FLAG, PASID_FPD),
	F("type", VTD_NUMBER, PASID_PGTT),
	END,
}; /* its table is in word 2 */
static const VtdField pasid_1[] = {
	F("did", VTD_NUMBER, PASID_DID),
	F("PWSNP", VTD_FLAG, PASID_PWSNP),
	F("PGSNP", VTD_FLAG, PASID_PGSNP),
	END,
};
static const VtdField pasid_2[] = { F("table", VTD_PAGE, PASID_FLPT), END };
static const VtdField context_low[] = {
	F("P", VTD_FLAG, CTX_P),
	F("FPD", VTD_FLAG, CTX_FPD),
	F("type", VTD_NUMBER, CTX_TT),
	F("table", VTD_PAGE, CTX_SLPT),
	END,
};
static const VtdField context_high[] = {
	F("levels", VTD_LEVELS, CTX_AW),
	F("did", VTD_NUMBER, CTX_DID),
	END,
};
static const VtdField irte_low[] = {
	F("P", VTD_FLAG, IRTE_P),
	F("FPD", VTD_FLAG, IRTE_FPD),
	F("level", VTD_FLAG, IRTE_TM),
	F("vector", VTD_HEX, IRTE_V),
	F("destination", VTD_HEX, IRTE_DST),
	END,
};
static const VtdField irte_high[] = {
	F("source", VTD_SOURCE, IRTE_SID),
	F("check", VTD_NUMBER, IRTE_SVT),
	END,
};

/* Both words of a pair, low first. */
static const struct {
	const char *name;
	const VtdField *word[2];
} pairs[] = {
	[VTD_TABLE_ROOT]      = { "root", { root_low, root_high } },
	[VTD_TABLE_CONTEXT]   = { "context", { context_low, context_high } },
	[VTD_TABLE_INTERRUPT] = { "interrupt", { irte_low, irte_high } },
	[VTD_TABLE_SCALABLE]  = { "context", { scalable_low, none } },
};

/* The words of a PASID entry, and those behind them. */
static const VtdField *const pasid_words[PASID_WORDS] = {
	pasid_0, pasid_1, pasid_2, none, none, none, none, none,
};
/* clang-format on */

/* ---- what an event is about ---- */

static VtdFormat
register_format(const VtdEvent *e)
{
	VtdFormat f = { .field = none, .lo = e->reg.value };
	uint32_t off = e->reg.off;

	if (e->reg.window == VTD_REGS_FAULT)
		off %= FRCD_SIZE;
	for (uint32_t i = 0; i < sizeof registers / sizeof registers[0]; i++)
		if (registers[i].window == e->reg.window && registers[i].off == off) {
			f.name = registers[i].name;
			f.field = registers[i].field;
			if (e->reg.window == VTD_REGS_FAULT)
				f.number = (int32_t)(e->reg.off / FRCD_SIZE);
		}
	return f;
}

/* The name of a descriptor and the fields that it has, by its type and granularity. The
 * name is NULL for a type that the core never writes. */
static Named
descriptor_name(Ent d)
{
	uint32_t gran = (uint32_t)EGET(d, QI_GRAN);

	switch (EGET(d, QI_TYPE)) {
	case QI_T_CONTEXT:
		return context_kinds[gran];
	case QI_T_IOTLB:
		return iotlb_kinds[gran];
	case QI_T_DEVICE:
		return (Named){ "device", device_block };
	case QI_T_FIRST:
		return first_kinds[gran];
	case QI_T_PASID:
		return pasid_kinds[gran];
	case QI_T_IEC:
		return EGET(d, QI_IEC_ONE) ? (Named){ "interrupt entry", iec_index }
					   : (Named){ "interrupt global", none };
	case QI_T_WAIT:
		return (Named){ "wait", wait };
	default:
		return (Named){ NULL, none };
	}
}

static VtdFormat
descriptor_format(const VtdEvent *e)
{
	Named n = descriptor_name((Ent){ e->descriptor.lo, e->descriptor.hi });

	return (VtdFormat){ .name = n.name,
		.field = n.field,
		.lo = e->descriptor.lo,
		.hi = e->descriptor.hi };
}

static const VtdField *
pasid_fields(uint32_t word, uint64_t v)
{
	if (word == 0 && FGET(v, PASID_PGTT) == PGTT_FIRST)
		return pasid_first;
	return pasid_words[word];
}

/* A stored word is one of a pair, or of the words of a PASID entry; else it is alone. */
static VtdFormat
entry_format(const VtdEvent *e)
{
	uint32_t table = e->entry.table, word = e->entry.at >> 3 & 7;
	uint64_t v = e->entry.value;
	VtdFormat f = { .field = none, .lo = v };

	if (table == VTD_TABLE_DIRECTORY) {
		f.name = "directory";
		f.field = directory;
		return f;
	}
	if (table == VTD_TABLE_PASID) {
		f.name = "pasid";
		f.number = (int32_t)word;
		f.field = pasid_fields(word, v);
	} else if (table <= VTD_TABLE_SCALABLE) {
		word &= 1;
		f.name = pairs[table].name;
		f.field = pairs[table].word[word];
	} else {
		return f;
	}
	if (word != 0) {
		f.lo = 0;
		f.hi = v;
	}
	return f;
}

VtdFormat
vtd_event_format(const VtdEvent *e)
{
	switch (e->kind) {
	case VTD_WROTE:
		return register_format(e);
	case VTD_QUEUED:
		return descriptor_format(e);
	case VTD_STORED:
		return entry_format(e);
	default:
		return (VtdFormat){ .field = none };
	}
}

uint64_t
vtd_field_value(const VtdFormat *f, const VtdField *field)
{
	return eget((Ent){ f->lo, f->hi }, field->hi, field->lo);
}

void
vtd_page_entry(uint64_t value, uint32_t level, VtdPageEntry *o)
{
	bool page = level == 1 || (level <= 3 && FGET(value, SL_PS));

	*o = (VtdPageEntry){ .rights = value & (FMASK(SL_R) | FMASK(SL_W)),
		.page = page,
		.size = SL_SPAN(level),
		.to = FGET(value, SL_ADDR) << 12 };
}

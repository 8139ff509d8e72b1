/*
 * #vtd/trace in words: an event is a line. Registers, descriptors and entries, and their
 * fields, have the names that the VT-d manual gives them. Fields of one bit appear only
 * if they are set. Pure.
 *
 *	seq 7 time 4.120001 unit 0 descriptor context device did 2 source 0:3.0
 *	seq 8 time 4.120002 unit 0 descriptor wait 12 fence
 *	seq 9 time 4.120003 unit 0 register IQT 0x80 index 8
 */
#include "dev/text/tracefmt.h"
#include "kern/cmd.h"

/* Writes the name of a field and its value in the form that the field asks for. */
static void
put_field(Text *t, const VtdField *f, uint64_t v)
{
	char b[16];

	if (f->as == VTD_FLAG) {
		if (v != 0)
			text_printf(t, " %s", f->name);
		return;
	}
	text_printf(t, f->name[0] != 0 ? " %s " : " ", f->name);
	switch (f->as) {
	case VTD_SOURCE:
		text_printf(t, "%s", bdf_print((bdf_t)v, b, sizeof b));
		break;
	case VTD_LEVELS:
		text_printf(t, "%lu", v + 2);
		break;
	case VTD_PAGE:
		text_printf(t, "0x%lx", v << 12);
		break;
	case VTD_HEX:
		text_printf(t, "0x%lx", v);
		break;
	default:
		text_printf(t, "%lu", v);
	}
}

static void
put_fields(Text *t, const VtdFormat *f)
{
	for (const VtdField *i = f->field; i->name != NULL; i++)
		put_field(t, i, vtd_field_value(f, i));
}

static void
put_register(Text *t, const VtdEvent *e)
{
	VtdFormat f = vtd_event_format(e);

	if (f.name == NULL)
		text_printf(t, " register 0x%x", e->reg.off);
	else
		text_printf(t, " register %s", f.name);
	if (f.name != NULL && e->reg.window == VTD_REGS_FAULT)
		text_printf(t, "%d", f.number);
	text_printf(t, " 0x%lx", e->reg.value);
	put_fields(t, &f);
}

static void
put_descriptor(Text *t, const VtdEvent *e)
{
	VtdFormat f = vtd_event_format(e);

	if (f.name == NULL)
		text_printf(t, " descriptor unknown 0x%lx:0x%lx", f.hi, f.lo);
	else
		text_printf(t, " descriptor %s", f.name);
	put_fields(t, &f);
}

/* Where an entry is in its table, and which word of it was stored. */
static void
put_place(Text *t, const VtdEvent *e, const VtdFormat *f)
{
	const char *half = e->entry.at >> 3 & 1 ? "high" : "low";
	char b[16];

	switch (e->entry.table) {
	case VTD_TABLE_INTERRUPT:
		text_printf(t, " %u at 0x%lx %s", e->entry.index, e->entry.at, half);
		break;
	case VTD_TABLE_ROOT:
		text_printf(t, " bus 0x%x at 0x%lx %s", e->entry.index >> 8, e->entry.at,
			half);
		break;
	case VTD_TABLE_DIRECTORY:
		text_printf(t, " at 0x%lx", e->entry.at);
		break;
	case VTD_TABLE_PASID:
		text_printf(t, " at 0x%lx word %d", e->entry.at, f->number);
		break;
	default:
		text_printf(t, " %s at 0x%lx %s", bdf_print(e->entry.index, b, sizeof b),
			e->entry.at, half);
	}
}

static void
put_entry(Text *t, const VtdEvent *e)
{
	VtdFormat f = vtd_event_format(e);

	text_printf(t, " entry %s", f.name);
	put_place(t, e, &f);
	text_printf(t, " 0x%lx", e->entry.value);
	if (e->entry.value != 0)
		put_fields(t, &f);
}

/* An entry of second-level tables, or of a table above them where a unit has more
 * levels. */
static void
put_level(Text *t, const VtdEvent *e)
{
	bool above = e->entry.table == VTD_TABLE_ABOVE;
	uint level = e->entry.level;
	VtdPageEntry p;

	vtd_page_entry(e->entry.value, level, &p);
	if (above)
		text_printf(t, " entry above");
	else if (level == 0)
		text_printf(t, " entry unused");
	else
		text_printf(t, " entry level %u iova 0x%lx", level, e->entry.iova);
	text_printf(t, " at 0x%lx value 0x%lx", e->entry.at, e->entry.value);
	if (e->entry.value != 0)
		text_printf(t, " rights %s%s %s 0x%lx", p.rights & DOMAIN_R ? "r" : "",
			p.rights & DOMAIN_W ? "w" : "",
			p.page && !above ? "page" : "table", p.to);
	if (e->entry.n > 1)
		text_printf(t, " count %u step 0x%lx", e->entry.n, e->entry.step);
}

static void
put_fault(Text *t, const VtdFault *f)
{
	char b[16];

	if (f->lost) {
		text_printf(t, " fault lost");
		return;
	}
	text_printf(t, " fault source %s access %s %s 0x%lx reason %u text '%s'",
		bdf_print(BDF(f->segment, 0, 0, 0) + f->sid, b, sizeof b),
		f->interrupt      ? "interrupt"
			: f->read ? "read"
				  : "write",
		f->interrupt ? "index" : "address", f->addr, f->reason,
		vtd_fault_text(f->reason));
}

void
trace_line(Text *t, uint64_t number, const VtdEvent *e)
{
	text_printf(t, "seq %lu time %lu.%06lu", number, (e->time / 1000000000),
		(e->time / 1000 % 1000000));
	if (e->unit == VTD_NO_UNIT)
		text_printf(t, " unit -");
	else
		text_printf(t, " unit %u", e->unit);
	if (e->kind == VTD_WROTE)
		put_register(t, e);
	else if (e->kind == VTD_QUEUED)
		put_descriptor(t, e);
	else if (e->kind == VTD_FAULTED)
		put_fault(t, &e->fault);
	else if (e->entry.table < VTD_TABLE_LEVEL)
		put_entry(t, e);
	else
		put_level(t, e);
	text_printf(t, "\n");
}

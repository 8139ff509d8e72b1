/*
 * The firmware's DMAR table in words. There is a line for each structure, which is two
 * lines here, and below it one for each scope. Then comes what is wrong, by number, and
 * last the verdict. A table that was refused is shown as far as it could be decoded.
 * Pure.
 *
 *	structure 0 DRHD used yes offset 48 length 24 segment 0 flags none
 *	        base 0xfed90000 size 0x1000
 *	scope 0.0 pci_endpoint id 0 path 0:1c.0/0.0
 *	warning 17 structure 0 scope - verdict accept_with_warning text 'no unit ...'
 *	verdict accept_with_warning
 *
 * The names are those of user/host/dmarjson.c, which shows the same to programs.
 */
#include "dev/text/dmarfmt.h"
#include "kern/types.h"

/* Writes the bits that are set, by name, and those without a name in hexadecimal. */
static void
put_flags(Text *t, uint flags, const char *const *name, uint n)
{
	const char *between = " flags ";

	if (flags == 0)
		text_printf(t, " flags none");
	for (uint i = 0; i < n; i++)
		if (flags & 1u << i) {
			text_printf(t, "%s%s", between, name[i]);
			flags &= ~(1u << i);
			between = ",";
		}
	if (flags != 0)
		text_printf(t, "%s0x%x", between, flags);
}

static void
put_header(Text *t, const Dmar *d)
{
	static const char *const name[] = { "intr_remap", "x2apic_opt_out",
		"dma_ctrl_platform_opt_in" };

	text_printf(t, "table length %u revision %u checksum 0x%02x width %u", d->length,
		d->revision, d->checksum, d->haw_field + 1);
	put_flags(t, d->flags, name, nelem(name));
	text_printf(t, "\n");
}

/* Writes bytes of firmware between quotes. Control characters and quotes become \xNN. */
static void
put_name(Text *t, const char *s, uint n)
{
	text_printf(t, " name '");
	for (uint i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c < 0x20 || c >= 0x7f || c == '\'')
			text_printf(t, "\\x%02x", c);
		else
			text_putn(t, &s[i], 1);
	}
	text_printf(t, "'");
}

/* The fields that not all types have. */
static void
put_fields(Text *t, const DmarEntry *e)
{
	static const char *const flag[DMAR_NTYPE] = {
		[DMAR_DRHD] = "include_all",
		[DMAR_ATSR] = "all_ports",
		[DMAR_SATC] = "atc_required",
	};

	if (e->type != DMAR_RHSA && e->type != DMAR_ANDD)
		text_printf(t, " segment %u", e->segment);
	if (flag[e->type] != NULL)
		put_flags(t, e->flags, &flag[e->type], 1);
	if (e->type == DMAR_DRHD || e->type == DMAR_RMRR || e->type == DMAR_RHSA)
		text_printf(t, " base 0x%lx", e->base);
	if (e->type == DMAR_DRHD)
		text_printf(t, " size 0x%x", 4096u << (e->size & 15));
	if (e->type == DMAR_RMRR)
		text_printf(t, " limit 0x%lx", e->limit);
	if (e->type == DMAR_RHSA)
		text_printf(t, " proximity %u", e->proximity);
	if (e->type == DMAR_ANDD) {
		text_printf(t, " device %u", e->number);
		put_name(t, e->name, e->namelen);
	}
}

static void
put_scope(Text *t, const DmarScope *s, uint entry, uint i)
{
	text_printf(t, "scope %u.%u %s", entry, i, dmar_scope_name(s->type));
	if (!s->ok)
		text_printf(t, " type %u used no", s->type);
	if (s->flags != 0)
		text_printf(t, " flags 0x%x", s->flags);
	text_printf(t, " id %u path %x:", s->id, s->bus);
	for (uint k = 0; k < s->npath; k++)
		text_printf(t, "%s%x.%x", k > 0 ? "/" : "", s->path[2 * k],
			s->path[2 * k + 1]);
	text_printf(t, "\n");
}

static void
put_structure(Text *t, const Dmar *d, uint i)
{
	const DmarEntry *e = &d->entry[i];

	text_printf(t, "structure %u %s", i, dmar_type_name(e->type));
	if (e->type >= DMAR_NTYPE)
		text_printf(t, " type %u", e->type);
	text_printf(t, " used %s offset %u length %u", e->ok ? "yes" : "no", e->offset,
		e->length);
	if (e->whole)
		put_fields(t, e);
	text_printf(t, "\n");
	for (uint k = 0; k < e->nscope; k++)
		put_scope(t, &d->scope[e->scope + k], i, k);
}

static void
put_index(Text *t, const char *key, int i)
{
	if (i < 0)
		text_printf(t, " %s -", key);
	else
		text_printf(t, " %s %d", key, i);
}

static void
put_warning(Text *t, const DmarFinding *n)
{
	text_printf(t, "warning %u", n->code);
	put_index(t, "structure", n->entry);
	put_index(t, "scope", n->scope);
	text_printf(t, " verdict %s text '%s'\n",
		dmar_verdict_name(dmar_finding_verdict(n->code)),
		dmar_finding_text(n->code));
}

void
dmar_text(Text *t, const Dmar *d)
{
	if (d->header)
		put_header(t, d);
	for (uint i = 0; i < d->nentry; i++)
		put_structure(t, d, i);
	for (uint i = 0; i < d->nfinding && i < DMAR_MAXFINDING; i++)
		put_warning(t, &d->finding[i]);
	if (d->nfinding > DMAR_MAXFINDING)
		text_printf(t, "warnings_not_shown %u\n", d->nfinding - DMAR_MAXFINDING);
	text_printf(t, "verdict %s\n", dmar_verdict_name(d->verdict));
}

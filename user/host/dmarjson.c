/*
 * A DMAR table as JSON: an object for the header, one for each structure in the order of
 * the table, the verdict, and a warning for each thing that is wrong. Addresses are
 * strings of 16 hexadecimal digits, and what is smaller is a number. A structure that is
 * too short for its type, or of no known type, has only the fields that all types have.
 * Pure but for the stream.
 */
#include "user/host/dmarjson.h"

#include <inttypes.h>
#include <string.h>

/* Writes bytes that are mostly text. A byte that is not printable ASCII becomes
 * \u00xx. */
static void
put_string(FILE *f, const char *s, size_t n)
{
	fputc('"', f);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c >= 0x7f)
			fprintf(f, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void
put_name(FILE *f, const char *key, const char *name)
{
	fprintf(f, "\"%s\": ", key);
	put_string(f, name, strlen(name));
}

static const char *
truth(uint32_t bit)
{
	return bit ? "true" : "false";
}

/* The header of the table; null if it is not whole. */
static void
put_table(FILE *f, const Dmar *d)
{
	if (!d->header) {
		fprintf(f, "\"table\": null");
		return;
	}
	fprintf(f, "\"table\": {\"signature\": ");
	put_string(f, d->signature, sizeof d->signature);
	fprintf(f, ", \"length\": %u, \"revision\": %u, \"checksum\": %u", d->length,
		d->revision, d->checksum);
	fprintf(f, ", \"oem_revision\": %u, \"creator_revision\": %u", d->oem_revision,
		d->creator_revision);
	fprintf(f, ", \"haw_field\": %u, \"host_address_width\": %u, \"flags\": %u",
		d->haw_field, d->haw_field + 1u, d->flags);
	fprintf(f, ", \"reserved\": \"");
	for (size_t i = 0; i < sizeof d->reserved; i++)
		fprintf(f, "%02x", d->reserved[i]);
	fprintf(f,
		"\", \"flags_decoded\": {\"intr_remap\": %s, \"x2apic_opt_out\": %s, "
		"\"dma_ctrl_platform_opt_in\": %s}}",
		truth(d->flags & 1), truth(d->flags & 2), truth(d->flags & 4));
}

static void
put_scope(FILE *f, const DmarScope *s)
{
	fprintf(f, "{\"offset\": %u, \"type\": %u, ", s->offset, s->type);
	put_name(f, "type_name", dmar_scope_name(s->type));
	fprintf(f, ", \"path\": [");
	for (uint32_t i = 0; i < s->npath; i++)
		fprintf(f, "%s[%u, %u]", i > 0 ? ", " : "", s->path[2 * i],
			s->path[2 * i + 1]);
	fprintf(f,
		"], \"length\": %u, \"flags\": %u, \"reserved\": %u, "
		"\"enumeration_id\": %u, \"start_bus\": %u}",
		s->length, s->flags, s->reserved, s->id, s->bus);
}

static void
put_scopes(FILE *f, const Dmar *d, const DmarEntry *e)
{
	fprintf(f, ", \"scopes\": [");
	for (uint32_t i = 0; i < e->nscope; i++) {
		fprintf(f, "%s", i > 0 ? ", " : "");
		put_scope(f, &d->scope[e->scope + i]);
	}
	fprintf(f, "]");
}

static void
put_andd(FILE *f, const DmarEntry *e)
{
	fprintf(f, ", \"reserved\": %u, \"device_number\": %u, \"device_name\": ",
		e->reserved, e->number);
	put_string(f, e->name, e->namelen);
	fprintf(f, ", \"device_name_field_len\": %u", e->namelen + e->ok);
}

/* The fields that not all types have, in the order of their bytes. */
static void
put_fields(FILE *f, const Dmar *d, const DmarEntry *e)
{
	if (e->type == DMAR_ANDD) {
		put_andd(f, e);
		return;
	}
	if (e->type == DMAR_DRHD || e->type == DMAR_ATSR || e->type == DMAR_SATC)
		fprintf(f, ", \"flags\": %u", e->flags);
	fprintf(f, ", \"reserved\": %u", e->type == DMAR_DRHD ? e->size : e->reserved);
	if (e->type != DMAR_RHSA)
		fprintf(f, ", \"segment\": %u", e->segment);
	if (e->type == DMAR_DRHD)
		fprintf(f, ", \"register_base\": \"0x%016" PRIx64 "\"", e->base);
	if (e->type == DMAR_RMRR || e->type == DMAR_RHSA)
		fprintf(f, ", \"base\": \"0x%016" PRIx64 "\"", e->base);
	if (e->type == DMAR_RMRR)
		fprintf(f, ", \"limit\": \"0x%016" PRIx64 "\"", e->limit);
	if (e->type == DMAR_RHSA)
		fprintf(f, ", \"proximity_domain\": %u", e->proximity);
	else
		put_scopes(f, d, e);
	if (e->type == DMAR_DRHD)
		fprintf(f, ", \"include_all\": %s, \"size_log2_pages\": %u",
			truth(e->flags & 1), e->size & 15);
	if (e->type == DMAR_ATSR)
		fprintf(f, ", \"all_ports\": %s", truth(e->flags & 1));
	if (e->type == DMAR_SATC)
		fprintf(f, ", \"atc_required\": %s", truth(e->flags & 1));
}

static void
put_structures(FILE *f, const Dmar *d)
{
	fprintf(f, "\"structures\": [");
	for (uint32_t i = 0; i < d->nentry; i++) {
		const DmarEntry *e = &d->entry[i];

		fprintf(f, "%s{\"index\": %u, \"offset\": %u, \"type\": %u, ",
			i > 0 ? ", " : "", i, e->offset, e->type);
		put_name(f, "type_name", dmar_type_name(e->type));
		fprintf(f, ", \"length\": %u", e->length);
		if (e->whole)
			put_fields(f, d, e);
		fprintf(f, "}");
	}
	fprintf(f, "]");
}

static void
put_index(FILE *f, const char *key, int32_t i)
{
	if (i < 0)
		fprintf(f, ", \"%s\": null", key);
	else
		fprintf(f, ", \"%s\": %d", key, i);
}

static void
put_warnings(FILE *f, const Dmar *d)
{
	fprintf(f, "\"warnings\": [");
	for (uint32_t i = 0; i < d->nfinding && i < DMAR_MAXFINDING; i++) {
		const DmarFinding *n = &d->finding[i];

		fprintf(f, "%s{\"number\": %u, ", i > 0 ? ", " : "", n->code);
		put_name(f, "verdict", dmar_verdict_name(dmar_finding_verdict(n->code)));
		put_index(f, "structure", n->entry);
		put_index(f, "scope", n->scope);
		fprintf(f, ", ");
		put_name(f, "text", dmar_finding_text(n->code));
		fprintf(f, "}");
	}
	fprintf(f, "], \"warnings_not_shown\": %u",
		d->nfinding > DMAR_MAXFINDING ? d->nfinding - DMAR_MAXFINDING : 0);
}

void
dmar_json(FILE *f, const char *file, const Dmar *d)
{
	fprintf(f, "{");
	put_name(f, "file", file);
	fprintf(f, ", ");
	put_table(f, d);
	fprintf(f, ", ");
	put_structures(f, d);
	fprintf(f, ", ");
	put_name(f, "verdict", dmar_verdict_name(d->verdict));
	fprintf(f, ", ");
	put_warnings(f, d);
	fprintf(f, "}\n");
}

/*
 * The DMAR table (VT-d chapter 8) as hostile input: a window that only shrinks. What cannot
 * be used is skipped and noted; the table is refused only where its structures cannot be
 * told apart or no unit remains. Unknown structure types are skipped by their length.
 * Checks across structures (order, duplicates, overlaps) come after the walk.
 *
 * Absent: whether an RMRR lies in memory firmware reserved, which only the host knows, and
 * whether paths lead to devices, which is scope.c's business.
 */
#include "dev/vtd/dmar.h"

#include "dev/vtd/os.h"

#define HEADER     48
#define MAX_TABLE  65536u /* the largest real ones have a few KiB */
#define MIN_HAW    12     /* one page */
#define LIKELY_HAW 36     /* no machine with a unit has fewer */
#define MAX_HAW    52
#define LIKELY_REVISION 4
#define LIKELY_HOPS 8
#define HUGE_RMRR  (4ull << 30)

typedef struct Buf {
	const uint8_t *p, *end;
} Buf;

/* Note numbers are printed and documented: append, never renumber. */
enum {
	N_SHORT = 1, N_SIGNATURE, N_LENGTH, N_CHECKSUM, N_LARGE, N_HAW_SMALL, N_STOP, N_PAST_END,
	N_NO_UNIT,
	N_REVISION, N_HAW_LARGE, N_HAW_UNLIKELY, N_TRAILING, N_ORDER, N_FLAGS, N_NO_SCOPE,
	N_ALL_MISSING, N_ALL_TWICE, N_ALL_EARLY, N_IOAPIC_TWICE,
	N_RMRR_ALIGN, N_RMRR_HUGE, N_RMRR_OVERLAP, N_RMRR_NOBODY, N_ABOVE_HAW, N_ATSR_SCOPE, N_DEEP,
	N_UNKNOWN, N_TOO_SHORT, N_BASE_ZERO, N_BASE_ALIGN, N_BASE_HIGH, N_BASE_TWICE, N_RMRR_ORDER,
	N_NAME, N_SCOPE_LENGTH, N_SCOPE_TYPE, N_PATH,
	N_N
};

static const struct {
	DmarVerdict verdict;
	const char *text;
} notes[N_N] = {
	[N_SHORT]       = { DMAR_REJECT, "table shorter than its header" },
	[N_SIGNATURE]   = { DMAR_REJECT, "signature is not DMAR" },
	[N_LENGTH]      = { DMAR_REJECT, "table length does not fit the bytes there are" },
	[N_CHECKSUM]    = { DMAR_REJECT, "checksum is wrong" },
	[N_LARGE]       = { DMAR_REJECT, "table larger than 64 KiB" },
	[N_HAW_SMALL]   = { DMAR_REJECT, "host address width below one page" },
	[N_STOP]        = { DMAR_REJECT, "structure length below 4: the walk cannot go on" },
	[N_PAST_END]    = { DMAR_REJECT, "structure passes the end of the table" },
	[N_NO_UNIT]     = { DMAR_REJECT, "no usable hardware unit" },
	[N_REVISION]    = { DMAR_WARN, "unlikely revision" },
	[N_HAW_LARGE]   = { DMAR_WARN, "host address width above 52, taken as 52" },
	[N_HAW_UNLIKELY] = { DMAR_WARN, "unlikely host address width" },
	[N_TRAILING]    = { DMAR_WARN, "bytes after the last structure" },
	[N_ORDER]       = { DMAR_WARN, "structures not in order of type" },
	[N_FLAGS]       = { DMAR_WARN, "reserved flags set" },
	[N_NO_SCOPE]    = { DMAR_WARN, "unit covers no device" },
	[N_ALL_MISSING] = { DMAR_WARN, "no unit of the segment has INCLUDE_PCI_ALL" },
	[N_ALL_TWICE]   = { DMAR_WARN, "second INCLUDE_PCI_ALL in the segment" },
	[N_ALL_EARLY]   = { DMAR_WARN, "INCLUDE_PCI_ALL unit is not the last of its segment" },
	[N_IOAPIC_TWICE] = { DMAR_WARN, "I/O APIC in two scopes" },
	[N_RMRR_ALIGN]  = { DMAR_WARN, "reserved region not page aligned" },
	[N_RMRR_HUGE]   = { DMAR_WARN, "reserved region of 4 GiB or more" },
	[N_RMRR_OVERLAP] = { DMAR_WARN, "reserved regions overlap" },
	[N_RMRR_NOBODY] = { DMAR_WARN, "reserved region for no device" },
	[N_ABOVE_HAW]   = { DMAR_WARN, "reserved region above the host address width" },
	[N_ATSR_SCOPE]  = { DMAR_WARN, "ATSR scope is not a bridge" },
	[N_DEEP]        = { DMAR_WARN, "path of more than 8 hops" },
	[N_UNKNOWN]     = { DMAR_SKIP, "unknown structure type" },
	[N_TOO_SHORT]   = { DMAR_SKIP, "structure shorter than its fixed part" },
	[N_BASE_ZERO]   = { DMAR_SKIP, "register base is 0" },
	[N_BASE_ALIGN]  = { DMAR_SKIP, "register base not page aligned" },
	[N_BASE_HIGH]   = { DMAR_SKIP, "register base above the host address width" },
	[N_BASE_TWICE]  = { DMAR_SKIP, "register base of an earlier unit" },
	[N_RMRR_ORDER]  = { DMAR_SKIP, "reserved region ends below its base" },
	[N_NAME]        = { DMAR_SKIP, "name not terminated" },
	[N_SCOPE_LENGTH] = { DMAR_SKIP, "bad scope length, rest of the structure ignored" },
	[N_SCOPE_TYPE]  = { DMAR_SKIP, "reserved scope type" },
	[N_PATH]        = { DMAR_SKIP, "path with device above 31 or function above 7" },
};

/* What is common to the types: their fixed part, and whether scopes follow it. */
static const struct {
	const char *name;
	uint16_t fixed;
	bool     scopes;
} types[DMAR_NTYPE] = {
	[DMAR_DRHD] = { "DRHD", 16, true },  [DMAR_RMRR] = { "RMRR", 24, true },
	[DMAR_ATSR] = { "ATSR", 8, true },   [DMAR_RHSA] = { "RHSA", 20, false },
	[DMAR_ANDD] = { "ANDD", 8, false },  [DMAR_SATC] = { "SATC", 8, true },
	[DMAR_SIDP] = { "SIDP", 8, true },
};

static const char *const scope_names[] = {
	[SCOPE_ENDPOINT] = "pci_endpoint", [SCOPE_BRIDGE] = "pci_bridge",
	[SCOPE_IOAPIC] = "ioapic",         [SCOPE_HPET] = "hpet",
	[SCOPE_ACPI] = "acpi_namespace",
};

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t
get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t
get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static bool
take(Buf *b, size_t n, Buf *out)
{
	if ((size_t)(b->end - b->p) < n)
		return false;
	*out = (Buf){ b->p, b->p + n };
	b->p += n;
	return true;
}

static int
note(Dmar *d, uint16_t code, int32_t entry, int32_t scope)
{
	if (d->nnote < DMAR_MAXNOTE)
		d->note[d->nnote] = (DmarNote){ code, entry, scope };
	d->nnote++;
	if (notes[code].verdict > d->verdict)
		d->verdict = notes[code].verdict;
	return notes[code].verdict == DMAR_REJECT ? -EINVAL : 0;
}

/* ---- one structure ---- */

static bool
path_ok(const DmarScope *s)
{
	for (uint32_t i = 0; i < s->npath; i++)
		if (s->path[2 * i] > 31 || s->path[2 * i + 1] > 7)
			return false;
	return true;
}

static void
check_scope(Dmar *d, const DmarEntry *e, DmarScope *s, int32_t ei, int32_t si)
{
	s->ok = false;
	if (s->type < SCOPE_ENDPOINT || s->type > SCOPE_ACPI) {
		note(d, N_SCOPE_TYPE, ei, si);
	} else if (!path_ok(s)) {
		note(d, N_PATH, ei, si);
	} else {
		s->ok = true;
		if (s->npath > LIKELY_HOPS)
			note(d, N_DEEP, ei, si);
		if (e->type == DMAR_ATSR && s->type != SCOPE_BRIDGE)
			note(d, N_ATSR_SCOPE, ei, si);
	}
}

static void
parse_scopes(Dmar *d, DmarEntry *e, Buf b, int32_t ei)
{
	e->scope = d->nscope;
	while (b.p < b.end) {
		Buf body, hdr = b;

		/* A scope without a path says nothing; a shorter one would spin for ever. */
		if (!take(&hdr, 6, &body) || body.p[1] < 8 || body.p[1] % 2 != 0 ||
		    !take(&b, body.p[1], &body)) {
			note(d, N_SCOPE_LENGTH, ei, (int32_t)e->nscope);
			return;
		}
		DmarScope *s = &d->scope[d->nscope++];
		*s = (DmarScope){
			.offset = (uint32_t)(body.p - d->bytes),
			.type = body.p[0], .length = body.p[1], .flags = body.p[2],
			.reserved = body.p[3], .id = body.p[4], .bus = body.p[5],
			.npath = (uint8_t)((body.p[1] - 6) / 2), .path = body.p + 6,
		};
		check_scope(d, e, s, ei, (int32_t)e->nscope);
		e->nscope++;
	}
}

static void
parse_drhd(Dmar *d, DmarEntry *e, const uint8_t *p, int32_t ei)
{
	e->flags = p[4];
	e->size = p[5];
	e->segment = get16(p + 6);
	e->base = get64(p + 8);
	e->ok = false;
	if (e->base == 0)
		note(d, N_BASE_ZERO, ei, -1);
	else if (e->base % 4096 != 0)
		note(d, N_BASE_ALIGN, ei, -1);
	else if (e->base >> d->haw != 0)
		note(d, N_BASE_HIGH, ei, -1);
	else
		e->ok = true;
	if (e->flags & ~1)
		note(d, N_FLAGS, ei, -1);
}

static void
parse_rmrr(Dmar *d, DmarEntry *e, const uint8_t *p, int32_t ei)
{
	e->reserved = get16(p + 4);
	e->segment = get16(p + 6);
	e->base = get64(p + 8);
	e->limit = get64(p + 16);
	if (e->limit < e->base) {
		e->ok = false;
		note(d, N_RMRR_ORDER, ei, -1);
		return;
	}
	if (e->base % 4096 != 0 || e->limit % 4096 != 4095)
		note(d, N_RMRR_ALIGN, ei, -1);
	if (e->limit - e->base >= HUGE_RMRR - 1)
		note(d, N_RMRR_HUGE, ei, -1);
	if (e->limit >> d->haw != 0)
		note(d, N_ABOVE_HAW, ei, -1);
}

static void
parse_andd(Dmar *d, DmarEntry *e, const uint8_t *p, const uint8_t *end, int32_t ei)
{
	e->reserved = p[4] | p[5] << 8 | p[6] << 16;
	e->number = p[7];
	for (const uint8_t *q = p + 8; q < end; q++)
		if (*q == 0) {
			e->name = (const char *)p + 8;
			return;
		}
	e->ok = false;
	note(d, N_NAME, ei, -1);
}

static void
parse_fixed(Dmar *d, DmarEntry *e, Buf b, int32_t ei)
{
	switch (e->type) {
	case DMAR_DRHD:
		parse_drhd(d, e, b.p, ei);
		break;
	case DMAR_RMRR:
		parse_rmrr(d, e, b.p, ei);
		break;
	case DMAR_RHSA:
		e->reserved = get32(b.p + 4);
		e->base = get64(b.p + 8);
		e->proximity = get32(b.p + 16);
		break;
	case DMAR_ANDD:
		parse_andd(d, e, b.p, b.end, ei);
		break;
	case DMAR_SIDP:
		e->reserved = get16(b.p + 4);
		e->segment = get16(b.p + 6);
		break;
	default: /* ATSR, SATC */
		e->flags = b.p[4];
		e->reserved = b.p[5];
		e->segment = get16(b.p + 6);
		break;
	}
}

static void
parse_entry(Dmar *d, Buf b)
{
	int32_t ei = (int32_t)d->nentry++;
	DmarEntry *e = &d->entry[ei];

	*e = (DmarEntry){
		.offset = (uint32_t)(b.p - d->bytes),
		.type = get16(b.p), .length = get16(b.p + 2), .scope = d->nscope,
	};
	if (e->type >= DMAR_NTYPE) {
		note(d, N_UNKNOWN, ei, -1);
		return;
	}
	if (e->length < types[e->type].fixed) {
		note(d, N_TOO_SHORT, ei, -1);
		return;
	}
	e->ok = true;
	parse_fixed(d, e, b, ei);
	if (types[e->type].scopes)
		parse_scopes(d, e, (Buf){ b.p + types[e->type].fixed, b.end }, ei);
}

static bool
all_zero(Buf b)
{
	while (b.p < b.end)
		if (*b.p++ != 0)
			return false;
	return true;
}

static int
parse_entries(Dmar *d)
{
	Buf t = { d->bytes + HEADER, d->bytes + d->len };

	while (t.p < t.end) {
		Buf s, hdr = t;

		if (!take(&hdr, 4, &s))
			return note(d, N_TRAILING, -1, -1);
		uint16_t len = get16(s.p + 2);
		if (len == 0 && d->nentry > 0 && all_zero(t))
			return note(d, N_TRAILING, -1, -1); /* padding */
		if (len < 4) /* 0 would spin for ever, 1 to 3 fall out of step */
			return note(d, N_STOP, (int32_t)d->nentry, -1);
		if (!take(&t, len, &s))
			return note(d, N_PAST_END, (int32_t)d->nentry, -1);
		parse_entry(d, s);
	}
	return 0;
}

/* ---- structures against each other ---- */

static bool
is(const DmarEntry *e, DmarType type)
{
	return e->type == type && e->ok;
}

static void
check_units(Dmar *d, int32_t i)
{
	DmarEntry *e = &d->entry[i];
	bool all = e->flags & 1, other_all = false, later = false;

	for (int32_t k = 0; k < (int32_t)d->nentry; k++) {
		const DmarEntry *o = &d->entry[k];

		if (k == i || !is(o, DMAR_DRHD))
			continue;
		if (k < i && o->base == e->base) {
			e->ok = false;
			note(d, N_BASE_TWICE, i, -1);
			return;
		}
		if (o->segment != e->segment)
			continue;
		if (o->flags & 1 && (k < i || !all))
			other_all = true;
		later |= k > i;
	}
	if (all && other_all)
		note(d, N_ALL_TWICE, i, -1);
	if (all && later)
		note(d, N_ALL_EARLY, i, -1);
	if (!all && !other_all && !later) /* once: at the segment's last unit */
		note(d, N_ALL_MISSING, i, -1);
	if (!all && e->nscope == 0)
		note(d, N_NO_SCOPE, i, -1);
}

static void
check_rmrr(Dmar *d, int32_t i)
{
	const DmarEntry *e = &d->entry[i];

	if (e->nscope == 0)
		note(d, N_RMRR_NOBODY, i, -1);
	for (int32_t k = 0; k < i; k++) {
		const DmarEntry *o = &d->entry[k];

		if (is(o, DMAR_RMRR) && o->base <= e->limit && e->base <= o->limit) {
			note(d, N_RMRR_OVERLAP, i, -1);
			return;
		}
	}
}

static const DmarScope *
unit_scope(const Dmar *d, int32_t entry, uint32_t i)
{
	const DmarScope *s = &d->scope[d->entry[entry].scope + i];

	return s->ok && s->type == SCOPE_IOAPIC ? s : NULL;
}

static void
check_ioapics(Dmar *d, int32_t i)
{
	for (uint32_t n = 0; n < d->entry[i].nscope; n++) {
		const DmarScope *s = unit_scope(d, i, n);

		for (int32_t k = 0; s && k < i; k++) {
			if (!is(&d->entry[k], DMAR_DRHD))
				continue;
			for (uint32_t m = 0; m < d->entry[k].nscope; m++) {
				const DmarScope *o = unit_scope(d, k, m);
				if (o && o->id == s->id)
					note(d, N_IOAPIC_TWICE, i, (int32_t)n);
			}
		}
	}
}

static int
check_table(Dmar *d)
{
	bool ordered = true, unit = false;

	for (int32_t i = 0; i < (int32_t)d->nentry; i++) {
		if (i > 0 && d->entry[i].type < d->entry[i - 1].type)
			ordered = false;
		if (is(&d->entry[i], DMAR_DRHD))
			check_units(d, i);
		if (is(&d->entry[i], DMAR_DRHD))
			check_ioapics(d, i);
		if (is(&d->entry[i], DMAR_RMRR))
			check_rmrr(d, i);
		unit |= is(&d->entry[i], DMAR_DRHD);
	}
	if (!ordered)
		note(d, N_ORDER, -1, -1);
	return unit ? 0 : note(d, N_NO_UNIT, -1, -1);
}

/* ---- the table ---- */

static int
check_header(Dmar *d, const uint8_t *p, size_t len)
{
	uint8_t sum = 0;

	if (len < HEADER)
		return note(d, N_SHORT, -1, -1);
	if (p[0] != 'D' || p[1] != 'M' || p[2] != 'A' || p[3] != 'R')
		return note(d, N_SIGNATURE, -1, -1);
	d->len = get32(p + 4);
	if (d->len < HEADER || d->len > len)
		return note(d, N_LENGTH, -1, -1);
	if (d->len > MAX_TABLE)
		return note(d, N_LARGE, -1, -1);
	for (uint32_t i = 0; i < d->len; i++)
		sum = (uint8_t)(sum + p[i]);
	if (sum != 0)
		return note(d, N_CHECKSUM, -1, -1);
	d->revision = p[8];
	d->checksum = p[9];
	d->haw_field = p[36];
	d->flags = p[37];
	d->haw = d->haw_field + 1u;
	if (d->haw < MIN_HAW)
		return note(d, N_HAW_SMALL, -1, -1);
	return 0;
}

static void
check_likely(Dmar *d)
{
	if (d->revision == 0 || d->revision > LIKELY_REVISION)
		note(d, N_REVISION, -1, -1);
	if (d->haw < LIKELY_HAW)
		note(d, N_HAW_UNLIKELY, -1, -1);
	if (d->haw > MAX_HAW) {
		note(d, N_HAW_LARGE, -1, -1);
		d->haw = MAX_HAW;
	}
}

int
dmar_parse(const void *table, size_t len, Dmar *d)
{
	int err;

	*d = (Dmar){ 0 };
	if ((err = check_header(d, table, len)) != 0)
		return err;
	check_likely(d);
	/* No structure has fewer than 4 bytes, no usable scope fewer than 8. */
	d->bytes = os_alloc(d->len);
	d->entry = os_alloc(((d->len - HEADER) / 4 + 1) * sizeof *d->entry);
	d->scope = os_alloc(((d->len - HEADER) / 8 + 1) * sizeof *d->scope);
	if (!d->bytes || !d->entry || !d->scope)
		return -ENOMEM;
	memcpy(d->bytes, table, d->len);
	if ((err = parse_entries(d)) != 0)
		return err;
	return check_table(d);
}

void
dmar_free(Dmar *d)
{
	os_free(d->bytes);
	os_free(d->entry);
	os_free(d->scope);
	*d = (Dmar){ 0 };
}

const char *
dmar_note_text(uint16_t code)
{
	return code > 0 && code < N_N ? notes[code].text : "unknown";
}

DmarVerdict
dmar_note_verdict(uint16_t code)
{
	return code > 0 && code < N_N ? notes[code].verdict : DMAR_ACCEPT;
}

const char *
dmar_verdict_name(DmarVerdict v)
{
	static const char *const name[] = {
		[DMAR_ACCEPT] = "accept", [DMAR_WARN] = "accept_with_warning",
		[DMAR_SKIP] = "skip_structure", [DMAR_REJECT] = "reject_table",
	};

	return name[v];
}

const char *
dmar_type_name(uint16_t type)
{
	return type < DMAR_NTYPE ? types[type].name : "unknown";
}

const char *
dmar_scope_name(uint8_t type)
{
	return type >= SCOPE_ENDPOINT && type <= SCOPE_ACPI ? scope_names[type] : "reserved";
}

/*
 * The DMAR table (VT-d chapter 8) as hostile input: a window that only shrinks. What
 * cannot be used is skipped and noted; the table is refused only where its structures
 * cannot be told apart or no unit remains. Unknown structure types are skipped by their
 * length. Checks across structures (order, duplicates, overlaps) come after the walk.
 *
 * Absent: whether paths lead to devices, which is scope.c's business.
 */
#include "dev/vtd/finding.h"

#include "dev/vtd/os.h"

#define HEADER          48
#define MAX_TABLE       65536u /* the largest real ones have a few KiB */
#define MIN_HAW         12     /* one page */
#define LIKELY_HAW      36     /* no machine with a unit has fewer */
#define MAX_HAW         52
#define LIKELY_REVISION 4
#define LIKELY_HOPS     8
#define HUGE_RMRR       (4ull << 30)

typedef struct Buf {
	const uint8_t *p, *end;
} Buf;

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
buf_take(Buf *b, size_t n, Buf *out)
{
	if ((size_t)(b->end - b->p) < n)
		return false;
	*out = (Buf){ b->p, b->p + n };
	b->p += n;
	return true;
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
		dmar_finding(d, N_SCOPE_TYPE, ei, si);
	} else if (!path_ok(s)) {
		dmar_finding(d, N_PATH, ei, si);
	} else {
		s->ok = true;
		if (s->npath > LIKELY_HOPS)
			dmar_finding(d, N_DEEP, ei, si);
		if (e->type == DMAR_ATSR && s->type != SCOPE_BRIDGE)
			dmar_finding(d, N_ATSR_SCOPE, ei, si);
	}
}

/* Reads the scopes of e from b. A scope whose length cannot be right ends the reading,
 * and the rest of the structure is ignored. */
static void
parse_scopes(Dmar *d, DmarEntry *e, Buf b, int32_t ei)
{
	e->scope = d->nscope;
	while (b.p < b.end) {
		Buf body, hdr = b;

		/* A scope without a path says nothing; a shorter one would spin for
		 * ever. */
		if (!buf_take(&hdr, 6, &body) || body.p[1] < 8 || body.p[1] % 2 != 0 ||
			!buf_take(&b, body.p[1], &body)) {
			dmar_finding(d, N_SCOPE_LENGTH, ei, (int32_t)e->nscope);
			return;
		}
		DmarScope *s = &d->scope[d->nscope++];
		*s = (DmarScope){
			.offset = (uint32_t)(body.p - d->bytes),
			.type = body.p[0],
			.length = body.p[1],
			.flags = body.p[2],
			.reserved = body.p[3],
			.id = body.p[4],
			.bus = body.p[5],
			.npath = (uint8_t)((body.p[1] - 6) / 2),
			.path = body.p + 6,
		};
		check_scope(d, e, s, ei, (int32_t)e->nscope);
		e->nscope++;
	}
}

/* A remapping unit (VT-d 8.3). Without a usable base it is left out (e->ok). */
static void
parse_drhd(Dmar *d, DmarEntry *e, const uint8_t *p, int32_t ei)
{
	e->flags = p[4];
	e->size = p[5];
	e->segment = get16(p + 6);
	e->base = get64(p + 8);
	e->ok = false;
	if (e->base == 0)
		dmar_finding(d, N_BASE_ZERO, ei, -1);
	else if (e->base % 4096 != 0)
		dmar_finding(d, N_BASE_ALIGN, ei, -1);
	else if (e->base >> d->haw != 0)
		dmar_finding(d, N_BASE_HIGH, ei, -1);
	else
		e->ok = true;
	if (e->flags & ~1)
		dmar_finding(d, N_FLAGS, ei, -1);
}

/* A reserved region (VT-d 8.4). One that ends before it begins is left out; one that is
 * odd is only remarked on. */
static void
parse_rmrr(Dmar *d, DmarEntry *e, const uint8_t *p, int32_t ei)
{
	e->reserved = get16(p + 4);
	e->segment = get16(p + 6);
	e->base = get64(p + 8);
	e->limit = get64(p + 16);
	if (e->limit < e->base) {
		e->ok = false;
		dmar_finding(d, N_RMRR_ORDER, ei, -1);
		return;
	}
	if (e->base % 4096 != 0 || e->limit % 4096 != 4095)
		dmar_finding(d, N_RMRR_ALIGN, ei, -1);
	if (e->limit - e->base >= HUGE_RMRR - 1)
		dmar_finding(d, N_RMRR_HUGE, ei, -1);
	if (e->limit >> d->haw != 0)
		dmar_finding(d, N_ABOVE_HAW, ei, -1);
}

static void
parse_andd(Dmar *d, DmarEntry *e, const uint8_t *p, const uint8_t *end, int32_t ei)
{
	e->reserved = p[4] | p[5] << 8 | p[6] << 16;
	e->number = p[7];
	e->name = (const char *)p + 8;
	while (p + 8 + e->namelen < end && p[8 + e->namelen] != 0)
		e->namelen++;
	if (p + 8 + e->namelen < end)
		return;
	e->ok = false;
	dmar_finding(d, N_NAME, ei, -1);
}

/* The part of a structure that comes before its scopes. b is at least as long as that
 * part. */
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

/* One structure of the table, whose length b has been checked to hold. */
static void
parse_entry(Dmar *d, Buf b)
{
	int32_t ei = (int32_t)d->nentry++;
	DmarEntry *e = &d->entry[ei];

	*e = (DmarEntry){
		.offset = (uint32_t)(b.p - d->bytes),
		.type = get16(b.p),
		.length = get16(b.p + 2),
		.scope = d->nscope,
	};
	const DmarShape *shape = dmar_shape(e->type);
	if (shape == NULL) {
		dmar_finding(d, N_UNKNOWN, ei, -1);
		return;
	}
	if (e->length < shape->fixed) {
		dmar_finding(d, N_TOO_SHORT, ei, -1);
		return;
	}
	e->ok = true;
	e->whole = true;
	parse_fixed(d, e, b, ei);
	if (shape->scopes)
		parse_scopes(d, e, (Buf){ b.p + shape->fixed, b.end }, ei);
}

static bool
all_zero(Buf b)
{
	while (b.p < b.end)
		if (*b.p++ != 0)
			return false;
	return true;
}

/* All structures. -EINVAL: the table is refused, since the walk cannot go on; what was
 * read before stays, to be shown. */
static int
parse_entries(Dmar *d)
{
	Buf t = { d->bytes + HEADER, d->bytes + d->len };

	while (t.p < t.end) {
		Buf s, hdr = t;

		if (!buf_take(&hdr, 4, &s))
			return dmar_finding(d, N_TRAILING, -1, -1);
		uint16_t len = get16(s.p + 2);
		if (len == 0 && d->nentry > 0 && all_zero(t))
			return dmar_finding(d, N_TRAILING, -1, -1); /* padding */
		if (len < 4) /* 0 would spin for ever, 1 to 3 fall out of step */
			return dmar_finding(d, N_STOP, (int32_t)d->nentry, -1);
		if (!buf_take(&t, len, &s))
			return dmar_finding(d, N_PAST_END, (int32_t)d->nentry, -1);
		parse_entry(d, s);
	}
	return 0;
}

/* ---- the table ---- */

/* What the header says, judged or not: a refused table is shown to people as well. */
static void
read_header(Dmar *d, const uint8_t *p)
{
	d->header = true;
	__builtin_memcpy(d->signature, p, 4);
	d->length = get32(p + 4);
	d->revision = p[8];
	d->checksum = p[9];
	d->oem_revision = get32(p + 24);
	d->creator_revision = get32(p + 32);
	d->haw_field = p[36];
	d->flags = p[37];
	__builtin_memcpy(d->reserved, p + 38, sizeof d->reserved);
	d->haw = d->haw_field + 1u;
}

static bool
sums_to_zero(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	while (n-- > 0)
		sum = (uint8_t)(sum + *p++);
	return sum == 0;
}

/* Notes only: what is behind a bad checksum or width is still worth showing. */
static void
check_header(Dmar *d)
{
	if (d->revision == 0 || d->revision > LIKELY_REVISION)
		dmar_finding(d, N_REVISION, -1, -1);
	if (d->haw < MIN_HAW)
		dmar_finding(d, N_HAW_SMALL, -1, -1);
	else if (d->haw < LIKELY_HAW)
		dmar_finding(d, N_HAW_UNLIKELY, -1, -1);
	if (d->haw > MAX_HAW) {
		dmar_finding(d, N_HAW_LARGE, -1, -1);
		d->haw = MAX_HAW;
	}
}

/* Header and extent; after an error there are no structures to look for. */
static int
open_table(Dmar *d, const uint8_t *p, size_t len)
{
	if (len < HEADER)
		return dmar_finding(d, N_SHORT, -1, -1);
	read_header(d, p);
	if (__builtin_memcmp(d->signature, "DMAR", 4) != 0)
		return dmar_finding(d, N_SIGNATURE, -1, -1);
	if (d->length > MAX_TABLE)
		dmar_finding(d, N_LARGE, -1, -1);
	else if (d->length > len || d->length < HEADER)
		dmar_finding(d, N_LENGTH, -1, -1);
	else if (!sums_to_zero(p, d->length))
		dmar_finding(d, N_CHECKSUM, -1, -1);
	d->len = d->length < len ? d->length : (uint32_t)len;
	if (d->len >= HEADER && d->len <= MAX_TABLE)
		return 0;
	d->len = 0;
	return -EINVAL;
}

int
dmar_parse(const void *table, size_t len, Dmar *d)
{
	int err;

	*d = (Dmar){ 0 };
	if ((err = open_table(d, table, len)) != 0)
		return err;
	check_header(d);
	/* No structure has fewer than 4 bytes, no usable scope fewer than 8. */
	d->bytes = os_alloc(d->len);
	d->entry = os_alloc(((d->len - HEADER) / 4 + 1) * sizeof *d->entry);
	d->scope = os_alloc(((d->len - HEADER) / 8 + 1) * sizeof *d->scope);
	if (d->bytes == NULL || d->entry == NULL || d->scope == NULL)
		return -ENOMEM;
	__builtin_memcpy(d->bytes, table, d->len);
	if ((err = parse_entries(d)) != 0)
		return err;
	dmar_check(d);
	return d->verdict == DMAR_REJECT ? -EINVAL : 0;
}

void
dmar_free(Dmar *d)
{
	os_free(d->bytes);
	os_free(d->entry);
	os_free(d->scope);
	*d = (Dmar){ 0 };
}

/* SRC: dev/vtd/dmar.c dev/vtd/dmarcheck.c dev/vtd/finding.c dev/text/dmarfmt.c
 * kern/text.c user/host/dmarjson.c dev/pci/mcfg.c */
/*
 * The DMAR table. The input is a table as it is, and once more with signature, length and
 * checksum made right, so that what lies behind them is reached. What the parser returns
 * must stay inside the bytes, keep its own promises (dmar.h), and agree with the second
 * reader of this table, dev/pci's, about where registers are.
 */
#include "dev/text/dmarfmt.h"
#include "dev/pci/mcfg.h"
#include "dev/vtd/inspect.h"
#include "dev/vtd/os.h"
#include "tests/fuzz/fuzz.h"
#include "user/host/dmarjson.h"

static int blocks;

void *
os_alloc(size_t n)
{
	blocks++;
	return calloc(1, n);
}

void
os_free(void *p)
{
	blocks -= p != NULL;
	free(p);
}

static void
check_scope(const Dmar *d, const DmarEntry *e, const DmarScope *s, uint32_t end)
{
	CHECK(s->offset >= e->offset + 4u && s->offset + s->length <= end);
	CHECK(s->length == 6 + 2 * s->npath && s->npath > 0);
	CHECK(s->path == d->bytes + s->offset + 6);
	if (!s->ok)
		return;
	CHECK(s->type >= SCOPE_ENDPOINT && s->type <= SCOPE_ACPI);
	for (uint32_t i = 0; i < s->npath; i++)
		CHECK(s->path[2 * i] < 32 && s->path[2 * i + 1] < 8);
}

static void
check_usable(const Dmar *d, const DmarEntry *e, uint32_t end)
{
	CHECK(e->type < DMAR_NTYPE);
	if (e->type == DMAR_RMRR)
		CHECK(e->base <= e->limit);
	if (e->type == DMAR_ANDD)
		CHECK(e->name != NULL &&
			(const uint8_t *)e->name + strlen(e->name) < d->bytes + end);
	if (e->type != DMAR_DRHD)
		return;
	CHECK(e->base != 0 && e->base % 4096 == 0 && e->base >> d->haw == 0);
	for (const DmarEntry *o = d->entry; o < e; o++)
		CHECK(!o->ok || o->type != DMAR_DRHD || o->base != e->base);
}

static bool
check_entries(const Dmar *d)
{
	uint32_t at = 48, nscope = 0;
	bool unit = false;

	for (uint32_t i = 0; i < d->nentry; i++) {
		const DmarEntry *e = &d->entry[i];

		CHECK(e->offset == at && e->length >= 4);
		at += e->length;
		CHECK(at <= d->len && e->scope == nscope);
		for (uint32_t k = 0; k < e->nscope; k++)
			check_scope(d, e, &d->scope[e->scope + k], at);
		nscope += e->nscope;
		if (e->ok)
			check_usable(d, e, at);
		unit |= e->ok && e->type == DMAR_DRHD;
	}
	CHECK(nscope == d->nscope);
	return unit;
}

/* Of a refused table: what is shown lies inside it. */
static void
check_shown(const Dmar *d)
{
	for (uint32_t i = 0; i < d->nentry; i++)
		CHECK(d->entry[i].offset + d->entry[i].length <= d->len);
	for (uint32_t i = 0; i < d->nscope; i++)
		CHECK(d->scope[i].offset + d->scope[i].length <= d->len);
}

static void
check_printable(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK(s[i] == '\n' || (s[i] >= ' ' && s[i] < 0x7f));
}

/* For people and for programs: text that no byte of the table gets into as it is. */
static void
check_words(const Dmar *d)
{
	Text t = { 0 };
	char *json;
	size_t n;
	FILE *f = open_memstream(&json, &n);

	dmar_text(&t, d);
	check_printable(t.s, t.n);
	dmar_json(f, "x", d);
	fclose(f);
	check_printable(json, n);
	CHECK(strchr(json, '\n') == json + n - 1);
	text_free(&t);
	free(json);
}

static void
check_notes(const Dmar *d)
{
	DmarVerdict worst = DMAR_ACCEPT;

	for (uint32_t i = 0; i < d->nfinding && i < DMAR_MAXFINDING; i++) {
		const DmarFinding *n = &d->finding[i];

		CHECK(strcmp(dmar_finding_text(n->code), "unknown") != 0);
		CHECK(n->entry >= -1 && n->entry <= (int32_t)d->nentry);
		if (dmar_finding_verdict(n->code) > worst)
			worst = dmar_finding_verdict(n->code);
	}
	CHECK(d->nfinding > DMAR_MAXFINDING ? worst <= d->verdict : worst == d->verdict);
	CHECK(dmar_verdict_name(d->verdict) != NULL);
}

static void
try(const uint8_t *table, size_t n)
{
	Dmar d;
	int err = dmar_parse(table, n, &d);

	check_notes(&d);
	CHECK((err == 0) == (d.verdict != DMAR_REJECT));
	if (err == 0) {
		CHECK(d.len <= n && memcmp(d.bytes, table, d.len) == 0);
		CHECK(d.haw >= 12 && d.haw <= 52);
		CHECK(check_entries(&d));
	}
	check_shown(&d);
	check_words(&d);
	for (uint32_t i = 0; err == 0 && i < d.nentry; i++)
		if (d.entry[i].ok && d.entry[i].type == DMAR_DRHD)
			CHECK(dmar_covers(table, n, d.entry[i].base + 4095, 1));
	dmar_free(&d);
	CHECK(blocks == 0);
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	uint8_t *t = in_copy(&(In){ in, n }, &n);

	try(t, n);
	if (n >= 48) {
		memcpy(t, "DMAR", 4);
		for (unsigned i = 0; i < 4; i++)
			t[4 + i] = (uint8_t)(n >> 8 * i);
		sum_repair(t, n, 9);
		try(t, n);
	}
	free(t);
}

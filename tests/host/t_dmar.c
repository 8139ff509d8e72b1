/* SRC: dev/vtd/dmar.c dev/vtd/dmarcheck.c dev/vtd/finding.c tests/host/fakedmar.c */
/*
 * DMAR tables: built byte by byte here, every truncation and every single byte changed.
 * What comes out as JSON, for real tables too, is the business of t_dmarlint.py.
 */
#include "tests/host/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev/vtd/inspect.h"
#include "dev/vtd/os.h"
#include "tests/host/fakedmar.h"

static unsigned blocks, fail_at;

void *
os_alloc(size_t n)
{
	if (fail_at && --fail_at == 0)
		return NULL;
	blocks++;
	return calloc(1, n);
}

void
os_free(void *p)
{
	blocks -= p != NULL;
	free(p);
}

/* ---- building ---- */

/* DRHD 0: 0xfed90000 with endpoint 0:2.0; DRHD 1: 0xfed91000, all, IOAPIC; RMRR; the
 * rest. */
static void
sample(void)
{
	begin(1);
	PUT(0, 0, 24, 0, 0, 0, 0, 0, 0x00, 0x00, 0xd9, 0xfe, 0, 0, 0, 0);
	PUT(1, 8, 0, 0, 0, 0, 2, 0);
	PUT(0, 0, 26, 0, 1, 3, 0, 0, 0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0);
	PUT(3, 10, 0, 0, 2, 0xf0, 31, 0, 1, 7);
	PUT(1, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0xed, 0, 0, 0, 0, 0, 0xff, 0xff, 0xee, 0, 0, 0,
		0, 0);
	PUT(2, 8, 0, 0, 0, 3, 0x1d, 2);
	PUT(2, 0, 8, 0, 1, 0, 1, 0);
	PUT(3, 0, 20, 0, 0, 0, 0, 0, 0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0, 1, 2, 0, 0);
	PUT(4, 0, 12, 0, 0, 0, 0, 7, '\\', '_', 'S', 0);
	PUT(5, 0, 16, 0, 1, 0, 0, 0, 1, 8, 0x1f, 0, 0, 0, 2, 0);
	PUT(6, 0, 16, 0, 0, 0, 0, 0, 5, 8, 0, 0, 7, 0, 2, 0);
	seal(0);
}

static int
parse(Dmar *d)
{
	return dmar_parse(table, tlen, d);
}

static bool
noted(const Dmar *d, const char *text)
{
	for (uint32_t i = 0; i < d->nfinding && i < DMAR_MAXFINDING; i++)
		if (strstr(dmar_finding_text(d->finding[i].code), text))
			return true;
	return false;
}

/* ---- a good table ---- */

static void
test_sample(void **state)
{
	const DmarEntry *e;
	Dmar d;

	(void)state;
	sample();
	assert_int_equal(parse(&d), 0);
	assert_int_equal(d.verdict, DMAR_ACCEPT);
	assert_int_equal(d.haw, 39);
	assert_int_equal(d.flags, 1);
	assert_int_equal(d.nentry, 8);
	assert_int_equal(d.nscope, 5);
	e = &d.entry[0];
	assert_int_equal(e->base, 0xfed90000);
	assert_int_equal(e->nscope, 1);
	assert_int_equal(d.scope[e->scope].type, SCOPE_ENDPOINT);
	assert_int_equal(d.scope[e->scope].path[0], 2);
	e = &d.entry[1];
	assert_int_equal(e->flags, 1);
	assert_int_equal(e->size, 3);
	assert_int_equal(d.scope[e->scope].id, 2);
	assert_int_equal(d.scope[e->scope].bus, 0xf0);
	assert_int_equal(d.scope[e->scope].npath, 2);
	assert_int_equal(d.scope[e->scope].path[3], 7);
	e = &d.entry[2];
	assert_int_equal(e->base, 0xed0000);
	assert_int_equal(e->limit, 0xeeffff);
	assert_int_equal(d.scope[e->scope].bus, 3);
	e = &d.entry[3];
	assert_int_equal(e->segment, 1);
	assert_int_equal(e->flags, 1);
	assert_int_equal(d.entry[4].proximity, 0x201);
	assert_int_equal(d.entry[5].number, 7);
	assert_string_equal(d.entry[5].name, "\\_S");
	assert_int_equal(d.scope[d.entry[6].scope].flags, 0x1f);
	assert_int_equal(d.scope[d.entry[7].scope].type, SCOPE_ACPI);
	assert_string_equal(dmar_type_name(e->type), "ATSR");
	assert_string_equal(dmar_type_name(7), "unknown");
	assert_string_equal(dmar_scope_name(4), "hpet");
	assert_string_equal(dmar_scope_name(6), "reserved");
	dmar_free(&d);
	assert_int_equal(blocks, 0);
}

/* ---- hostile ones ---- */

static void
test_header(void **state)
{
	Dmar d;

	(void)state;
	sample();
	for (size_t n = 0; n < tlen; n++) { /* every truncation */
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, table, n);
		assert_int_equal(dmar_parse(copy, n, &d), -EINVAL);
		assert_int_equal(d.verdict, DMAR_REJECT);
		dmar_free(&d);
		free(copy);
	}
	table[10] ^= 1;
	assert_int_equal(parse(&d), -EINVAL);
	assert_true(noted(&d, "checksum"));
	assert_int_equal(d.nentry, 8); /* shown nevertheless */
	assert_int_equal(d.entry[2].limit, 0xeeffff);
	dmar_free(&d);
	for (size_t i = 0; i < 4; i++) {
		sample();
		table[i] ^= 0x20;
		seal(0);
		assert_int_equal(parse(&d), -EINVAL);
		assert_true(noted(&d, "signature"));
		assert_int_equal(d.nentry, 0);
		dmar_free(&d);
	}
	sample();
	table[36] = 10; /* 11 bits */
	seal(0);
	assert_int_equal(parse(&d), -EINVAL);
	assert_true(noted(&d, "below one page"));
	dmar_free(&d);
	sample();
	table[36] = 255;
	seal(0);
	assert_int_equal(parse(&d), 0);
	assert_int_equal(d.haw, 52);
	assert_int_equal(d.verdict, DMAR_WARN);
	dmar_free(&d);
	for (fail_at = 1; fail_at <= 3;) {
		unsigned n = fail_at;
		assert_int_equal(parse(&d), -ENOMEM);
		dmar_free(&d);
		assert_int_equal(blocks, 0);
		fail_at = n + 1;
	}
	fail_at = 0;
}

/* Any byte, any value: never out of bounds (ASan), never endless, memory given back. */
static void
test_every_byte(void **state)
{
	Dmar d;

	(void)state;
	for (size_t i = 8; i < 230; i++)
		for (unsigned v = 0; v < 256; v++) {
			sample();
			if (i >= tlen)
				return;
			table[i] = (uint8_t)v;
			size_t keep = tlen;
			seal(0);
			uint8_t *copy = malloc(keep);
			memcpy(copy, table, keep);
			dmar_parse(copy, keep, &d);
			dmar_free(&d);
			free(copy);
			assert_int_equal(blocks, 0);
		}
}

/* Change the bytes at off of the sample; expect verdict and words among the notes. */
static void
change(size_t off, const uint8_t *p, size_t n, DmarVerdict verdict, const char *text)
{
	Dmar d;

	sample();
	memcpy(table + off, p, n);
	seal(0);
	int err = parse(&d);
	if (d.verdict != verdict || !noted(&d, text))
		fail_msg("+%zu: %s, wanted %s with '%s'", off,
			dmar_verdict_name(d.verdict), dmar_verdict_name(verdict), text);
	assert_int_equal(err, verdict == DMAR_REJECT ? -EINVAL : 0);
	dmar_free(&d);
}

#define CHANGE(off, verdict, text, ...)                                                  \
	change(off, (const uint8_t[]){ __VA_ARGS__ },                                    \
		sizeof((const uint8_t[]){ __VA_ARGS__ }), verdict, text)

static void
test_structures(void **state)
{
	/* offsets of the sample: 48 DRHD, 72 DRHD, 98 RMRR, 130 ATSR, 138 RHSA, 158
	 * ANDD */
	(void)state;
	CHANGE(50, DMAR_REJECT, "below 4", 0, 0);
	CHANGE(50, DMAR_REJECT, "below 4", 3, 0);
	CHANGE(50, DMAR_REJECT, "passes the end", 0xff, 0xff);
	CHANGE(48, DMAR_SKIP, "unknown structure", 0xff, 0xff);
	CHANGE(56, DMAR_SKIP, "base is 0", 0, 0, 0, 0);
	CHANGE(56, DMAR_SKIP, "not page aligned", 1);
	CHANGE(60, DMAR_SKIP, "above the host", 0x80);
	CHANGE(80, DMAR_SKIP, "of an earlier unit", 0, 0);
	CHANGE(52, DMAR_WARN, "reserved flags", 0x80);
	CHANGE(76, DMAR_WARN, "no unit of the segment", 0);
	CHANGE(52, DMAR_WARN, "second INCLUDE", 1);
	CHANGE(52, DMAR_WARN, "not the last", 1);
	CHANGE(65, DMAR_SKIP, "bad scope length", 0);
	CHANGE(65, DMAR_SKIP, "bad scope length", 6);
	CHANGE(65, DMAR_SKIP, "bad scope length", 7);
	CHANGE(65, DMAR_SKIP, "bad scope length", 10);
	CHANGE(64, DMAR_SKIP, "reserved scope", 6);
	CHANGE(64, DMAR_SKIP, "reserved scope", 0);
	CHANGE(70, DMAR_SKIP, "above 31", 32);
	CHANGE(71, DMAR_SKIP, "above 31", 8);
	CHANGE(64, DMAR_WARN, "I/O APIC", 3, 8, 0, 0, 2);
	CHANGE(106, DMAR_WARN, "not page aligned", 1);
	CHANGE(114, DMAR_WARN, "not page aligned", 0xfe);
	CHANGE(114, DMAR_SKIP, "ends below", 0xff, 0x0f, 0, 0);
	CHANGE(118, DMAR_WARN, "4 GiB", 1);
	CHANGE(118, DMAR_WARN, "above the host", 0x80);
	CHANGE(169, DMAR_SKIP, "not terminated", 'X');
	CHANGE(130, DMAR_WARN, "order", 6);
	CHANGE(8, DMAR_WARN, "revision", 255);
}

static void
test_skipped(void **state)
{
	Dmar d;

	(void)state;
	for (uint8_t len = 1; len < 4; len++) { /* nothing is read out of step */
		sample();
		table[50] = len;
		seal(0);
		assert_int_equal(parse(&d), -EINVAL);
		assert_int_equal(d.nentry, 0);
		dmar_free(&d);
	}
	sample();
	memset(table + 56, 0, 8); /* the first unit goes, the other stays */
	seal(0);
	assert_int_equal(parse(&d), 0);
	assert_false(d.entry[0].ok);
	assert_true(d.entry[1].ok);
	dmar_free(&d);
	sample();
	memset(table + 56, 0, 8);
	memset(table + 80, 0, 8);
	seal(0);
	assert_int_equal(parse(&d), -EINVAL);
	assert_true(noted(&d, "no usable hardware unit"));
	dmar_free(&d);
	sample();
	PUT(0, 0, 0, 0, 0, 0, 0, 0); /* padding */
	seal(0);
	assert_int_equal(parse(&d), 0);
	assert_int_equal(d.verdict, DMAR_WARN);
	dmar_free(&d);
	begin(1); /* short structures */
	PUT(0, 0, 16, 0, 1, 0, 0, 0, 0x00, 0x00, 0xd9, 0xfe, 0, 0, 0, 0);
	PUT(1, 0, 23, 0);
	tlen += 19;
	PUT(3, 0, 19, 0);
	tlen += 15;
	PUT(5, 0, 6, 0, 0, 0);
	PUT(4, 0, 8, 0, 0, 0, 0, 1);
	seal(0);
	assert_int_equal(parse(&d), 0);
	assert_int_equal(d.verdict, DMAR_SKIP);
	for (uint32_t i = 1; i < d.nentry; i++)
		assert_false(d.entry[i].ok);
	assert_int_equal(d.nentry, 5);
	dmar_free(&d);
}

static void
test_bounded(void **state) /* the largest table of the smallest structures */
{
	uint8_t *big = calloc(1, 65536), sum = 0;
	Dmar d;

	(void)state;
	begin(1);
	memcpy(big, table, 48);
	memcpy(big + 4, &(uint32_t){ 65536 }, 4);
	for (size_t i = 48; i < 65536; i += 16) {
		memcpy(big + i + 2, &(uint16_t){ 16 }, 2);
		memcpy(big + i + 8, &(uint64_t){ (i << 12) & 0x7ffffff000ull }, 8);
	}
	for (size_t i = 0; i < 65536; i++)
		sum = (uint8_t)(sum + big[i]);
	big[9] = (uint8_t)-sum;
	assert_int_equal(dmar_parse(big, 65536, &d), 0);
	assert_int_equal(d.nentry, (65536 - 48) / 16);
	dmar_free(&d);
	free(big);
}

/* ---- what the host knows ---- */

static bool
is_ram(uint64_t base, uint64_t len) /* 64 KiB at 0xee0000 */
{
	return base < 0xef0000 && 0xee0000 < base + len;
}

static void
test_judge(void **state)
{
	Dmar d;

	(void)state;
	sample(); /* its region: 0xed0000 to 0xeeffff */
	assert_int_equal(parse(&d), 0);
	dmar_judge(&d, is_ram);
	assert_int_equal(d.verdict, DMAR_WARN);
	assert_true(noted(&d, "free for use"));
	assert_int_equal(d.finding[0].entry, 2);
	dmar_free(&d);
	table[114] = 0xff;
	table[115] = 0xff;
	table[116] = 0xed; /* to 0xedffff */
	seal(0);
	assert_int_equal(parse(&d), 0);
	dmar_judge(&d, is_ram);
	assert_int_equal(d.verdict, DMAR_ACCEPT);
	dmar_free(&d);
}

/* ---- the manual ---- */

/* Every number of the manual's list is the number the parser gives, and none is
 * missing. */
static void
test_manual(void **state)
{
	static char text[1 << 16];
	FILE *f = fopen("user/man/vtd.md", "r");
	char line[128];

	(void)state;
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof text - 1, f) > 0);
	fclose(f);
	assert_string_equal(dmar_finding_text(0), "unknown");
	for (uint16_t code = 1; strcmp(dmar_finding_text(code), "unknown") != 0; code++) {
		snprintf(line, sizeof line, "\n\t%2u %-20s%s\n", code,
			dmar_verdict_name(dmar_finding_verdict(code)),
			dmar_finding_text(code));
		if (!strstr(text, line))
			fail_msg("user/man/vtd.md has no line%s", line);
		assert_int_equal(dmar_finding_verdict(code) > DMAR_ACCEPT, true);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_structures),
		cmocka_unit_test(test_skipped),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

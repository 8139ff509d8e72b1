/*
 * DMA faults as people meet them: the record that a unit leaves in its registers, in
 * hexadecimal, and the lines of kernel logs. Linux has written these in several ways over
 * the years. The first is that of Linux up to 4.8, and ours:
 *
 *	DMAR:[DMA Write] Request device [00:02.0] fault addr 6df084000
 *	DMAR:[fault reason 05] PTE Write access is not set
 *
 *	DMAR: [DMA Read] Request device [00:02.0] PASID 12 fault addr 0
 *	      [fault reason 06] ...
 *	DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x0
 *	      [fault reason 0x06] ...
 *	DMAR: [INTR-REMAP] Request device [f0:1f.7] fault index 0x12
 *	      [fault reason 0x22] ...
 *
 * The last three are one line each. A reason without 0x is decimal, and everything else
 * is hexadecimal. Pure.
 */
#include "user/host/faultline.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dev/vtd/faultrec.h"
#include "dev/vtd/reg.h"

#define MAX_WORDS 4

/* ---- pieces of text ---- */

/* Reads a number of at most `digits` digits, after blanks, and moves *p behind it. */
static bool
take_number(const char **p, unsigned base, unsigned digits, uint64_t *v)
{
	const char *s = *p + strspn(*p, " \t");
	unsigned n = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	for (*v = 0; isxdigit((unsigned char)*s) && n <= digits; s++, n++) {
		unsigned d = isdigit((unsigned char)*s)
			? (unsigned)(*s - '0')
			: (unsigned)(tolower((unsigned char)*s) - 'a' + 10);

		if (d >= base)
			return false;
		*v = *v * base + d;
	}
	*p = s;
	return n > 0 && n <= digits;
}

static bool
take_char(const char **p, char c)
{
	return **p == c && (*p)++;
}

static bool
take_word(const char **p, const char *word)
{
	const char *s = *p + strspn(*p, " \t");

	if (strncmp(s, word, strlen(word)) != 0)
		return false;
	*p = s + strlen(word);
	return true;
}

/* The number behind a phrase that is somewhere in the line. */
static bool
take_after(const char *line, const char *phrase, unsigned base, unsigned digits,
	uint64_t *v)
{
	const char *p = strstr(line, phrase);

	if (p == NULL)
		return false;
	p += strlen(phrase);
	return take_number(&p, base, digits, v);
}

/* ---- records ---- */

/* In a record whose words are in order, bits 11:0 of the low one are reserved, and F is
 * in the high one. */
static bool
record_in_order(Ent r)
{
	return (r.lo & 0xfff) == 0 && EGET(r, FRCD_F);
}

static LineKind
record_decode(Ent r, FaultLine *l)
{
	if (!fault_decode(r.lo, r.hi, &l->f)) {
		l->bad = "no fault is in this record: its bit 127 (F) is 0";
		return LINE_BAD;
	}
	l->type = (uint8_t)EGET(r, FRCD_AT);
	l->pasid_given = EGET(r, FRCD_PP);
	l->pasid = (uint32_t)EGET(r, FRCD_PV);
	l->execute = l->pasid_given && EGET(r, FRCD_EXE);
	l->privileged = l->pasid_given && EGET(r, FRCD_PRIV);
	return LINE_FAULT;
}

/* Reads 32 digits without a blank: both words, the high one first. Returns how many
 * words. */
static uint32_t
take_halves(const char **p, uint64_t w[2])
{
	const char *digits = *p + (strncmp(*p, "0x", 2) == 0 ? 2 : 0);
	char high[17];
	const char *h = high;

	if (strspn(digits, "0123456789abcdefABCDEF") != 32)
		return 0;
	memcpy(high, digits, 16);
	high[16] = 0;
	*p = digits + 16;
	return take_number(&h, 16, 16, &w[1]) && take_number(p, 16, 16, &w[0]) ? 2 : 0;
}

static uint32_t
take_words(const char **p, uint64_t w[MAX_WORDS])
{
	uint32_t n = take_halves(p, w);

	if (n > 0)
		return n;
	while (n < MAX_WORDS && take_number(p, 16, 16, &w[n])) {
		n++;
		*p += strspn(*p, " \t,:");
	}
	return n;
}

static bool
words_fit_32(const uint64_t *w, uint32_t n)
{
	while (n-- > 0)
		if (w[n] >> 32 != 0)
			return false;
	return true;
}

/* Reads a record. Its least significant word comes first, unless only the other order
 * makes sense. */
static LineKind
parse_record(const char *p, FaultLine *l)
{
	uint64_t w[MAX_WORDS];
	uint32_t n = take_words(&p, w);
	Ent up, down;

	if (n == 4 && words_fit_32(w, n)) {
		up = (Ent){ w[0] | w[1] << 32, w[2] | w[3] << 32 };
		down = (Ent){ w[3] | w[2] << 32, w[1] | w[0] << 32 };
	} else if (n == 2) {
		up = (Ent){ w[0], w[1] };
		down = (Ent){ w[1], w[0] };
	} else {
		n = 0;
	}
	if (n == 0 || p[strspn(p, " \t\r")] != 0) {
		l->bad = "neither a line about a DMA fault nor a record, which is two "
			 "words "
			 "of 64 bits or four of 32, in hexadecimal";
		return LINE_BAD;
	}
	return record_decode(!record_in_order(up) && record_in_order(down) ? down : up,
		l);
}

/* ---- log lines ---- */

static bool
parse_kind(const char *line, FaultLine *l)
{
	l->f.interrupt = strstr(line, "INTR-REMAP") != NULL;
	l->f.read = strstr(line, "[DMA Read") != NULL;
	return l->f.interrupt || l->f.read || strstr(line, "[DMA Write") != NULL;
}

/* Reads [bus:dev.fn], or the same with a segment in front. One old form has two
 * brackets. */
static bool
parse_source(const char **p, FaultLine *l)
{
	uint64_t seg = 0, bus, dev, fn;

	if (!take_word(p, "["))
		return false;
	take_char(p, '[');
	if (!take_number(p, 16, 4, &bus) || !take_char(p, ':') ||
		!take_number(p, 16, 2, &dev))
		return false;
	if (take_char(p, ':')) {
		seg = bus;
		bus = dev;
		if (!take_number(p, 16, 2, &dev))
			return false;
	}
	if (!take_char(p, '.') || !take_number(p, 16, 1, &fn) || !take_char(p, ']'))
		return false;
	l->f.segment = (uint16_t)seg;
	l->f.sid = (uint16_t)(bus << 8 | dev << 3 | fn);
	return bus <= 0xff && dev < 32 && fn < 8;
}

/* Reads a PASID, in brackets or between device and address. All ones: there was none. */
static bool
parse_pasid(const char *line, FaultLine *l)
{
	uint64_t v;

	if (strstr(line, " PASID ") == NULL)
		return true;
	if (!take_after(line, " PASID ", 16, 8, &v))
		return false;
	l->pasid_given = v != 0xffffffff;
	l->pasid = (uint32_t)v;
	return true;
}

static bool
parse_reason(const char *p, FaultLine *l)
{
	uint64_t v;

	if (!take_number(&p, 10, 3, &v) || v > 0xff || !take_char(&p, ']'))
		return false;
	l->f.reason = (uint8_t)v;
	return true;
}

/* Reads a line about a request, from p on behind the words "Request device". After an
 * error l->bad says what is missing. */
static LineKind
parse_request(const char *line, const char *p, FaultLine *l)
{
	const char *reason = strstr(line, "[fault reason");
	uint64_t v;

	l->bad = "no kind of request: want [DMA Read], [DMA Write] or INTR-REMAP";
	if (!parse_kind(line, l))
		return LINE_BAD;
	l->bad = "no device: want [BUS:DEVICE.FUNCTION] in hexadecimal";
	if (!parse_source(&p, l))
		return LINE_BAD;
	l->bad = "no PASID: want a number in hexadecimal";
	if (!parse_pasid(line, l))
		return LINE_BAD;
	l->bad = l->f.interrupt ? "no index: want `fault index` and a number"
				: "no address: want `fault addr` and a number";
	if (!take_after(p, l->f.interrupt ? "fault index" : "fault addr", 16, 16, &v))
		return LINE_BAD;
	l->f.addr = v;
	if (reason == NULL)
		return LINE_DEVICE;
	l->bad = "no reason: want a number in [fault reason ...]";
	return parse_reason(reason + strlen("[fault reason"), l) ? LINE_FAULT : LINE_BAD;
}

static LineKind
parse_lost(const char *line, FaultLine *l)
{
	uint64_t unit;

	if (!take_after(line, "unit ", 10, 9, &unit))
		return LINE_OTHER;
	l->f.unit = (uint32_t)unit;
	l->f.lost = true;
	return LINE_FAULT;
}

LineKind
faultline_parse(const char *line, FaultLine *l)
{
	static const char request[] = "Request device", reason[] = "[fault reason";
	const char *p = line + strspn(line, " \t\r");

	*l = (FaultLine){ 0 };
	if (*p == 0)
		return LINE_OTHER;
	if ((p = strstr(line, request)) != NULL)
		return parse_request(line, p + strlen(request), l);
	if ((p = strstr(line, reason)) != NULL) {
		l->bad = "no reason: want a number in [fault reason ...]";
		return parse_reason(p + strlen(reason), l) ? LINE_REASON : LINE_BAD;
	}
	if (strstr(line, "[DMA ") != NULL || strstr(line, "INTR-REMAP") != NULL) {
		l->bad = "no device: want `Request device [BUS:DEVICE.FUNCTION]`";
		return LINE_BAD;
	}
	if (strstr(line, "records were lost") != NULL)
		return parse_lost(line, l);
	if (strstr(line, "DMAR") != NULL)
		return LINE_OTHER;
	return parse_record(line + strspn(line, " \t"), l);
}

/* ---- words ---- */

void
faultline_text(const FaultLine *l, bool reason, char *buf, size_t n)
{
	static const char *const type[] = { "", " translation-request", " translated",
		" type-3" };
	const VtdFault *f = &l->f;
	char seg[8] = "", pasid[24] = "", why[120] = "reason unknown";

	if (f->lost) {
		snprintf(buf, n, "unit %u lost: faults were not recorded", f->unit);
		return;
	}
	if (f->segment != 0)
		snprintf(seg, sizeof seg, "%x:", f->segment);
	if (l->pasid_given)
		snprintf(pasid, sizeof pasid, " pasid 0x%x", l->pasid);
	if (reason)
		snprintf(why, sizeof why, "reason 0x%02x text '%s'", f->reason,
			vtd_fault_text(f->reason));
	snprintf(buf, n, "source %s%x:%x.%x%s access %s%s%s%s %s 0x%" PRIx64 " %s", seg,
		f->sid >> 8, f->sid >> 3 & 31, f->sid & 7, pasid,
		f->interrupt      ? "interrupt"
			: f->read ? "read"
				  : "write",
		type[l->type], l->execute ? " execute" : "",
		l->privileged ? " privileged" : "", f->interrupt ? "index" : "address",
		f->addr, why);
}

/* SRC: user/host/faultline.c dev/vtd/faultrec.c */
/*
 * Lines about DMA faults. Whatever a line is, it is a fault with words for it, half of
 * one, or a reason why not; and a fault, written as Linux writes it, is read back as it
 * was.
 */
#include "tests/fuzz/fuzz.h"
#include "user/host/faultline.h"

static void
check_words(const FaultLine *l)
{
	char text[320];

	faultline_text(l, true, text, sizeof text);
	CHECK(strlen(text) < sizeof text - 1);
	for (const char *s = text; *s; s++)
		CHECK(*s >= ' ' && *s < 0x7f);
}

static void
check_again(const FaultLine *l)
{
	char line[320], pasid[32] = "NO_PASID", where[64], kind[64] = "INTR-REMAP";
	const VtdFault *f = &l->f;
	FaultLine m;

	if (l->pasid_given)
		snprintf(pasid, sizeof pasid, "PASID 0x%x", l->pasid);
	if (!f->interrupt)
		snprintf(kind, sizeof kind, "DMA %s %s", f->read ? "Read" : "Write",
			pasid);
	snprintf(where, sizeof where, "%04x:%02x:%02x.%d", f->segment, f->sid >> 8,
		f->sid >> 3 & 31, f->sid & 7);
	snprintf(line, sizeof line,
		"DMAR: [%s] Request device [%s] fault %s 0x%llx [fault reason 0x%02x] x",
		kind, where, f->interrupt ? "index" : "addr", (unsigned long long)f->addr,
		f->reason);
	CHECK(faultline_parse(line, &m) == LINE_FAULT);
	CHECK(m.f.sid == f->sid && m.f.segment == f->segment && m.f.addr == f->addr);
	CHECK(m.f.reason == f->reason && m.f.interrupt == f->interrupt);
	CHECK(m.f.interrupt || (m.f.read == f->read && m.pasid_given == l->pasid_given));
	CHECK(m.f.interrupt || !m.pasid_given || m.pasid == l->pasid);
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	char *line = in_text(&(In){ in, n });
	FaultLine l;
	LineKind kind = faultline_parse(line, &l);

	CHECK(kind <= LINE_BAD);
	CHECK(kind != LINE_BAD || l.bad != NULL);
	if (kind == LINE_FAULT || kind == LINE_DEVICE)
		check_words(&l);
	if (kind == LINE_FAULT && !l.f.lost && !(l.pasid_given && l.pasid == 0xffffffff))
		check_again(&l);
	free(line);
}

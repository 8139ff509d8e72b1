/* Checks that software cannot write some registers. */
#include "tests/conformance/check.h"

static Verdict
read_only(uint32_t off)
{
	uint32_t v = R32(off);

	R32(off) = ~v;
	SEEN("0x%x, then 0x%x", v, R32(off));
	return judge(R32(off) == v);
}

static Verdict
ver_ro(void)
{
	return read_only(0x00);
}
static Verdict
cap_ro(void)
{
	return read_only(0x08);
}
static Verdict
ecap_ro(void)
{
	return read_only(0x10);
}
static Verdict
gsts_ro(void)
{
	return read_only(0x1c);
}
static Verdict
iqh_ro(void)
{
	return read_only(0x80);
}

static Verdict
write_buffer(void)
{
	if (!HAS(4, 4))
		return ABSENT;
	R32(0x18) = (R32(0x1c) & 0x96ffffff) | 1u << 27;
	for (int i = 0; i < 1000000 && R32(0x1c) & 1u << 27; i++)
		;
	return judge(!(R32(0x1c) & 1u << 27));
}

const Check registers_checks[] = {
	{ "register: VER is read-only", ver_ro },
	{ "register: CAP is read-only", cap_ro },
	{ "register: ECAP is read-only", ecap_ro },
	{ "register: GSTS is read-only", gsts_ro },
	{ "register: IQH is read-only", iqh_ro },
	{ "register: write buffer flush", write_buffer },
	{ NULL, NULL },
};

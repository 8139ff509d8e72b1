/* SRC: */
/*
 * Field accessors and register fields, against whole register values that come
 * from machines (VT-d 10.4), and the command words of VT-d 6.5.2.
 */
#include "tests/host/host.h"

#include "dev/vtd/reg.h"

static void
test_accessors(void **state)
{
	uint64_t v = 0;
	Ent e = { 0, 0 };

	(void)state;
#define F_LOW  2, 0
#define F_TOP  63, 63
#define F_ALL  63, 0
#define F_HIGH 87, 72
	FPUT(v, F_LOW, 0xff);
	assert_int_equal(v, 7);
	FPUT(v, F_TOP, 1);
	assert_int_equal(v, 0x8000000000000007ull);
	FPUT(v, F_LOW, 2);
	assert_int_equal(v, 0x8000000000000002ull);
	assert_int_equal(FGET(v, F_TOP), 1);
	assert_int_equal(FMASK(F_ALL), ~0ull);
	assert_int_equal(FMASK(F_HIGH), 0xffff00);
	assert_int_equal(FVAL(F_ALL, 0x1234567890abcdefull), 0x1234567890abcdefull);
	EPUT(e, F_HIGH, 0x1beef);
	assert_int_equal(e.lo, 0);
	assert_int_equal(e.hi, 0xbeef00);
	assert_int_equal(EGET(e, F_HIGH), 0xbeef);
	EPUT(e, F_ALL, ~0ull);
	assert_int_equal(e.lo, ~0ull);
	assert_int_equal(e.hi, 0xbeef00);
}

static void
test_cap(void **state)
{
	uint64_t qemu = 0x00d2008c222f0686ull, xeon = 0x08d2078c106f0466ull;
	uint64_t tablet = 0x00c0000020660462ull;

	(void)state;
	assert_int_equal(FGET(qemu, CAP_ND), 6);
	assert_int_equal(FGET(qemu, CAP_CM), 1);
	assert_int_equal(FGET(qemu, CAP_RWBF), 0);
	assert_int_equal(FGET(qemu, CAP_SAGAW), 6);
	assert_int_equal(FGET(qemu, CAP_MGAW), 47);
	assert_int_equal(FGET(qemu, CAP_FRO) * 16, 0x220);
	assert_int_equal(FGET(qemu, CAP_SLLPS), 3);
	assert_int_equal(FGET(qemu, CAP_PSI), 1);
	assert_int_equal(FGET(qemu, CAP_NFR), 0);
	assert_int_equal(FGET(qemu, CAP_MAMV), 18);
	assert_int_equal(FGET(qemu, CAP_DWD), 1);
	assert_int_equal(FGET(qemu, CAP_DRD), 1);
	assert_int_equal(FGET(xeon, CAP_PLMR), 1);
	assert_int_equal(FGET(xeon, CAP_PHMR), 1);
	assert_int_equal(FGET(xeon, CAP_SAGAW), 4);
	assert_int_equal(FGET(xeon, CAP_ZLR), 1);
	assert_int_equal(FGET(xeon, CAP_FRO) * 16, 0x100);
	assert_int_equal(FGET(xeon, CAP_NFR), 7);
	assert_int_equal(FGET(xeon, CAP_PI), 1);
	assert_int_equal(FGET(tablet, CAP_ND), 2);
	assert_int_equal(FGET(tablet, CAP_MGAW), 38);
	assert_int_equal(FGET(tablet, CAP_PSI), 0);
	assert_int_equal(FGET(1ull << 33, CAP_FRO), 0x200); /* 10 bits */
	assert_int_equal(FGET(1ull << 63, CAP_ESRTPS), 1);
}

static void
test_ecap(void **state)
{
	(void)state;
	assert_int_equal(FGET(0xf00f4aull, ECAP_C), 0);
	assert_int_equal(FGET(0xf00f4aull, ECAP_QI), 1);
	assert_int_equal(FGET(0xf00f4aull, ECAP_IR), 1);
	assert_int_equal(FGET(0xf00f4aull, ECAP_PT), 1);
	assert_int_equal(FGET(0xf00f4aull, ECAP_IRO) * 16, 0xf0);
	assert_int_equal(FGET(0xf00f4aull, ECAP_MHMV), 15);
	assert_int_equal(FGET(0xf46ull, ECAP_DT), 1);
	assert_int_equal(FGET(0xfcaull, ECAP_SC), 1);
	assert_int_equal(FGET(0x480080f00f4aull, ECAP_SMTS), 1);
	assert_int_equal(FGET(0x480080f00f4aull, ECAP_SLTS), 1);
	assert_int_equal(FGET(0x490080f00f4aull, ECAP_PASID), 1);
	assert_int_equal(FGET(0x880000f00f4aull, ECAP_FLTS), 1);
	assert_int_equal(FGET(0x20000ull, ECAP_IRO), 0x200); /* 10 bits */
}

static void
test_commands(void **state)
{
	(void)state;
	assert_int_equal(GCMD_ONESHOT, 0x69000000);
	assert_int_equal(FMASK(GCMD_TE), 0x80000000);
	assert_int_equal(FMASK(GCMD_SRTP), 0x40000000);
	assert_int_equal(FMASK(GCMD_WBF), 0x08000000);
	assert_int_equal(FMASK(GCMD_QIE), 0x04000000);
	assert_int_equal(FMASK(GCMD_IRE), 0x02000000);
	assert_int_equal(FMASK(GCMD_EAFL), 0x10000000);
	assert_int_equal(FMASK(GCMD_CFI), 0x00800000);
	assert_int_equal(FVAL(CCMD_SID, 0x18), 0x180000); /* SID at 31:16 */
	assert_int_equal(FVAL(CCMD_CIRG, 3) | FMASK(CCMD_ICC), 0xe000000000000000ull);
	assert_int_equal(FVAL(IOTLB_DID, 0x2a), 0x2a00000000ull);
	assert_int_equal(FMASK(IOTLB_DR) | FMASK(IOTLB_DW), 0x3000000000000ull);
	assert_int_equal(FMASK(IVA_AM), 0x3f); /* 6 bits */
}

static void
test_faults(void **state)
{
	(void)state;
	assert_int_equal(FSTS_QUEUE, 0x70);
	assert_int_equal(FSTS_RW1C, 0xfd); /* all but PPF */
	assert_int_equal(FMASK(FSTS_FRI), 0xff00);
	assert_int_equal(FMASK(EVENT_IM), 0x80000000);
	assert_int_equal(FGET(0x8000000500000008ull, FRCD_FR), 5);
	assert_int_equal(FGET(0x8000000500000008ull, FRCD_SID), 8);
	assert_int_equal(FGET(0x8000000500000008ull, FRCD_T), 0);
	assert_int_equal(FGET(0xC000000600000008ull, FRCD_T), 1);
	assert_int_equal(FGET(0xC000000600000008ull, FRCD_F), 1);
	assert_int_equal(FGET(1ull << 31, FRCD_PP), 1);
	assert_int_equal(FGET(0x00abcde000000000ull << 4, FRCD_PV), 0xabcde);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accessors),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_ecap),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SRC: dev/vtd/gcmd.c */
/* Global command words as numbers (VT-d 10.4.4). */
#include "tests/host/host.h"

#include "dev/vtd/gcmd.h"

static uint32_t
word(Gcmd c, uint32_t gsts)
{
	return gcmd_word(gsts, gcmd_handshake(c)->set, gcmd_handshake(c)->clear);
}

static void
test_words(void **state)
{
	(void)state;
	/* RTPS and IRTPS stay set in the status: never in the next command */
	assert_int_equal(word(GCMD_DO_TE_ON, 0x45000000), 0x84000000);
	assert_int_equal(word(GCMD_DO_QIE_ON, 0x40000000), 0x04000000);
	assert_int_equal(word(GCMD_DO_SRTP, 0xc6800000), 0xc6800000);
	assert_int_equal(word(GCMD_DO_SRTP, 0x84000000), 0xc4000000);
	/* level bits stay: a flush does not switch translation off */
	assert_int_equal(word(GCMD_DO_WBF, 0xc7800000), 0x8e800000);
	assert_int_equal(word(GCMD_DO_TE_OFF, 0xc6800000), 0x06800000);
	assert_int_equal(word(GCMD_DO_QIE_OFF, 0xc6800000), 0x82800000);
	assert_int_equal(word(GCMD_DO_IRE_OFF, 0xff800000), 0x94800000);
	assert_int_equal(word(GCMD_DO_SIRTP, 0xc4800000), 0x85800000);
	assert_int_equal(word(GCMD_DO_CFI_OFF, 0xc5800000), 0x84000000);
	assert_int_equal(word(GCMD_DO_IRE_ON, 0xc5000000), 0x86000000);
	assert_int_equal(word(GCMD_DO_EAFL_OFF, 0xff800000), 0x86800000);
	assert_int_equal(gcmd_word(0xffffffff, 0, 0), 0x96ffffff);
}

static void
test_handshakes(void **state)
{
	/* status bit, and whether it rises */
	static const struct {
		uint32_t mask;
		bool rises;
	} want[GCMD_NDO] = {
		[GCMD_DO_TE_ON] = { 0x80000000, true },
		[GCMD_DO_TE_OFF] = { 0x80000000, false },
		[GCMD_DO_SRTP] = { 0x40000000, true },
		[GCMD_DO_WBF] = { 0x08000000, false },
		[GCMD_DO_QIE_ON] = { 0x04000000, true },
		[GCMD_DO_QIE_OFF] = { 0x04000000, false },
		[GCMD_DO_IRE_OFF] = { 0x02000000, false },
		[GCMD_DO_SIRTP] = { 0x01000000, true },
		[GCMD_DO_CFI_OFF] = { 0x00800000, false },
		[GCMD_DO_IRE_ON] = { 0x02000000, true },
		[GCMD_DO_EAFL_OFF] = { 0x10000000, false },
	};

	(void)state;
	for (int i = 0; i < GCMD_NDO; i++) {
		const Handshake *h = gcmd_handshake((Gcmd)i);
		/* remapping is on when the old format is blocked as well */
		assert_int_equal(h->mask,
			want[i].mask | (i == GCMD_DO_IRE_ON ? 0x00800000 : 0));
		assert_int_equal(h->want, want[i].rises ? want[i].mask : 0);
		assert_int_equal(__builtin_popcount(h->set | h->clear), 1);
		assert_non_null(h->what);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_handshakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

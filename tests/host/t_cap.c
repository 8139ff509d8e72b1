/* SRC: dev/vtd/cap.c */
/* Capabilities of real and emulated units to limits (VT-d 10.4.2, 10.4.3). */
#include "tests/host/host.h"

#include <errno.h>
#include <string.h>

#include "dev/vtd/cap.h"

static Limits l;
static const char *why;

static int
limits(uint32_t ver, uint64_t cap, uint64_t ecap)
{
	memset(&l, 0, sizeof l);
	why = NULL;
	return cap_limits(ver, cap, ecap, &l, &why);
}

static void
test_units(void **state)
{
	(void)state;
	/* Akaros's document */
	assert_int_equal(limits(0x10, 0x00d2008c222f0686ull, 0xf46), 0);
	assert_int_equal(l.levels, 4);
	assert_int_equal(l.width, 48);
	assert_int_equal(l.mgaw, 48);
	assert_int_equal(l.ndomains, 65536);
	assert_int_equal(l.frcd, 0x220);
	assert_int_equal(l.iotlb, 0xf0);
	assert_int_equal(l.nfault, 1);
	assert_int_equal(l.window, 0x230);
	assert_int_equal(l.mamv, 18);
	assert_true(l.cm && l.psi && l.drain_read && l.drain_write && l.queue &&
		l.registers);
	assert_false(l.coherent || l.rwbf || l.protects || l.page_requests);

	/* QEMU's default */
	assert_int_equal(limits(0x10, 0x00d2008c22260206ull, 0xf00f4a), 0);
	assert_int_equal(l.levels, 3);
	assert_int_equal(l.most, 3);
	assert_int_equal(l.width, 39);
	assert_false(l.cm);
	assert_true(l.pass);

	assert_int_equal(limits(0x10, 0x08d2078c106f0466ull, 0xf020ff), 0); /* a Xeon */
	assert_int_equal(l.levels, 4);
	assert_int_equal(l.nfault, 8);
	assert_int_equal(l.frcd, 0x100);
	assert_int_equal(l.iotlb, 0x200);
	assert_int_equal(l.window, 0x210);
	assert_true(l.protects && l.coherent && l.queue);

	/* a tablet's graphics */
	assert_int_equal(limits(0x10, 0x00c0000020660462ull, 0xf0101a), 0);
	assert_int_equal(l.levels, 4); /* 39 bits wide, only 4-level tables */
	assert_int_equal(l.width, 39);
	assert_int_equal(l.ndomains, 256);
	assert_false(l.psi || l.pass);

	/* 39 bits, tables of 3, 4 and 5 levels: 3 are enough, pass-through names 5 */
	assert_int_equal(limits(0x10, 0x00d2008c22260e06ull, 0xf00f4a), 0);
	assert_int_equal(l.levels, 3);
	assert_int_equal(l.most, 5);

	/* 0012...: dma-drain=off */
	assert_int_equal(limits(0x10, 0x0012008c22260206ull, 0xf00f4a), 0);
	assert_false(l.drain_read || l.drain_write);
}

/* SAGAW bits from 8 up: 2, 3, 4, 5, 6 levels. */
static uint32_t
levels(uint32_t sagaw, uint32_t mgaw)
{
	uint64_t cap = (0x00d2008c22000006ull & ~0x1f00ull) | (uint64_t)sagaw << 8 |
		(mgaw - 1) << 16;

	return limits(0x10, cap, 0xf42) == 0 ? l.levels : 0;
}

static void
test_levels(void **state)
{
	(void)state;
	assert_int_equal(levels(2, 39), 3);
	assert_int_equal(levels(2, 48), 3); /* the most there are */
	assert_int_equal(l.width, 39);
	assert_int_equal(levels(6, 39), 3);
	assert_int_equal(levels(6, 40), 4);
	assert_int_equal(levels(4, 36), 4);
	assert_int_equal(l.width, 36);
	assert_int_equal(levels(14, 57), 5);
	assert_int_equal(levels(8, 48), 5);
	assert_int_equal(levels(14, 48), 4);
	assert_int_equal(levels(31, 64), 5);
	assert_int_equal(levels(1, 30), 0);  /* 2 levels only */
	assert_int_equal(levels(16, 64), 0); /* 6 levels only */
	assert_int_equal(levels(0, 39), 0);
	assert_string_equal(why, "no page tables of 3 to 5 levels");
}

static void
test_unusable(void **state)
{
	(void)state;
	assert_int_equal(limits(~0u, ~0ull, ~0ull), -ENODEV);
	assert_string_equal(why, "registers read all ones");
	assert_int_equal(limits(0x10, ~0ull, ~0ull), -ENODEV);
	assert_string_equal(why, "registers read all ones");
	assert_int_equal(limits(0, 0, 0), -ENODEV);
	assert_string_equal(why, "registers read all zeros");
	assert_int_equal(limits(0x01, 0x00d2008c222f0686ull, 0xf46), -ENODEV);
	assert_string_equal(why, "version below 1.0");
	assert_int_equal(limits(0x60, 0x00d2008c222f0686ull, 0xf44), -ENODEV);
	assert_string_equal(why, "no way to invalidate");
	assert_int_equal(limits(0x10, 0x00d2008c022f0686ull & ~(0x3ffull << 24), 0xf46),
		-ENODEV);
	assert_string_equal(why, "register offsets that make no sense");
	assert_int_equal(limits(0x10, 0x00d2008c222f0686ull, 0x046), -ENODEV);
	assert_string_equal(why, "register offsets that make no sense");
}

static void
test_version(void **state)
{
	(void)state;
	assert_int_equal(limits(0x54, 0x00d2008c222f0686ull, 0xf46), 0);
	assert_true(l.registers);
	assert_int_equal(limits(0x60, 0x00d2008c222f0686ull, 0xf46), 0);
	assert_false(l.registers);
	/* ND 7 is reserved */
	assert_int_equal(limits(0x10, 0x00d2008c222f0687ull, 0xf46), 0);
	assert_int_equal(l.ndomains, 65536);
}

/* Which modes there are, and what changes with them. */
static uint32_t
modes_of(uint64_t ecap)
{
	assert_int_equal(limits(0x10, 0x00d2008c222f0606ull, ecap), 0);
	return l.modes;
}

static void
test_modes(void **state)
{
	(void)state;
	assert_int_equal(modes_of(0xf00f4a), 1); /* legacy */
	assert_string_equal(l.no_scalable, "has no scalable mode");
	assert_int_equal(modes_of(0x480080f00f4aull), 3); /* QEMU 7.2: SMTS, SLTS */
	assert_null(l.no_scalable);
	assert_int_equal(modes_of(0x480080f00f48ull), 1);
	assert_string_equal(l.no_scalable, "has no invalidation queue");
	assert_int_equal(modes_of(0x80000f00f4aull), 1); /* SMTS alone */
	assert_string_equal(l.no_scalable, "has no tables in scalable mode");
	assert_int_equal(modes_of(0x1880000f00f4aull), 5); /* SMTS, FLTS, SMPWC */
	assert_int_equal(modes_of(0x1c80000f00f4aull), 7);
	/* QEMU 10, x-flts=on: no SMPWC */
	assert_int_equal(modes_of(0x880000f00f4aull), 1);
	assert_string_equal(l.no_scalable, "walks first-stage tables without snooping");
	cap_errata(0x29c08086, 0x29c01028, &l);
	assert_int_equal(l.modes, 1);
	cap_errata(0x29c08086, 0x11001af4, &l); /* it is QEMU */
	assert_int_equal(l.modes, 5);
	assert_null(l.no_scalable);

	assert_false(l.walks);
	cap_use(&l, VTD_LEGACY);
	assert_int_equal(l.big, 0xc);
	cap_use(&l, VTD_FIRST);
	assert_int_equal(l.mode, VTD_FIRST);
	assert_int_equal(l.levels, 4);
	assert_int_equal(l.width, 47);
	assert_int_equal(l.big, 4); /* no CAP.FL1GP */
	modes_of(0x1c80000f00f4aull);
	cap_use(&l, VTD_SECOND);
	assert_true(l.walks); /* SMPWC, whatever ECAP.C says */
	assert_false(l.coherent);
	assert_int_equal(l.width, 48);
	modes_of(0x480000f00f4bull);
	assert_true(l.walks);
	cap_use(&l, VTD_SECOND);
	assert_false(l.walks);
	assert_true(l.coherent);
	assert_int_equal(limits(0x10, 0x01d2008c222f0606ull, 0x1880000f00f4aull), 0);
	cap_use(&l, VTD_FIRST);
	assert_int_equal(l.big, 0xc);
	/* What a request cannot have, no stage translates: MGAW 39, 48. */
	assert_int_equal(limits(0x10, 0x00d2008c22260206ull, 0x1880000f00f4aull), 0);
	cap_use(&l, VTD_FIRST);
	assert_int_equal(l.width, 39);
}

static void
test_errata(void **state)
{
	(void)state;
	l = (Limits){ 0 };
	cap_errata(0x29c08086, 0x11001af4, &l); /* QEMU's q35 */
	assert_false(l.rwbf);
	assert_non_null(l.forges);
	l = (Limits){ 0 };
	cap_errata(0x29c08086, 0x29c01028, &l); /* the same chip on a board */
	assert_null(l.forges);
	cap_errata(0x2e308086, 0, &l);
	assert_true(l.rwbf);
	l = (Limits){ .rwbf = true };
	cap_errata(0xffffffff, 0xffffffff, &l);
	assert_true(l.rwbf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_errata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

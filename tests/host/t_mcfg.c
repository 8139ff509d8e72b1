/* SRC: dev/pci/mcfg.c */
#include "tests/host/host.h"

#include "dev/pci/mcfg.h"

static uint8_t table[512];

static void
put(uint off, uint n, uint64_t v)
{
	while (n-- > 0) {
		table[off++] = (uint8_t)v;
		v >>= 8;
	}
}

/* PCI Firmware 3.0 4.1.2: header 36, reserved 8; base 8, segment 2, first, last, 4. */
static void
entry(uint i, uint64_t base, uint seg, uint first, uint last)
{
	put(44 + 16 * i, 8, base);
	put(44 + 16 * i + 8, 2, seg);
	put(44 + 16 * i + 10, 1, first);
	put(44 + 16 * i + 11, 1, last);
}

static void
begin(const char *sig, size_t len)
{
	memset(table, 0, sizeof(table));
	memcpy(table, sig, 4);
	put(4, 4, len);
}

static void
qemu_q35(void **state)
{
	McfgRange r[4];

	(void)state;
	begin("MCFG", 60);
	entry(0, 0xb0000000, 0, 0, 255);
	assert_int_equal(mcfg_parse(table, 60, r, 4), 1);
	assert_int_equal(r[0].base, 0xb0000000);
	assert_int_equal(r[0].seg, 0);
	assert_int_equal(r[0].first, 0);
	assert_int_equal(r[0].last, 255);
}

static void
base_is_of_bus_zero(void **state)
{
	McfgRange r[4];

	(void)state;
	begin("MCFG", 60);
	entry(0, 0xe0000000, 1, 0x40, 0x7f);
	assert_int_equal(mcfg_parse(table, 60, r, 4), 1);
	assert_int_equal(r[0].base, 0xe4000000);
}

static void
sorted_and_disjoint(void **state)
{
	McfgRange r[8];

	(void)state;
	begin("MCFG", 44 + 5 * 16);
	entry(0, 0xd0000000, 1, 0, 15);
	entry(1, 0xc0000000, 0, 16, 31);
	entry(2, 0xc0000000, 0, 0, 15);
	entry(3, 0xa0000000, 0, 10, 20); /* claims buses that are taken */
	entry(4, 0xd0000000, 1, 16, 16);
	assert_int_equal(mcfg_parse(table, 44 + 5 * 16, r, 8), 4);
	assert_int_equal(r[0].first, 0);
	assert_int_equal(r[1].first, 16);
	assert_int_equal(r[1].base, 0xc1000000);
	assert_int_equal(r[2].seg, 1);
	assert_int_equal(r[2].first, 0);
	assert_int_equal(r[3].first, 16);
}

static void
hostile(void **state)
{
	McfgRange r[4];

	(void)state;
	begin("MCFG", 44 + 5 * 16);
	entry(0, 0, 0, 0, 255);                  /* no address */
	entry(1, 0xb0000001, 0, 0, 255);         /* not 1 MiB aligned */
	entry(2, 0xb0000000, 0, 9, 8);           /* backwards */
	entry(3, 0xfffffffffff00000, 0, 0, 255); /* wraps */
	entry(4, 0xb0000000, 0, 0, 3);
	assert_int_equal(mcfg_parse(table, 44 + 5 * 16, r, 4), 1);
	assert_int_equal(r[0].last, 3);
	for (size_t n = 0; n < 44 + 5 * 16; n++) {
		uint8_t *exact = malloc(n + 1); /* ASan sees a read past n */
		memcpy(exact, table, n);
		assert_int_equal(mcfg_parse(exact, n, r, 4), 0);
		free(exact);
	}
	put(4, 4, 43); /* shorter than its header */
	assert_int_equal(mcfg_parse(table, sizeof(table), r, 4), 0);
	put(4, 4, 44 + 15); /* half an entry */
	assert_int_equal(mcfg_parse(table, sizeof(table), r, 4), 0);
	put(4, 4, 60);
	memcpy(table, "MCFX", 4);
	assert_int_equal(mcfg_parse(table, sizeof(table), r, 4), 0);
}

static void
no_more_than_max(void **state)
{
	McfgRange r[2];

	(void)state;
	begin("MCFG", 44 + 3 * 16);
	for (uint i = 0; i < 3; i++)
		entry(i, 0xb0000000, i, 0, 255);
	assert_int_equal(mcfg_parse(table, 44 + 3 * 16, r, 2), 2);
}

/* VT-d 8.1, 8.3: structures from 48; DRHD type 0, size at 5, base at 8. */
static void
dmar_windows(void **state)
{
	(void)state;
	begin("DMAR", 48 + 24 + 16 + 16);
	put(48, 2, 1); /* RMRR: its base is not a register window */
	put(50, 2, 24);
	put(56, 8, 0x70000000);
	put(72, 2, 0);
	put(74, 2, 16);
	put(80, 8, 0xfed90000);
	put(88, 2, 0);
	put(90, 2, 16);
	put(93, 1, 0x12); /* 2^2 pages; the high half is reserved */
	put(96, 8, 0xfed94000);
	size_t n = 48 + 24 + 16 + 16;
	assert_true(dmar_covers(table, n, 0xfed90000, 1));
	assert_true(dmar_covers(table, n, 0xfed90fff, 1));
	assert_false(dmar_covers(table, n, 0xfed91000, 0x3000));
	assert_true(dmar_covers(table, n, 0xfed91000, 0x3001));
	assert_true(dmar_covers(table, n, 0xfed97fff, 1));
	assert_false(dmar_covers(table, n, 0xfed98000, 0x1000));
	assert_false(dmar_covers(table, n, 0x70000000, 0x1000));
	assert_true(dmar_covers(table, n, 0, UINT64_MAX));
	assert_true(dmar_covers(table, n, 0xfed8f000, 0xfffffffff0000000));
}

static void
dmar_hostile(void **state)
{
	(void)state;
	begin("DMAR", 48 + 16);
	put(50, 2, 0); /* length 0 must not spin */
	put(56, 8, 0xfed90000);
	assert_false(dmar_covers(table, 64, 0xfed90000, 1));
	put(50, 2, 200); /* past the end */
	assert_false(dmar_covers(table, 64, 0xfed90000, 1));
	put(50, 2, 8); /* too short for a base */
	assert_false(dmar_covers(table, 64, 0xfed90000, 1));
	put(50, 2, 16);
	assert_true(dmar_covers(table, 64, 0xfed90000, 1));
	assert_false(dmar_covers(table, 47, 0xfed90000, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qemu_q35),
		cmocka_unit_test(base_is_of_bus_zero),
		cmocka_unit_test(sorted_and_disjoint),
		cmocka_unit_test(hostile),
		cmocka_unit_test(no_more_than_max),
		cmocka_unit_test(dmar_windows),
		cmocka_unit_test(dmar_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

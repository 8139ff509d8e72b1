/* SRC: arch/madt.c */
/* Entries laid out by hand from ACPI 6.4, section 5.2.12. */
#include "tests/host/host.h"

#include "arch/madt.h"

/* clang-format off */
static const uint8_t table[] = {
	[0] = 'A', 'P', 'I', 'C',
	[36] = 0x00, 0x00, 0xe0, 0xfe, /* local APICs at fee00000 */
	[40] = 1, 0, 0, 0,
	/* local APICs: ids 0 and 4 enabled, 6 not */
	[44] = 0, 8, 0, 0, 1, 0, 0, 0,
	[52] = 0, 8, 1, 4, 1, 0, 0, 0,
	[60] = 0, 8, 2, 6, 0, 0, 0, 0,
	/* I/O APICs at fec00000 from input 0, fec10000 from 24 */
	[68] = 1, 12, 8, 0, 0x00, 0x00, 0xc0, 0xfe, 0, 0, 0, 0,
	[80] = 1, 12, 1, 0, 0x00, 0x00, 0xc1, 0xfe, 24, 0, 0, 0,
	/* ISA 0 is input 2; 9 is level, active high; 5 is level, active low, at 25 */
	[92] = 2, 10, 0, 0, 2, 0, 0, 0, 0, 0,
	[102] = 2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0,
	[112] = 2, 10, 0, 5, 25, 0, 0, 0, 0x0f, 0,
	/* not ISA; not a line; NMI entry; x2APIC id 7 enabled and 0x1ff enabled */
	[122] = 2, 10, 1, 3, 7, 0, 0, 0, 0, 0,
	[132] = 2, 10, 0, 16, 7, 0, 0, 0, 0, 0,
	[142] = 4, 6, 0xff, 0, 0, 1,
	[148] = 9, 16, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	[164] = 9, 16, 0, 0, 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
};
/* clang-format on */

static void
whole(void **state)
{
	Madt m;

	(void)state;
	assert_int_equal(madt_parse(table, sizeof(table), &m), 0);
	assert_int_equal(m.ncpu, 3);
	assert_int_equal(m.apic_id[0], 0);
	assert_int_equal(m.apic_id[1], 4);
	assert_int_equal(m.apic_id[2], 7);
	assert_int_equal(m.nignored, 1);
	assert_int_equal(m.nioapic, 2);
	assert_int_equal(m.ioapic[0].base, 0xfec00000);
	assert_int_equal(m.ioapic[1].base, 0xfec10000);
	assert_int_equal(m.ioapic[1].gsi, 24);
	assert_int_equal(m.ioapic[0].id, 8);
	assert_int_equal(m.ioapic[1].id, 1);
	assert_int_equal(m.isa[0].gsi, 2);
	assert_false(m.isa[0].level || m.isa[0].low);
	assert_true(m.isa[9].level && !m.isa[9].low);
	assert_int_equal(m.isa[5].gsi, 25);
	assert_true(m.isa[5].level && m.isa[5].low);
	assert_int_equal(m.isa[3].gsi, 3);
	assert_int_equal(m.isa[4].gsi, 4);
	assert_false(m.isa[4].level || m.isa[4].low);
}

static void
hostile(void **state)
{
	Madt m;

	(void)state;
	for (size_t len = 0; len <= sizeof(table); len++) {
		uint8_t *p = malloc(len + 1); /* the exact size: ASan watches its end */
		uint8_t *q = realloc(p, len != 0 ? len : 1);
		memcpy(q, table, len);
		assert_int_equal(madt_parse(q, len, &m), len < 44 ? -EINVAL : 0);
		free(q);
	}
	/* entries too short for their kind, at the end */
	for (uint type = 0; type < 256; type++)
		for (size_t n = 2; n < 16; n++) {
			uint8_t *q = calloc(1, 44 + n);
			q[44] = type;
			q[45] = n;
			assert_int_equal(madt_parse(q, 44 + n, &m), 0);
			free(q);
		}
	for (uint n = 0; n < 256; n++) { /* every length at the first entry */
		uint8_t t[sizeof(table)];
		memcpy(t, table, sizeof(t));
		t[45] = n;
		assert_int_equal(madt_parse(t, sizeof(t), &m), 0);
		if (n < 2) /* nothing behind an entry that cannot be passed */
			assert_int_equal(m.ncpu, 0);
	}
	assert_int_equal(madt_parse(NULL, 0, &m), -EINVAL);
	assert_int_equal(m.isa[7].gsi, 7);
}

static void
many(void **state)
{
	uint8_t t[44 + 100 * 8 + 20 * 12] = { 0 };
	Madt m;

	(void)state;
	for (uint i = 0; i < 100; i++)
		memcpy(t + 44 + 8 * i, (uint8_t[]){ 0, 8, i, i, 1, 0, 0, 0 }, 8);
	for (uint i = 0; i < 20; i++)
		memcpy(t + 844 + 12 * i,
			(uint8_t[]){ 1, 12, i, 0, 0, 0, i + 1, 0xfe, i, 0, 0, 0 }, 12);
	assert_int_equal(madt_parse(t, sizeof(t), &m), 0);
	assert_int_equal(m.ncpu, MAXCPU);
	assert_int_equal(m.nignored, 100 - MAXCPU);
	assert_int_equal(m.nioapic, MADT_MAXIOAPIC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(hostile),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

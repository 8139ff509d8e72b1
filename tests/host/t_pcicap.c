/* SRC: dev/pci/cap.c */
#include "tests/host/host.h"

#include "dev/pci/cap.h"

static uint8_t *cfg; /* 4096 bytes on the heap, so that ASan sees a read beyond */
static uint reads;

static uint32_t
word(const void *arg, uint off)
{
	uint32_t v;

	(void)arg;
	reads++;
	assert_int_equal(off % 4, 0);
	memcpy(&v, cfg + off, 4);
	return v;
}

static int
setup(void **state)
{
	(void)state;
	cfg = calloc(1, 4096);
	cfg[6] = 0x10; /* status: capability list */
	reads = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(cfg);
	return 0;
}

static void
cap(uint at, uint id, uint next)
{
	cfg[at] = (uint8_t)id;
	cfg[at + 1] = (uint8_t)next;
}

static void
ecap(uint at, uint id, uint next)
{
	uint32_t v = next << 20 | 1 << 16 | id;

	memcpy(cfg + at, &v, 4);
}

static void
in_order(void **state)
{
	PciCap c[48];

	(void)state;
	cfg[0x34] = 0x40;
	cap(0x40, 0x01, 0x60);
	cap(0x60, 0x05, 0x50);
	cap(0x50, 0x10, 0);
	assert_int_equal(cap_list(word, NULL, c, 48), 3);
	assert_int_equal(c[0].id, 0x01);
	assert_int_equal(c[1].off, 0x60);
	assert_int_equal(c[2].id, 0x10);
	assert_int_equal(cap_find(c, 3, 0x10), 0x50);
	assert_int_equal(cap_find(c, 3, 0x11), 0);
	assert_string_equal(cap_name(0x05, false), "MSI");
	assert_string_equal(cap_name(0x0010, true), "single root I/O virtualisation");
	assert_string_equal(cap_name(0x7f, false), "unknown");
}

static void
none_without_status_bit(void **state)
{
	PciCap c[48];

	(void)state;
	cfg[6] = 0;
	cfg[0x34] = 0x40;
	cap(0x40, 0x05, 0);
	assert_int_equal(cap_list(word, NULL, c, 48), 0);
}

/* PCI 3.0 6.7: the two low bits of a pointer are reserved and masked. */
static void
low_bits_masked(void **state)
{
	PciCap c[48];

	(void)state;
	cfg[0x34] = 0x43;
	cap(0x40, 0x01, 0x51);
	cap(0x50, 0x05, 0);
	assert_int_equal(cap_list(word, NULL, c, 48), 2);
	assert_int_equal(c[1].off, 0x50);
}

static void
below_0x40_ends(void **state)
{
	PciCap c[48];

	(void)state;
	cfg[0x34] = 0x3c;
	cap(0x3c, 0x05, 0);
	assert_int_equal(cap_list(word, NULL, c, 48), 0);
	cfg[0x34] = 0x40;
	cap(0x40, 0x01, 0x10);
	cap(0x10, 0x05, 0);
	assert_int_equal(cap_list(word, NULL, c, 48), 1);
}

static void
cycles_end(void **state)
{
	PciCap c[48];

	(void)state;
	cfg[0x34] = 0x40;
	cap(0x40, 0x09, 0x50);
	cap(0x50, 0x09, 0x60);
	cap(0x60, 0x09, 0x50);
	assert_int_equal(cap_list(word, NULL, c, 48), 3);
	cap(0x40, 0x09, 0x40); /* to itself */
	assert_int_equal(cap_list(word, NULL, c, 48), 1);
	assert_true(reads < 20);
}

static void
too_close_to_the_end(void **state)
{
	PciCap c[48];

	(void)state;
	cfg[0x34] = 0xf8;
	cap(0xf8, 0x11, 0xf0); /* MSI-X needs 12 bytes: f8 .. 103 */
	cap(0xf0, 0x01, 0xfc); /* power management, 8 bytes, fits */
	cap(0xfc, 0x10, 0x40); /* PCI Express does not */
	cap(0x40, 0x05, 0);
	assert_int_equal(cap_list(word, NULL, c, 48), 2);
	assert_int_equal(c[0].off, 0xf0);
	assert_int_equal(c[1].off, 0x40);
}

static void
all_ones(void **state)
{
	PciCap c[48];

	(void)state;
	memset(cfg, 0xff, 4096); /* gone */
	assert_int_equal(cap_list(word, NULL, c, 48), 0);
	assert_int_equal(ecap_list(word, NULL, c, 48), 0);
	memset(cfg + 0x40, 0xff, 16); /* gone in the middle of the walk */
	cfg[6] = 0x10;
	cfg[0x34] = 0x40;
	assert_int_equal(cap_list(word, NULL, c, 48), 0);
}

static void
full_list(void **state)
{
	PciCap c[CAP_MAXSTD];

	(void)state;
	cfg[0x34] = 0x40;
	for (uint at = 0x40; at < 0x100; at += 4)
		cap(at, 0x09, at + 4 < 0x100 ? at + 4 : 0x40);
	assert_int_equal(cap_list(word, NULL, c, CAP_MAXSTD), 48);
	assert_int_equal(cap_list(word, NULL, c, 5), 5); /* room for no more */
}

static void
extended_in_order(void **state)
{
	PciCap c[CAP_MAXEXT];

	(void)state;
	ecap(0x100, 0x0001, 0x148);
	ecap(0x148, 0x0000, 0x150); /* null capability: only a link */
	ecap(0x150, 0x000d, 0x162); /* reserved bits masked */
	ecap(0x160, 0x000f, 0);
	assert_int_equal(ecap_list(word, NULL, c, CAP_MAXEXT), 3);
	assert_int_equal(c[0].id, 0x0001);
	assert_int_equal(c[0].off, 0x100);
	assert_int_equal(c[1].off, 0x150);
	assert_int_equal(c[2].id, 0x000f);
}

static void
extended_hostile(void **state)
{
	PciCap c[CAP_MAXEXT];

	(void)state;
	assert_int_equal(ecap_list(word, NULL, c, CAP_MAXEXT), 0); /* all zero: none */
	ecap(0x100, 0x000d, 0x040); /* into the first 256 bytes */
	assert_int_equal(ecap_list(word, NULL, c, CAP_MAXEXT), 1);
	ecap(0x100, 0x000d, 0x200);
	ecap(0x200, 0x000d, 0x100); /* a cycle */
	assert_int_equal(ecap_list(word, NULL, c, CAP_MAXEXT), 2);
	ecap(0x200, 0x0010, 0xffc); /* SR-IOV fits */
	ecap(0xffc, 0x0010, 0);     /* 64 bytes of it do not fit into the last 4 */
	assert_int_equal(ecap_list(word, NULL, c, CAP_MAXEXT), 2);
	assert_int_equal(c[1].off, 0x200);
	for (uint at = 0x100; at < 0x1000; at += 4)
		ecap(at, 0x1234, at + 4 < 0x1000 ? at + 4 : 0x100);
	assert_int_equal(ecap_list(word, NULL, c, CAP_MAXEXT), CAP_MAXEXT);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(in_order),
		T(none_without_status_bit),
		T(low_bits_masked),
		T(below_0x40_ends),
		T(cycles_end),
		T(too_close_to_the_end),
		T(all_ones),
		T(full_list),
		T(extended_in_order),
		T(extended_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

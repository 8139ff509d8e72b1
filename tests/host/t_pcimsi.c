/* SRC: dev/pci/bar.c dev/pci/cap.c dev/pci/cfg.c dev/pci/fn.c dev/pci/isolation.c
 * dev/pci/list.c dev/pci/mcfg.c dev/pci/msi.c dev/pci/names.c dev/pci/reset.c
 * dev/pci/scan.c kern/cmd.c tests/host/fakepci.c */
#include "tests/host/fakepci.h"

static FakeFn *dev;

static int
setup(void **state)
{
	(void)state;
	fake_begin();
	dev = fake_add(BDF(0, 0, 3, 0), 0x1234, 0x11e8, 0x00ff00);
	fake_bar32(dev, 0, 0xfe800000, 0x4000, 0);
	return 0;
}

static PciFn *
scan(void)
{
	assert_int_equal(pci_scan(), 0);
	return pci_first();
}

/* PCI 3.0 6.8.1: control at 2, address at 4 and 8, data at 8 or 12, mask at 12 or 16. */
static uint
with_msi(uint control)
{
	uint at = fake_cap(dev, 0x05, 24);

	fake_put(dev, at + 2, 2, control);
	fake_mask(dev, at + 2, 2, 0x0071);
	for (uint i = 4; i < 20; i += 4)
		fake_mask(dev, at + i, 4, 0xffffffff);
	return at;
}

static void
msi_64(void **state)
{
	uint at = with_msi(0x0080);
	PciFn *f = scan();

	(void)state;
	pci_write(f, at + 2, 2, 0x0030); /* eight messages, by somebody before us */
	assert_int_equal(pci_msi_on(f, 0x1fee01000, 0x41), 0);
	assert_int_equal(fake_get_reg(dev, at + 4, 4), 0xfee01000);
	assert_int_equal(fake_get_reg(dev, at + 8, 4), 1);
	assert_int_equal(fake_get_reg(dev, at + 12, 2), 0x41);
	assert_int_equal(fake_get_reg(dev, at + 2, 2), 0x0081);
	assert_int_equal(fake_get_reg(dev, 4, 2) & 0x400, 0x400);
	pci_interrupts_off(f);
	assert_int_equal(fake_get_reg(dev, at + 2, 2), 0x0080);
}

static void
msi_32(void **state)
{
	uint at = with_msi(0x0000);
	PciFn *f = scan();

	(void)state;
	assert_int_equal(pci_msi_on(f, 0x1fee01000, 0x41), -ENOTSUP);
	assert_int_equal(fake_get_reg(dev, at + 2, 2) & 1, 0);
	assert_int_equal(pci_msi_on(f, 0xfee01000, 0x41), 0);
	assert_int_equal(fake_get_reg(dev, at + 8, 2), 0x41);
	assert_int_equal(fake_get_reg(dev, at + 2, 2), 0x0001);
}

static void
msi_masking(void **state)
{
	uint at = with_msi(0x0180);
	PciFn *f = scan();

	(void)state;
	assert_int_equal(pci_msi_on(f, 0xfee00000, 0x51), 0);
	assert_int_equal(fake_get_reg(dev, at + 16, 4), 0xfffffffe);
}

static void
msi_cut_short(void **state)
{
	(void)state;
	fake_put(dev, 0x34, 1, 0xf4); /* 12 bytes: without mask it would fit */
	fake_put(dev, 6, 2, 0x10);
	fake_put(dev, 0xf4, 4, 0x01800005);
	fake_mask(dev, 0xf6, 2, 1);
	assert_int_equal(pci_msi_on(scan(), 0xfee00000, 0x51), -ENOTSUP);
	assert_int_equal(fake_get_reg(dev, 0xf6, 2) & 1, 0);
}

static uint
with_msix(void)
{
	uint at = fake_cap(dev, 0x11, 12);

	fake_put(dev, at + 2, 2, 4); /* 5 entries */
	fake_mask(dev, at + 2, 2, 0xc000);
	fake_put(dev, at + 4, 4, 0x2000);
	fake_put(dev, at + 8, 4, 0x3000);
	return at;
}

/* PCI 3.0 6.8.2.6: entries of 16 bytes: address, high, data, control (bit 0: mask). */
static void
msix(void **state)
{
	uint at = with_msix();
	PciFn *f = scan();

	(void)state;
	memset(fake_table, 0x5a, sizeof(fake_table));
	assert_int_equal(pci_msi_on(f, 0x1fee01000, 0x41), 0);
	assert_int_equal(fake_mapped, 0xfe802000);
	assert_int_equal(fake_table[0], 0xfee01000);
	assert_int_equal(fake_table[1], 1);
	assert_int_equal(fake_table[2], 0x41);
	assert_int_equal(fake_table[3], 0);
	for (uint i = 1; i < 5; i++)
		assert_int_equal(fake_table[4 * i + 3], 1);
	assert_int_equal(fake_table[4 * 5 + 3], 0x5a5a5a5a); /* beyond the table */
	assert_int_equal(fake_get_reg(dev, at + 2, 2), 0x8004);
	assert_int_equal(fake_get_reg(dev, 4, 2) & 2, 2); /* the table decodes */
	pci_interrupts_off(f);
	assert_int_equal(fake_get_reg(dev, at + 2, 2), 0x4004);
}

static void
msix_without_address(void **state)
{
	(void)state;
	with_msix();
	fake_put(dev, 0x10, 4, 0);
	assert_int_equal(pci_msi_on(scan(), 0xfee01000, 0x41), -ENOTSUP);
	assert_int_equal(fake_mapped, 0);
}

static void
neither(void **state)
{
	(void)state;
	assert_int_equal(pci_msi_on(scan(), 0xfee01000, 0x41), -ENOTSUP);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(msi_64),
		T(msi_32),
		T(msi_masking),
		T(msi_cut_short),
		T(msix),
		T(msix_without_address),
		T(neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
	dev = fake_add(BDF(0, 0, 3, 0), 0x8086, 0x10d3, 0x020000);
	fake_bar32(dev, 0, 0xfe800000, 0x20000, 0);
	fake_bar64(dev, 2, 0x800000000, 0x4000, 0);
	return 0;
}

static PciFn *
scan(void)
{
	assert_int_equal(pci_scan(), 0);
	return pci_find(dev->bdf);
}

/* As assigned and used: decoding, a master, an interrupt line. */
static PciFn *
use(void)
{
	PciFn *f = scan();

	pci_write(f, 0x3c, 1, 11);
	pci_memory_on(f);
	assert_int_equal(pci_busmaster(f, true), 0);
	return f;
}

/* The fake objects to a reset of a master and to BARs written while they decode. */
static void
is_restored(void)
{
	assert_int_equal(fake_get_reg(dev, 0x10, 4), 0xfe800000);
	assert_int_equal(fake_get_reg(dev, 0x18, 4), 0x00000004);
	assert_int_equal(fake_get_reg(dev, 0x1c, 4), 0x8);
	assert_int_equal(fake_get_reg(dev, 0x3c, 1), 11);
	assert_int_equal(fake_get_reg(dev, 4, 2), 0x0403); /* no master, INTx off */
}

static uint
with_flr(void)
{
	uint at = fake_pcie(dev, 0);

	fake_put(dev, at + 4, 4, 1 << 28);
	return at;
}

static void
function_level(void **state)
{
	uint at = with_flr();

	(void)state;
	pci_nosnoop_off(scan());
	PciFn *f = use();
	dev->away_ms = 60;
	dev->retry_ms = 300;
	assert_int_equal(f->reset, PCI_RESET_FLR);
	assert_string_equal(pci_reset_name(f->reset), "flr");
	assert_int_equal(pci_reset(f), 0);
	assert_int_equal(dev->resets, 1);
	is_restored();
	assert_int_equal(fake_get_reg(dev, at + 8, 2), 0x2000); /* no snoop still off */
	assert_in_range(fake_ms, 360, 500);
}

/* PCIe 6.6.2: nothing is asked of the function for 100 ms. */
static void
waits_before_asking(void **state)
{
	with_flr();
	PciFn *f = use();

	(void)state;
	assert_int_equal(pci_reset(f), 0);
	assert_in_range(fake_ms, 100, 200);
}

static void
does_not_come_back(void **state)
{
	with_flr();
	PciFn *f = use();

	(void)state;
	dev->flr_hangs = true;
	assert_int_equal(pci_reset(f), -ETIMEDOUT);
	assert_in_range(fake_ms, 1000, 2000);
}

static void
comes_back_as_another(void **state)
{
	with_flr();
	PciFn *f = use();

	(void)state;
	fake_put(dev, 2, 2, 0x1111);
	assert_int_equal(pci_reset(f), -EIO);
}

static void
master_that_sticks(void **state)
{
	with_flr();
	PciFn *f = use();

	(void)state;
	dev->stuck_master = true;
	assert_int_equal(pci_reset(f), -EIO);
	assert_int_equal(dev->resets, 0);
}

static void
gone(void **state)
{
	with_flr();
	PciFn *f = use();

	(void)state;
	dev->gone = true;
	assert_int_equal(pci_reset(f), -EIO);
	assert_in_range(fake_ms, 0, 100);
}

static void
pending_does_not_prevent_it(void **state)
{
	with_flr();
	PciFn *f = use();

	(void)state;
	dev->pending = true;
	assert_int_equal(pci_drain(f), -ETIMEDOUT);
	assert_int_equal(pci_reset(f), 0);
	assert_int_equal(dev->resets, 1);
}

/* The reset itself may bring bus mastering back: that is no device to give out. */
static void
masters_after_it(void **state)
{
	with_flr();
	PciFn *f = use();

	(void)state;
	dev->undead = true;
	assert_int_equal(pci_reset(f), -EIO);
	assert_int_equal(dev->resets, 1);
}

/* ACS: capability at +4, control at +6; SV RR CR UF are bits 0, 2, 3, 4. */
static void
keeps_access_control(void **state)
{
	uint at = 0x100;

	(void)state;
	with_flr();
	fake_acs(dev, 0x5f);
	PciFn *f = use();
	assert_int_equal(fake_get_reg(dev, at + 6, 2), 0x1d);
	assert_int_equal(pci_reset(f), 0);
	assert_int_equal(fake_get_reg(dev, at + 6, 2), 0x1d);
}

/* AF: capability at +3 (FLR bit 1), control at +4. */
static void
advanced_features(void **state)
{
	uint at = fake_cap(dev, 0x13, 6);

	(void)state;
	fake_put(dev, at + 3, 1, 3);
	fake_mask(dev, at + 4, 1, 1);
	PciFn *f = use();
	assert_int_equal(f->reset, PCI_RESET_AF);
	assert_int_equal(pci_reset(f), 0);
	assert_int_equal(dev->resets, 1);
	is_restored();
}

static void
power_state(void **state)
{
	uint at = fake_cap(dev, 0x01, 8);

	(void)state;
	fake_mask(dev, at + 4, 2, 3);
	PciFn *f = use();
	assert_int_equal(f->reset, PCI_RESET_PM);
	assert_int_equal(pci_reset(f), 0);
	assert_int_equal(dev->resets, 1);
	is_restored();
	assert_in_range(fake_ms, 200, 300); /* a command under way has run out */
	fake_put(dev, at + 4, 2, 0x0008);   /* No_Soft_Reset */
	assert_int_equal(scan()->reset, PCI_RESET_NONE);
}

/* QEMU's e1000e: the power state changes and nothing else does. */
static void
in_name_only(void **state)
{
	uint at = fake_cap(dev, 0x01, 8);

	(void)state;
	fake_mask(dev, at + 4, 2, 3);
	dev->deaf = true;
	assert_int_equal(pci_reset(use()), 0);
	is_restored();
}

static void
none(void **state)
{
	PciFn *f = use();

	(void)state;
	assert_int_equal(f->reset, PCI_RESET_NONE);
	assert_int_equal(pci_reset(f), -ENOTSUP);
	assert_false(pci_is_busmaster(f)); /* quiet all the same */
}

static void
by_the_bus_above(void **state)
{
	FakeFn *b = fake_bridge(BDF(0, 0, 4, 0), 1, 1);

	(void)state;
	dev = fake_add(BDF(0, 1, 0, 0), 0x1234, 0x11e8, 0x00ff00);
	fake_bar32(dev, 0, 0xfe800000, 0x20000, 0);
	fake_bar64(dev, 2, 0x800000000, 0x4000, 0);
	PciFn *f = use();
	assert_int_equal(f->reset, PCI_RESET_BUS);
	assert_int_equal(pci_reset(f), 0);
	assert_int_equal(dev->resets, 1);
	assert_int_equal(fake_get_reg(b, 0x3e, 2) & 0x40, 0);
	is_restored();
	assert_in_range(fake_ms, 200, 300);
}

/* The bus is not reset under somebody else's device, however deep it is. */
static void
not_the_bus_of_others(void **state)
{
	(void)state;
	fake_bridge(BDF(0, 0, 4, 0), 1, 2);
	fake_add(BDF(0, 1, 0, 0), 0x1234, 0x11e8, 0x00ff00);
	fake_bridge(BDF(0, 1, 1, 0), 2, 2);
	fake_add(BDF(0, 2, 0, 0), 0x1234, 0x11e8, 0x00ff00);
	scan();
	assert_int_equal(pci_find(BDF(0, 1, 0, 0))->reset, PCI_RESET_NONE);
	/* alone on bus 2 */
	assert_int_equal(pci_find(BDF(0, 2, 0, 0))->reset, PCI_RESET_BUS);
	assert_int_equal(pci_find(BDF(0, 0, 4, 0))->reset, PCI_RESET_NONE);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(function_level),
		T(waits_before_asking),
		T(does_not_come_back),
		T(comes_back_as_another),
		T(master_that_sticks),
		T(gone),
		T(pending_does_not_prevent_it),
		T(masters_after_it),
		T(keeps_access_control),
		T(advanced_features),
		T(power_state),
		T(in_name_only),
		T(none),
		T(by_the_bus_above),
		T(not_the_bus_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

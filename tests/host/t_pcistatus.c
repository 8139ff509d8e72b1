/* SRC: dev/text/pcistatus.c kern/text.c dev/assign/state.c dev/pci/bar.c dev/pci/cap.c
 * dev/pci/cfg.c dev/pci/fn.c dev/pci/isolation.c dev/pci/list.c dev/pci/mcfg.c
 * dev/pci/msi.c dev/pci/names.c dev/pci/reset.c dev/pci/scan.c kern/cmd.c
 * tests/host/fakepci.c */
/* The status of a function, line by line: user/man/pci.md has the keys. */
#include "tests/host/fakepci.h"

#include "dev/text/pcistatus.h"

static PciStatus status;

/* Finds the functions, and begins the status of one that nobody has. */
static void
begin(uint bus, uint dev, uint fn)
{
	assert_int_equal(pci_scan(), 0);
	status = (PciStatus){ .fn = pci_find(BDF(0, bus, dev, fn)),
		.present = true,
		.owner = -1,
		.unit = -1 };
	assert_non_null(status.fn);
}

static void
shows(const char *want)
{
	Text t = { 0 };

	pcistatus_text(&t, &status);
	assert_string_equal(t.s, want);
	text_free(&t);
}

static void
has_line(const char *line)
{
	Text t = { 0 };

	pcistatus_text(&t, &status);
	if (strstr(t.s, line) == NULL)
		fail_msg("no line '%s' in:\n%s", line, t.s);
	text_free(&t);
}

static void
nobodys(void **state)
{
	FakeFn *f = fake_edu(0, 3, 0);

	(void)state;
	fake_bar32(f, 0, 0xfe800000, 0x100000, 0);
	begin(0, 3, 0);
	status.ncap = 1;
	status.cap[0] = (PciCap){ .id = 5, .off = 0x40 };
	shows("id 1234:11e8\n"
	      "subsystem 0000:0000\n"
	      "class 00ff00 unclassified device\n"
	      "revision 3\n"
	      "kind endpoint\n"
	      "state blocked\n"
	      "owner none\n"
	      "unit none\n"
	      "busmaster off\n"
	      "group 0\n"
	      "source 0:3.0\n"
	      "reset none\n"
	      "interrupt none\n"
	      "bar0 0xfe800000 size 0x100000 memory: mappable\n"
	      "cap 40 MSI\n");
}

static void
owned(void **state)
{
	(void)state;
	fake_edu(0, 3, 0);
	begin(0, 3, 0);
	status.state = FN_OWNED;
	status.owner = 22;
	status.unit = 1;
	status.busmaster = true;
	has_line("\nstate owned\nowner 22\nunit 1\nbusmaster on\n");
	status.present = false;
	has_line("\nkind endpoint\npresent no\n");
}

static void
kernels(void **state)
{
	FakeFn *f = fake_edu(0, 3, 0);

	(void)state;
	fake_pcie(f, 0);
	fake_ecap(f, 0x0f, 8); /* ATS: PCIe 7.8.8 */
	begin(0, 3, 0);
	status.state = FN_KERNEL;
	status.owner = 0;
	status.has_driver = true;
	status.driver = (KdevInfo){ .driver = "edu", .view = "translated" };
	has_line("\nstate kernel\nowner 0\ndriver edu, translated\nunit none\n");
	has_line("\nats off\n");
	status.ats = true;
	has_line("\nats on\n");
}

static void
behind_a_bridge(void **state)
{
	(void)state;
	fake_port(BDF(0, 0, 5, 0), 7, 2, 2, 0);
	fake_edu(2, 1, 0);
	begin(2, 1, 0);
	has_line("\nkind endpoint\nbridge 0:5.0\n");
	has_line("\nmember 0:5.0 same requester id 2:0.0 behind bridge 0:5.0 "
		 "(PCIe to PCI)\n");
	has_line("\nsource 2:1.0\nsource 2:0.0\n");
	status.has_entry = true;
	status.entry = 7;
	status.irq = (VtdIrq){ .sid = 0x0200, .bus = true };
	has_line("\nentry 7 source bus 2\n");
	status.irq = (VtdIrq){ .sid = 0x0208 };
	has_line("\nentry 7 source 2:1.0\n");
	begin(0, 5, 0);
	has_line("\nkind bridge\n");
	has_line("\nbuses 2-2\n");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(nobodys),
		T(owned),
		T(kernels),
		T(behind_a_bridge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

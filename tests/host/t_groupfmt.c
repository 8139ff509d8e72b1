/* SRC: dev/groupfmt.c kern/text.c dev/pci/bar.c dev/pci/cap.c dev/pci/cfg.c dev/pci/fn.c dev/pci/group.c dev/pci/mcfg.c dev/pci/msi.c dev/pci/names.c dev/pci/reset.c dev/pci/scan.c kern/cmd.c tests/host/fakepci.c */
/* Isolation groups in words, on machines where each reason makes one. */
#include "tests/host/fakepci.h"

#include "dev/groupfmt.h"

/* PCI Express types as in t_pcigroup.c: 4 root port, 5 upstream, 6 downstream, 7 to PCI. */

static int
setup(void **state)
{
	(void)state;
	fake_begin();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fake_end();
	return 0;
}

static FakeFn *
edu(uint bus, uint dev, uint fn)
{
	return fake_add(BDF(0, bus, dev, fn), 0x1234, 0x11e8, 0x00ff00);
}

static FakeFn *
port(bdf_t b, uint type, uint sec, uint sub, uint acs)
{
	FakeFn *f = fake_bridge(b, sec, sub);

	fake_pcie(f, type);
	if (acs != 0)
		fake_acs(f, acs);
	return f;
}

static void
shows(const char *want)
{
	Text t = { 0 };

	assert_int_equal(pci_scan(), 0);
	groups_text(&t);
	assert_string_equal(t.s, want);
	text_free(&t);
}

static void
alone(void **state)
{
	(void)state;
	edu(0, 2, 0);
	edu(0, 3, 0);
	shows("group 0: 0:2.0 (alone)\n"
	      "group 1: 0:3.0 (alone)\n");
}

static void
functions_of_a_device(void **state)
{
	(void)state;
	fake_put(edu(0, 3, 0), 0x0e, 1, 0x80);
	edu(0, 3, 1);
	edu(0, 4, 0);
	shows("group 0: 0:3.0 0:3.1 (function of the same device 0:3, which has no ACS)\n"
	      "group 1: 0:4.0 (alone)\n");
}

static void
behind_bridges(void **state)
{
	(void)state;
	edu(0, 2, 0);
	port(BDF(0, 0, 5, 0), 7, 1, 1, 0);
	fake_bridge(BDF(0, 0, 6, 0), 2, 2);
	edu(1, 1, 0);
	edu(1, 2, 0);
	edu(2, 3, 0);
	shows("group 0: 0:2.0 (alone)\n"
	      "group 1: 0:5.0 1:1.0 1:2.0 (same requester id 1:0.0 behind bridge 0:5.0 (PCIe to PCI))\n"
	      "group 2: 0:6.0 2:3.0 (same requester id 0:6.0 behind bridge 0:6.0 (PCI))\n");
}

/* An empty port ties nothing together. */
static void
ports(void **state)
{
	(void)state;
	port(BDF(0, 0, 4, 0), 4, 1, 1, 0x5f);
	port(BDF(0, 0, 5, 0), 4, 2, 2, 0);
	port(BDF(0, 0, 6, 0), 4, 3, 3, 0);
	fake_pcie(edu(1, 0, 0), 0);
	fake_pcie(edu(2, 0, 0), 0);
	shows("group 0: 0:4.0 (alone)\n"
	      "group 1: 0:5.0 2:0.0 (below port 0:5.0, which has no ACS)\n"
	      "group 2: 0:6.0 (alone)\n"
	      "group 3: 1:0.0 (alone)\n");
}

/* A group that several things make is one group, and each is named. */
static void
several_reasons(void **state)
{
	(void)state;
	fake_put(port(BDF(0, 0, 0x1c, 0), 4, 1, 1, 0), 0x0e, 1, 0x81);
	port(BDF(0, 0, 0x1c, 1), 4, 2, 2, 0);
	fake_pcie(edu(1, 0, 0), 0);
	fake_pcie(edu(2, 0, 0), 0);
	shows("group 0: 0:1c.0 0:1c.1 1:0.0 2:0.0 (below port 0:1c.0, which has no ACS; "
	      "function of the same device 0:1c, which has no ACS; "
	      "below port 0:1c.1, which has no ACS)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(alone, setup, teardown),
		cmocka_unit_test_setup_teardown(functions_of_a_device, setup, teardown),
		cmocka_unit_test_setup_teardown(behind_bridges, setup, teardown),
		cmocka_unit_test_setup_teardown(ports, setup, teardown),
		cmocka_unit_test_setup_teardown(several_reasons, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

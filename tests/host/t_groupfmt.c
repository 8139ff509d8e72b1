/* SRC: dev/text/groupfmt.c kern/text.c dev/pci/bar.c dev/pci/cap.c dev/pci/cfg.c
 * dev/pci/fn.c dev/pci/isolation.c dev/pci/list.c dev/pci/mcfg.c dev/pci/msi.c
 * dev/pci/names.c dev/pci/reset.c dev/pci/scan.c kern/cmd.c tests/host/fakepci.c */
/* Isolation groups in words, on machines where each reason makes one. */
#include "tests/host/fakepci.h"

#include "dev/text/groupfmt.h"

/* PCI Express types as in t_pciisolation.c: 4 root port, 5 upstream, 6 downstream, 7 to
 * PCI. */

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
	fake_edu(0, 2, 0);
	fake_edu(0, 3, 0);
	shows("group 0: 0:2.0 (alone)\n"
	      "group 1: 0:3.0 (alone)\n");
}

static void
functions_of_a_device(void **state)
{
	(void)state;
	fake_put(fake_edu(0, 3, 0), 0x0e, 1, 0x80);
	fake_edu(0, 3, 1);
	fake_edu(0, 4, 0);
	shows("group 0: 0:3.0 0:3.1 (function of the same device 0:3, which has no ACS)\n"
	      "group 1: 0:4.0 (alone)\n");
}

static void
behind_bridges(void **state)
{
	(void)state;
	fake_edu(0, 2, 0);
	fake_port(BDF(0, 0, 5, 0), 7, 1, 1, 0);
	fake_bridge(BDF(0, 0, 6, 0), 2, 2);
	fake_edu(1, 1, 0);
	fake_edu(1, 2, 0);
	fake_edu(2, 3, 0);
	shows("group 0: 0:2.0 (alone)\n"
	      "group 1: 0:5.0 1:1.0 1:2.0 (same requester id 1:0.0 behind bridge "
	      "0:5.0 (PCIe to PCI))\n"
	      "group 2: 0:6.0 2:3.0 (same requester id 0:6.0 behind bridge 0:6.0 "
	      "(PCI))\n");
}

/* An empty port ties nothing together. */
static void
ports(void **state)
{
	(void)state;
	fake_port(BDF(0, 0, 4, 0), 4, 1, 1, 0x5f);
	fake_port(BDF(0, 0, 5, 0), 4, 2, 2, 0);
	fake_port(BDF(0, 0, 6, 0), 4, 3, 3, 0);
	fake_pcie(fake_edu(1, 0, 0), 0);
	fake_pcie(fake_edu(2, 0, 0), 0);
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
	fake_put(fake_port(BDF(0, 0, 0x1c, 0), 4, 1, 1, 0), 0x0e, 1, 0x81);
	fake_port(BDF(0, 0, 0x1c, 1), 4, 2, 2, 0);
	fake_pcie(fake_edu(1, 0, 0), 0);
	fake_pcie(fake_edu(2, 0, 0), 0);
	shows("group 0: 0:1c.0 0:1c.1 1:0.0 2:0.0 (below port 0:1c.0, which has no ACS; "
	      "function of the same device 0:1c, which has no ACS; "
	      "below port 0:1c.1, which has no ACS)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(alone, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(functions_of_a_device, fake_setup,
			fake_teardown),
		cmocka_unit_test_setup_teardown(behind_bridges, fake_setup,
			fake_teardown),
		cmocka_unit_test_setup_teardown(ports, fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(several_reasons, fake_setup,
			fake_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

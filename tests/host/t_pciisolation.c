/* SRC: dev/pci/bar.c dev/pci/cap.c dev/pci/cfg.c dev/pci/fn.c dev/pci/isolation.c
 * dev/pci/list.c dev/pci/mcfg.c dev/pci/msi.c dev/pci/names.c dev/pci/reset.c
 * dev/pci/scan.c kern/cmd.c tests/host/fakepci.c */
#include "tests/host/fakepci.h"

/* PCIe 7.8.2: PCI Express types 4 root port, 5 upstream, 6 downstream, 7 bridge to PCI,
 * 8 bridge from PCI, 9 root-complex endpoint; ACS bits SV 0, RR 2, CR 3, UF 4. */

static PciFn *
at(uint bus, uint dev, uint fn)
{
	PciFn *f = pci_find(BDF(0, bus, dev, fn));

	assert_non_null(f);
	return f;
}

static void
alone_on_the_root_bus(void **state)
{
	(void)state;
	fake_edu(0, 2, 0);
	fake_pcie(fake_edu(0, 3, 0), 9);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(at(0, 2, 0)->group, 0);
	assert_int_equal(at(0, 3, 0)->group, 1);
	assert_int_equal(at(0, 2, 0)->nsid, 1);
	assert_int_equal(at(0, 2, 0)->sid[0], 0x0010);
	assert_null(pci_group_reason(at(0, 2, 0), at(0, 3, 0)));
	assert_string_equal(pci_group_reason(at(0, 2, 0), at(0, 2, 0)), "");
}

static void
root_ports_with_acs(void **state)
{
	FakeFn *a = fake_port(BDF(0, 0, 4, 0), 4, 1, 1, 0x5f);
	FakeFn *b = fake_port(BDF(0, 0, 5, 0), 4, 2, 2, 0x5f);

	(void)state;
	fake_pcie(fake_edu(1, 0, 0), 0);
	fake_pcie(fake_edu(2, 0, 0), 0);
	assert_int_equal(pci_scan(), 0);
	assert_int_not_equal(at(1, 0, 0)->group, at(2, 0, 0)->group);
	assert_int_not_equal(at(1, 0, 0)->group, at(0, 4, 0)->group);
	assert_int_equal(at(1, 0, 0)->nsid, 1);
	assert_int_equal(at(1, 0, 0)->sid[0], 0x0100);
	/* we switched on SV, RR, CR, UF and nothing else */
	assert_int_equal(fake_get_reg(a, 0x106, 2), 0x1d);
	assert_int_equal(fake_get_reg(b, 0x106, 2), 0x1d);
}

static void
root_port_without_acs(void **state)
{
	(void)state;
	fake_port(BDF(0, 0, 4, 0), 4, 1, 1, 0);
	fake_port(BDF(0, 0, 5, 0), 4, 2, 2, 0);
	fake_pcie(fake_edu(1, 0, 0), 0);
	fake_pcie(fake_edu(2, 0, 0), 0);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(at(1, 0, 0)->group, at(0, 4, 0)->group);
	assert_int_not_equal(at(1, 0, 0)->group, at(2, 0, 0)->group);
	assert_string_equal(pci_group_reason(at(1, 0, 0), at(0, 4, 0)),
		"below port 0:4.0, which has no ACS");
}

/* ACS that does not take, or lacks source validation in a switch, is none. */
static void
acs_that_does_not_hold(void **state)
{
	FakeFn *p;

	(void)state;
	p = fake_port(BDF(0, 0, 4, 0), 4, 1, 1, 0x1d);
	fake_mask(p, 0x106, 2, 0x19); /* RR is stuck at 0 */
	fake_pcie(fake_edu(1, 0, 0), 0);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(at(1, 0, 0)->group, at(0, 4, 0)->group);
}

/* QEMU: pcie-pci-bridge at 0:5.0, two edus: both arrive as 2:0.0 (measured). */
static void
pcie_to_pci_bridge(void **state)
{
	(void)state;
	fake_port(BDF(0, 0, 5, 0), 7, 2, 2, 0);
	fake_edu(2, 1, 0);
	fake_edu(2, 2, 0);
	fake_edu(0, 6, 0);
	assert_int_equal(pci_scan(), 0);
	PciFn *a = at(2, 1, 0), *b = at(2, 2, 0);
	assert_int_equal(a->nsid, 2);
	assert_int_equal(a->sid[0], 0x0208);
	assert_int_equal(a->sid[1], 0x0200);
	assert_int_equal(b->sid[0], 0x0210);
	assert_int_equal(b->sid[1], 0x0200);
	assert_int_equal(a->group, b->group);
	assert_int_not_equal(a->group, at(0, 6, 0)->group);
	assert_string_equal(pci_group_reason(a, b),
		"same requester id 2:0.0 behind bridge 0:5.0 (PCIe to PCI)");
	uint16_t sid;
	assert_true(pci_message_source(a, &sid)); /* the whole bus: PCI-X passes ids on */
	assert_int_equal(sid, 0x0200);
	assert_false(pci_message_source(at(0, 6, 0), &sid));
	assert_int_equal(sid, 0x0030);
}

/* i82801b11-bridge at 0:6.0: what is behind it arrives as 0:6.0 (measured). */
static void
conventional_bridge(void **state)
{
	(void)state;
	fake_bridge(BDF(0, 0, 6, 0), 3, 3);
	fake_edu(3, 3, 0);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(at(3, 3, 0)->nsid, 2);
	assert_int_equal(at(3, 3, 0)->sid[1], 0x0030);
	assert_int_equal(at(3, 3, 0)->group, at(0, 6, 0)->group);
	assert_string_equal(pci_group_reason(at(3, 3, 0), at(0, 6, 0)),
		"same requester id 0:6.0 behind bridge 0:6.0 (PCI)");
}

/* A conventional bridge behind a bridge to PCI: the outer one has the last word. */
static void
bridges_in_a_row(void **state)
{
	(void)state;
	fake_port(BDF(0, 0, 4, 0), 4, 1, 4, 0x5f);
	fake_port(BDF(0, 1, 0, 0), 7, 2, 4, 0);
	fake_bridge(BDF(0, 2, 1, 0), 3, 3);
	fake_bridge(BDF(0, 2, 2, 0), 4, 4);
	fake_edu(3, 3, 0);
	fake_edu(4, 3, 0);
	assert_int_equal(pci_scan(), 0);
	PciFn *a = at(3, 3, 0);
	assert_int_equal(a->nsid, 3);
	assert_int_equal(a->sid[1], 0x0208);
	assert_int_equal(a->sid[2], 0x0200);
	assert_int_equal(a->group, at(4, 3, 0)->group);
	assert_int_equal(a->group, at(1, 0, 0)->group);
	assert_int_not_equal(a->group, at(0, 4, 0)->group);
	assert_string_equal(pci_group_reason(a, at(4, 3, 0)),
		"same requester id 2:0.0 behind bridge 1:0.0 (PCIe to PCI)");
}

/* With more aliases than there is room for, the outermost stays. */
static void
many_aliases(void **state)
{
	(void)state;
	fake_port(BDF(0, 0, 4, 0), 7, 1, 9, 0);
	for (uint bus = 1; bus < 6; bus++)
		fake_bridge(BDF(0, bus, 1, 0), bus + 1, 9);
	fake_edu(6, 3, 0);
	assert_int_equal(pci_scan(), 0);
	PciFn *f = at(6, 3, 0);
	assert_int_equal(f->nsid, PCI_NSID);
	assert_int_equal(f->sid[0], 0x0618);
	assert_int_equal(f->sid[PCI_NSID - 1], 0x0100);
}

static void
switch_with(uint acs)
{
	fake_port(BDF(0, 0, 4, 0), 4, 1, 4, 0x5f);
	fake_port(BDF(0, 1, 0, 0), 5, 2, 4, 0);
	fake_port(BDF(0, 2, 0, 0), 6, 3, 3, acs);
	fake_port(BDF(0, 2, 1, 0), 6, 4, 4, 0x5f);
	fake_pcie(fake_edu(3, 0, 0), 0);
	fake_pcie(fake_edu(4, 0, 0), 0);
	assert_int_equal(pci_scan(), 0);
}

static void
switch_port_without_acs(void **state)
{
	(void)state;
	switch_with(0);
	assert_int_equal(at(3, 0, 0)->group, at(4, 0, 0)->group);
	assert_int_equal(at(3, 0, 0)->group, at(2, 1, 0)->group);
	assert_int_equal(at(3, 0, 0)->group, at(1, 0, 0)->group);
	assert_int_not_equal(at(3, 0, 0)->group, at(0, 4, 0)->group);
	assert_string_equal(pci_group_reason(at(3, 0, 0), at(4, 0, 0)),
		"behind switch 1:0.0, whose port 2:0.0 has no ACS");
}

static void
switch_ports_with_acs(void **state)
{
	(void)state;
	switch_with(0x5f);
	assert_int_not_equal(at(3, 0, 0)->group, at(4, 0, 0)->group);
	assert_int_not_equal(at(2, 0, 0)->group, at(2, 1, 0)->group);
}

/* A port of a switch must have all four; a root port what it can need (PCIe 6.12.1). */
static void
switch_port_without_redirect(void **state)
{
	(void)state;
	switch_with(0x11);
	assert_int_equal(at(3, 0, 0)->group, at(4, 0, 0)->group);
}

/* q35's 0:1f.x: functions of one device on the root bus, no ACS: one group. */
static void
multifunction(void **state)
{
	FakeFn *isa = fake_add(BDF(0, 0, 0x1f, 0), 0x8086, 0x2918, 0x060100);

	(void)state;
	fake_put(isa, 0x0e, 1, 0x80);
	fake_add(BDF(0, 0, 0x1f, 2), 0x8086, 0x2922, 0x010601);
	fake_add(BDF(0, 0, 0x1f, 3), 0x8086, 0x2930, 0x0c0500);
	fake_edu(0, 0x1e, 0);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(at(0, 0x1f, 2)->group, at(0, 0x1f, 3)->group);
	assert_int_equal(at(0, 0x1f, 2)->group, at(0, 0x1f, 0)->group);
	assert_int_not_equal(at(0, 0x1f, 2)->group, at(0, 0x1e, 0)->group);
	assert_string_equal(pci_group_reason(at(0, 0x1f, 2), at(0, 0x1f, 3)),
		"function of the same device 0:1f, which has no ACS");
}

static void
multifunction_with_acs(void **state)
{
	FakeFn *a = fake_edu(0, 3, 0), *b = fake_edu(0, 3, 1), *c = fake_edu(0, 3, 2),
	       *d = fake_edu(0, 3, 3);

	(void)state;
	fake_put(a, 0x0e, 1, 0x80);
	fake_pcie(a, 0);
	fake_pcie(b, 0);
	fake_acs(a, 0x1c);
	fake_acs(b, 0x1c);
	(void)c;
	(void)d;
	assert_int_equal(pci_scan(), 0);
	assert_int_not_equal(at(0, 3, 0)->group, at(0, 3, 1)->group);
	assert_int_not_equal(at(0, 3, 0)->group, at(0, 3, 2)->group);
	assert_int_equal(at(0, 3, 2)->group, at(0, 3, 3)->group);
}

/* Root ports that are functions of one device without ACS join what is below them; a
 * member reached through two causes still has a reason. */
static void
ports_of_one_device(void **state)
{
	FakeFn *p = fake_port(BDF(0, 0, 0x1c, 0), 4, 1, 1, 0);

	(void)state;
	fake_put(p, 0x0e, 1, 0x81);
	fake_port(BDF(0, 0, 0x1c, 1), 4, 2, 2, 0);
	fake_pcie(fake_edu(1, 0, 0), 0);
	fake_pcie(fake_edu(2, 0, 0), 0);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(at(1, 0, 0)->group, at(2, 0, 0)->group);
	assert_string_equal(pci_group_reason(at(1, 0, 0), at(2, 0, 0)),
		"below port 0:1c.1, which has no ACS");
	assert_string_equal(pci_group_reason(at(0, 0x1c, 0), at(0, 0x1c, 1)),
		"function of the same device 0:1c, which has no ACS");
}

/* Numbers are 0, 1, ... in the order of the first members. */
static void
numbered_in_order(void **state)
{
	(void)state;
	fake_port(BDF(0, 0, 5, 0), 7, 2, 2, 0);
	fake_edu(0, 6, 0);
	fake_edu(2, 1, 0);
	fake_edu(2, 2, 0);
	fake_edu(3, 0, 0);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(at(0, 5, 0)->group, 0);
	assert_int_equal(at(0, 6, 0)->group, 1);
	assert_int_equal(at(2, 1, 0)->group, 0);
	assert_int_equal(at(2, 2, 0)->group, 0);
	assert_int_equal(at(3, 0, 0)->group, 2);
}

/* A function that was not found, for want of memory, is not used. */
static void
one_group(bdf_t a, bdf_t b)
{
	const PciFn *f = pci_find(a), *g = pci_find(b);

	if (f == NULL || g == NULL)
		return;
	assert_int_equal(f->group, g->group);
	assert_non_null(pci_group_reason(f, g));
	assert_non_null(pci_group_cause(f->group, 0));
}

/* Whichever allocation fails: what hardware cannot keep apart is never two groups. */
static void
no_memory_joins(void **state)
{
	(void)state;
	fake_port(BDF(0, 0, 4, 0), 4, 1, 1, 0);
	fake_port(BDF(0, 0, 5, 0), 7, 2, 2, 0);
	fake_put(fake_edu(0, 6, 0), 0x0e, 1, 0x80);
	fake_edu(0, 6, 1);
	fake_pcie(fake_edu(1, 0, 0), 0);
	fake_put(fake_get(BDF(0, 1, 0, 0)), 0x0e, 1, 0x80);
	fake_pcie(fake_edu(1, 0, 1), 0);
	fake_edu(2, 1, 0);
	fake_edu(2, 2, 0);
	for (uint n = 1, left = 0; left == 0; n++) {
		fake_no_memory = n;
		pci_scan();
		left = fake_no_memory;
		fake_no_memory = 0;
		one_group(BDF(0, 0, 6, 0), BDF(0, 0, 6, 1));
		one_group(BDF(0, 1, 0, 0), BDF(0, 1, 0, 1));
		one_group(BDF(0, 2, 1, 0), BDF(0, 2, 2, 0));
	}
	assert_int_not_equal(at(0, 6, 0)->group, at(1, 0, 0)->group);
	assert_non_null(strstr(fake_said, "one isolation group"));
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(alone_on_the_root_bus),
		T(root_ports_with_acs),
		T(root_port_without_acs),
		T(acs_that_does_not_hold),
		T(pcie_to_pci_bridge),
		T(conventional_bridge),
		T(bridges_in_a_row),
		T(many_aliases),
		T(switch_port_without_acs),
		T(switch_ports_with_acs),
		T(switch_port_without_redirect),
		T(multifunction),
		T(multifunction_with_acs),
		T(ports_of_one_device),
		T(numbered_in_order),
		T(no_memory_joins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

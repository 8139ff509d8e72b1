/* SRC: dev/pci/bar.c dev/pci/cap.c dev/pci/cfg.c dev/pci/fn.c dev/pci/isolation.c
 * dev/pci/list.c dev/pci/mcfg.c dev/pci/msi.c dev/pci/names.c dev/pci/reset.c
 * dev/pci/scan.c kern/cmd.c tests/host/fakepci.c */
#include "tests/host/fakepci.h"

static uint
count(void)
{
	uint buses;

	return pci_count(&buses);
}

/* The fake objects to any other write while something but a bridge is a master. */
static void
mastering_goes_first(void **state)
{
	FakeFn *e = fake_add(BDF(0, 0, 3, 0), 0x1234, 0x11e8, 0x00ff00);
	FakeFn *b = fake_bridge(BDF(0, 0, 5, 0), 1, 1);
	FakeFn *n = fake_add(BDF(0, 1, 0, 0), 0x1b36, 0x0010, 0x010802);

	(void)state;
	fake_bar32(e, 0, 0xfe800000, 0x100000, 0);
	fake_bar64(n, 0, 0xfe700000, 0x4000, 0);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(fake_get_reg(e, 4, 2) & 4, 0);
	assert_int_equal(fake_get_reg(n, 4, 2) & 4, 0);
	assert_int_equal(fake_get_reg(b, 4, 2) & 4, 4); /* what is below needs it */
	/* decodes again, INTx off */
	assert_int_equal(fake_get_reg(e, 4, 2) & 0x403, 0x403);
}

static void
identity(void **state)
{
	FakeFn *e = fake_add(BDF(0, 0, 3, 0), 0x1234, 0x11e8, 0x00ff01);
	PciFn *f;

	(void)state;
	fake_put(e, 0x2c, 4, 0x11001af4);
	assert_int_equal(pci_scan(), 0);
	assert_non_null(f = pci_find(BDF(0, 0, 3, 0)));
	assert_ptr_equal(f, pci_first());
	assert_null(pci_find(BDF(0, 0, 4, 0)));
	assert_int_equal(f->vendor, 0x1234);
	assert_int_equal(f->device, 0x11e8);
	assert_int_equal(f->subvendor, 0x1af4);
	assert_int_equal(f->subdevice, 0x1100);
	assert_int_equal(f->cls, 0x00);
	assert_int_equal(f->subclass, 0xff);
	assert_int_equal(f->progif, 0x01);
	assert_int_equal(f->revision, 3);
	assert_int_equal(f->kind, PCI_ENDPOINT);
	assert_int_equal(f->pcie_type, 0xff);
	assert_int_equal(f->reset, PCI_RESET_NONE);
	assert_null(f->bridge);
	assert_int_equal(pci_config_size(f), 256);
}

static void
multifunction(void **state)
{
	FakeFn *a = fake_add(BDF(0, 0, 0x1f, 0), 0x8086, 0x2918, 0x060100);
	FakeFn *b = fake_add(BDF(0, 0, 0x1e, 0), 0x8086, 0x1111, 0x020000);

	(void)state;
	fake_add(BDF(0, 0, 0x1f, 2), 0x8086, 0x2922, 0x010601);
	fake_add(BDF(0, 0, 0x1f, 3), 0x8086, 0x2930, 0x0c0500);
	fake_add(BDF(0, 0, 0x1e, 1), 0x8086, 0x1111, 0x020000);
	fake_put(fake_add(BDF(0, 0, 0x1d, 1), 0x8086, 0x1111, 0x020000), 4, 2, 0);
	fake_put(a, 0x0e, 1, 0x80);
	fake_put(b, 0x0e, 1, 0x00); /* says it has one function */
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(count(), 4);
	assert_non_null(pci_find(BDF(0, 0, 0x1f, 3)));
	assert_null(pci_find(BDF(0, 0, 0x1e, 1))); /* but it is no master: the fake */
	assert_null(pci_find(BDF(0, 0, 0x1d, 1))); /* no function 0 */
	assert_int_equal(pci_find(BDF(0, 0, 0x1f, 0))->kind, PCI_BRIDGE);
}

/* A root bus nobody's bridge leads to (pxb), and a second segment; in order. */
static void
all_ranges(void **state)
{
	uint buses;

	(void)state;
	fake_range(0, 0, 255);
	fake_range(1, 0, 15);
	fake_add(BDF(1, 2, 0, 0), 0x8086, 2, 0x020000);
	fake_bridge(BDF(0, 0, 1, 0), 2, 2); /* to bus 2 of its own segment */
	fake_add(BDF(0, 0x41, 0, 0), 0x8086, 1, 0x020000);
	fake_add(BDF(0, 0, 0, 0), 0x8086, 0x29c0, 0x060000);
	fake_put(fake_add(BDF(1, 16, 0, 0), 0x8086, 3, 0x020000), 4, 2, 0); /* outside */
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(pci_count(&buses), 4);
	assert_int_equal(buses, 3);
	assert_int_equal(pci_first()->bdf, 0);
	assert_int_equal(pci_first()->kind, PCI_HOSTBRIDGE);
	assert_int_equal(pci_first()->next->bdf, 0x0008);
	assert_int_equal(pci_first()->next->next->bdf, 0x4100);
	assert_int_equal(pci_first()->next->next->next->bdf, 0x10200);
	assert_null(pci_first()->next->next->next->bridge);
}

static void
behind_bridges(void **state)
{
	PciFn *f;

	(void)state;
	fake_bridge(BDF(0, 0, 5, 0), 1, 3);
	fake_bridge(BDF(0, 1, 0, 0), 2, 3);
	fake_add(BDF(0, 2, 7, 0), 0x1234, 0x11e8, 0x00ff00);
	assert_int_equal(pci_scan(), 0);
	f = pci_find(BDF(0, 2, 7, 0));
	assert_int_equal(f->bridge->bdf, BDF(0, 1, 0, 0));
	assert_int_equal(f->bridge->bridge->bdf, BDF(0, 0, 5, 0));
	assert_null(f->bridge->bridge->bridge);
	assert_true(pci_below(f, pci_first()));
	assert_false(pci_below(pci_first(), f->bridge));
	assert_int_equal(f->bridge->secondary, 2);
	assert_int_equal(f->bridge->subordinate, 3);
}

/* Secondary bus numbers that lead back, to itself, or nowhere end every chain. */
static void
bridge_loops(void **state)
{
	(void)state;
	fake_bridge(BDF(0, 0, 1, 0), 0, 0); /* not numbered: qboot */
	fake_bridge(BDF(0, 0, 2, 0), 1, 1);
	fake_bridge(BDF(0, 1, 0, 0), 0, 9); /* back to the root */
	fake_bridge(BDF(0, 1, 1, 0), 1, 9); /* to itself */
	fake_bridge(BDF(0, 0, 3, 0), 5, 4); /* backwards */
	fake_add(BDF(0, 5, 0, 0), 0x1234, 1, 0x020000);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(count(), 6);
	for (PciFn *f = pci_first(); f != NULL; f = f->next)
		if (f->bdf >> 8 == 1)
			assert_int_equal(f->bridge->bdf, BDF(0, 0, 2, 0));
		else
			assert_null(f->bridge);
	assert_int_equal(pci_find(BDF(0, 1, 0, 0))->secondary, 0);
	assert_int_equal(pci_find(BDF(0, 1, 1, 0))->secondary, 0);
	assert_int_equal(pci_find(BDF(0, 0, 3, 0))->secondary, 0);
}

static void
too_deep(void **state)
{
	FakeFn *e;

	(void)state;
	for (uint bus = 0; bus < 20; bus++)
		fake_bridge(BDF(0, bus, 0, 0), bus + 1, 20);
	e = fake_add(BDF(0, 20, 0, 0), 0x1234, 1, 0x020000);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(count(), 9); /* eight bridges above the ninth */
	assert_null(pci_find(e->bdf));
	assert_int_equal(fake_get_reg(e, 4, 2) & 4, 0);
	assert_non_null(strstr(fake_said, "more than 8 bridges"));
}

/* Below a root or downstream port there is one device; some answer to all numbers. */
static void
ghosts(void **state)
{
	FakeFn *port = fake_bridge(BDF(0, 0, 4, 0), 1, 1);
	uint at = fake_pcie(port, 4);

	(void)state;
	for (uint dev = 0; dev < 32; dev++)
		fake_add(BDF(0, 1, dev, 0), 0x1234, 0x11e8, 0x00ff00);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(count(), 2);
	for (uint dev = 0; dev < 32; dev++)
		assert_int_equal(fake_get_reg(fake_get(BDF(0, 1, dev, 0)), 4, 2) & 4, 0);
	fake_put(port, at + 0x28, 2, 0x20); /* ARI forwarding: numbers are functions */
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(count(), 33);
}

/* However early a function vanishes, the scan ends and the others are there. */
static void
vanishing(void **state)
{
	(void)state;
	for (uint n = 1; n < 120; n++) {
		fake_begin();
		FakeFn *e = fake_add(BDF(0, 0, 3, 0), 0x1234, 0x11e8, 0x00ff00);
		fake_add(BDF(0, 0, 4, 0), 0x1234, 0x11e8, 0x00ff00);
		fake_bar32(e, 0, 0xfe800000, 0x100000, 0);
		fake_cap(e, 0x05, 14);
		fake_cap(e, 0x11, 12);
		fake_pcie(e, 9);
		fake_acs(e, 0x5f);
		e->vanish_after = n;
		assert_int_equal(pci_scan(), 0);
		assert_non_null(pci_find(BDF(0, 0, 4, 0)));
		fake_end();
	}
	fake_begin();
}

static void
unknown_header(void **state)
{
	FakeFn *e = fake_add(BDF(0, 0, 3, 0), 0x1234, 1, 0x020000);

	(void)state;
	fake_put(e, 0x0e, 1, 0x03);
	assert_int_equal(pci_scan(), 0);
	assert_int_equal(count(), 0);
	assert_int_equal(fake_get_reg(e, 4, 2) & 4, 0);
}

/* ATS, PRI, PASID, virtual functions, MSI and MSI-X are off after the scan. */
static void
quiet(void **state)
{
	FakeFn *e = fake_add(BDF(0, 0, 3, 0), 0x8086, 1, 0x020000);
	uint msi = fake_cap(e, 0x05, 24), msix = fake_cap(e, 0x11, 12);
	uint ats, pri, pasid, vf;

	(void)state;
	fake_pcie(e, 9);
	fake_bar32(e, 0, 0xfe800000, 0x4000, 0);
	fake_put(e, msi + 2, 2, 0x0081);
	fake_mask(e, msi + 2, 2, 0x0071);
	fake_put(e, msix + 2, 2, 0x8003);
	fake_mask(e, msix + 2, 2, 0xc000);
	fake_put(e, msix + 8, 4, 0x800);
	ats = fake_ecap(e, 0x000f, 8);
	pri = fake_ecap(e, 0x0013, 16);
	pasid = fake_ecap(e, 0x001b, 8);
	vf = fake_ecap(e, 0x0010, 64);
	fake_put(e, ats + 4, 2, 0x0065);
	fake_put(e, ats + 6, 2, 0x8005);
	fake_mask(e, ats + 6, 2, 0x801f);
	fake_put(e, pri + 4, 2, 1);
	fake_mask(e, pri + 4, 2, 3);
	fake_put(e, pasid + 6, 2, 3);
	fake_mask(e, pasid + 6, 2, 7);
	fake_put(e, vf + 8, 2, 0x19);
	fake_mask(e, vf + 8, 2, 0x1f);
	assert_int_equal(pci_scan(), 0);
	PciFn *f = pci_first();
	assert_int_equal(f->ats, ats);
	assert_int_equal(f->sriov, vf);
	assert_int_equal(fake_get_reg(e, ats + 6, 2), 0x0005);
	assert_true(pci_ats_is_off(f) && !pci_ats_is_on(f));
	pci_ats(f, true);
	assert_int_equal(fake_get_reg(e, ats + 6, 2), 0x8000); /* by single pages */
	assert_true(!pci_ats_is_off(f) && pci_ats_is_on(f));
	pci_ats(f, false);
	assert_int_equal(fake_get_reg(e, ats + 6, 2), 0);
	assert_int_equal(pci_ats_depth(f), 5);
	assert_int_equal(fake_get_reg(e, pri + 4, 2), 0);
	assert_int_equal(fake_get_reg(e, pasid + 6, 2), 2);
	assert_int_equal(fake_get_reg(e, vf + 8, 2) & 1, 0);
	assert_int_equal(fake_get_reg(e, msi + 2, 2), 0x0080);
	assert_int_equal(fake_get_reg(e, msix + 2, 2), 0x4003);
}

static void
switches(void **state)
{
	FakeFn *b = fake_bridge(BDF(0, 0, 5, 0), 1, 1);
	FakeFn *e = fake_add(BDF(0, 1, 0, 0), 0x1b36, 0x0010, 0x010802);
	uint at = fake_pcie(e, 0);

	(void)state;
	fake_put(b, 4, 2, 0);
	assert_int_equal(pci_scan(), 0);
	PciFn *f = pci_find(BDF(0, 1, 0, 0));
	assert_int_equal(pci_config_size(f), 4096);
	assert_int_equal(pci_busmaster(f, true), 0);
	assert_true(pci_is_busmaster(f));
	assert_int_equal(fake_get_reg(b, 4, 2) & 4, 4); /* or nothing comes through */
	assert_int_equal(pci_busmaster(f, false), 0);
	assert_false(pci_is_busmaster(f));
	pci_memory_on(f);
	assert_int_equal(fake_get_reg(b, 4, 2) & 3, 3);
	pci_nosnoop_off(f);
	assert_int_equal(fake_get_reg(e, at + 8, 2), 0x2000); /* bits 4, 11 of 0x2810 */
	assert_int_equal(pci_drain(f), 0);
	e->pending = true;
	assert_int_equal(pci_drain(f), -ETIMEDOUT);
	assert_in_range(fake_ms, 50, 1000);
	e->pending = false;
	e->stuck_master = true;
	pci_busmaster(f, true);
	assert_int_equal(pci_busmaster(f, false), -EIO);
	e->gone = true; /* cannot master the bus any more */
	assert_int_equal(pci_busmaster(f, false), 0);
	assert_int_equal(pci_busmaster(f, true), -EIO);
	assert_int_equal(pci_drain(f), 0);
	assert_false(pci_is_busmaster(f));
	assert_false(pci_present(f));
}

static void
without_ecam(void **state)
{
	FakeFn *e = fake_add(BDF(0, 0, 3, 0), 0x1b36, 0x0010, 0x010802);

	(void)state;
	fake_pcie(e, 9);
	fake_acs(e, 0x1d);
	fake_ecam = false;
	assert_int_equal(pci_scan(), 0);
	assert_false(pci_uses_ecam());
	assert_int_equal(pci_first()->acs, 0);
	assert_int_equal(pci_config_size(pci_first()), 256);
	assert_int_equal(pci_read(pci_first(), 0x100, 4), 0xffffffff);
	assert_int_equal(pci_read(pci_first(), 0x101, 1), 0xff);
	assert_int_equal(pci_read(pci_first(), 2, 4), 0xffffffff); /* not aligned */
	pci_write(pci_first(), 0x100, 4, 0);
}

static void
class_names(void **state)
{
	(void)state;
	assert_string_equal(pci_class_name(0x02, 0x00), "Ethernet controller");
	assert_string_equal(pci_class_name(0x06, 0x04), "PCI bridge");
	assert_string_equal(pci_class_name(0x01, 0x42), "mass storage controller");
	assert_string_equal(pci_class_name(0x00, 0xff), "unclassified device");
	assert_string_equal(pci_class_name(0x77, 0x00), "device of unknown class");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(mastering_goes_first),
		T(identity),
		T(multifunction),
		T(all_ranges),
		T(behind_bridges),
		T(bridge_loops),
		T(too_deep),
		T(ghosts),
		T(vanishing),
		T(unknown_header),
		T(quiet),
		T(switches),
		T(without_ecam),
		T(class_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

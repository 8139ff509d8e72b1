/* SRC: dev/pci/bar.c dev/pci/cap.c dev/pci/cfg.c dev/pci/fn.c dev/pci/isolation.c
 * dev/pci/list.c dev/pci/mcfg.c dev/pci/msi.c dev/pci/names.c dev/pci/reset.c
 * dev/pci/scan.c kern/cmd.c tests/host/fakepci.c */
#include "tests/host/fakepci.h"

static const char not_at_start[] = "smaller than a page and not at the start of one";
static const char table_there[] = "the MSI-X table is there";
static const char pending_there[] = "the MSI-X pending bits are there";
static const char beyond[] = "beyond the end of the BAR";

static FakeFn *dev; /* at 0:3.0, without BARs */

static int
setup(void **state)
{
	(void)state;
	fake_begin();
	dev = fake_add(BDF(0, 0, 3, 0), 0x1234, 0x11e8, 0x00ff00);
	return 0;
}

/* A reason, also when there is none. */
static const char *
said(const char *why)
{
	return why != NULL ? why : "(nothing)";
}

static const PciFn *
scan(void)
{
	assert_int_equal(pci_scan(), 0);
	return pci_find(BDF(0, 0, 3, 0));
}

/* PCI 3.0 6.2.5.1: what reads back after writing ones, and the size that means. */
static void
sizes(void **state)
{
	const PciBar *b;

	(void)state;
	fake_bar32(dev, 0, 0xfe800000, 0x100000, 0);
	fake_bar32(dev, 1, 0xfe700000, 0x1000, 8);
	fake_bar64(dev, 2, 0x800000000, 0x200000000, 8); /* 8 GiB */
	fake_put(dev, 0x20, 4, 0xc001);                  /* I/O, 32 bits decoded */
	fake_mask(dev, 0x20, 4, 0xffffffe0);
	fake_put(dev, 0x24, 4, 0xd001); /* I/O, 16 bits decoded */
	fake_mask(dev, 0x24, 4, 0x0000ffc0);
	b = scan()->bar;
	assert_int_equal(b[0].addr, 0xfe800000);
	assert_int_equal(b[0].size, 0x100000);
	assert_false(b[0].is64 || b[0].io || b[0].prefetch);
	assert_null(b[0].refusal);
	assert_int_equal(b[1].size, 0x1000);
	assert_true(b[1].prefetch);
	assert_int_equal(b[2].addr, 0x800000000);
	assert_int_equal(b[2].size, 0x200000000);
	assert_true(b[2].is64 && b[2].prefetch);
	assert_null(b[2].refusal);
	assert_int_equal(b[3].size, 0); /* the upper half of the one before */
	assert_true(b[4].io && b[5].io);
	assert_int_equal(b[4].addr, 0xc000);
	assert_int_equal(b[4].size, 32);
	assert_int_equal(b[5].size, 64);
	assert_string_equal(said(b[4].refusal), "I/O ports are not given to processes");
	assert_string_equal(said(b[5].refusal), "I/O ports are not given to processes");
	/* and firmware's values are back */
	assert_int_equal(fake_get_reg(dev, 0x10, 4), 0xfe800000);
	assert_int_equal(fake_get_reg(dev, 0x18, 4), 0x0000000c);
	assert_int_equal(fake_get_reg(dev, 0x1c, 4), 0x8);
	assert_int_equal(fake_get_reg(dev, 0x20, 4), 0xc001);
	assert_int_equal(fake_get_reg(dev, 0x04, 2) & 3, 3);
}

static void
odd_ones(void **state)
{
	const PciBar *b;

	(void)state;
	fake_put(dev, 0x10, 4, 0xfe800000);
	fake_mask(dev, 0x10, 4, 0xff0f0000); /* a hole in the writable bits */
	fake_put(dev, 0x14, 4, 0x8);         /* flags but no address */
	fake_put(dev, 0x18, 4, 0x1);         /* I/O likewise */
	fake_put(dev, 0x1c, 4, 0xffffffff);  /* nothing reads like this but nobody */
	fake_put(dev, 0x24, 4, 0xfe000004);  /* 64-bit in the last register */
	fake_mask(dev, 0x24, 4, 0xffff0000);
	b = scan()->bar;
	assert_string_equal(said(b[0].refusal),
		"the size it reports is not a power of two");
	assert_int_equal(b[1].size, 0);
	assert_int_equal(b[2].size, 0);
	assert_int_equal(b[3].size, 0);
	assert_string_equal(said(b[5].refusal), "half of a 64-bit register");
}

static void
bridges_have_two(void **state)
{
	FakeFn *br = fake_bridge(BDF(0, 0, 5, 0), 1, 1);

	(void)state;
	fake_bar32(br, 0, 0xfe600000, 0x1000, 0);
	scan();
	const PciFn *f = pci_find(BDF(0, 0, 5, 0));
	assert_int_equal(f->bar[0].size, 0x1000);
	for (uint i = 1; i < 6; i++)
		assert_int_equal(f->bar[i].size, 0);
	/* the bus numbers and windows from 0x18 on were not mistaken for BARs */
	assert_int_equal(fake_get_reg(br, 0x18, 4), 0x00010100);
}

static void
host_bridges_are_left_alone(void **state)
{
	FakeFn *h = fake_add(BDF(0, 0, 0, 0), 0x8086, 0x29c0, 0x060000);

	(void)state;
	fake_bar32(h, 0, 0xe0000000, 0x1000000, 0);
	scan();
	assert_int_equal(pci_first()->bar[0].size, 0);
	assert_int_equal(fake_get_reg(h, 4, 2) & 3, 3);
}

static void
refusals(void **state)
{
	FakeFn *other = fake_add(BDF(0, 0, 0x1a, 0), 0x1234, 0x1111, 0x080500);
	const PciBar *b;

	(void)state;
	fake_ram = 0;
	fake_ram_len = 0x80000000;
	fake_bar32(dev, 0, 0, 0x100000, 0);          /* qboot, hot plug */
	fake_bar32(dev, 1, 0x40000000, 0x100000, 0); /* over RAM */
	fake_bar32(dev, 2, 0xfe700100, 0x100, 0);    /* inside a page */
	fake_bar32(dev, 3, 0xfe701000, 0x100, 0);    /* alone in its page: fine */
	fake_bar32(dev, 4, 0xfe702000, 0x100, 0);
	fake_bar32(other, 3, 0xfe702800, 0x100, 0);
	fake_bar32(dev, 5, 0xfe700400, 0x100, 0);
	b = scan()->bar;
	assert_string_equal(said(b[0].refusal), "firmware gave it no address");
	assert_false(b[0].usable);
	assert_string_equal(said(b[1].refusal), "overlaps RAM");
	assert_false(b[1].usable);
	assert_string_equal(said(b[2].refusal), not_at_start);
	assert_true(b[2].usable);
	assert_null(b[3].refusal);
	assert_string_equal(said(b[4].refusal), "shares a page with bar3 of 0:1a.0");
	assert_string_equal(said(pci_bar_refusal(scan(), 4, 0, 4096)),
		"shares a page with bar3 of 0:1a.0");
}

/* The same BAR claimed twice, wholly or in part. */
static void
overlapping_devices(void **state)
{
	FakeFn *other = fake_add(BDF(0, 0, 4, 0), 0x1234, 0x11e8, 0x00ff00);

	(void)state;
	fake_bar32(dev, 0, 0xfe800000, 0x100000, 0);
	fake_bar32(other, 0, 0xfe880000, 0x1000, 0);
	assert_string_equal(said(scan()->bar[0].refusal),
		"shares a page with bar0 of 0:4.0");
	assert_string_equal(said(pci_find(BDF(0, 0, 4, 0))->bar[0].refusal),
		"shares a page with bar0 of 0:3.0");
}

/* Bridge 1.2 3.2.5.6 to 3.2.5.9: windows in 1 MiB, I/O in 4 KiB. */
static void
windows(void **state)
{
	FakeFn *br = fake_bridge(BDF(0, 0, 5, 0), 1, 1);
	const PciFn *f;

	(void)state;
	fake_put(br, 0x1c, 2, 0xd1c1); /* c000 .. dfff, 32 bits */
	fake_put(br, 0x30, 4, 0x00010001);
	fake_put(br, 0x20, 4, 0xfe90fe80);
	fake_put(br, 0x24, 4, 0x0001fff1); /* closed */
	fake_put(br, 0x28, 4, 0);
	fake_put(br, 0x2c, 4, 0);
	scan();
	f = pci_find(BDF(0, 0, 5, 0));
	assert_int_equal(f->win_base[0], 0xfe800000);
	assert_int_equal(f->win_limit[0], 0xfe9fffff);
	assert_true(f->win_base[1] > f->win_limit[1]);
	assert_int_equal(f->win_base[2], 0x1c000);
	assert_int_equal(f->win_limit[2], 0x1dfff);
	fake_put(br, 0x20, 4, 0); /* never set up */
	fake_put(br, 0x24, 4, 0x00010001);
	fake_put(br, 0x28, 4, 0x8);
	fake_put(br, 0x2c, 4, 0xf);
	scan();
	f = pci_find(BDF(0, 0, 5, 0));
	assert_true(f->win_base[0] > f->win_limit[0]);
	assert_int_equal(f->win_base[1], 0x800000000);
	assert_int_equal(f->win_limit[1], 0xf000fffff);
}

static void
windows_over_ram(void **state)
{
	FakeFn *br = fake_bridge(BDF(0, 0, 5, 0), 1, 1);

	(void)state;
	fake_put(br, 0x20, 4, 0xfff00000); /* everything */
	fake_ram_len = 0x80000000;
	scan();
	const PciFn *f = pci_find(BDF(0, 0, 5, 0));
	assert_true(f->win_base[0] > f->win_limit[0]);
	assert_non_null(strstr(fake_said, "0:5.0 lies over RAM"));
}

static void
outside_the_window(void **state)
{
	FakeFn *br = fake_bridge(BDF(0, 0, 5, 0), 1, 1);
	FakeFn *e = fake_add(BDF(0, 1, 0, 0), 0x1234, 0x11e8, 0x00ff00);
	const PciFn *f;

	(void)state;
	fake_put(br, 0x20, 4, 0xfe90fe80);
	fake_bar32(e, 0, 0xfe800000, 0x100000, 0);
	fake_bar32(e, 1, 0xfea00000, 0x1000, 0);
	fake_bar64(e, 2, 0x100000000, 0x1000, 8);
	scan();
	f = pci_find(BDF(0, 1, 0, 0));
	assert_null(f->bar[0].refusal);
	assert_string_equal(said(f->bar[1].refusal),
		"outside the windows of bridge 0:5.0");
	assert_null(f->bar[2].refusal);
	fake_put(br, 0x09, 1, 1); /* subtractive decoding forwards what nobody claims */
	scan();
	assert_null(pci_find(BDF(0, 1, 0, 0))->bar[1].refusal);
}

/* QEMU's nvme: 16 KiB, table at 0x2000 of 65 entries, pending bits at 0x3000. */
static void
msix_pages(void **state)
{
	uint at = fake_cap(dev, 0x11, 12);
	const PciFn *f;

	(void)state;
	fake_bar64(dev, 0, 0xfe800000, 0x4000, 0);
	fake_put(dev, at + 2, 2, 64);
	fake_put(dev, at + 4, 4, 0x2000);
	fake_put(dev, at + 8, 4, 0x3000);
	f = scan();
	assert_int_equal(f->msix, at);
	assert_int_equal(f->msix_n, 65);
	assert_int_equal(f->msix_off, 0x2000);
	assert_null(pci_bar_refusal(f, 0, 0, 0x2000));
	assert_null(pci_bar_refusal(f, 0, 0x1fff, 1));
	assert_string_equal(said(pci_bar_refusal(f, 0, 0, 0x2001)), table_there);
	assert_string_equal(said(pci_bar_refusal(f, 0, 0x1000, 0x2000)), table_there);
	assert_string_equal(said(pci_bar_refusal(f, 0, 0x2fff, 1)), table_there);
	assert_string_equal(said(pci_bar_refusal(f, 0, 0x3000, 1)), pending_there);
	assert_string_equal(said(pci_bar_refusal(f, 0, 0x4000, 1)), beyond);
	assert_string_equal(said(pci_bar_refusal(f, 0, 0, 0)), beyond);
	assert_string_equal(said(pci_bar_refusal(f, 0, 0x1000, UINT64_MAX)), beyond);
	assert_string_equal(said(pci_bar_refusal(f, 0, UINT64_MAX - 0xfff, 0x1000)),
		beyond);
	assert_string_equal(said(pci_bar_refusal(f, 1, 0, 1)), "no such BAR");
	assert_string_equal(said(pci_bar_refusal(f, 6, 0, 1)), "no such BAR");
}

/* A table that starts in the middle of one page and ends in the next; another BAR of the
 * function in the page of its pending bits. */
static void
msix_across_pages(void **state)
{
	uint at = fake_cap(dev, 0x11, 12);
	const PciFn *f;

	(void)state;
	fake_bar32(dev, 0, 0xfe800000, 0x8000, 0);
	fake_bar32(dev, 1, 0xfe900000, 0x80, 0);
	fake_bar32(dev, 2, 0xfe900080, 0x80, 0);
	fake_put(dev, at + 2, 2, 255);
	fake_put(dev, at + 4, 4, 0x1800);
	fake_put(dev, at + 8, 4, 0x2); /* bar 2, offset 0: 32 bytes */
	f = scan();
	assert_null(pci_bar_refusal(f, 0, 0, 0x1000));
	assert_non_null(pci_bar_refusal(f, 0, 0x1000, 1));
	assert_non_null(pci_bar_refusal(f, 0, 0x2000, 1)); /* ends at 0x27ff */
	assert_null(pci_bar_refusal(f, 0, 0x3000, 0x5000));
	assert_string_equal(said(pci_bar_refusal(f, 1, 0, 1)), pending_there);
	fake_put(dev, at + 2, 2, 0);
	fake_put(dev, at + 4, 4, 0x1ff0); /* one entry, the last of its page */
	f = scan();
	assert_non_null(pci_bar_refusal(f, 0, 0x1000, 1));
	assert_null(pci_bar_refusal(f, 0, 0x2000, 1));
}

static void
msix_nowhere(void **state)
{
	static const struct {
		uint size;
		uint32_t table, pba;
	} bad[] = {
		{ 0, 0x4000, 0x0 },                      /* begins at the end */
		{ 255, 0x3008, 0x0 },                    /* ends 8 bytes past it */
		{ 2047, 0x0, 0x0 },                      /* longer than the BAR */
		{ 0, 0x1, 0x0 },                         /* a BAR that is not there */
		{ 0, 0x7, 0x0 },                         /* number 7 */
		{ 0, 0x0, 0x4000 },                      /* pending bits past the end */
		{ 0, 0xfffffff8, 0x0 }, { 0, 0x2, 0x0 }, /* I/O */
	};

	(void)state;
	for (uint i = 0; i < nelem(bad); i++) {
		fake_begin();
		dev = fake_add(BDF(0, 0, 3, 0), 0x1234, 0x11e8, 0x00ff00);
		uint at = fake_cap(dev, 0x11, 12);
		fake_bar32(dev, 0, 0xfe800000, 0x4000, 0);
		fake_put(dev, 0x18, 4, 0xc001);
		fake_mask(dev, 0x18, 4, 0xffff0000);
		fake_put(dev, at + 2, 2, bad[i].size);
		fake_put(dev, at + 4, 4, bad[i].table);
		fake_put(dev, at + 8, 4, bad[i].pba);
		assert_int_equal(scan()->msix, 0);
		assert_int_equal(scan()->msix_n, 0);
		fake_end();
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(sizes),
		T(odd_ones),
		T(bridges_have_two),
		T(host_bridges_are_left_alone),
		T(refusals),
		T(overlapping_devices),
		T(windows),
		T(windows_over_ram),
		T(outside_the_window),
		T(msix_pages),
		T(msix_across_pages),
		T(msix_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

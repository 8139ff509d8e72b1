/* SRC: dev/drv/virtio.c */
/*
 * virtio over PCI against a device that says what it likes: registers are used only where
 * a BAR has them, the IOMMU must be in the way, and no length goes beyond what was given.
 */
#include "tests/host/host.h"

#include "dev/drv/virtio.h"

static _Alignas(4096) uint8_t regs[2][4096]; /* common, notify */
static uint8_t config[256];
static PciFn fn;
static uint ncaps, maps;
static const char *refused;
/* what it says of its registers' place is something else the next time */
static bool once;

uint
pci_caps(const PciFn *f, bool extended, PciCap *out, uint max)
{
	assert_ptr_equal(f, &fn);
	assert_true(!extended && ncaps <= max);
	for (uint i = 0; i < ncaps; i++)
		out[i] = (PciCap){ .id = config[0x40 + 0x18 * i],
			.off = (uint16_t)(0x40 + 0x18 * i) };
	return ncaps;
}

uint32_t
pci_read(const PciFn *f, uint off, uint width)
{
	uint32_t v = 0;

	assert_ptr_equal(f, &fn);
	memcpy(&v, config + off, width);
	if (once && ((off - 0x40) % 0x18 == 4 || (off - 0x40) % 0x18 == 8))
		memset(config + off, 0xff, width);
	return v;
}

volatile void *
arch_map_mmio(paddr_t pa, size_t len)
{
	assert_int_equal(len, 4096);
	assert_true(pa == 0xfea00000 || pa == 0xfea03000);
	maps++;
	return regs[pa != 0xfea00000];
}

/* As dev/pci/bar.c has it. */
const char *
pci_bar_refusal(const PciFn *f, uint bar, uint64_t off, uint64_t len)
{
	assert_ptr_equal(f, &fn);
	assert_int_equal(len, 4096);
	if (bar >= PCI_NBAR || !fn.bar[bar].usable || fn.bar[bar].io)
		return "no such BAR";
	return off > fn.bar[bar].size - len ? "beyond the end of the BAR" : refused;
}

void
arch_sleep(ns_t ns)
{
	host_now += ns;
}

static void
cap(uint i, uint8_t id, uint8_t kind, uint8_t bar, uint32_t off)
{
	uint8_t *c = config + 0x40 + 0x18 * i;

	c[0] = id;
	c[3] = kind;
	c[4] = bar;
	memcpy(c + 8, &off, 4);
	memcpy(c + 16, &(uint32_t){ 4 }, 4);
	ncaps = i + 1;
}

/* As QEMU has it. */
static int
plain(void **state)
{
	(void)state;
	memset(regs, 0, sizeof regs);
	memset(config, 0, sizeof config);
	memset(&fn, 0, sizeof fn);
	fn.bar[4] = (PciBar){ .addr = 0xfea00000, .size = 0x4000, .usable = true };
	cap(0, 9, 5, 0, 0);
	cap(1, 9, 2, 4, 0x3000);
	cap(2, 0x11, 1, 1, 0);
	cap(3, 9, 1, 4, 0);
	memcpy(regs[0] + 4, &(uint32_t){ 3 }, 4);    /* features 32 and 33 */
	memcpy(regs[0] + 0x18, &(uint16_t){ 8 }, 2); /* queue size */
	memcpy(regs[0] + 0x1e, &(uint16_t){ 2 }, 2); /* its doorbell */
	maps = 0;
	return 0;
}

static void
test_find(void **state)
{
	static const struct {
		uint8_t bar;
		uint32_t off;
	} wrong[] = { { 6, 0 }, { 255, 0 }, { 4, 0x4000 }, { 4, 0xfffff000 }, { 4, 0x10 },
		{ 1, 0 }, { 3, 0 } };
	Virtio v;

	(void)state;
	assert_int_equal(virtio_find(&fn, &v), 0);
	assert_ptr_equal(v.common, regs[0]);
	assert_ptr_equal(v.notify, regs[1]);
	assert_int_equal(v.multiply, 4);
	fn.bar[3] = (PciBar){
		.addr = 0x1000, .size = 0x4000, .usable = true, .io = true
	};
	for (uint i = 0; i < nelem(wrong); i++) {
		cap(3, 9, 1, wrong[i].bar, wrong[i].off);
		maps = 0;
		assert_int_equal(virtio_find(&fn, &v), -ENODEV);
		assert_int_equal(maps, 0);
	}
	/* A page that is not all its own: the registers of another may be there. */
	cap(3, 9, 1, 4, 0);
	refused = "shares a page with bar0 of 0:3.0";
	maps = 0;
	assert_int_equal(virtio_find(&fn, &v), -ENODEV);
	assert_int_equal(maps, 0);
	refused = NULL;
	once = true;
	assert_int_equal(virtio_find(&fn, &v), 0);
	assert_ptr_equal(v.common, regs[0]);
	assert_ptr_equal(v.notify, regs[1]);
	once = false;
	cap(1, 9, 2, 4, 0x3000);
	cap(3, 9, 1, 4, 0x10);
	cap(4, 9, 1, 4, 0); /* one that makes no sense, then one that does */
	assert_int_equal(virtio_find(&fn, &v), 0);
	ncaps = 1;
	assert_int_equal(virtio_find(&fn, &v), -ENODEV);
}

static void
test_open(void **state)
{
	uint64_t at[3];
	uint16_t word;
	Virtio v;

	(void)state;
	assert_int_equal(virtio_find(&fn, &v), 0);
	regs[0][0x14] = 0xff;
	assert_int_equal(virtio_reset(&v), 0);
	assert_int_equal(virtio_open(&v, 0x1234567000), 0);
	assert_int_equal(regs[0][0x14], 15); /* seen, driver, driver ok, features */
	memcpy(at, regs[0] + 0x20, sizeof at);
	assert_int_equal(at[0], 0x1234567000 + offsetof(VirtRing, desc));
	assert_int_equal(at[1], 0x1234567000 + offsetof(VirtRing, avail_flags));
	assert_int_equal(at[2], 0x1234567000 + offsetof(VirtRing, used_flags));
	assert_true(at[0] % 16 == 0 && at[1] % 2 == 0 && at[2] % 4 == 0); /* virtio 2.6 */
	memcpy(&word, regs[0] + 0x1c, 2);
	assert_int_equal(word, 1);
	plain(NULL);
	regs[0][4] = 1; /* past the IOMMU */
	assert_int_equal(virtio_open(&v, 0x1000), -ENOTSUP);
	assert_int_equal(regs[0][0x1c], 0);
	plain(NULL);
	regs[0][0x18] = VIRTIO_RING - 1;
	assert_int_equal(virtio_open(&v, 0x1000), -ENOTSUP);
	assert_int_equal(regs[0][0x14] & 4, 0);
}

/* The sizes of virtio 2.6: 16, 6 + 2, 6 + 8 bytes an entry. */
static void
test_ring(void **state)
{
	static VirtRing r;
	uint16_t bell;
	Virtio v;

	(void)state;
	assert_int_equal(sizeof r.desc, 16 * VIRTIO_RING);
	assert_int_equal(offsetof(VirtRing, avail_ring) - offsetof(VirtRing, avail_flags),
		4);
	assert_int_equal(offsetof(VirtRing, used_ring) - offsetof(VirtRing, used_flags),
		4);
	assert_int_equal(virtio_find(&fn, &v), 0);
	for (uint i = 1; i <= 70000; i++) { /* beyond 16 bits */
		memset(regs[1], 0xff, 16);
		virtio_offer(&v, &r, 0x5000 + i, 100);
		memcpy(&bell, regs[1] + 8, 2); /* 2 * 4 */
		assert_int_equal(bell, 0);
		assert_int_equal(r.desc[0].addr, 0x5000 + i);
		assert_int_equal(r.desc[0].len, 100);
		assert_int_equal(r.desc[0].flags, 2);
		assert_int_equal(r.avail, (uint16_t)i);
		assert_int_equal(virtio_filled(&r, 100), 0);
		r.used_ring[r.used % VIRTIO_RING].len = i % 2 ? 60 : UINT32_MAX;
		r.used++;
		assert_int_equal(virtio_filled(&r, 100), i % 2 ? 60 : 100);
	}
	r.used += 5; /* more than was ever asked */
	assert_int_equal(virtio_filled(&r, 100), 0);
	v.multiply = UINT32_MAX; /* a doorbell outside its page */
	virtio_offer(&v, &r, 0x5000, 100);
	memcpy(&bell, regs[1], 2);
	assert_int_equal(bell, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_find, plain),
		cmocka_unit_test_setup(test_open, plain),
		cmocka_unit_test_setup(test_ring, plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The part of virtio 1.1 that a driver of one queue needs (2.6, 3.1.1, 4.1.4). Vendor
 * specific capabilities say in which BAR the registers are. A device is not believed: it
 * can choose no address but those of its own registers, and no length beyond what it was
 * given.
 * Locks: the caller's. Two calls for one device never overlap.
 */

#include "dev/drv/virtio.h"
#include "arch/arch.h"
#include "kern/errno.h"

#define CAP_VENDOR   0x09
#define CAP_KIND     3 /* what the capability says the place of */
#define CAP_BAR      4
#define CAP_OFFSET   8
#define CAP_MULTIPLY 16
#define KIND_COMMON  1
#define KIND_NOTIFY  2

#define OFFER_SEL   0x00 /* which 32 of the device's features */
#define OFFER       0x04
#define FEATURE_SEL 0x08 /* and of those the driver takes */
#define FEATURE     0x0c
#define STATUS      0x14 /* 8 bits; writing 0 resets */
#define QUEUE_SIZE  0x18
#define ENABLE      0x1c
#define NOTIFY_OFF  0x1e
#define DESC        0x20
#define AVAIL       0x28
#define USED        0x30

#define ST_DRIVER   3 /* it was seen, and has a driver */
#define ST_LIVE     4
#define ST_FEATURES 8
#define NEEDED      3 /* features 32, VERSION_1, and 33, ACCESS_PLATFORM */
#define DESC_WRITE  2 /* the device may write it */
#define RESET_MS    100

static void
common_put16(const Virtio *v, uint reg, uint16_t x)
{
	*(volatile uint16_t *)(v->common + reg) = x;
}

static void
common_put32(const Virtio *v, uint reg, uint32_t x)
{
	*(volatile uint32_t *)(v->common + reg) = x;
}

static void
common_put64(const Virtio *v, uint reg, uint64_t x)
{
	common_put32(v, reg, (uint32_t)x);
	common_put32(v, reg + 4, x >> 32);
}

static uint
common_get16(const Virtio *v, uint reg)
{
	return *(volatile uint16_t *)(v->common + reg);
}

/* ---- where its registers are ---- */

/* True if capability c is of this kind and names registers that can be used; *at is
 * where. It is read only once, because a device may answer differently the next time. */
static bool
cap_place(const PciFn *f, const PciCap *c, uint kind, paddr_t *at)
{
	uint32_t off;
	uint bar;

	if (c->id != CAP_VENDOR || pci_read(f, c->off + CAP_KIND, 1) != kind)
		return false;
	bar = pci_read(f, c->off + CAP_BAR, 1);
	off = pci_read(f, c->off + CAP_OFFSET, 4);
	if (off % PAGE_SIZE != 0 || pci_bar_refusal(f, bar, off, PAGE_SIZE) != NULL)
		return false;
	*at = f->bar[bar].addr + off;
	return true;
}

/* Maps the registers of this kind, and gives the offset of their capability. */
static volatile uint8_t *
cap_window(const PciFn *f, uint kind, uint *cap)
{
	PciCap c[CAP_MAXSTD];
	uint n = pci_caps(f, false, c, CAP_MAXSTD), i = 0;
	paddr_t at;

	while (i < n && !cap_place(f, &c[i], kind, &at))
		i++;
	if (i == n)
		return NULL;
	*cap = c[i].off;
	return arch_map_mmio(at, PAGE_SIZE);
}

int
virtio_find(const PciFn *f, Virtio *v)
{
	uint cap;

	if ((v->common = cap_window(f, KIND_COMMON, &cap)) == NULL ||
		(v->notify = cap_window(f, KIND_NOTIFY, &cap)) == NULL)
		return -ENODEV;
	v->multiply = pci_read(f, cap + CAP_MULTIPLY, 4);
	return 0;
}

/* ---- its life ---- */

int
virtio_reset(const Virtio *v)
{
	v->common[STATUS] = 0;
	for (uint ms = 0; ms < RESET_MS; ms++) {
		if (v->common[STATUS] == 0)
			return 0;
		arch_sleep(1000000);
	}
	return -EIO;
}

static int
virtio_negotiate(const Virtio *v)
{
	v->common[STATUS] = ST_DRIVER;
	common_put32(v, OFFER_SEL, 1);
	if ((*(volatile uint32_t *)(v->common + OFFER) & NEEDED) != NEEDED)
		return -ENOTSUP;
	common_put32(v, FEATURE_SEL, 0);
	common_put32(v, FEATURE, 0);
	common_put32(v, FEATURE_SEL, 1);
	common_put32(v, FEATURE, NEEDED);
	v->common[STATUS] = ST_DRIVER | ST_FEATURES;
	return v->common[STATUS] & ST_FEATURES ? 0 : -ENOTSUP;
}

int
virtio_open(const Virtio *v, iova_t ring)
{
	int err = virtio_negotiate(v);

	if (err != 0 || common_get16(v, QUEUE_SIZE) < VIRTIO_RING)
		return -ENOTSUP;
	common_put16(v, QUEUE_SIZE, VIRTIO_RING);
	common_put64(v, DESC, ring + offsetof(VirtRing, desc));
	common_put64(v, AVAIL, ring + offsetof(VirtRing, avail_flags));
	common_put64(v, USED, ring + offsetof(VirtRing, used_flags));
	common_put16(v, ENABLE, 1);
	v->common[STATUS] = ST_DRIVER | ST_FEATURES | ST_LIVE;
	return 0;
}

/* ---- buffers ---- */

void
virtio_offer(const Virtio *v, VirtRing *r, iova_t iova, uint32_t n)
{
	uint64_t bell = (uint64_t)common_get16(v, NOTIFY_OFF) * v->multiply;

	r->desc[0].addr = iova;
	r->desc[0].len = n;
	r->desc[0].flags = DESC_WRITE;
	r->avail_ring[r->avail % VIRTIO_RING] = 0;
	__atomic_store_n(&r->avail, r->avail + 1, __ATOMIC_RELEASE);
	*(volatile uint16_t *)(v->notify + (bell < PAGE_SIZE ? bell & ~1ull : 0)) = 0;
}

uint32_t
virtio_filled(const VirtRing *r, uint32_t n)
{
	uint16_t last = r->avail - 1; /* one at a time: what was offered last */
	uint32_t len;

	if (__atomic_load_n(&r->used, __ATOMIC_ACQUIRE) != r->avail)
		return 0;
	len = r->used_ring[last % VIRTIO_RING].len;
	return len < n ? len : n;
}

/*
 * A kernel driver for virtio entropy devices (1af4:1044, virtio 1.1 sections 2.6, 4.1, 5.4).
 * The device fills buffers that are put before it in a ring, and says how far. The ring is
 * one page that both share for as long as the kernel has the device; a buffer is the device's
 * only while it is filled. What it says is not believed: it can neither make a read longer
 * than the buffer nor last more than a second.
 *
 * A device that would not go through the IOMMU (no ACCESS_PLATFORM) is refused.
 * Locks: rng_lock over a whole read.
 */

#include "dev/rng.h"
#include "arch/arch.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/lock.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/string.h"

#define CAP_VENDOR   0x09
#define CAP_KIND     3 /* of what the capability says where it is */
#define CAP_BAR      4
#define CAP_OFFSET   8
#define CAP_MULTIPLY 16 /* of KIND_NOTIFY: bytes from one queue's register to the next */
#define KIND_COMMON  1
#define KIND_NOTIFY  2

#define COM_FEATURE_SEL 0x08 /* the driver's */
#define COM_FEATURE     0x0c
#define COM_OFFER_SEL   0x00 /* the device's */
#define COM_OFFER       0x04
#define COM_STATUS      0x14
#define COM_QUEUE_SIZE  0x18
#define COM_ENABLE      0x1c
#define COM_NOTIFY_OFF  0x1e
#define COM_DESC        0x20
#define COM_AVAIL       0x28
#define COM_USED        0x30

#define STATUS_ACK      1
#define STATUS_DRIVER   2
#define STATUS_LIVE     4
#define STATUS_FEATURES 8
#define FEATURES_HIGH   3 /* VERSION_1 and ACCESS_PLATFORM, bits 32 and 33 */

#define BITS  39 /* any would do */
#define QSIZE 4
#define WRITE 2 /* of a descriptor: the device's to write */

typedef struct Ring { /* in one page */
	struct { uint64_t addr; uint32_t len; uint16_t flags, next; } desc[QSIZE];
	uint16_t avail_flags, avail, avail_ring[QSIZE], unused[QSIZE];
	uint16_t used_flags, used;
	struct { uint32_t id, len; } used_ring[QSIZE];
} Ring;

/* A function that the driver has had; kept, for its windows are mapped for ever. */
typedef struct Rng {
	struct Rng *next;
	PciFn *f;
	Kdev *dev; /* NULL: the kernel does not have it */
	volatile uint8_t *common, *notify;
	uint32_t multiply;
	Ring *ring; /* a page */
	KdevMap map;
	uint8_t *buf; /* a page */
	uint64_t reads, bytes;
} Rng;

static Mutex rng_lock = MUTEX_INIT(RANK_DRIVER, "rng");
static Rng *rngs; /* rng_lock */

/* ---- registers ---- */

static void
put16(Rng *r, uint reg, uint16_t v)
{
	*(volatile uint16_t *)(r->common + reg) = v;
}

static void
put32(Rng *r, uint reg, uint32_t v)
{
	*(volatile uint32_t *)(r->common + reg) = v;
}

static void
put64(Rng *r, uint reg, uint64_t v)
{
	put32(r, reg, (uint32_t)v);
	put32(r, reg + 4, v >> 32);
}

static uint
get16(Rng *r, uint reg)
{
	return *(volatile uint16_t *)(r->common + reg);
}

static void
put_status(Rng *r, uint v)
{
	*(r->common + COM_STATUS) = v;
}

/* Of a capability of this kind: its offset, and the registers it leads to. */
static volatile uint8_t *
window(const PciFn *f, uint kind, uint *cap)
{
	PciCap c[CAP_MAXSTD];
	uint n = pci_caps(f, false, c, CAP_MAXSTD);
	volatile uint8_t *p;

	for (uint i = 0; i < n; i++) {
		uint bar = pci_read(f, c[i].off + CAP_BAR, 1);
		uint64_t off = pci_read(f, c[i].off + CAP_OFFSET, 4);

		if (c[i].id != CAP_VENDOR || pci_read(f, c[i].off + CAP_KIND, 1) != kind ||
			bar >= PCI_NBAR || !f->bar[bar].usable || f->bar[bar].io ||
			off % PAGE_SIZE != 0 || off >= f->bar[bar].size)
			continue;
		*cap = c[i].off;
		p = arch_map_mmio(f->bar[bar].addr + off, PAGE_SIZE);
		return p;
	}
	return NULL;
}

/* ---- the device ---- */

/* It is as after power on, and reaches nothing. */
static int
silence(Rng *r)
{
	put_status(r, 0);
	for (uint i = 0; i < 100; i++) {
		if (*(r->common + COM_STATUS) == 0)
			return 0;
		arch_sleep(1000000);
	}
	return -EIO;
}

static int
negotiate(Rng *r)
{
	put_status(r, STATUS_ACK | STATUS_DRIVER);
	put32(r, COM_OFFER_SEL, 1);
	uint32_t offer = *(volatile uint32_t *)(r->common + COM_OFFER);
	if ((offer & FEATURES_HIGH) != FEATURES_HIGH)
		return -ENOTSUP;
	put32(r, COM_FEATURE_SEL, 0);
	put32(r, COM_FEATURE, 0);
	put32(r, COM_FEATURE_SEL, 1);
	put32(r, COM_FEATURE, FEATURES_HIGH);
	put_status(r, STATUS_ACK | STATUS_DRIVER | STATUS_FEATURES);
	return *(r->common + COM_STATUS) & STATUS_FEATURES ? 0 : -ENOTSUP;
}

/* Its queue 0, in the page that it sees as m. */
static int
open_queue(Rng *r, const KdevMap *m)
{
	if (get16(r, COM_QUEUE_SIZE) < QSIZE)
		return -ENOTSUP;
	put16(r, COM_QUEUE_SIZE, QSIZE);
	put64(r, COM_DESC, m->iova + offsetof(Ring, desc));
	put64(r, COM_AVAIL, m->iova + offsetof(Ring, avail_flags));
	put64(r, COM_USED, m->iova + offsetof(Ring, used_flags));
	put16(r, COM_ENABLE, 1);
	put_status(r, STATUS_ACK | STATUS_DRIVER | STATUS_FEATURES | STATUS_LIVE);
	return 0;
}

/* n bytes at iova are put before it; how many it filled. */
static long
fill(Rng *r, iova_t iova, uint32_t n) REQUIRES(rng_lock)
{
	Ring *q = r->ring;
	uint16_t was = q->used;
	uint reg = get16(r, COM_NOTIFY_OFF) * r->multiply;

	q->desc[0].addr = iova;
	q->desc[0].len = n;
	q->desc[0].flags = WRITE;
	q->avail_ring[q->avail % QSIZE] = 0;
	__atomic_store_n(&q->avail, q->avail + 1, __ATOMIC_RELEASE);
	*(volatile uint16_t *)(r->notify + (reg < PAGE_SIZE ? reg : 0)) = 0;
	for (uint i = 0; i < 1000; i++) {
		if (__atomic_load_n(&q->used, __ATOMIC_ACQUIRE) != was) {
			uint32_t got = q->used_ring[was % QSIZE].len;
			return got < n ? got : n;
		}
		arch_sleep(1000000);
	}
	return fail(-EIO, "the entropy device does not answer");
}

/* ---- the driver ---- */

static bool
rng_knows(const PciFn *f)
{
	return f->vendor == 0x1af4 && f->device == 0x1044;
}

static Rng *
find(const PciFn *f) REQUIRES(rng_lock)
{
	Rng *r = rngs;

	while (r != NULL && r->f != f)
		r = r->next;
	return r;
}

static Rng *
make(PciFn *f) REQUIRES(rng_lock)
{
	Rng *r = kalloc(sizeof *r);
	uint cap;

	if (r == NULL || (r->common = window(f, KIND_COMMON, &cap)) == NULL ||
		(r->notify = window(f, KIND_NOTIFY, &cap)) == NULL) {
		kfree(r);
		return NULL;
	}
	r->multiply = pci_read(f, cap + CAP_MULTIPLY, 4);
	r->f = f;
	r->next = rngs;
	rngs = r;
	return r;
}

/* A page that the device never let go of is not used again. */
static void
free_pages(Rng *r, bool ring_too)
{
	if (r->ring != NULL && ring_too)
		page_put(page_addr(r->ring));
	if (r->buf != NULL)
		page_put(page_addr(r->buf));
	r->ring = NULL;
	r->buf = NULL;
}

static void *
page(void)
{
	paddr_t pa = page_alloc(0, PAGE_KERNEL);

	return pa != 0 ? page_ptr(pa) : NULL;
}

static int
open_device(Kdev *d, Rng *r) REQUIRES(rng_lock)
{
	int err = kdev_map(d, r->ring, PAGE_SIZE, DOMAIN_R | DOMAIN_W, &r->map);

	if (err != 0)
		return err;
	if (r->map.bounce != 0)
		err = fail(-ENOTSUP, "the driver rng shares memory with its device, "
				     "which cannot bounce");
	else if (silence(r) != 0 || negotiate(r) != 0 || open_queue(r, &r->map) != 0)
		err = fail(-ENODEV, "the entropy device wants no IOMMU, or does not answer");
	if (err != 0 && kdev_unmap(d, &r->map) != 0)
		r->ring = NULL;
	return err;
}

static int
start_locked(Kdev *d, PciFn *f) REQUIRES(rng_lock)
{
	Rng *r = find(f);
	int err;

	if (r == NULL && (r = make(f)) == NULL)
		return fail(-ENODEV, "the driver rng finds no registers it can use");
	r->ring = page();
	r->buf = page();
	err = r->ring != NULL && r->buf != NULL ? open_device(d, r)
						: fail(-ENOMEM, "no memory for a buffer");
	if (err != 0) {
		free_pages(r, true);
		return err;
	}
	r->dev = d;
	r->reads = r->bytes = 0;
	return 0;
}

static int
rng_start(Kdev *d, PciFn *f)
{
	int err;

	mutex_lock(&rng_lock);
	err = start_locked(d, f);
	mutex_unlock(&rng_lock);
	return err;
}

static void
close_locked(Rng *r) REQUIRES(rng_lock)
{
	if (silence(r) != 0)
		kdev_quiet(r->dev);
	free_pages(r, kdev_unmap(r->dev, &r->map) == 0);
	r->dev = NULL;
}

static void
rng_stop(PciFn *f)
{
	mutex_lock(&rng_lock);
	close_locked(find(f));
	mutex_unlock(&rng_lock);
}

const Kdriver rng_driver = {
	.name = "rng",
	.bits = BITS,
	.knows = rng_knows,
	.start = rng_start,
	.stop = rng_stop,
};

/* ---- bytes ---- */

/* Into r->buf, which is NULL when the device may never let go of it. */
static long
entropy(Rng *r, uint32_t n) REQUIRES(rng_lock)
{
	KdevMap m;
	long got = kdev_map(r->dev, r->buf, n, DOMAIN_W, &m), late;

	if (got != 0)
		return got;
	got = kdev_master(r->dev, true);
	if (got == 0)
		got = fill(r, m.iova, n);
	if (got < 0)
		kdev_quiet(r->dev);
	if ((late = kdev_unmap(r->dev, &m)) != 0)
		r->buf = NULL;
	return late != 0 ? late : got;
}

static long
read_locked(Rng *r, void *buf, long n) REQUIRES(rng_lock)
{
	if (r->buf == NULL)
		return fail(-EIO, "the entropy device is out of use");
	n = entropy(r, n < (long)PAGE_SIZE ? n : (long)PAGE_SIZE);
	if (n > 0) {
		memcpy(buf, r->buf, n);
		r->reads++;
		r->bytes += n;
	}
	return n;
}

long
rng_read(void *buf, long n)
{
	Rng *r;

	if (n <= 0)
		return 0;
	mutex_lock(&rng_lock);
	for (r = rngs; r != NULL && r->dev == NULL;)
		r = r->next;
	n = r != NULL ? read_locked(r, buf, n)
		      : fail(-ENODEV, "the kernel has no entropy device: attach one to pid 0");
	mutex_unlock(&rng_lock);
	return n;
}

void
rng_status(Text *t)
{
	KdevInfo i;
	char b[16];

	mutex_lock(&rng_lock);
	for (Rng *r = rngs; r != NULL; r = r->next) {
		if (r->dev == NULL)
			continue;
		kdev_info(r->dev, &i);
		text_printf(t, "device %s view %s ats %s reads %lu bytes %lu\n",
			bdf_print(r->f->bdf, b, sizeof b), i.view, i.ats ? "on" : "off",
			r->reads, r->bytes);
	}
	mutex_unlock(&rng_lock);
}

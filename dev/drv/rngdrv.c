/*
 * A kernel driver for virtio entropy devices (1af4:1044). The device has one page as long
 * as the kernel has the device, the ring, and for each read one more, which it fills.
 * Neither can a read give more than was asked for nor last longer than a second. Locks:
 * rng_lock over a whole read.
 */

#include "dev/drv/rng.h"
#include "arch/arch.h"
#include "dev/drv/virtio.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/lock.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/string.h"

#define BITS    39 /* any would do */
#define LAST_MS 1000

/* A function that the driver has had; kept, for its registers are mapped for ever. */
typedef struct Rng {
	struct Rng *next;
	PciFn *f;
	Virtio regs;
	Kdev *dev;      /* NULL: the kernel does not have it */
	VirtRing *ring; /* a page */
	KdevMap map;    /* of it */
	uint8_t *buf;   /* a page; NULL: the device never let go of it */
	uint64_t reads, bytes;
} Rng;

static Mutex rng_lock = MUTEX_INIT(RANK_DRIVER, "rng");
static Rng *rngs; /* rng_lock */

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

	if (r == NULL || virtio_find(f, &r->regs) != 0) {
		kfree(r);
		return NULL;
	}
	r->f = f;
	r->next = rngs;
	rngs = r;
	return r;
}

static void *
page(void)
{
	paddr_t pa = page_alloc(0, PAGE_KERNEL);

	return pa != 0 ? page_ptr(pa) : NULL;
}

/* Those that are still ours. */
static void
free_pages(Rng *r) REQUIRES(rng_lock)
{
	if (r->ring != NULL)
		page_put(page_addr(r->ring));
	if (r->buf != NULL)
		page_put(page_addr(r->buf));
	r->ring = NULL;
	r->buf = NULL;
}

/* The ring is the device's no more; or it is nobody's any more. */
static void
unmap_ring(Rng *r) REQUIRES(rng_lock)
{
	if (kdev_unmap(r->dev, &r->map) != 0)
		r->ring = NULL;
}

static int
open_device(Rng *r) REQUIRES(rng_lock)
{
	int err;

	if (r->ring == NULL || r->buf == NULL)
		return fail(-ENOMEM, "no memory for a buffer");
	err = kdev_map(r->dev, r->ring, PAGE_SIZE, DOMAIN_R | DOMAIN_W, &r->map);
	if (err == -EIO)
		r->ring = NULL;
	if (err != 0)
		return err;
	if (r->map.bounce != 0)
		err = fail(-ENOTSUP,
			"the driver rng shares memory with its device, "
			"which cannot bounce");
	else if (virtio_reset(&r->regs) != 0 || virtio_open(&r->regs, r->map.iova) != 0)
		err = fail(-ENODEV,
			"the entropy device wants no IOMMU, or does not answer");
	if (err != 0)
		unmap_ring(r);
	return err;
}

static int
start_locked(Kdev *d, PciFn *f) REQUIRES(rng_lock)
{
	Rng *r = find(f);
	int err;

	if (r == NULL && (r = make(f)) == NULL)
		return fail(-ENODEV, "the driver rng finds no registers it can use");
	r->dev = d;
	r->ring = page();
	r->buf = page();
	r->reads = r->bytes = 0;
	if ((err = open_device(r)) != 0) {
		free_pages(r);
		r->dev = NULL;
	}
	return err;
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
stop_locked(Rng *r) REQUIRES(rng_lock)
{
	if (virtio_reset(&r->regs) != 0)
		kdev_quiet(r->dev);
	unmap_ring(r);
	free_pages(r);
	r->dev = NULL;
}

static void
rng_stop(PciFn *f)
{
	mutex_lock(&rng_lock);
	stop_locked(find(f));
	mutex_unlock(&rng_lock);
}

static Kdriver rng_driver = {
	.name = "rng",
	.bits = BITS,
	.knows = rng_knows,
	.start = rng_start,
	.stop = rng_stop,
};

void
rng_init(void)
{
	kdriver_register(&rng_driver);
}

/* ---- bytes ---- */

/* After a second it will never answer: what it was given is taken away. */
static long
fill(Rng *r, iova_t iova, uint32_t n) REQUIRES(rng_lock)
{
	uint32_t got;
	int err = kdev_master(r->dev, true);

	if (err != 0)
		return err;
	virtio_offer(&r->regs, r->ring, iova, n);
	for (uint ms = 0; ms < LAST_MS; ms++) {
		if ((got = virtio_filled(r->ring, n)) != 0)
			return got;
		arch_sleep(1000000);
	}
	kdev_quiet(r->dev);
	return fail(-EIO, "the entropy device does not answer");
}

static long
fill_buf(Rng *r, uint32_t n) REQUIRES(rng_lock)
{
	KdevMap m;
	long got = kdev_map(r->dev, r->buf, n, DOMAIN_W, &m), late;

	if (got == -EIO)
		r->buf = NULL;
	if (got != 0)
		return got;
	got = fill(r, m.iova, n);
	if ((late = kdev_unmap(r->dev, &m)) != 0)
		r->buf = NULL;
	return late != 0 ? late : got;
}

static long
read_locked(Rng *r, void *buf, long n) REQUIRES(rng_lock)
{
	if (r->buf == NULL)
		return fail(-EIO, "the entropy device is out of use");
	n = fill_buf(r, n < (long)PAGE_SIZE ? n : (long)PAGE_SIZE);
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
	n = r != NULL
		? read_locked(r, buf, n)
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

/*
 * A kernel driver for virtio entropy devices (1af4:1044). The device reaches one page,
 * the ring, as long as the kernel has the device, and one more, which it fills, during
 * each read. A read never gives more than was asked for, and lasts at most a second.
 * Locks: rng_lock (RANK_DRIVER) over a whole read.
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

#define BITS    39 /* of an address; the device can name any */
#define LAST_MS 1000

/* A function that the driver has, or has had. It is never freed, because its registers
 * are mapped for ever. */
typedef struct Rng {
	struct Rng *next;
	PciFn *f;
	Virtio regs;
	Kdev *dev;      /* NULL: the kernel does not have it */
	VirtRing *ring; /* a page */
	KdevMap map;    /* of the ring */
	uint8_t *buf;   /* a page; NULL: the device may reach it for ever */
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
rng_find(const PciFn *f) REQUIRES(rng_lock)
{
	Rng *r = rngs;

	while (r != NULL && r->f != f)
		r = r->next;
	return r;
}

static Rng *
rng_make(PciFn *f) REQUIRES(rng_lock)
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
page_new(void)
{
	paddr_t pa = page_alloc(0, PAGE_KERNEL);

	return pa != 0 ? page_ptr(pa) : NULL;
}

/* Frees the pages that no device reaches. */
static void
rng_free_pages(Rng *r) REQUIRES(rng_lock)
{
	if (r->ring != NULL)
		page_put(page_addr(r->ring));
	if (r->buf != NULL)
		page_put(page_addr(r->buf));
	r->ring = NULL;
	r->buf = NULL;
}

/* Takes the ring away from the device. If that fails, the ring is nobody's any more. */
static void
rng_unmap_ring(Rng *r) REQUIRES(rng_lock)
{
	if (kdev_unmap(r->dev, &r->map) != 0)
		r->ring = NULL;
}

/* Gives the ring to the device. Says why not; then the device reaches nothing. */
static int
rng_open(Rng *r) REQUIRES(rng_lock)
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
		rng_unmap_ring(r);
	return err;
}

static int
rng_start_locked(Kdev *d, PciFn *f) REQUIRES(rng_lock)
{
	Rng *r = rng_find(f);
	int err;

	if (r == NULL && (r = rng_make(f)) == NULL)
		return fail(-ENODEV, "the driver rng finds no registers it can use");
	r->dev = d;
	r->ring = page_new();
	r->buf = page_new();
	r->reads = r->bytes = 0;
	if ((err = rng_open(r)) != 0) {
		rng_free_pages(r);
		r->dev = NULL;
	}
	return err;
}

static int
rng_start(Kdev *d, PciFn *f)
{
	int err;

	mutex_lock(&rng_lock);
	err = rng_start_locked(d, f);
	mutex_unlock(&rng_lock);
	return err;
}

static void
rng_stop_locked(Rng *r) REQUIRES(rng_lock)
{
	if (virtio_reset(&r->regs) != 0)
		kdev_quiet(r->dev);
	rng_unmap_ring(r);
	rng_free_pages(r);
	r->dev = NULL;
}

static void
rng_stop(PciFn *f)
{
	mutex_lock(&rng_lock);
	rng_stop_locked(rng_find(f));
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

/* Lets the device fill n bytes at iova. Returns how many it filled. A device that has not
 * answered after a second is stopped: -EIO, with a sentence. */
static long
rng_fill(Rng *r, iova_t iova, uint32_t n) REQUIRES(rng_lock)
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
rng_fill_buf(Rng *r, uint32_t n) REQUIRES(rng_lock)
{
	KdevMap m;
	long got = kdev_map(r->dev, r->buf, n, DOMAIN_W, &m), late;

	if (got == -EIO)
		r->buf = NULL;
	if (got != 0)
		return got;
	got = rng_fill(r, m.iova, n);
	if ((late = kdev_unmap(r->dev, &m)) != 0)
		r->buf = NULL;
	return late != 0 ? late : got;
}

static long
rng_read_locked(Rng *r, void *buf, long n) REQUIRES(rng_lock)
{
	if (r->buf == NULL)
		return fail(-EIO, "the entropy device is out of use");
	n = rng_fill_buf(r, n < (long)PAGE_SIZE ? n : (long)PAGE_SIZE);
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
		? rng_read_locked(r, buf, n)
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

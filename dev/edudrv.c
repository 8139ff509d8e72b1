/*
 * The kernel's own driver for QEMU's teaching device (1234:11e8), which copies between memory
 * and 4096 bytes of its own. It carries what Bailey does for devices of its own: the device
 * is the kernel's after `echo B:D.F 0 >#iommu/attach`, sees a buffer only during a transfer,
 * and goes to a process and back. Its files are in dev/edu.c.
 *
 * The device says neither that a transfer was blocked nor whose data it holds, so what
 * comes back is compared, with a pattern that differs every time.
 * Locks: edu_lock over a whole order, its transfers of 100 ms included.
 */

#include "dev/edu.h"
#include "arch/arch.h"
#include "kern/aspace.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/proc.h"
#include "kern/string.h"

#define EDU_ID     0x00 /* reads 0xRRRR00ed */
#define EDU_SRC    0x80
#define EDU_DST    0x88
#define EDU_COUNT  0x90
#define EDU_CMD    0x98
#define CMD_RUN    1 /* reads 1 until it is done */
#define CMD_TO_US  2 /* device to memory, else memory to device */

#define EDU_BUFFER 0x40000
#define BITS       28 /* more with another dma_mask, which cannot be read */
#define SIDE       64 /* bytes of a buffer, and of its neighbour */

/* A function that the driver has had; kept, for its window is mapped for ever. */
typedef struct Edu {
	struct Edu *next;
	PciFn *f;
	Kdev *dev; /* NULL: the kernel does not have it */
	volatile uint8_t *regs;
	uint8_t seed;
	uint64_t good, bad, copies;
} Edu;

static Mutex edu_lock = MUTEX_INIT(RANK_DRIVER, "edu");
static Edu *edus; /* edu_lock */

/* ---- the device ---- */

static void
put64(Edu *e, uint reg, uint64_t v)
{
	*(volatile uint64_t *)(e->regs + reg) = v;
}

static uint64_t
get64(Edu *e, uint reg)
{
	return *(volatile uint64_t *)(e->regs + reg);
}

static const char *
name(const Edu *e)
{
	static char b[16]; /* edu_lock */

	return bdf_print(e->f->bdf, b, sizeof b);
}

/* 100 ms; after 2 s it will never end. The device is silent when it has not. */
static int
transfer(Edu *e, iova_t addr, size_t len, bool to_us) REQUIRES(edu_lock)
{
	int err = kdev_master(e->dev, true);

	if (err != 0)
		return err;
	put64(e, EDU_SRC, to_us ? EDU_BUFFER : addr);
	put64(e, EDU_DST, to_us ? addr : EDU_BUFFER);
	put64(e, EDU_COUNT, len);
	put64(e, EDU_CMD, CMD_RUN | (to_us ? CMD_TO_US : 0));
	for (uint i = 0; i < 200; i++) {
		arch_sleep(10000000);
		if ((get64(e, EDU_CMD) & CMD_RUN) == 0)
			return 0;
	}
	kdev_quiet(e->dev);
	return fail(-EIO, "%s does not finish a transfer", name(e));
}

/* len bytes at *buf out or in; or, from `past` bytes behind on, what the device was not
 * given. *buf is NULL when the device may never let go of it. */
static int
move(Edu *e, uint8_t **buf, size_t len, size_t past, bool to_us) REQUIRES(edu_lock)
{
	KdevMap m;
	int err = kdev_map(e->dev, *buf, len, to_us ? DOMAIN_W : DOMAIN_R, &m), late;

	if (err != 0)
		return err;
	err = transfer(e, m.iova + past, len, to_us);
	if ((late = kdev_unmap(e->dev, &m)) != 0)
		*buf = NULL;
	return late != 0 ? late : err;
}

/* ---- tests ---- */

static void
fill(Edu *e, uint8_t *b, size_t n) REQUIRES(edu_lock)
{
	e->seed += 29;
	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(i * 7 + (i >> 8) + e->seed);
}

static int
compare(Edu *e, const uint8_t *a, const uint8_t *b, size_t n) REQUIRES(edu_lock)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return fail(-EIO, "%s: byte %zu of %zu came back wrong", name(e),
				i, n);
	return 0;
}

/* What is in `out` goes to the device and comes back into `in`. */
static int
round_trip(Edu *e, uint8_t **out, uint8_t **in, size_t n) REQUIRES(edu_lock)
{
	int err =
		*out == NULL || *in == NULL ? fail(-ENOMEM, "no memory for a buffer") : 0;

	if (err == 0 && (err = move(e, out, n, 0, false)) == 0)
		err = move(e, in, n, 0, true);
	return err;
}

static int
test_copy(Edu *e, size_t n) REQUIRES(edu_lock)
{
	uint8_t *out = kalloc(n), *in = kalloc(n);
	int err;

	if (out != NULL)
		fill(e, out, n);
	if ((err = round_trip(e, &out, &in, n)) == 0)
		err = compare(e, out, in, n);
	kfree(out);
	kfree(in);
	return err;
}

/* The device writes behind its buffer, in the same page. */
static int
write_behind(Edu *e, uint8_t **page) REQUIRES(edu_lock)
{
	return move(e, page, SIDE, SIDE, true);
}

/* The device writes to memory that nobody gave it, by its physical address. */
static int
write_stray(Edu *e, uint8_t **page) REQUIRES(edu_lock)
{
	return transfer(e, page_addr(*page), 2 * SIDE, true);
}

/* What either of these leaves of a page of ours: 0 when nothing behind a buffer changed. */
static int
test_reach(Edu *e, int (*write)(Edu *e, uint8_t **page), const char *what)
	REQUIRES(edu_lock)
{
	paddr_t pa = page_alloc_below(0, PAGE_KERNEL, 1ull << BITS);
	uint8_t *page = pa != 0 ? page_ptr(pa) : NULL, was[SIDE];
	int err;

	if (page == NULL)
		return fail(-ENOMEM, "no memory for a buffer");
	if ((err = test_copy(e, 2 * SIDE)) == 0) { /* what the device holds is not 0 */
		memcpy(was, page + SIDE, SIDE);
		err = write(e, &page);
	}
	if (err == 0 && memcmp(page + SIDE, was, SIDE) != 0)
		err = fail(-EIO, "%s: its device reached %s", name(e), what);
	if (page != NULL)
		page_free(pa, 0);
	return err;
}

/* ---- the driver ---- */

static Edu *
find(const PciFn *f) REQUIRES(edu_lock)
{
	Edu *e = edus;

	while (e != NULL && e->f != f)
		e = e->next;
	return e;
}

static bool
edu_knows(const PciFn *f)
{
	return f->vendor == 0x1234 && f->device == 0x11e8;
}

static Edu *
make(PciFn *f) REQUIRES(edu_lock)
{
	Edu *e = f->bar[0].usable ? kalloc(sizeof *e) : NULL;

	if (e == NULL || (e->regs = arch_map_mmio(f->bar[0].addr, PAGE_SIZE)) == NULL) {
		kfree(e);
		return NULL;
	}
	e->f = f;
	e->next = edus;
	edus = e;
	return e;
}

static int
start_locked(Kdev *d, PciFn *f) REQUIRES(edu_lock)
{
	Edu *e = find(f);

	if (e == NULL && (e = make(f)) == NULL)
		return fail(-ENOMEM, "the driver edu cannot map its device's registers");
	if ((*(volatile uint32_t *)(e->regs + EDU_ID) & 0xff) != 0xed)
		return fail(-ENODEV, "%s does not answer the driver edu", name(e));
	e->dev = d;
	e->good = e->bad = e->copies = 0;
	return 0;
}

static int
edu_start(Kdev *d, PciFn *f)
{
	int err;

	mutex_lock(&edu_lock);
	err = start_locked(d, f);
	mutex_unlock(&edu_lock);
	return err;
}

static void
edu_stop(PciFn *f)
{
	mutex_lock(&edu_lock);
	find(f)->dev = NULL;
	mutex_unlock(&edu_lock);
}

const Kdriver edu_driver = {
	.name = "edu",
	.bits = BITS,
	.knows = edu_knows,
	.start = edu_start,
	.stop = edu_stop,
};

/* ---- orders ---- */

/* The function's, when the kernel has it; says otherwise. */
static Edu *
held(const PciFn *f) REQUIRES(edu_lock)
{
	Edu *e = find(f);
	char b[16];

	if (e != NULL && e->dev != NULL)
		return e;
	fail(-ENODEV, "the kernel does not have %s: attach it to pid 0",
		bdf_print(f->bdf, b, sizeof b));
	return NULL;
}

int
edu_test(const PciFn *f, EduTest test, size_t n)
{
	int err = -ENODEV;
	Edu *e;

	mutex_lock(&edu_lock);
	if ((e = held(f)) != NULL) {
		if (test == EDU_NEIGHBOUR)
			err = test_reach(
				e, write_behind, "what shares a page with its buffer");
		else if (test == EDU_STRAY)
			err = test_reach(e, write_stray, "memory it was not given");
		else
			err = test_copy(e, n);
		*(err == 0 ? &e->good : &e->bad) += 1;
	}
	mutex_unlock(&edu_lock);
	return err;
}

static int
ucopy(Edu *e, vaddr_t dst, vaddr_t src, size_t n) REQUIRES(edu_lock)
{
	uint8_t *out = kalloc(n), *in = kalloc(n);
	int err = out != NULL ? copy_in(out, src, n) : 0;

	if (err == 0 && (err = round_trip(e, &out, &in, n)) == 0)
		err = copy_out(dst, in, n);
	e->copies += err == 0;
	kfree(out);
	kfree(in);
	return err;
}

int
edu_ucopy(const PciFn *f, vaddr_t dst, vaddr_t src, size_t n)
{
	int err = -ENODEV;
	Edu *e;

	mutex_lock(&edu_lock);
	if ((e = held(f)) != NULL)
		err = ucopy(e, dst, src, n);
	mutex_unlock(&edu_lock);
	return err;
}

int
edu_reset(const PciFn *f)
{
	int err = -ENODEV;
	Edu *e;

	mutex_lock(&edu_lock);
	if ((e = held(f)) != NULL) {
		e->good = e->bad = e->copies = 0;
		err = kdev_quiet(e->dev);
	}
	mutex_unlock(&edu_lock);
	return err;
}

void
edu_status(Text *t)
{
	KdevInfo i;

	mutex_lock(&edu_lock);
	for (Edu *e = edus; e != NULL; e = e->next) {
		if (e->dev == NULL)
			continue;
		kdev_info(e->dev, &i);
		text_printf(t, "device %s view %s bounce %s maps %lu bounced %lu",
			name(e), i.view, i.bounce ? "on" : "off", i.maps, i.bounced);
		text_printf(t, " tests %lu failed %lu copies %lu\n", e->good + e->bad,
			e->bad, e->copies);
	}
	mutex_unlock(&edu_lock);
}

/*
 * The kernel's own driver for QEMU's teaching device (1234:11e8), which copies between
 * memory and 4096 bytes of its own. It shows what Bailey does for a device that the
 * kernel uses: the device is the kernel's after `echo B:D.F 0 >#iommu/attach`, it sees a
 * buffer only during a transfer, and it can go to a process and come back. What it is
 * told to copy, and how one knows that it did, is in dev/drv/edutest.c. Its files are in
 * dev/edu.c. Locks: edu_lock (RANK_DRIVER) over a whole order, which may have several
 * transfers of 100 ms.
 */

#include "dev/drv/edu.h"
#include "arch/arch.h"
#include "dev/drv/edudrv.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"

#define EDU_ID    0x00 /* reads 0xRRRR00ed */
#define EDU_SRC   0x80
#define EDU_DST   0x88
#define EDU_COUNT 0x90
#define EDU_CMD   0x98
#define CMD_RUN   1 /* reads 1 until the transfer is over */
#define CMD_TO_US 2 /* from the device to memory; without it, from memory to the device */

#define EDU_BUFFER 0x40000

Mutex edu_lock = MUTEX_INIT(RANK_DRIVER, "edu");
static Edu *edus; /* edu_lock */

/* ---- the device ---- */

static void
edu_write(Edu *e, uint reg, uint64_t v)
{
	*(volatile uint64_t *)(e->regs + reg) = v;
}

static uint64_t
edu_read(Edu *e, uint reg)
{
	return *(volatile uint64_t *)(e->regs + reg);
}

const char *
edu_name(const Edu *e)
{
	static char b[16]; /* edu_lock */

	return bdf_print(e->f->bdf, b, sizeof b);
}

/* A transfer takes 100 ms. One that is not over after 2 s will never be. */
int
edu_transfer(Edu *e, iova_t addr, size_t len, bool to_us)
{
	int err = kdev_master(e->dev, true);

	if (err != 0)
		return err;
	edu_write(e, EDU_SRC, to_us ? EDU_BUFFER : addr);
	edu_write(e, EDU_DST, to_us ? addr : EDU_BUFFER);
	edu_write(e, EDU_COUNT, len);
	edu_write(e, EDU_CMD, CMD_RUN | (to_us ? CMD_TO_US : 0));
	for (uint i = 0; i < 200; i++) {
		arch_sleep(10000000);
		if ((edu_read(e, EDU_CMD) & CMD_RUN) == 0)
			return 0;
	}
	kdev_quiet(e->dev);
	return fail(-EIO, "%s does not finish a transfer", edu_name(e));
}

int
edu_move(Edu *e, uint8_t **buf, size_t len, size_t past, bool to_us)
{
	KdevMap m;
	int err = kdev_map(e->dev, *buf, len, to_us ? DOMAIN_W : DOMAIN_R, &m), late;

	if (err == -EIO)
		*buf = NULL;
	if (err != 0)
		return err;
	err = edu_transfer(e, m.iova + past, len, to_us);
	if ((late = kdev_unmap(e->dev, &m)) != 0)
		*buf = NULL;
	return late != 0 ? late : err;
}

/* ---- the driver ---- */

static Edu *
edu_find(const PciFn *f) REQUIRES(edu_lock)
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

/* NULL: there is no memory, or no BAR whose registers can be mapped. */
static Edu *
edu_make(PciFn *f) REQUIRES(edu_lock)
{
	Edu *e = pci_bar_refusal(f, 0, 0, PAGE_SIZE) == NULL ? kalloc(sizeof *e) : NULL;

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
edu_start_locked(Kdev *d, PciFn *f) REQUIRES(edu_lock)
{
	Edu *e = edu_find(f);

	if (e == NULL && (e = edu_make(f)) == NULL)
		return fail(-ENOMEM, "the driver edu cannot map its device's registers");
	if ((*(volatile uint32_t *)(e->regs + EDU_ID) & 0xff) != 0xed)
		return fail(-ENODEV, "%s does not answer the driver edu", edu_name(e));
	e->dev = d;
	e->good = e->bad = e->copies = 0;
	return 0;
}

static int
edu_start(Kdev *d, PciFn *f)
{
	int err;

	mutex_lock(&edu_lock);
	err = edu_start_locked(d, f);
	mutex_unlock(&edu_lock);
	return err;
}

static void
edu_stop(PciFn *f)
{
	mutex_lock(&edu_lock);
	edu_find(f)->dev = NULL;
	mutex_unlock(&edu_lock);
}

static Kdriver edu_driver = {
	.name = "edu",
	.bits = EDU_BITS,
	.knows = edu_knows,
	.start = edu_start,
	.stop = edu_stop,
};

void
edu_init(void)
{
	kdriver_register(&edu_driver);
}

/* ---- what #edu asks ---- */

Edu *
edu_held(const PciFn *f)
{
	Edu *e = edu_find(f);
	char b[16];

	if (e != NULL && e->dev != NULL)
		return e;
	fail(-ENODEV, "the kernel does not have %s: attach it to pid 0",
		bdf_print(f->bdf, b, sizeof b));
	return NULL;
}

int
edu_reset(const PciFn *f)
{
	int err = -ENODEV;
	Edu *e;

	mutex_lock(&edu_lock);
	if ((e = edu_held(f)) != NULL) {
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
			edu_name(e), i.view, i.bounce ? "on" : "off", i.maps, i.bounced);
		text_printf(t, " tests %lu failed %lu copies %lu\n", e->good + e->bad,
			e->bad, e->copies);
	}
	mutex_unlock(&edu_lock);
}

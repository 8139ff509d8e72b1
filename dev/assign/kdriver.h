/*
 * Drivers inside the kernel, and what they may do with a device. Process 0 is the kernel:
 * `echo 0:3.0 0 >attach` gives a function to the driver that knows it, in state KERNEL.
 * Its device has a domain of its own and reaches what the driver maps, nothing else.
 *
 * Locks: start and stop run under assign_lock, and take the driver's own. Between them
 * the driver has the Kdev, and must see to it, with its own lock, that one call at a time
 * uses it; these calls do not take assign_lock. After stop the device is drained like a
 * process's.
 */
#pragma once

#include "dev/vtd/iommu.h"
#include "dev/pci/pci.h"

typedef struct Kdev Kdev;

typedef struct Kdriver {
	const char *name;
	uint bits;                     /* of the addresses that the device can name */
	bool (*knows)(const PciFn *f); /* f is a device of this driver */
	/* The driver has f from now on. The device is quiet, decodes its registers, and
	 * reaches nothing yet. An error, with a sentence, refuses it: then it is taken
	 * away without a call of stop. */
	int (*start)(Kdev *d, PciFn *f);
	/* The driver loses f: it must make no call with the Kdev after this. */
	void (*stop)(PciFn *f);
	struct Kdriver *next; /* kdriver.c's */
} Kdriver;

/* Adds a driver, which must last for ever, at boot and before #iommu is initialised. */
void kdriver_register(Kdriver *k);
/* The driver that knows f; NULL: there is none. */
const Kdriver *kdriver_for(const PciFn *f);

/* Switches bus mastering. -EBUSY: a storm of faults stopped the device less than a second
 * ago, or it is broken. -EIO: it does not go on, or off. */
int kdev_master(Kdev *d, bool on);
/* Stops the device in the middle of a transfer. On return no DMA is in flight and bus
 * mastering is off. Sleeps up to SETTLE_NS. -EIO: it does not stop. */
int kdev_quiet(Kdev *d);

/* A buffer of the kernel while a device may use it. */
typedef struct KdevMap {
	iova_t iova; /* its address for the device */
	uint8_t *buf;
	size_t len;
	uint rights;    /* DOMAIN_R, DOMAIN_W: the device's */
	paddr_t bounce; /* pages that the device uses in place of buf; 0: buf itself */
	uint order;     /* 2^order pages of these */
} KdevMap;

/*
 * Lets the device reach the whole pages that [buf, buf+len) is in, with these rights; or,
 * with boot parameter bounce and where the device cannot name them, pages of its own with
 * a copy of buf. Fills m, which the driver keeps until kdev_unmap. Says why not. -EIO:
 * the unit did not confirm, so the device may reach buf for ever and the driver must
 * never use or free it again. -ENOSPC, -ENOMEM, -EDQUOT: nothing has changed.
 */
int kdev_map(Kdev *d, void *buf, size_t len, uint rights, KdevMap *m);
/* Takes the pages away again. On success the device does not reach them any more and what
 * it wrote is in buf. -EIO: as above; m is of no use then either. */
int kdev_unmap(Kdev *d, KdevMap *m);

/* What a driver's status file shows. */
typedef struct KdevInfo {
	const char *driver;
	const char *view; /* what the device sees: translated, identity, pass-through */
	bool bounce;      /* every buffer is copied, by boot parameter */
	bool ats;         /* the device has a TLB of its own, in use */
	uint64_t maps, bounced; /* buffers so far, and those of them that were copied */
} KdevInfo;
void kdev_info(const Kdev *d, KdevInfo *out);

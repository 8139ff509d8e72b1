/*
 * Drivers inside the kernel, and what they may do with a device. Process 0 is the kernel:
 * `echo 0:3.0 0 >attach` gives a function to the driver that knows it, in state KERNEL.
 * Its device has a domain of its own and reaches what the driver maps, nothing else.
 *
 * start and stop run under assign_lock. Between them the driver has the Kdev, and sees to
 * it that one call at a time uses it. After stop the device is drained like a process's.
 */
#pragma once

#include "dev/vtd/iommu.h"
#include "dev/pci/pci.h"

typedef struct Kdev Kdev;

typedef struct Kdriver {
	const char *name;
	uint bits; /* addresses the device can name */
	bool (*knows)(const PciFn *f);
	/* The device is quiet, decodes its registers, and is cut off but for its domain.
	 * It says why not; then the device is taken away again. */
	int (*start)(Kdev *d, PciFn *f);
	void (*stop)(PciFn *f); /* the last use of the Kdev has returned */
	struct Kdriver *next;   /* kdriver.c's */
} Kdriver;

/* Adds a driver, which must last for ever, at boot and before #iommu is initialised. */
void kdriver_register(Kdriver *k);
/* The driver that knows f; NULL: there is none. */
const Kdriver *kdriver_for(const PciFn *f);

/* Bus mastering, refused as to a process: -EBUSY after a flood of faults. */
int kdev_master(Kdev *d, bool on);
/* From what it does now: bus mastering off, drained, settled. It stays off. */
int kdev_quiet(Kdev *d);

/* Memory of the kernel while a device may use it. */
typedef struct KdevMap {
	iova_t iova; /* what the device calls it */
	uint8_t *buf;
	size_t len;
	uint rights;    /* DOMAIN_R, DOMAIN_W: the device's */
	paddr_t bounce; /* what it uses in place of buf; 0: buf itself */
	uint order;     /* of those pages */
} KdevMap;

/*
 * The device reaches the whole pages that [buf, buf+len) is in; or, with boot parameter
 * bounce or where it cannot name them, pages of its own with a copy. Says why not. -EIO:
 * it may reach them all the same, and buf must never be used again.
 */
int kdev_map(Kdev *d, void *buf, size_t len, uint rights, KdevMap *m);
/* It does not any more, and what it wrote is in buf. -EIO: it still may, and buf must
 * never be used again. */
int kdev_unmap(Kdev *d, KdevMap *m);

/* For status. */
typedef struct KdevInfo {
	const char *driver;
	const char *view;       /* translated, identity, pass-through */
	bool bounce;            /* always */
	bool ats;               /* the device has a TLB of its own, in use */
	uint64_t maps, bounced; /* so far */
} KdevInfo;
void kdev_info(const Kdev *d, KdevInfo *out);

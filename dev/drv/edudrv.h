/* What the two files of the driver edu share: the device, and moving buffers. Others use
 * dev/drv/edu.h. */
#pragma once

#include "dev/drv/edu.h"
#include "kern/lock.h"

#define EDU_BITS                                                                         \
	28 /* of an address, unless QEMU was given another dma_mask: one cannot tell */

/* A function that the driver has, or has had. It is never freed, because the window of
 * its registers is mapped for ever. */
typedef struct Edu {
	struct Edu *next;
	PciFn *f;
	Kdev *dev; /* NULL: the kernel does not have it */
	volatile uint8_t *regs;
	uint8_t seed;
	uint64_t good, bad, copies;
} Edu;

extern Mutex edu_lock; /* guards every Edu, and is held over a whole order */

/* The Edu of f. NULL, with a sentence: the kernel does not have f. */
Edu *edu_held(const PciFn *f) REQUIRES(edu_lock);
/* Its B:D.F, until the next call. */
const char *edu_name(const Edu *e) REQUIRES(edu_lock);
/* Lets the device copy len bytes from addr into its buffer, or back to addr (to_us).
 * -EIO, -EBUSY, with a sentence: it could not be started, or did not end and was stopped.
 * The device cannot say that its transfer was blocked, so then the call succeeds. */
int edu_transfer(Edu *e, iova_t addr, size_t len, bool to_us) REQUIRES(edu_lock);
/* The same for len bytes at *buf, which the device is given for this transfer only. It is
 * told an address that is `past` bytes behind, which reaches what it was not given if
 * past is not 0. Says why not. If *buf is NULL then, the device may reach it for ever,
 * and it must not be freed. */
int edu_move(Edu *e, uint8_t **buf, size_t len, size_t past, bool to_us)
	REQUIRES(edu_lock);

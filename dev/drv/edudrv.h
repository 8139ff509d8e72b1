/* Inside the driver edu: the device, and moving buffers. Others use dev/drv/edu.h. */
#pragma once

#include "dev/drv/edu.h"
#include "kern/lock.h"

#define EDU_BITS 28 /* more with another dma_mask, which cannot be read */

/* A function that the driver has had; kept, for its window is mapped for ever. */
typedef struct Edu {
	struct Edu *next;
	PciFn *f;
	Kdev *dev; /* NULL: the kernel does not have it */
	volatile uint8_t *regs;
	uint8_t seed;
	uint64_t good, bad, copies;
} Edu;

extern Mutex edu_lock; /* one order at a time; guards every Edu */

/* NULL: the kernel has not f, and says so */
Edu *edu_held(const PciFn *f) REQUIRES(edu_lock);
const char *edu_name(const Edu *e) REQUIRES(edu_lock);
/* From addr, or to it (to_us); says why not. That it was blocked the device cannot
 * say. */
int edu_transfer(Edu *e, iova_t addr, size_t len, bool to_us) REQUIRES(edu_lock);
/* len bytes at *buf out or in; or, from `past` bytes behind on, what the device was not
 * given. *buf is NULL when the device may never let go of it. */
int edu_move(Edu *e, uint8_t **buf, size_t len, size_t past, bool to_us)
	REQUIRES(edu_lock);

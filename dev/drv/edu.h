/* The kernel's driver for QEMU's teaching device. Its files are #edu. */
#pragma once

#include "dev/assign/kdriver.h"
#include "kern/text.h"

#define EDU_MAX 4095 /* bytes of one transfer */

typedef enum EduTest {
	EDU_COPY,      /* n bytes out and back are equal */
	EDU_NEIGHBOUR, /* what shares a page with a buffer stays as it was */
	EDU_STRAY,     /* memory the device was not given stays as it was */
} EduTest;

void edu_init(void); /* before #iommu: registers the driver */

/* Each of these is for a function that the driver has, and says why not: -ENODEV if it
 * has not, -ENOMEM, or -EIO if the device did not do what it should. */
int edu_test(const PciFn *f, EduTest test, size_t n);
/* Copies n bytes of the calling process, at most EDU_MAX, through the device. */
int edu_ucopy(const PciFn *f, vaddr_t dst, vaddr_t src, size_t n);
/* Stops the device and forgets what was counted. */
int edu_reset(const PciFn *f);
/* One line for each device that the driver has. */
void edu_status(Text *t);

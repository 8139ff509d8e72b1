/* The kernel's driver for QEMU's teaching device; its files are #edu. */
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

/* Of a function the kernel has. Each says why not. */
int edu_test(const PciFn *f, EduTest test, size_t n);
int edu_ucopy(const PciFn *f, vaddr_t dst, vaddr_t src, size_t n); /* of the caller */
int edu_reset(const PciFn *f);
void edu_status(Text *t);

/*
 * QEMU's teaching device (1234:11e8), for programs that drive one: registers, and DMA
 * between memory and 4096 bytes of its own. A transfer takes 100 ms before it lands, and
 * the device cannot say that it was blocked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDU_ID    0x00 /* reads 0xRRRR00ed */
#define EDU_RAISE 0x60
#define EDU_ACK   0x64
#define EDU_SRC   0x80
#define EDU_DST   0x88
#define EDU_COUNT 0x90
#define EDU_CMD   0x98

#define EDU_BUFFER 0x40000 /* on its side */
#define EDU_MAX    4095    /* bytes a time */

/* From addr into its buffer, or from there to addr (to_us); n at most EDU_MAX. */
void edu_start(volatile void *regs, uint64_t addr, size_t n, bool to_us);
/* Sleeps until it is over; false: after 2 s it is not, and will never be. */
bool edu_finish(volatile void *regs);
bool edu_transfer(volatile void *regs, uint64_t addr, size_t n, bool to_us); /* both */

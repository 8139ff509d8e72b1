/*
 * The two places where the core touches what hardware may touch at the same time: device
 * registers, and 8-byte stores into tables. Tests replace mmio.c and so see every access,
 * in order.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dev/vtd/trace.h"

typedef struct Regs Regs; /* a mapped register window */

uint32_t mmio_read32(const volatile Regs *r, uint32_t off);
uint64_t mmio_read64(const volatile Regs *r, uint32_t off);
void mmio_put32(volatile Regs *r, uint32_t off, uint32_t v);
void mmio_put64(volatile Regs *r, uint32_t off, uint64_t v);

static inline void
mmio_write32(volatile Regs *r, uint32_t off, uint32_t v)
{
	TRACE(trace_register(r, off, v));
	mmio_put32(r, off, v);
}

static inline void
mmio_write64(volatile Regs *r, uint32_t off, uint64_t v)
{
	TRACE(trace_register(r, off, v));
	mmio_put64(r, off, v);
}

/* One store, never torn, never merged; with `flush` it is in memory on return. */
void mem_store64(uint64_t *p, uint64_t v, bool flush);
/* p[0..n): v, v + step, v + 2 step, ... each one store; not flushed. */
void mem_fill64(uint64_t *p, uint64_t v, uint64_t step, uint32_t n);

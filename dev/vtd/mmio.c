/*
 * Register access, naturally aligned, 4 and 8 bytes: units accept nothing else. The only
 * file that dereferences a register. On x86 an uncached store is not seen before the
 * ordinary stores ahead of it, so the compiler is the only one to be told about order.
 */
#include "dev/vtd/mmio.h"

#include <stdatomic.h>

static const volatile void *
reg_at(const volatile Regs *r, uint32_t off)
{
	return (const volatile char *)r + off;
}

uint32_t
mmio_read32(const volatile Regs *r, uint32_t off)
{
	return *(const volatile uint32_t *)reg_at(r, off);
}

uint64_t
mmio_read64(const volatile Regs *r, uint32_t off)
{
	return *(const volatile uint64_t *)reg_at(r, off);
}

void
mmio_put32(volatile Regs *r, uint32_t off, uint32_t v)
{
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint32_t *)reg_at(r, off) = v;
}

void
mmio_put64(volatile Regs *r, uint32_t off, uint64_t v)
{
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint64_t *)reg_at(r, off) = v;
}

void
mem_store64(uint64_t *p, uint64_t v, bool flush)
{
	*(volatile uint64_t *)p = v;
	if (flush) /* one line: p is aligned */
		__asm__ volatile("clflush %0; mfence" : : "m"(*p) : "memory");
	atomic_signal_fence(memory_order_seq_cst);
}

void
mem_fill64(uint64_t *p, uint64_t v, uint64_t step, uint32_t n)
{
	volatile uint64_t *q = p;

	for (; n >= 8; n -= 8, q += 8) {
		q[0] = v;
		q[1] = v += step;
		q[2] = v += step;
		q[3] = v += step;
		q[4] = v += step;
		q[5] = v += step;
		q[6] = v += step;
		q[7] = v += step;
		v += step;
	}
	for (; n > 0; n--, v += step)
		*q++ = v;
	atomic_signal_fence(memory_order_seq_cst);
}

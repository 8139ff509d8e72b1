/*
 * The scalar types that every file of the kernel uses. Quantities are typedefs, so that a
 * prototype says what a number is: a physical address, an address that a device uses, or
 * a PCI function.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned int uint;
typedef uint64_t paddr_t; /* physical address */
typedef uint64_t vaddr_t; /* address in a process */
typedef uint64_t iova_t;  /* address a device puts on the bus */
typedef uint64_t ns_t;    /* nanoseconds since boot */
typedef int64_t off_k;    /* offset in a file */

/* A PCI function: segment 31:16, bus 15:8, device 7:3, function 2:0. The low 16 bits
 * are the requester id. */
typedef uint32_t bdf_t;

#define BDF(seg, bus, dev, fn)                                                           \
	((bdf_t)(seg) << 16 | (bdf_t)(bus) << 8 | (bdf_t)(dev) << 3 | (bdf_t)(fn))
#define BDF_SEG(b) ((b) >> 16)
#define BDF_BUS(b) ((b) >> 8 & 0xff)
#define BDF_DEV(b) ((b) >> 3 & 0x1f)
#define BDF_FN(b)  ((b)&7)

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096ul
#define PAGE_MASK  4095ul

#define nelem(a)              (sizeof(a) / sizeof((a)[0]))
#define roundup(n, a)         (((n) + (a)-1) / (a) * (a))
#define rounddown(n, a)       ((n) / (a) * (a))
#define container_of(p, T, m) ((T *)((char *)(p)-offsetof(T, m)))

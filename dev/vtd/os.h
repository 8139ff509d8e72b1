/*
 * What the VT-d core asks of the kernel around it. This header is the whole dependency. A
 * host implements these functions once (dev/glue/vtdos.c is Bailey's, tests/port a small
 * one); tests implement them over fake hardware, which also replaces mmio.c.
 *
 * It can be included beside any kernel's or C library's own headers, as long as a paddr_t
 * there is a uint64_t, too. It declares nothing else that they might have. Compilers call
 * memcpy, memmove, memset and memcmp even in freestanding code, so the host has those.
 *
 * Each contract says where the core calls the function:
 *	start     while vtd_parse, vtd_start or vtd_remap runs, or in vtd_unit_for
 *	process   in process context, with no lock of the core held
 *	locked    also with one lock of the core held, and then interrupts may be off
 *	anywhere  also in the fault interrupt, and in what the fault callback calls
 * The core never holds two locks, and while it holds one it allocates nothing, logs
 * nothing and calls nobody back. A single wait for hardware lasts 200 ms at most, and a
 * lock is held for about a second at most, when several commands are slow.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dev/vtd/err.h"

typedef uint64_t paddr_t; /* a physical address */

/* ---- memory that hardware reads ---- */

/* A page of 4096 bytes, zeroed, below the host address width and below 16 TiB. It is the
 * core's until it is freed or withheld. 0: there is none. process */
paddr_t os_page_alloc(void);
/* The page comes back, and no hardware can reach it any more. process */
void os_page_free(paddr_t pa);
/* Hardware may still reach the page: the host never uses it again. process */
void os_page_withhold(paddr_t pa);

/* The address at which the CPU sees RAM at pa, and the way back, for pages of the core
 * and for page tables that domains use. They stay valid as long as the page does.
 * anywhere */
void *os_ptr(paddr_t pa);
paddr_t os_pa(const void *p);
/* May this page be read through os_ptr? False for what is not RAM; pa may be any number.
 * anywhere */
bool os_is_page(paddr_t pa);
/* A word that belongs to a page which the core has allocated, but is not in it: a part
 * of the host's page structure, say. Its value may be lost when the page is freed.
 * process */
uint32_t *os_page_word(paddr_t pa);

/* Writes every cache line of [p, p+len) back to memory and returns when that is done
 * (CLFLUSH or CLWB, then MFENCE). locked */
void os_clflush(const void *p, size_t len);

/* ---- registers and firmware ---- */

/* Maps the registers at [pa, pa+len), whole pages, uncached, for ever. NULL: it cannot be
 * done, so the unit is not used. start */
volatile void *os_map_regs(paddr_t pa, size_t len);
/* Is any of [pa, pa+len) RAM, used or not, or memory of the firmware? Registers that
 * would lie there are not believed. start, and vtd_read_dmar */
bool os_is_ram(paddr_t pa, uint64_t len);
/* Reads one byte of PCI configuration space; 0xff where there is no device. start */
uint8_t os_pci_read8(uint16_t segment, uint8_t bus, uint8_t devfn, uint32_t off);
/* Makes an interrupt message that calls fn(arg) each time: *addr and *data are what a
 * unit writes to raise it, in the plain format, because a unit's own events are never
 * remapped. An error only means that the host calls vtd_poll_faults now and then.
 * start */
int os_interrupt(void (*fn)(void *), void *arg, uint64_t *addr, uint32_t *data);

/* ---- locks and time ---- */

typedef struct OsLock OsLock;
/* A spin lock that also keeps the fault interrupt away from its CPU. Locks are never
 * given back. NULL: no memory. start */
OsLock *os_lock_new(const char *name);
void os_lock(OsLock *l);   /* anywhere */
void os_unlock(OsLock *l); /* anywhere */

/* Nanoseconds, which never go backwards and go on while interrupts are off. Every bound
 * in the core is measured with it. anywhere */
uint64_t os_now(void);
/* Called again and again while the core waits for hardware: PAUSE, say. locked */
void os_relax(void);

/* ---- small memory and the log ---- */

/* Zeroed memory, aligned for any type. NULL: there is none, which is an error of the call
 * that needed it. All is small (a domain has 500 bytes, and 40 for each unit), with two
 * exceptions: vtd_parse wants up to 16 times the length of the DMAR table, which is a few
 * KiB on real machines, and vtd_trace 80 KiB when it is first switched on. process */
void *os_alloc(size_t n);
void os_free(void *p); /* NULL: nothing. process */

/* One line for people. Formats: %u %d %s %x %llx, with widths and leading zeros.
 * process */
void os_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

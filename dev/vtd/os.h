/*
 * What the VT-d core asks of the kernel around it: this header is the whole dependency. A
 * host implements these functions once (dev/glue/vtdos.c is ours); tests implement them
 * over fake hardware, which also replaces mmio.c.
 *
 * Locks are spinning, safe against the fault interrupt, and never held across os_relax
 * loops longer than the bounds the core states. Pages are 4 KiB, zeroed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dev/vtd/err.h"

typedef uint64_t paddr_t;

paddr_t os_page_alloc(void);       /* below 16 TiB; 0: none */
void os_page_free(paddr_t pa);     /* nothing can reach it any more */
void os_page_withhold(paddr_t pa); /* hardware may still reach it: never reuse */
void *os_ptr(paddr_t pa);          /* RAM as the CPU sees it */
paddr_t os_pa(const void *p);      /* and back */
/* a word the host keeps beside a page in use, not in it */
uint32_t *os_page_word(paddr_t pa);
volatile void *os_map_regs(paddr_t pa, size_t len); /* uncached; NULL on failure */
bool os_is_ram(paddr_t pa, uint64_t len); /* any of it is RAM: not a register window */
bool os_is_page(paddr_t pa); /* all of this page is RAM, and os_ptr shows it */
void os_clflush(const void *p, size_t len); /* write back to memory, then fence */

typedef struct OsLock OsLock;
OsLock *os_lock_new(const char *name); /* NULL without memory */
void os_lock(OsLock *l);
void os_unlock(OsLock *l);

uint64_t os_now(void); /* ns, monotonic; every bound in the core is measured with it */
void os_relax(void);   /* inside a bounded wait */
void os_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* An interrupt message that calls fn(arg): what to write into FEADDR, FEUADDR, FEDATA, in
 * the plain format: a unit's own events are never remapped. */
int os_interrupt(void (*fn)(void *), void *arg, uint64_t *addr, uint32_t *data);
/* One byte of PCI configuration space, for scope paths through bridges. */
uint8_t os_pci_read8(uint16_t segment, uint8_t bus, uint8_t devfn, uint32_t off);

void *os_alloc(size_t n); /* zeroed small memory; NULL */
void os_free(void *p);

void *memcpy(void *restrict d, const void *restrict s, size_t n);
void *memmove(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

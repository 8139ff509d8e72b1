/*
 * VT-d units in memory, stricter than hardware and much stricter than QEMU. Replaces
 * mmio.c and implements os.h, so it sees every register access, every store into a table,
 * every cache-line flush, lock and allocation of the core, and reports each rule broken
 * as a violation. Devices are played by fake_dma, which walks the tables as a unit does:
 *
 *   - a unit that does not snoop sees memory as the last flush left it, and fresh
 *     pages as junk
 *   - context cache by source, IOTLB and paging-structure cache by domain id, never
 *     evicted early; under caching mode what is not present is cached as well
 *   - in scalable mode a PASID cache between the two, and pages of the first stage
 *     apart from those of the second
 *   - a write buffer (RWBF) hides stores until a flush or an invalidation
 *   - interrupt entries are cached and checked likewise (ir.c)
 *   - devices may have TLBs of their own (tlb.c)
 *   - commands take effect when they complete, which may be late or never
 *   - fake_step runs between any two things the core does: devices do not wait
 *
 * One process, one thread. vtd.c keeps its units for life, so a test that wants another
 * machine runs in a child (fake_child).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dev/vtd/inspect.h"

#define FAKE_RAM      0x10000000ull
#define FAKE_PAGES    4096u
#define FAKE_FIRMWARE (FAKE_RAM - 0x100000) /* memory too, but os_ptr has none of it */

typedef struct FakeUnit FakeUnit;

/* What stays silent. */
/* clang-format off */
enum {
	STUCK_GCMD = 1, STUCK_QUEUE = 2, STUCK_REGS = 4, STUCK_PMEN = 8, STUCK_TE = 16,
	STUCK_SIRTP = 32, STUCK_IRE = 64, STUCK_CFI = 128,
};
/* clang-format on */

typedef struct FakeConf {
	paddr_t base;
	uint32_t ver;
	uint64_t cap, ecap;
	uint32_t gsts;    /* what firmware left on */
	bool pmen;        /* protected memory is on */
	uint32_t latency; /* ns until a command completes */
} FakeConf;

/* Values from the manual's layout, not from the core's macros. */
#define FAKE_VER     0x10u
#define FAKE_CAP48   0x00d2008c222f0606ull /* QEMU, aw-bits=48 */
#define FAKE_CAP39   0x00d2008c22260206ull
#define FAKE_ECAP    0x0000000000f00f42ull /* QI, PT; does not snoop */
#define FAKE_ECAP_IR 0x0000000000f00f4aull /* and IR, with handle masks up to 15 */
#define ECAP_BIT_EIM (1ull << 4)
#define CAP_BIT_CM   (1ull << 7)
#define CAP_BIT_RWBF (1ull << 4)
#define CAP_BIT_PLMR (1ull << 5)
#define CAP_BIT_PSI  (1ull << 39)
#define ECAP_BIT_C   1ull
#define ECAP_BIT_QI  2ull
#define ECAP_BIT_DT  4ull
/* Scalable mode, by second-stage or first-stage tables, and walks that snoop. */
#define ECAP_SECOND    (1ull << 43 | 1ull << 46)
#define ECAP_FIRST     (1ull << 43 | 1ull << 47)
#define ECAP_BIT_SMPWC (1ull << 48)
#define CAP_BIT_FL1GP  (1ull << 56)

FakeUnit *fake_unit(const FakeConf *c);
void fake_stuck(FakeUnit *u, unsigned what);
void fake_latency(FakeUnit *u, uint32_t ns);
/* Refuse the n'th descriptor from now (1: the next) until it is changed; 0: none. */
void fake_bad_descriptor(FakeUnit *u, uint32_t n);
/* Report ITE (0x40) or ICE (0x20) instead of the next wait's completion. */
void fake_queue_error(FakeUnit *u, uint32_t fsts_bit);
/* up, as if the unit had something to say */
void fake_status(FakeUnit *u, uint32_t fsts_bits);
/* drop faults of a source that has a record */
void fake_merge_faults(FakeUnit *u, bool on);
uint32_t fake_gsts(const FakeUnit *u);
uint32_t fake_fsts(const FakeUnit *u);
uint32_t fake_pmen(const FakeUnit *u);
unsigned fake_descriptors(const FakeUnit *u); /* carried out so far, waits not counted */
/* qw0 of the last IOTLB descriptor or command */
uint64_t fake_last_iotlb(const FakeUnit *u);

typedef struct FakeDma {
	uint8_t reason; /* 0: went through */
	uint8_t legacy; /* what that is called in legacy mode */
	bool raw;       /* untranslated: TE was off */
	paddr_t pa;
} FakeDma;
FakeDma fake_dma(FakeUnit *u, uint16_t sid, iova_t iova, bool write);
typedef struct FakeIrq {
	uint8_t reason; /* 0: delivered as follows */
	bool old;       /* compatibility format, not remapped */
	bool level;
	uint8_t vector;
	uint32_t dest;
} FakeIrq;
/* A write to the interrupt window: a device's message, or any DMA that looks like one. */
FakeIrq fake_msi(FakeUnit *u, uint16_t sid, uint64_t addr, uint32_t data);
FakeIrq fake_line(FakeUnit *u, uint16_t sid, uint64_t rte); /* an IO-APIC's line rises */
/* The device's own translation on or off, which the unit does not see; off empties it. */
void fake_ats(FakeUnit *u, uint16_t sid, bool on);
/* From now on it answers no invalidation, and the unit gives up after ns each time. */
void fake_silent(FakeUnit *u, uint16_t sid, uint64_t ns);
unsigned fake_tlb_invalidations(FakeUnit *u);       /* carried out so far */
unsigned fake_tlb_pages(FakeUnit *u, uint16_t sid); /* in it */
/* Put a fault in the records directly. */
void fake_fault(FakeUnit *u, uint16_t sid, iova_t addr, uint8_t reason, bool read);

extern void (*fake_step)(void);
extern uint8_t fake_dmar_flags;
#define FAKE_IOAPIC     2 /* its id, in the scopes of the last unit */
#define FAKE_IOAPIC_SID 0xf0f8

/* What the core did, in order, from fake_log_start on: register writes (at: offset),
 * stores into tables (at: address), descriptors as they were carried out (lo, hi). */
typedef struct FakeDid {
	enum { FAKE_WROTE, FAKE_STORED, FAKE_CARRIED } kind;
	const FakeUnit *unit; /* not of stores */
	uint64_t at, lo, hi;
} FakeDid;
void fake_log_start(void);
const FakeDid *fake_log(size_t *n);

/* What the rest of a kernel does with tables: one store, flushed. */
void fake_pte(uint64_t *slot, uint64_t v);
paddr_t fake_table(void);

unsigned fake_violations(void);
const char *fake_violation(void); /* the first; "" when none */
void fake_forgive(void);
/* Watch for the violation with this format; has it come? */
void fake_expect(const char *fmt);
bool fake_expected(void);

/* This memory belongs to somebody: devices may reach it, the core never looks at it. */
void fake_foreign(paddr_t base, uint64_t len);
unsigned fake_pages(void); /* handed out */
unsigned fake_withheld(void);
unsigned fake_allocs(void);       /* small ones, outstanding */
void fake_fail_alloc(unsigned n); /* the n'th allocation from now fails; 0: none */
uint64_t fake_time(void);
bool fake_logged(const char *part);

/* A bridge in configuration space. */
void fake_bridge(uint8_t bus, uint8_t devfn, uint8_t secondary, uint8_t subordinate);
void fake_config(uint8_t bus, uint8_t devfn, uint32_t off, uint8_t v);

/* A DMAR table of the units made so far: each but the last lists the bus-0 functions
 * given as 16 * unit + device, the last has INCLUDE_PCI_ALL. Returns its length. */
size_t fake_dmar(uint8_t *buf, size_t n, uint32_t haw);
/* Build tables, parse and start. */
int fake_boot(bool on);

/* Run fn in a child; 0 when nothing failed there and no rule was broken. */
int fake_child(void (*fn)(void));
void fake_die(const char *what, const char *file, int line) __attribute__((noreturn));
#define CHECK(e) ((e) ? (void)0 : fake_die(#e, __FILE__, __LINE__))
#define CHECK_CLEAN()                                                                    \
	(fake_violations() == 0 ? (void)0                                                \
				: fake_die(fake_violation(), __FILE__, __LINE__))

/* Between the two halves of the fake: memory and services (machine.c), units
 * (unit.h). */
#pragma once

#include "tests/host/fakehw/fakehw.h"

/* a violation */
void fake_break(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fake_stepped(void);
void fake_did(FakeDid d);
void fake_spend(uint64_t ns);

bool fake_ram(paddr_t pa, uint64_t len);
bool fake_page_live(paddr_t pa); /* handed out, or withheld */
void *fake_host(paddr_t pa);     /* as the CPU sees it */
/* 8 bytes as a unit sees them. */
uint64_t fake_dram64(paddr_t pa);
bool fake_lock_held(const char *name);
bool fake_fire(uint64_t addr, uint32_t data); /* an interrupt message; false: nobody's */

/* Interrupt remapping (ir.c), called by the unit, and what it asks of the unit. */
typedef struct FakeIr FakeIr;
FakeIr *ir_new(FakeUnit *u, const FakeConf *c);
void ir_write_irta(FakeIr *r, uint64_t v);
uint64_t ir_read_irta(const FakeIr *r);
void ir_command(FakeIr *r, uint32_t bit, bool set, uint32_t gsts);
void ir_latch(FakeIr *r);
bool ir_descriptor_ok(const FakeIr *r, uint64_t lo, uint64_t hi);
void ir_drop(FakeIr *r, uint64_t lo);
void ir_store(FakeIr *r, paddr_t pa, uint64_t v);
void ir_freed(const FakeIr *r, paddr_t page);
FakeIr *fake_ir(FakeUnit *u);
uint64_t fake_fetch(FakeUnit *u, paddr_t pa); /* as the unit sees it */
/* entries there: P comes and goes */
void fake_known(FakeUnit *u, paddr_t pa, size_t len);

/* Devices' TLBs (tlb.c), likewise. */
typedef struct FakeTlb FakeTlb;
typedef enum TlbAnswer { TLB_ANSWERS, TLB_WAITS, TLB_SILENT } TlbAnswer;
FakeTlb *tlb_new(FakeUnit *u, const FakeConf *c);
bool tlb_on(FakeTlb *t, uint16_t sid);
uint8_t tlb_dma(FakeTlb *t, uint16_t sid, iova_t iova, bool write, bool allowed,
	paddr_t *pa);
bool tlb_descriptor_ok(const FakeTlb *t, uint64_t lo, uint64_t hi);
TlbAnswer tlb_ask(FakeTlb *t, uint64_t lo);
void tlb_drop(FakeTlb *t, uint64_t lo, uint64_t hi);
FakeTlb *fake_tlb(FakeUnit *u);
uint8_t fake_translate(FakeUnit *u, uint16_t sid, iova_t iova, bool write, paddr_t *pa);

/* Called by machine.c: all units. */
void units_line(paddr_t line);    /* a line was stored (snooped) */
void units_flushed(paddr_t line); /* a line was written back */
void units_fresh(paddr_t page);   /* a page was handed out, zeros in the cache */
void units_freed(paddr_t page);
void units_store(paddr_t pa, uint64_t v); /* before an 8-byte store into RAM */
void units_tick(void);
void *units_map(paddr_t pa, size_t len);
unsigned units_count(void);
paddr_t units_base(unsigned i);

/*
 * What the core does to hardware, kept as events while somebody wants to see it: each
 * register write and each store into a table just before it is done, each descriptor
 * before the tail that shows it, each fault record when it is taken. dev/vtd/inspect.h
 * has the reader's side.
 *
 * A hook is a line, TRACE(...), and costs a test while nobody looks. It may stand under
 * any lock and in interrupts, because recording takes no lock and never waits. What runs
 * besides the hook never depends on trace_on.
 */
#pragma once

#include "dev/vtd/inspect.h"
#include "dev/vtd/bits.h"
#include "dev/vtd/ent.h"

extern bool trace_on;
#define TRACE(record) (__builtin_expect(trace_on, 0) ? (record) : (void)0)

typedef struct Regs Regs;

/* The value v is written to the register at this offset. */
void trace_register(const volatile Regs *r, uint32_t off, uint64_t v);
/* A descriptor goes into the queue of this unit. */
void trace_descriptor(uint32_t unit, Ent d);
/* v is stored into a root, context or interrupt table. */
void trace_entry(const uint64_t *slot, uint64_t v);
/* v is stored into a page above a domain's top. */
void trace_above(const uint64_t *slot, uint64_t v);
/* A PASID entry, and then the directory entry that leads to it, are published. */
void trace_pasid(uint32_t unit, const uint64_t *dir, const uint64_t *slot,
	const Pasid *p);
/* n entries of a second-level table, from e on, become v, v + step, ... */
void trace_level(uint32_t level, iova_t iova, const uint64_t *e, uint64_t v,
	uint64_t step, uint32_t n);
void trace_fault(const VtdFault *f);

/* An event as it was recorded. A register has the offset in all registers of the unit
 * whose window is `regs`. An entry of VTD_TABLE_ROOT without a unit may be of a root,
 * context or interrupt table: its address says which. */
typedef struct TraceEvent {
	VtdEvent event;
	const volatile Regs *regs;
} TraceEvent;
/* Event i; false: it is lost. */
bool trace_at(uint64_t i, TraceEvent *out);

/*
 * What the core does to hardware, kept as events while somebody wants to see it: each
 * register write and each store into a table just before it is done, each descriptor
 * before the tail that shows it, each fault record when it is taken. See iommu.h for the
 * reader.
 *
 * A hook is a line, TRACE(...), and costs a test while nobody looks. It may stand under
 * any lock and in interrupts: recording takes none and never waits.
 */
#pragma once

#include "dev/vtd/iommu.h"
#include "dev/vtd/bits.h"
#include "dev/vtd/ent.h"

extern bool trace_on;
#define TRACE(record) (__builtin_expect(trace_on, 0) ? (record) : (void)0)

typedef struct Regs Regs;

void trace_register(const volatile Regs *r, uint32_t off, uint64_t v);
void trace_descriptor(const Unit *u, Ent d);
void trace_queue(const Unit *u, uint32_t from); /* what is in it from here to the tail */
void trace_entry(const uint64_t *slot,
	uint64_t v); /* of a root, context or interrupt table */
/* A PASID entry, and then the directory entry that leads to it, as they are published. */
void trace_pasid(const Unit *u, const uint64_t *dir, const uint64_t *slot,
	const Pasid *p);
/* n entries of a second-level table: v, v + step, ... */
void trace_level(uint32_t level, iova_t iova, const uint64_t *e, uint64_t v,
	uint64_t step, uint32_t n);
void trace_fault(const VtdFault *f);

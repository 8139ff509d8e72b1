/*
 * A VT-d unit driven by hand: nothing here keeps a rule, so that checks can break them.
 * Offsets and bits are the manual's.
 */
#pragma once

#include "tests/conformance/bare.h"

#define UNIT     0xfed90000ull
#define R32(off) (*(volatile uint32_t *)(UNIT + (off)))
#define R64(off) (*(volatile uint64_t *)(UNIT + (off)))

#define BITS(v, hi, lo) ((v) >> (lo) & (~0ull >> (63 - ((hi) - (lo)))))

extern uint64_t cap, ecap;
extern uint64_t *root, *context; /* of bus 0; all other buses have no table */
extern uint64_t *leaf;           /* the last entry map() wrote */

typedef struct Record {
	bool valid, read;
	uint8_t reason;
	uint16_t sid;
	uint64_t addr;
} Record;

/* Empty tables, empty caches, no faults; translating, by queue. */
void vtd_fresh(void);
bool vtd_command(uint32_t set, uint32_t clear); /* done in time */
/* and the context cache is told */
void vtd_entry(uint16_t sid, uint64_t lo, uint64_t hi);
/* Tables of `levels` in which iova leads to `entry` at `level`; returns their top. */
uint64_t vtd_map(uint32_t levels, uint64_t iova, uint64_t entry, uint32_t level);
Record vtd_record(void); /* the first there is, cleared, overflow too */
/* a descriptor and a wait: the wait has come */
bool vtd_do(uint64_t lo, uint64_t hi);
/* A descriptor alone; returns FSTS when the unit has stopped to think. */
uint32_t vtd_push(uint64_t lo, uint64_t hi);
void vtd_restart(void); /* the queue, emptied */
void vtd_repair(void);  /* of an error of the queue: a wait in place of the bad one */

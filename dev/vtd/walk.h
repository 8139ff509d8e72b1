/*
 * What a unit makes of one request, step by step, from what is in memory: caches are not
 * asked.
 */
#pragma once

#include <stdbool.h>

#include "dev/vtd/bits.h"
#include "dev/vtd/slwalk.h"

/* QEMU's unit judges some malformed entries otherwise: user/man/vtd.md has the table. */
typedef enum WalkRules { WALK_MANUAL, WALK_QEMU } WalkRules;

typedef struct WalkUnit {
	uint64_t cap, ecap, rtaddr;
	uint32_t haw;
} WalkUnit;

typedef struct WalkAsk {
	uint16_t sid;
	bool write;
	uint64_t addr;
	WalkRules rules;
} WalkAsk;

typedef enum WalkEnd {
	WALK_PAGE,      /* reaches pa */
	WALK_PASS,      /* the same: passed through without tables */
	WALK_INTERRUPT, /* an interrupt request, which no table of this kind decides */
	WALK_FAULT,     /* `reason`, as fault records give it */
} WalkEnd;

typedef struct WalkStep {
	uint64_t at;    /* where it was read */
	Ent value;      /* entries of 8 bytes: lo */
	uint64_t third; /* of a PASID entry, the word after */
} WalkStep;

enum { /* steps of legacy mode, and of scalable mode */
	WALK_ROOT,
	WALK_CONTEXT,
	WALK_TABLES, /* the first of them, then one a level */
	WALK_DIRECTORY = WALK_TABLES,
	WALK_PASID,
	WALK_TABLES2,
	WALK_MAXSTEP = WALK_TABLES2 + 6
};

typedef struct Walk {
	uint32_t nstep; /* entries read */
	WalkStep step[WALK_MAXSTEP];
	bool scalable, first; /* mode; tables of the first level */
	uint32_t levels;      /* of the tables, when what leads there was read */
	WalkEnd end;
	uint8_t reason;
	bool quiet;        /* a fault that is not recorded: FPD */
	uint64_t pa, size; /* page: size of the one that leads there */
	uint64_t rights;   /* page: SL_R, SL_W of the whole walk */
} Walk;

void walk(const WalkUnit *u, const WalkAsk *a, SlRead rd, Walk *o);

/*
 * What a unit makes of one request, step by step, from what is in memory: caches are not
 * asked.
 */
#pragma once

#include <stdbool.h>

#include "dev/vtd/bits.h"
#include "dev/vtd/inspect.h"
#include "dev/vtd/slwalk.h"

typedef struct WalkUnit {
	uint64_t cap, ecap, rtaddr;
	uint32_t haw;
} WalkUnit;

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

/* The same with its entries decoded. */
void walk_report(const Walk *w, WalkReport *o);

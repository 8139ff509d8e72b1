/* Inside the walk: what its two halves, walk.c and walk_scalable.c, have in common. */
#pragma once

#include "dev/vtd/walk.h"

typedef struct Walker {
	const WalkUnit *u;
	const WalkAsk *a;
	SlRead rd;
	Walk *o;
	bool fpd; /* an entry on the way hides faults */
} Walker;

/* What goes wrong in second-level tables; where there are two: reading, writing. */
typedef struct WalkReasons {
	uint8_t top, unreadable; /* tables that cannot be read: the first, others */
	uint8_t absent[2], refused[2];
	uint8_t reserved, interrupt;
} WalkReasons;

#define WALK_SCALABLE     0x30 /* reasons from here on are scalable mode's */
#define WALK_SM_INTERRUPT 0x87

uint64_t walker_beyond(uint32_t bits); /* bits of an address that memory has not */
bool walker_leaf(uint64_t e, uint32_t level);
uint32_t walker_width(const Walker *w); /* of addresses, with tables of w->o->levels */
/* Entry i, of so many words, of the table; NULL: not readable. */
const WalkStep *walker_step(Walker *w, uint64_t table, uint32_t i, uint32_t words);
/* Through second-level tables of w->o->levels. */
uint8_t walker_tables(Walker *w, uint64_t table, const WalkReasons *r);
/* The end, at a page; the reason `interrupt` where no page may be. */
uint8_t walker_page(Walker *w, uint64_t e, uint32_t level, uint8_t interrupt);

extern const WalkReasons walk_legacy;

/* walk_scalable.c */
uint8_t walksm(Walker *w);
bool walksm_qualified(uint8_t reason);

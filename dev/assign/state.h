/*
 * The states of a function and what may happen in each: DESIGN.md section 6 as a table.
 * Pure.
 *
 *	BLOCKED --attach--> OWNED --drain--> DRAINING --done--> BLOCKED
 *	   |                 |  ^ resume        ^  '-----fail--> BROKEN
 *	   |           suspend  |               |
 *	   |                 v  |               |
 *	   |              SUSPENDED ----drain---'
 *	   '--kernel--> KERNEL -----drain-------'
 */
#pragma once

#include "kern/types.h"

typedef enum FnState {
	FN_BLOCKED,
	FN_OWNED,
	FN_SUSPENDED,
	FN_DRAINING,
	FN_KERNEL,
	FN_BROKEN,
} FnState;
#define FN_NSTATE (FN_BROKEN + 1)
extern const char *const fn_state_name[FN_NSTATE];

typedef enum FnEvent {
	ON_ATTACH,
	ON_KERNEL,
	ON_SUSPEND,
	ON_RESUME,
	ON_DRAIN,
	ON_DONE,
	ON_FAIL,
} FnEvent;
#define FN_NEVENT (ON_FAIL + 1)

/* The state after e in s; -1 when e cannot happen there. */
int fn_state_next(FnState s, FnEvent e);
/* Somebody has it: it counts as assigned. */
bool fn_state_held(FnState s);

/*
 * A device may still hold commands of its last owner, unless a function level reset took
 * them away; with bus mastering off they run into nothing, given time. How long before it
 * may be owned again.
 */
#define SETTLE_NS 200000000ull /* ns */
ns_t settle_left(ns_t now, ns_t quiet_since, bool emptied);

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

typedef enum OwnEvent {
	OWN_ATTACH,
	OWN_KERNEL,
	OWN_SUSPEND,
	OWN_RESUME,
	OWN_DRAIN,
	OWN_DONE,
	OWN_FAIL,
} OwnEvent;
#define OWN_NEVENT (OWN_FAIL + 1)

/* The state after e in s; -1 when e cannot happen there. */
int own_next(FnState s, OwnEvent e);
/* Somebody has it: it counts as assigned. */
bool own_held(FnState s);

/*
 * A device may still hold commands of its last owner, unless a function level reset took
 * them away; with bus mastering off they run into nothing, given time. How long before it
 * may be owned again.
 */
#define OWN_SETTLE 200000000ull /* ns */
ns_t own_settle(ns_t now, ns_t quiet_since, bool emptied);

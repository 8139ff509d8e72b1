/*
 * The states of a function, what may happen in each, and the modes it can be had in.
 * Pure.
 *
 *	BLOCKED --attach--> OWNED --drain--> DRAINING --done--> BLOCKED
 *	   |                 |  ^ resume        ^  '-----fail--> BROKEN
 *	   |           suspend  |               |
 *	   |                 v  |               |
 *	   |              SUSPENDED ----drain---'
 *	   '--kernel--> KERNEL -----drain-------'
 *
 * BLOCKED   nobody's: bus mastering is off, and all DMA of it faults
 * OWNED     a process has it, and the device reaches what its domain shows
 * SUSPENDED a process has it, but bus mastering is off while translation is off, or
 *           while its process execs
 * DRAINING  it is being taken away (drain.c); lasts only while assign_lock is held
 * KERNEL    a driver in the kernel has it
 * BROKEN    it did not obey, and is out of use until reboot
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

/* What of its owner's memory a device sees: all of it, the pages that the process asked
 * to be for DMA, or what the process maps to addresses of its choice. */
typedef enum AttachMode { ATTACH_SHARED, ATTACH_PRIVATE, ATTACH_GUEST } AttachMode;
extern const char *const attach_mode_name[ATTACH_GUEST + 1];

/* The state after event e in state s; -1: e cannot happen there. */
int fn_state_next(FnState s, FnEvent e);
/* True if somebody has it: it counts as assigned. */
bool fn_state_held(FnState s);

/*
 * A device may still hold commands of its last owner, unless a function level reset has
 * emptied it. With bus mastering off these commands fail, one after the other, and end.
 * settle_left says how many nanoseconds must pass before it may be owned again, if bus
 * mastering has been off since quiet_since.
 */
#define SETTLE_NS 200000000ull /* until the longest known command has ended */
ns_t settle_left(ns_t now, ns_t quiet_since, bool emptied);

/*
 * The transition table of device ownership. A cell that is not written here is a move
 * that cannot be made: BROKEN has no way out until reboot, DRAINING leads to no owner.
 * Pure.
 */

#include "dev/assign/state.h"

/* clang-format off */
const char *const fn_state_name[FN_NSTATE] = {
	[FN_BLOCKED] = "blocked",   [FN_OWNED] = "owned",   [FN_SUSPENDED] = "suspended",
	[FN_DRAINING] = "draining", [FN_KERNEL] = "kernel", [FN_BROKEN] = "broken",
};
/* clang-format on */

#define TO(s) ((s) + 1) /* so that an empty cell, 0, is "cannot happen" */

static const uint8_t table[FN_NSTATE][OWN_NEVENT] = {
	[FN_BLOCKED] = { [OWN_ATTACH] = TO(FN_OWNED), [OWN_KERNEL] = TO(FN_KERNEL) },
	[FN_OWNED] = { [OWN_SUSPEND] = TO(FN_SUSPENDED), [OWN_DRAIN] = TO(FN_DRAINING) },
	[FN_SUSPENDED] = { [OWN_RESUME] = TO(FN_OWNED), [OWN_DRAIN] = TO(FN_DRAINING) },
	[FN_DRAINING] = { [OWN_DONE] = TO(FN_BLOCKED), [OWN_FAIL] = TO(FN_BROKEN) },
	[FN_KERNEL] = { [OWN_DRAIN] = TO(FN_DRAINING) },
};

int
own_next(FnState s, OwnEvent e)
{
	return table[s][e] - 1;
}

bool
own_held(FnState s)
{
	return s == FN_OWNED || s == FN_SUSPENDED || s == FN_DRAINING || s == FN_KERNEL;
}

ns_t
own_settle(ns_t now, ns_t quiet_since, bool emptied)
{
	ns_t quiet = now - quiet_since;

	return emptied || quiet >= OWN_SETTLE ? 0 : OWN_SETTLE - quiet;
}

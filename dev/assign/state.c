/*
 * The table of what may happen to a function. A cell that is not written here is a move
 * that cannot be made: BROKEN has no way out until reboot, and DRAINING never leads to an
 * owner. Pure.
 */

#include "dev/assign/state.h"

/* clang-format off */
const char *const fn_state_name[FN_NSTATE] = {
	[FN_BLOCKED] = "blocked",   [FN_OWNED] = "owned",   [FN_SUSPENDED] = "suspended",
	[FN_DRAINING] = "draining", [FN_KERNEL] = "kernel", [FN_BROKEN] = "broken",
};
/* clang-format on */

const char *const attach_mode_name[] = {
	[ATTACH_SHARED] = "shared",
	[ATTACH_PRIVATE] = "private",
	[ATTACH_GUEST] = "guest",
};

#define TO(s) ((s) + 1) /* so that an empty cell, 0, is "cannot happen" */

static const uint8_t table[FN_NSTATE][FN_NEVENT] = {
	[FN_BLOCKED] = { [ON_ATTACH] = TO(FN_OWNED), [ON_KERNEL] = TO(FN_KERNEL) },
	[FN_OWNED] = { [ON_SUSPEND] = TO(FN_SUSPENDED), [ON_DRAIN] = TO(FN_DRAINING) },
	[FN_SUSPENDED] = { [ON_RESUME] = TO(FN_OWNED), [ON_DRAIN] = TO(FN_DRAINING) },
	[FN_DRAINING] = { [ON_DONE] = TO(FN_BLOCKED), [ON_FAIL] = TO(FN_BROKEN) },
	[FN_KERNEL] = { [ON_DRAIN] = TO(FN_DRAINING) },
};

int
fn_state_next(FnState s, FnEvent e)
{
	return table[s][e] - 1;
}

bool
fn_state_held(FnState s)
{
	return s == FN_OWNED || s == FN_SUSPENDED || s == FN_DRAINING || s == FN_KERNEL;
}

ns_t
settle_left(ns_t now, ns_t quiet_since, bool emptied)
{
	ns_t quiet = now - quiet_since;

	return emptied || quiet >= SETTLE_NS ? 0 : SETTLE_NS - quiet;
}

/* Taking functions away from an owner. */
#pragma once

#include "dev/assign/owner.h"
#include "dev/assign/assigned.h"

/* Takes f from pid, or, if pid is -1, from whoever has it. Says why not: then nothing has
 * changed, unless it is -EIO: f was taken away, and is broken. */
int fn_detach(AssignedFn *f, int pid) REQUIRES(assign_lock);

/* ---- the parts of that ---- */

/* 0, or why f cannot be taken from pid. */
int fn_refuse_detach(const AssignedFn *f, int pid) REQUIRES(assign_lock);
/* f, which has an owner, becomes DRAINING; a driver is stopped, a process told. The
 * caller must drain the owner before it releases assign_lock. */
void fn_begin_drain(AssignedFn *f) REQUIRES(assign_lock);
/* Every function of o that is in state `in` is silenced, cut off from memory, reset and
 * settled; it keeps its state and owner. What fails for one breaks that function, and o
 * if a unit did not confirm, and stops nothing. Sleeps; allocates nothing. */
void owner_quiesce(Owner *o, FnState in) REQUIRES(assign_lock);
/* The same for those that are DRAINING, which then are nobody's, BLOCKED or BROKEN. */
void owner_drain(Owner *o) REQUIRES(assign_lock);
/* 0, or, of a function that was drained, that it is broken. */
int fn_detached(AssignedFn *f) REQUIRES(assign_lock);
/* Calls step for each function of o that is in state `in`. */
void owner_each(Owner *o, FnState in, void (*step)(AssignedFn *f)) REQUIRES(assign_lock);

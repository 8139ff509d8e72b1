/* Giving one function, or a whole isolation group, to an owner, and taking a group
 * away. */
#pragma once

#include "dev/assign/owner.h"
#include "dev/assign/assigned.h"

/* Gives f, which admit_attach lets pass, to process p, or to the kernel's driver if p is
 * NULL. On success it is quiet, published, decodes its registers, and is owned. Says why
 * not; then f is nobody's, and quiet. */
int fn_attach(AssignedFn *f, const AttachArgs *a, Proc *p) REQUIRES(assign_lock);
/* Makes the context entries of f lead to o's domain, all of them or none. Says why
 * not. */
int fn_publish(AssignedFn *f, Owner *o) REQUIRES(assign_lock);
/* Queues the event "attach MODE" for f's owner. */
void fn_tell_attached(AssignedFn *f) REQUIRES(assign_lock);

/* group.c: gives every function of f's group to p, or none, and says why not. */
int group_attach(AssignedFn *f, const AttachArgs *a, Proc *p) REQUIRES(assign_lock);
/* group.c: takes every function of f's group from pid, or, if pid is -1, from the owner
 * of f. Says why not: then nothing was taken, unless it is -EIO: all were taken, and one
 * of them is broken. */
int group_detach(AssignedFn *f, int pid) REQUIRES(assign_lock);

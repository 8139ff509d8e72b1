/* Whether an attach may be done. */
#pragma once

#include "dev/assign/assigned.h"

/* 0, or a code and the reason why f cannot go to p, or to the kernel's driver if a->pid
 * is 0. p is NULL when there is no process a->pid. Changes nothing. */
int admit_attach(AssignedFn *f, const AttachArgs *a, Proc *p) REQUIRES(assign_lock);

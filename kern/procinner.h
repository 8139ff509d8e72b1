/* What the files that make processes offer each other (kern/proc.c, kern/procinit.c). */
#pragma once

#include "kern/proc.h"

#define PROC_INIT                                                                        \
	1 /* the pid of the first process, which all orphans become children of */

/* A process that nobody else knows yet, with one reference and a kernel stack, and with a
 * place for its FPU state if it will run in user mode. NULL without memory. */
Proc *proc_new(bool user);
/* Gives p this pid, or a new one if pid is 0, and puts it into the table. From now on it
 * can be found; the table takes over the caller's reference. */
void proc_enter(Proc *p, Proc *parent, int pid);

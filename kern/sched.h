/* The scheduler. There is one run queue, from which every CPU takes. A process that has
 * used its slice of 10 ms gives way when it returns to user mode. */
#pragma once

#include "kern/proc.h"

void sched_ready(Proc *p); /* a new process may run from now on */
void sched_yield(void);    /* lets others run; no lock is held */
void sched_tick(void);     /* for the timer's interrupt: wakes whose time has come */
bool sched_wanted(void);   /* the slice is over and others wait: yield */
void sched_start(void) __attribute__((noreturn)); /* each CPU's idle loop */
void sched_entered(void); /* the first thing a new process does on its own stack */
/* The running process becomes a zombie, and another one runs. */
void sched_exit(void) __attribute__((noreturn));
bool sched_zombie(const Proc *p); /* p has ended and left its stack: it may be freed */
void sched_interrupt(Proc *p);    /* p->killed was set: wakes p, or makes its CPU look */
uint64_t sched_switches(void);    /* from one process to another, since boot */

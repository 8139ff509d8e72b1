/* The scheduler: one run queue that every CPU takes from; a 10 ms slice ends in user
 * mode. */
#pragma once

#include "kern/proc.h"

void sched_ready(Proc *p); /* make a new process runnable */
void sched_yield(void);    /* let others run */
void sched_tick(void);     /* timer interrupt: wake sleepers whose time has come */
/* the slice is over and others wait: yield before user mode */
bool sched_wanted(void);
void sched_start(void) __attribute__((noreturn)); /* each CPU's idle loop */
void sched_entered(void); /* first thing a new process does on its own stack */
/* The running process becomes a zombie; another runs. */
void sched_exit(void) __attribute__((noreturn));
bool sched_zombie(const Proc *p); /* finished, and off its stack */
void sched_interrupt(Proc *p);    /* p->killed was set: wake it, or make its CPU look */
uint64_t sched_switches(void);

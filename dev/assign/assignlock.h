/*
 * The lock of device assignment. An operation stands between assign_begin and assign_end,
 * so that one change of owner at a time is under way and whoever looks sees none half done.
 *
 * What else is locked in this room, and in which order:
 *
 *	assign_lock        RANK_ASSIGN, a Mutex: who owns what. It is the outermost lock of all,
 *	                   and may be held across sleeps: each wait in a device has a deadline
 *	a driver's own     RANK_DRIVER, Mutexes of dev/drv: taken by a driver's start and stop,
 *	                   which run under assign_lock, and by its calls without it
 *	an address space   RANK_ASPACE: the tables of its process's domains, and the book of
 *	                   guest mappings. Its observers run under it and must not take
 *	                   assign_lock
 *	Kdev.lock          RANK_DOMAIN, a Mutex: the tables of one kernel driver's domain
 *	AssignedFn.lock    RANK_FAULT, a spin lock: what the fault interrupt reads and changes
 *	                   of one function. No two are held at once
 *	the fault log's    RANK_FAULT, a spin lock of faultthread.c. No function's is held with it
 *
 * A call into dev/vtd or dev/pci takes locks of a higher rank and may be made under any of
 * the Mutexes; under a function's spin lock only pci_busmaster is called.
 */
#pragma once

#include "kern/lock.h"

extern Mutex assign_lock;

void assign_begin(void) ACQUIRE(assign_lock);
/* The end of an operation: `what` names it, like "map"; NULL when it only looked. An
 * operation that has a name is checked first, if somebody asked for that. */
void assign_end(const char *what) RELEASE(assign_lock);
/* From now on `check` is called at the end of each operation that has a name, with
 * assign_lock held; NULL ends that. */
void assign_on_end(void (*check)(const char *what));

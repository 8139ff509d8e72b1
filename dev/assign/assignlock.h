/*
 * The lock of device assignment. An operation stands between assign_begin and assign_end,
 * so that one change of owner at a time is under way and whoever looks sees none half
 * done.
 *
 * What else is locked in this room, outermost first:
 *
 *	assign_lock       a Mutex: who owns what. It is the outermost lock of all, and
 *	                  may be held across sleeps, since each wait for a device has a
 *	                  deadline
 *	a driver's        Mutexes of dev/drv: a driver's start and stop, which run under
 *	                  assign_lock, take them, and so do its calls without assign_lock
 *	an Aspace's       the tables of its process's domains, and the book of mappings in
 *	                  mode guest. Observers of the memory run under it, and must not
 *	                  take assign_lock
 *	Kdev.lock         a Mutex: the tables of one kernel driver's domain
 *	AssignedFn.lock   a spin lock: what the fault interrupt reads and changes of one
 *	                  function. No two are held at once
 *	log_lock          a spin lock: the fault log. No function's is held with it
 *
 * Their ranks are in kern/lock.h, and each lock is checked against them when it is taken.
 * A call into dev/vtd or dev/pci takes locks of a higher rank, so it may be made under
 * any of the Mutexes. Under a spin lock of these only pci_busmaster is called, besides
 * calls that take no lock.
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

/*
 * The one place that takes and releases the lock of device assignment. The check that may
 * follow every operation (bookcheck.c) is a hook, because it looks at everything in this
 * room and nothing in this room may depend on it.
 * Locks: dev/assign/assignlock.h.
 */

#include "dev/assign/assignlock.h"

Mutex assign_lock = MUTEX_INIT(RANK_ASSIGN, "assign");
static void (*on_end)(const char *what); /* assign_lock, or boot */

void
assign_begin(void)
{
	mutex_lock(&assign_lock);
}

void
assign_end(const char *what)
{
	if (what != NULL && on_end != NULL)
		on_end(what);
	mutex_unlock(&assign_lock);
}

void
assign_on_end(void (*check)(const char *what))
{
	on_end = check;
}

/*
 * Sleeping locks. One spin lock guards the state of all of them, because they are taken
 * for long work and rarely by two at once, so its cost does not show. The mutexes that a
 * process holds are chained, innermost first, to check their order and that it releases
 * all of them. Locks: guard (RANK_MUTEX) guards every field of every Mutex.
 */

#include "kern/lock.h"
#include "kern/log.h"
#include "kern/proc.h"

static Lock guard = LOCK_INIT(RANK_MUTEX, "mutex");

void
mutex_init(Mutex *m, int rank, const char *name)
{
	*m = (Mutex)MUTEX_INIT(rank, name);
}

void
mutex_lock(Mutex *m) NO_ANALYSIS
{
	Proc *p = proc_self();

	lock(&guard);
	if (m->owner == p)
		panic("mutex %s: taken twice by pid %d", m->name, p->pid);
	if (p->held != NULL && p->held->rank >= m->rank)
		panic("mutex %s (rank %d) taken inside %s (rank %d)", m->name, m->rank,
			p->held->name, p->held->rank);
	while (m->owner != NULL)
		waitq_sleep_uninterruptible(&m->waiters, &guard, NEVER);
	m->owner = p;
	m->held_next = p->held;
	p->held = m;
	unlock(&guard);
}

void
mutex_unlock(Mutex *m) NO_ANALYSIS
{
	Proc *p = proc_self();

	lock(&guard);
	if (m->owner != p || p->held != m)
		panic("mutex %s: released out of turn by pid %d", m->name, p->pid);
	p->held = m->held_next;
	m->owner = NULL;
	waitq_wake(&m->waiters);
	unlock(&guard);
}

bool
mutex_held(const Mutex *m)
{
	return __atomic_load_n(&m->owner, __ATOMIC_RELAXED) == proc_self();
}

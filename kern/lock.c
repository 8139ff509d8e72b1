/*
 * Spin locks with checks of owner and order. lock.h has the rules.
 *
 * Taking the first lock on a CPU turns its interrupts off, and releasing the last one
 * restores them. While a CPU spins it answers TLB shoot-downs, because the holder may be
 * waiting for one. Locks: the locks that a CPU holds are a chain through Lock.outer;
 * held[] is touched only by its own CPU with interrupts off.
 */

#include "kern/lock.h"
#include "arch/arch.h"
#include "kern/log.h"

typedef struct Held {
	Lock *inner; /* innermost lock held */
	bool irq;    /* interrupts were on before the outermost */
} Held;
static Held held[MAXCPU];

void
lock_init(Lock *l, int rank, const char *name)
{
	*l = (Lock)LOCK_INIT(rank, name);
}

/* Enters a lock that is ours now into the chain, and the state of interrupts if it is the
 * first. */
static inline void
lock_taken(Lock *l, Held *h, Lock *outer, uint cpu, bool irq)
{
	l->cpu = cpu;
	l->outer = outer;
	h->inner = l;
	if (outer == NULL)
		h->irq = irq;
}

/* The rest is out of line and comes last, so that the common ways are short. */

static void __attribute__((noinline, cold, noreturn))
lock_misused(const Lock *l, uint cpu)
{
	const Lock *outer = held[cpu].inner;

	if (l->cpu == (int)cpu)
		panic("lock %s: taken twice by cpu %u", l->name, cpu);
	panic("lock %s (rank %d) taken inside %s (rank %d)", l->name, l->rank,
		outer->name, outer->rank);
}

static void __attribute__((noinline, cold, noreturn))
lock_out_of_turn(const Lock *l, uint cpu)
{
	panic("lock %s: released out of turn by cpu %u", l->name, cpu);
}

static void __attribute__((noinline, cold))
lock_spin(Lock *l, uint cpu, bool irq) NO_ANALYSIS
{
	do
		while (l->locked) {
			arch_poll_shootdown();
			arch_relax();
		}
	while (__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE) != 0);
	lock_taken(l, &held[cpu], held[cpu].inner, cpu, irq);
}

void
lock(Lock *l) NO_ANALYSIS
{
	bool irq = arch_irq_off();
	uint cpu = arch_cpu();
	Held *h = &held[cpu];
	Lock *outer = h->inner;

	if (l->cpu == (int)cpu || (outer != NULL && outer->rank >= l->rank))
		lock_misused(l, cpu);
	if (__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE) != 0)
		lock_spin(l, cpu, irq);
	else
		lock_taken(l, h, outer, cpu, irq);
}

void
unlock(Lock *l) NO_ANALYSIS
{
	uint cpu = arch_cpu();
	Held *h = &held[cpu];
	Lock *outer = l->outer;

	if (l->cpu != (int)cpu || h->inner != l)
		lock_out_of_turn(l, cpu);
	h->inner = outer;
	l->cpu = -1;
	__atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
	if (outer == NULL)
		arch_irq_restore(h->irq);
}

bool
lock_held(const Lock *l)
{
	bool irq = arch_irq_off();
	bool mine = l->cpu == (int)arch_cpu();

	arch_irq_restore(irq);
	return mine;
}

void
lock_drop_outer(Lock *l, Lock *inner) NO_ANALYSIS
{
	uint cpu = arch_cpu();

	if (held[cpu].inner != inner || inner->outer != l || l->outer != NULL)
		panic("lock %s: cannot sleep inside it", l->name);
	inner->outer = NULL;
	l->cpu = -1;
	__atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
}

bool
lock_irq_state(void)
{
	return held[arch_cpu()].irq;
}

void
lock_set_irq_state(bool on)
{
	held[arch_cpu()].irq = on;
}

/*
 * The scheduler and waiting. There is one run queue, first in first out, from which every
 * CPU takes. A process that has used its slice in user mode goes to the back. A CPU with
 * nothing to do halts until an interrupt, and making a process ready pokes an idle one.
 *
 * A switch is made under sched_lock, which the process that is switched to then holds:
 * each process releases it where it took it, after its own switch. The idle loop of a CPU
 * is a stand-in process with pid 0, which is never queued or asleep. Locks: sched_lock
 * (RANK_SCHED) guards the queue, every Waitq, Proc.state and the scheduling fields.
 */

#include "kern/sched.h"
#include "arch/arch.h"
#include "kern/aspace.h"
#include "kern/errno.h"
#include "kern/log.h"

#define SLICE 10000000ull /* ns a process may run while others are ready */

static Lock sched_lock = LOCK_INIT(RANK_SCHED, "sched");
static Proc *queue_head, **queue_tail = &queue_head;
static Proc *sleepers; /* those with a deadline */
static Waitq pollers;
static uint64_t poll_gen, switches;

static Proc idle[MAXCPU];
static bool idling[MAXCPU];
static ns_t slice_end[MAXCPU]; /* its own CPU's only */

Proc *
proc_self(void)
{
	Proc *p = arch_current();

	return p != NULL ? p : &idle[0]; /* only the boot CPU runs before sched_start */
}

/* ---- the run queue ---- */

static void
ready_locked(Proc *p) REQUIRES(sched_lock)
{
	p->state = PROC_READY;
	p->qnext = NULL;
	*queue_tail = p;
	queue_tail = &p->qnext;
	for (uint i = 0; i < arch_ncpu(); i++)
		if (idling[i] && i != arch_cpu()) {
			idling[i] = false;
			arch_poke(i);
			break;
		}
}

static Proc *
queue_take_locked(void) REQUIRES(sched_lock)
{
	Proc *p = queue_head;

	if (p != NULL && (queue_head = p->qnext) == NULL)
		queue_tail = &queue_head;
	return p;
}

/* Runs `to` on this CPU. Returns when `from` runs again, perhaps on another CPU. */
static void
switch_locked(Proc *from, Proc *to) REQUIRES(sched_lock)
{
	ns_t now = arch_now();
	bool irq = lock_irq_state();

	if (from == to)
		return;
	from->used += now - from->slice_start;
	from->cpu = -1;
	to->slice_start = now;
	to->cpu = arch_cpu();
	to->state = PROC_RUNNING;
	slice_end[to->cpu] = now + SLICE;
	switches++;
	if (from->fpu != NULL)
		arch_fpu_save(from->fpu);
	if (to->fpu != NULL)
		arch_fpu_restore(to->fpu);
	aspace_switch(to->as);
	if (to->kstack != NULL)
		arch_set_kstack((char *)to->kstack + KSTACK_SIZE);
	arch_set_current(to);
	arch_switch(&from->ksp, to->ksp);
	lock_set_irq_state(irq);
}

/* Gives the CPU up. The caller is queued, asleep or finished. */
static void
leave_locked(void) REQUIRES(sched_lock)
{
	Proc *next = queue_take_locked();

	if (next == NULL)
		next = &idle[arch_cpu()];
	next->state = PROC_RUNNING;
	switch_locked(proc_self(), next);
}

void
sched_ready(Proc *p)
{
	lock(&sched_lock);
	ready_locked(p);
	unlock(&sched_lock);
}

void
sched_entered(void) NO_ANALYSIS
{
	lock_set_irq_state(true);
	unlock(&sched_lock);
}

void
sched_yield(void)
{
	Proc *p = proc_self();

	lock(&sched_lock);
	if (queue_head != NULL && p->pid != 0) {
		ready_locked(p);
		leave_locked();
	}
	unlock(&sched_lock);
}

bool
sched_wanted(void)
{
	return __atomic_load_n(&queue_head, __ATOMIC_RELAXED) != NULL &&
		arch_now() >= slice_end[arch_cpu()];
}

uint64_t
sched_switches(void)
{
	return __atomic_load_n(&switches, __ATOMIC_RELAXED);
}

/* In this loop interrupts are on only during the HLT. So a poke between the look at the
 * queue and the HLT is pending, and ends the HLT. */
void
sched_start(void)
{
	uint cpu = arch_cpu();
	Proc *self = &idle[cpu];

	arch_irq_off();
	self->cpu = cpu;
	self->state = PROC_RUNNING;
	arch_set_current(self);
	for (;;) {
		Proc *next;

		lock(&sched_lock);
		idling[cpu] = false;
		while ((next = queue_take_locked()) != NULL)
			switch_locked(self, next);
		idling[cpu] = true;
		unlock(&sched_lock);
		arch_idle();
	}
}

/* ---- waiting ---- */

static void
unlink_waiter(Proc *p) REQUIRES(sched_lock)
{
	Proc **pp;

	for (pp = &p->waiting->head; *pp != p; pp = &(*pp)->wnext)
		;
	*pp = p->wnext;
	p->waiting = NULL;
	if (p->wake_at == NEVER)
		return;
	for (pp = &sleepers; *pp != p; pp = &(*pp)->snext)
		;
	*pp = p->snext;
}

static void
link_waiter(Proc *p, Waitq *q, ns_t deadline) REQUIRES(sched_lock)
{
	Proc **pp;

	for (pp = &q->head; *pp != NULL; pp = &(*pp)->wnext)
		;
	*pp = p;
	p->wnext = NULL;
	p->waiting = q;
	p->timed_out = false;
	if ((p->wake_at = deadline) != NEVER) {
		p->snext = sleepers;
		sleepers = p;
	}
}

/* Asleep on q until woken. The caller has released every other lock. */
static int
sleep_locked(Waitq *q, ns_t deadline, bool interruptible) REQUIRES(sched_lock)
{
	Proc *p = proc_self();

	if (interruptible && p->killed)
		return -EINTR;
	if (deadline <= arch_now())
		return -ETIMEDOUT;
	link_waiter(p, q, deadline);
	p->uninterruptible = !interruptible;
	p->state = PROC_SLEEPING;
	leave_locked();
	if (interruptible && p->killed)
		return -EINTR;
	return p->timed_out ? -ETIMEDOUT : 0;
}

/* Before the first process only hardware can bring what is waited for. */
static int
sleep_at_boot(Lock *l, ns_t deadline) REQUIRES(*l)
{
	unlock(l);
	arch_idle();
	lock(l);
	return arch_now() >= deadline ? -ETIMEDOUT : 0;
}

static int
sleep_on(Waitq *q, Lock *l, ns_t deadline, bool interruptible) REQUIRES(*l)
{
	int err;

	if (proc_self()->pid == 0)
		return sleep_at_boot(l, deadline);
	lock(&sched_lock);
	lock_drop_outer(l, &sched_lock);
	err = sleep_locked(q, deadline, interruptible);
	unlock(&sched_lock);
	lock(l);
	return err;
}

int
waitq_sleep(Waitq *q, Lock *l, ns_t deadline)
{
	return sleep_on(q, l, deadline, true);
}

int
waitq_sleep_uninterruptible(Waitq *q, Lock *l, ns_t deadline)
{
	return sleep_on(q, l, deadline, false);
}

static void
wake_locked(Waitq *q) REQUIRES(sched_lock)
{
	while (q->head != NULL) {
		Proc *p = q->head;

		unlink_waiter(p);
		ready_locked(p);
	}
}

/* Wakes everybody on q, and pollers too if q is polled. */
static void
wake_all_locked(Waitq *q) REQUIRES(sched_lock)
{
	wake_locked(q);
	if (q->polled) {
		q->polled = false;
		poll_gen++;
		wake_locked(&pollers);
	}
}

void
waitq_wake(Waitq *q)
{
	lock(&sched_lock);
	wake_all_locked(q);
	unlock(&sched_lock);
}

uint64_t
waitq_poll_gen(void)
{
	return __atomic_load_n(&poll_gen, __ATOMIC_ACQUIRE);
}

int
waitq_poll_sleep(uint64_t gen, ns_t deadline)
{
	int err = 0;

	lock(&sched_lock);
	if (gen == poll_gen)
		err = sleep_locked(&pollers, deadline, true);
	unlock(&sched_lock);
	return err;
}

void
sched_tick(void)
{
	ns_t now = arch_now();
	Proc *p, *next;

	lock(&sched_lock);
	for (p = sleepers; p != NULL; p = next) {
		next = p->snext;
		if (p->wake_at > now)
			continue;
		unlink_waiter(p);
		p->timed_out = true;
		ready_locked(p);
	}
	unlock(&sched_lock);
}

/* ---- ends ---- */

void
sched_interrupt(Proc *p)
{
	lock(&sched_lock);
	if (p->state == PROC_SLEEPING && !p->uninterruptible) {
		unlink_waiter(p);
		ready_locked(p);
	} else if (p->state == PROC_RUNNING && p->cpu >= 0 &&
		(uint)p->cpu != arch_cpu()) {
		arch_poke(p->cpu);
	}
	unlock(&sched_lock);
}

void
sched_exit(void)
{
	lock(&sched_lock);
	proc_self()->state = PROC_ZOMBIE;
	leave_locked();
	panic("a finished process ran again");
}

/* The state changes in the same hold of sched_lock that leaves the stack. */
bool
sched_zombie(const Proc *p)
{
	bool z;

	lock(&sched_lock);
	z = p->state == PROC_ZOMBIE;
	unlock(&sched_lock);
	return z;
}

/*
 * Spin locks and sleeping locks, with owner and order checks.
 *
 * Every lock has a rank. A CPU (for Lock) or a process (for Mutex) may only take a lock
 * whose rank is higher than that of every lock it holds; the ranks below ARE the global
 * order, outermost first. A Lock disables interrupts while held. Never sleep, print or
 * allocate under a Lock; a Mutex may be held across all three.
 *
 * REQUIRES and friends are checked by clang's -Wthread-safety.
 */
#pragma once

#include "kern/types.h"

#if defined(__clang__)
#define CAPABILITY(x) __attribute__((capability(x)))
#define REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define ACQUIRE(...)  __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASE(...)  __attribute__((release_capability(__VA_ARGS__)))
#define NO_ANALYSIS   __attribute__((no_thread_safety_analysis))
#else
#define CAPABILITY(x)
#define REQUIRES(...)
#define ACQUIRE(...)
#define RELEASE(...)
#define NO_ANALYSIS
#endif

/* The global order, outermost first. Equal ranks may not nest. */
enum {
	/* sleeping */
	RANK_ASSIGN = 10, /* device ownership: attach, detach, exit, power */
	RANK_DRIVER,      /* a kernel driver and its devices */
	RANK_PGRP,        /* a mount table */
	RANK_CHAN,        /* a file being read or written through its own state */
	RANK_DIR,         /* a RAM directory or file */
	RANK_ASPACE,      /* an address space */
	RANK_DOMAIN,      /* a DMA domain's book-keeping */
	/* spinning */
	RANK_PROC = 50, /* the process table */
	RANK_MUTEX,     /* inside every Mutex operation */
	RANK_DEV,       /* a device file's small state */
	RANK_PIPE,
	RANK_CONS,
	RANK_UNIT,  /* a VT-d unit's registers and queue */
	RANK_FAULT, /* a fault log */
	RANK_IRQ,   /* the vector table */
	RANK_PCI,   /* configuration space */
	RANK_HEAP,
	RANK_PAGE,
	RANK_KMAP,  /* the kernel's own page tables */
	RANK_SCHED, /* run queue, wait queues */
	RANK_LOG,
	RANK_UART,
};

typedef struct CAPABILITY("lock") Lock {
	volatile uint locked;
	int rank;
	int cpu; /* holder, -1 none */
	const char *name;
	struct Lock *outer; /* the holder's next lock outward */
} Lock;

#define LOCK_INIT(r, n)                                                                  \
	{                                                                                \
		.rank = (r), .cpu = -1, .name = (n)                                      \
	}
void lock_init(Lock *l, int rank, const char *name);
void lock(Lock *l) ACQUIRE(*l);
void unlock(Lock *l) RELEASE(*l);
bool lock_held(const Lock *l); /* by this CPU */
bool lock_none(void);          /* this CPU holds no Lock: it may sleep */

/* For the scheduler: release l, held around inner, while inner stays held; and what a
 * release of the outermost lock makes of interrupts, which belongs to the process that
 * took it, not to the CPU it ends on. */
void lock_drop_outer(Lock *l, Lock *inner) RELEASE(*l);
bool lock_irq_state(void);
void lock_set_irq_state(bool on);

typedef struct Proc Proc;

/* A place where processes wait. Guarded by the scheduler's lock. */
typedef struct Waitq {
	Proc *head;  /* through Proc.wnext, in order of arrival */
	bool polled; /* somebody polls: a wake-up also wakes pollers */
} Waitq;

#define NEVER UINT64_MAX /* no deadline */

/*
 * Sleep on q until wakeup(q), `deadline` (arch_now() time; NEVER for none), or a kill.
 * `l` is held by the caller; it is released while asleep and held again on return.
 * Returns 0, -ETIMEDOUT or -EINTR; the caller tests its condition again in every case.
 */
int waitq_sleep(Waitq *q, Lock *l, ns_t deadline) REQUIRES(*l);
/* The same, but a kill does not interrupt it: for hardware waits with a deadline. */
int waitq_sleep_uninterruptible(Waitq *q, Lock *l, ns_t deadline) REQUIRES(*l);
/* Wake everybody on q. May be called from an interrupt and under any Lock whose rank is
 * below RANK_SCHED. */
void waitq_wake(Waitq *q);

/*
 * Waiting on several queues: take the generation, test every condition (marking each
 * queue polled), then sleep; a wake-up of any polled queue since moves the generation and
 * ends the sleep at once. Returns 0, -ETIMEDOUT or -EINTR.
 */
uint64_t waitq_poll_gen(void);
int waitq_poll_sleep(uint64_t gen, ns_t deadline);

typedef struct CAPABILITY("mutex") Mutex {
	Proc *owner; /* this and waiters under kern/mutex.c's one lock */
	Waitq waiters;
	int rank;
	const char *name;
	struct Mutex *held_next; /* the owner's list of held mutexes */
} Mutex;

#define MUTEX_INIT(r, n)                                                                 \
	{                                                                                \
		.rank = (r), .name = (n)                                                 \
	}
void mutex_init(Mutex *m, int rank, const char *name);
void mutex_lock(Mutex *m) ACQUIRE(*m);
void mutex_unlock(Mutex *m) RELEASE(*m);
bool mutex_held(const Mutex *m); /* by this process */

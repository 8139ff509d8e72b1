/*
 * Spin locks (Lock) and sleeping locks (Mutex). Rules 1 to 3 are checked each time, and
 * whoever breaks one of them panics with the names of the locks:
 *
 * 1. Every lock has a rank, and the ranks below are the order of all locks, outermost
 *    first. A CPU takes a Lock only if the rank of that Lock is higher than the ranks of
 *    all Locks that this CPU holds. The same goes for a process and its Mutexes. A CPU
 *    that holds a Lock takes no Mutex.
 * 2. The lock taken last is released first, by the CPU or process that took it.
 * 3. Nothing sleeps under a Lock, with one exception: waitq_sleep releases the Lock that
 *    it is given while it sleeps, and no other may be held then.
 *    A process has released each Mutex before it ends.
 * 4. While a CPU holds a Lock its interrupts are off, so what is done is short and
 *    bounded. An interrupt takes Locks only. The locks of the log, the heap and the
 *    frames rank high, so that printing and allocating would be possible under most
 *    Locks. Only the IOMMU core makes use of that, under RANK_UNIT. All others allocate
 *    before they take a Lock, and print after they have released it.
 * 5. A Mutex may be held while its process sleeps, prints or allocates. A function that
 *    is called with a Mutex held has this in its declaration: an AsObserver is called
 *    under RANK_ASPACE (kern/aspace.h). The rules for RANK_ASSIGN, the outermost lock,
 *    are in dev/assign/assignlock.h.
 * 6. The functions of a Dev are called with no Mutex of the kernel held, so they may take
 *    locks of any rank. There is one exception: if the Dev is `plain` (kern/dev.h), the
 *    lock of the open file (RANK_CHAN) is held, and it may take ranks from RANK_DIR on.
 *
 * REQUIRES, ACQUIRE and RELEASE are also checked at compile time, by clang's
 * -Wthread-safety.
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
void lock_init(Lock *l, int rank, const char *name); /* name: const for ever */
void lock(Lock *l) ACQUIRE(*l); /* spins; interrupts are off until unlock */
void unlock(Lock *l) RELEASE(*l);
bool lock_held(const Lock *l); /* by this CPU */

/* For the scheduler: releases l, inside which `inner` was taken and stays held. */
void lock_drop_outer(Lock *l, Lock *inner) RELEASE(*l);
/* For the scheduler: whether the release of the outermost Lock turns interrupts on. That
 * belongs to the process that took it, which may be on another CPU by then. */
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
 * Sleeps on q until waitq_wake(q), until `deadline` (arch_now() time; NEVER for none), or
 * until the process is killed. The caller holds `l` and no other Lock; it is released
 * while asleep and held again on return. Returns 0, -ETIMEDOUT or -EINTR (killed: leave
 * the kernel soon). In every case the caller tests again what it waits for.
 */
int waitq_sleep(Waitq *q, Lock *l, ns_t deadline) REQUIRES(*l);
/* The same, but a kill does not end it: for waits for hardware that have a deadline. */
int waitq_sleep_uninterruptible(Waitq *q, Lock *l, ns_t deadline) REQUIRES(*l);
/* Wakes everybody on q. May be called from an interrupt and under any Lock whose rank is
 * below RANK_SCHED. */
void waitq_wake(Waitq *q);

/*
 * How a process waits on several queues: it takes the generation, tests every condition
 * and marks each queue polled, and then sleeps. If a polled queue has been woken since,
 * the generation has moved, and the sleep ends at once. Returns 0, -ETIMEDOUT or -EINTR.
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
void mutex_init(Mutex *m, int rank, const char *name); /* name: const for ever */
void mutex_lock(Mutex *m) ACQUIRE(*m); /* sleeps, and a kill does not end that */
void mutex_unlock(Mutex *m) RELEASE(*m);
bool mutex_held(const Mutex *m); /* by this process */

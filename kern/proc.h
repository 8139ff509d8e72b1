/*
 * Processes. Each has one thread, a name space, descriptors and an address space. Threads
 * of the kernel are processes without an address space.
 *
 * A Proc is counted: proc_find gives a reference, so a Proc that was found by its pid
 * stays that process while it is used. pids only go up, and none is used twice between
 * two boots. Locks: proc_lock (RANK_PROC) guards the table and every field marked (t).
 * Fields marked (own) are changed only by the process itself. The scheduler's lock
 * (kern/sched.c) guards its fields.
 */
#pragma once

#include "kern/dev.h"
#include "kern/lock.h"
#include "kern/ns.h"

#define NFD          64
#define PROC_NAMELEN 32
#define KSTACK_SIZE  (16 * 1024)

typedef enum ProcState { PROC_READY, PROC_RUNNING, PROC_SLEEPING, PROC_ZOMBIE } ProcState;

struct Proc {
	int pid;    /* const after creation */
	uint refs;  /* atomic */
	Proc *next; /* (t) all processes */

	Proc *parent;    /* (t) */
	int pgid;        /* (t) its process group */
	ProcState state; /* under the scheduler's lock */
	bool killed;     /* set once; it leaves the kernel and then ends */
	int killsig;     /* the signal that killed it */
	bool dying;      /* it has begun to end, so no device may be attached */
	bool finished;   /* (t) status is final, but it may still be on its stack */
	int status;      /* (t) what wait gives the parent */
	Waitq children;  /* it sleeps here until a child has ended */
	char name[PROC_NAMELEN]; /* last element of the program's path */

	/* (t), changed by proc_set_aspace; NULL in kernel threads and zombies */
	Aspace *as;
	Pgrp *pgrp;              /* (own) */
	char cwd[SYS_PATHMAX];   /* (own) */
	Chan *fd[NFD];           /* (own) */
	uint64_t cloexec;        /* (own) bit per fd */
	uint64_t ignored;        /* (own) bit per signal that does not end it */
	uint ints;               /* SIGINTs that came while it was ignored; atomic */
	char errstr[SYS_ERRMAX]; /* (own) */

	/* scheduler's, under its lock */
	Proc *qnext; /* run queue */
	Proc *wnext; /* the Waitq it is on */
	Proc *snext; /* sleepers with a deadline */
	Waitq *waiting;
	ns_t wake_at; /* NEVER: no deadline */
	bool timed_out, uninterruptible;
	int cpu;                /* running there, else -1 */
	ns_t used, slice_start; /* CPU time */

	void *kstack; /* base; NULL for an idle loop */
	void *ksp;    /* saved stack pointer while not running */
	void *fpu;    /* ARCH_FPU_SIZE, 16-aligned; NULL for kernel threads */
	void (*kfn)(void *);
	void *karg;
	Mutex *held;          /* mutexes, innermost first */
	char why[SYS_ERRMAX]; /* why it was killed; printed on the console */
};

/* The running process, or before the first one a stand-in with pid 0. Borrowed. */
Proc *proc_self(void);
Proc *proc_find(int pid); /* a new reference, also to a zombie; NULL: there is none */
Proc *proc_get(Proc *p);
void proc_put(Proc *p); /* the last reference frees p and its kernel stack */
/* Calls fn for every process in the order of pids, with a reference held and no lock,
 * until fn does not return 0. */
void proc_each(int (*fn)(Proc *p, void *arg), void *arg);
/* Makes p end as if by this signal. It ends when it next returns to user mode, after this
 * call has returned. why is a sentence for the console, copied; NULL: none is printed. A
 * SIGINT that p ignores is only counted. */
void proc_kill(Proc *p, int sig, const char *why);
/* Kills every process of the group and returns how many there are; sig 0 only counts. */
int proc_kill_group(int pgid, int sig);

/* Ends the running process, which holds no lock. status is what wait gives its parent:
 * the exit status << 8, or a signal. If it is process 1, the machine is switched off. */
void proc_exit(int status) __attribute__((noreturn));
/* Makes a child that goes on where the caller does. Returns its pid to the caller.
 * -ENOMEM, with a sentence: there is no child. */
int proc_fork(void);
/* Makes the running process run another program. path, argv and envp are kernel memory
 * and the caller's. An error leaves a sentence, and the process as it was. */
int proc_exec(const char *path, char *const argv[], char *const envp[]);
int proc_parent(const Proc *p); /* the pid of its parent; 0: it has none */
/* Puts the caller or a child of it into a group; pgid 0 means the group called pid.
 * -ESRCH, with a sentence: pid is neither. */
int proc_setpgid(int pid, int pgid);
/* Waits until a child, pid or (-1) any, has ended, and removes it. Returns its pid, with
 * *status. With WAIT_NOHANG it returns 0 instead of waiting. -ECHILD: there is no such
 * child. -EINTR: the caller was killed. */
int proc_wait(int pid, int options, int *status);
/* Makes process 1, which will exec path; path stays the caller's and valid. -ENOMEM. */
int proc_spawn_init(const char *path);
/* Starts a thread of the kernel that runs fn(arg) and ends when fn returns. The caller
 * gets no reference of its own. NULL without memory. */
Proc *proc_kthread(const char *name, void (*fn)(void *), void *arg);

/*
 * What drivers are told of a process's life, with no lock held. exiting: p->dying is set
 * and its memory is still whole. When it returns no device can reach that memory. exec:
 * the new address space is built beside the old. On 0 the devices have moved to it, and
 * proc_set_aspace(p, new) was called in the same step. On an error the old one stays, and
 * so does what devices see.
 */
typedef struct ProcObserver {
	void (*exiting)(Proc *p);
	int (*exec)(Proc *p, Aspace *old, Aspace *new);
} ProcObserver;
void proc_observe(const ProcObserver *o); /* once, at boot */

/* A process's address space with a reference, or NULL. The process may be leaving it. */
Aspace *proc_aspace(Proc *p);
/* p takes over the caller's reference to as; the one it had is the caller's now. */
void proc_set_aspace(Proc *p, Aspace *as);
/* Moves p and its devices from its address space (NULL: it had none) to a new one. An
 * error leaves a sentence, and p where it was. References go as in proc_set_aspace. */
int proc_move(Proc *p, Aspace *old, Aspace *new);
void proc_name(Proc *p, const char *path); /* calls p like the last element of path */

/* Descriptors of the running process. */
/* Puts c at the lowest free descriptor, which is returned, and takes over the caller's
 * reference. -EMFILE, with a sentence: all are in use, and c is still the caller's. */
int fd_alloc(Chan *c, bool cloexec);
/* What is open at fd, borrowed: it is valid until the process itself closes it. NULL,
 * with a sentence: nothing is. */
Chan *fd_chan(int fd);
/* Puts c at fd, which is below NFD, and closes what was there. Takes over the caller's
 * reference and returns fd. */
int fd_put(int fd, Chan *c, bool cloexec);
int fd_close(int fd); /* -EBADF, with a sentence: nothing is open there */
/* The same of any process, for #proc, each with a reference; NULL: it has none. */
Chan *fd_of(Proc *p, int fd);
Pgrp *proc_pgrp(Proc *p);
/* p, which runs, takes over the reference to g and lets go of the group it was in. */
void proc_set_pgrp(Proc *p, Pgrp *g);

/* Copies between the kernel and user memory of the running process. -EFAULT, with a
 * sentence: some of it may not be touched, and a part may have been copied. */
int copy_in(void *dst, vaddr_t src, size_t n);
int copy_out(vaddr_t dst, const void *src, size_t n);
/* Copies a string and its terminator into n bytes. -ENAMETOOLONG: it does not fit. */
int copy_in_str(char *dst, vaddr_t src, size_t n);

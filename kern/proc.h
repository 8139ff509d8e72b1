/*
 * Processes: one thread each, a name space, descriptors, an address space.
 *
 * Proc is counted: proc_find gives a reference, so a pid that is looked up and then used
 * is never another process. pids go up and are not reused in a system's life.
 * Locks: the table and every field marked (t) under proc_lock (RANK_PROC); fields marked
 * (own) are touched only by the process itself.
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

	Proc *parent;            /* (t) */
	int pgid;                /* (t) foreground and kill groups */
	ProcState state;         /* scheduler's lock */
	bool killed;             /* set once: leave the kernel, then exit */
	int killsig;             /* what it died of */
	bool dying;              /* exit has begun: nothing may be attached any more */
	bool finished;           /* (t) status is final; its stack is left in a moment */
	int status;              /* (t) for wait, once a zombie */
	Waitq children;          /* parent sleeps here in wait */
	char name[PROC_NAMELEN]; /* last element of the program's path */

	/* (t), set by proc_set_aspace; NULL for kernel threads and zombies */
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
	Mutex *held; /* mutexes, innermost first */
	/* last words when the kernel ends it: printed by the parent's shell */
	char why[SYS_ERRMAX];
};

/* The running process; before the first one, a stand-in with pid 0. */
Proc *proc_self(void);
Proc *proc_find(int pid); /* with a reference, zombies included; NULL */
Proc *proc_get(Proc *p);
void proc_put(Proc *p);
/* Visit every process with a reference held, in pid order, not under proc_lock. */
void proc_each(int (*fn)(Proc *p, void *arg), void *arg);
/* End p from outside with a signal and optionally one sentence saying why. */
void proc_kill(Proc *p, int sig, const char *why);
int proc_kill_group(int pgid, int sig); /* how many there were; sig 0 only counts */

void proc_exit(int status) __attribute__((noreturn));
int proc_fork(void);
/* procexec.c; path, argv, envp are kernel memory. */
int proc_exec(const char *path, char *const argv[], char *const envp[]);
int proc_parent(const Proc *p);      /* its parent's pid; 0 none */
int proc_setpgid(int pid, int pgid); /* of itself or a child; pgid 0: its own pid */
int proc_wait(int pid, int options, int *status);
int proc_spawn_init(const char *path); /* process 1 */
/* A kernel thread (pid allocated, no address space). */
Proc *proc_kthread(const char *name, void (*fn)(void *), void *arg);

/*
 * What drivers are told of a process's life. exiting: p->dying is set, its memory still
 * whole; when it returns no device can reach that memory. exec: the new address space is
 * built beside the old; 0: devices have moved to it and proc_set_aspace(p, new) was
 * called in the same breath; error: the old one stays.
 */
typedef struct ProcObserver {
	void (*exiting)(Proc *p);
	int (*exec)(Proc *p, Aspace *old, Aspace *new);
} ProcObserver;
void proc_observe(const ProcObserver *o); /* once, at boot */

/* A process's address space with a reference, or NULL; it may be leaving it meanwhile. */
Aspace *proc_aspace(Proc *p);
void proc_set_aspace(Proc *p, Aspace *as);
/* From its address space (NULL: it had none) to a new one, drivers with it; or says why
 * not. */
int proc_move(Proc *p, Aspace *old, Aspace *new);
void proc_name(Proc *p, const char *path); /* after the program's path */

/* Descriptors of the running process. fd_chan borrows: valid until the process itself
 * closes it. */
int fd_alloc(Chan *c, bool cloexec); /* takes over the reference; -EMFILE leaves it */
Chan *fd_chan(int fd);               /* NULL and errstr when not open */
/* at fd, which is in range, closing what is there */
int fd_put(int fd, Chan *c, bool cloexec);
int fd_close(int fd);
/* What any process has, with a reference, for #proc; NULL when it has none (any more). */
Chan *fd_of(Proc *p, int fd);
Pgrp *proc_pgrp(Proc *p);
void proc_set_pgrp(Proc *p, Pgrp *g); /* takes g over, lets go of the old one */

/* User memory of the running process; -EFAULT with a sentence, nothing partial
 * promised. */
int copy_in(void *dst, vaddr_t src, size_t n);
int copy_out(vaddr_t dst, const void *src, size_t n);
int copy_in_str(char *dst, vaddr_t src, size_t n); /* terminated; -ENAMETOOLONG */

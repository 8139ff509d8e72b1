/*
 * Processes: their table, birth by fork or by the kernel, death, wait and kill. Process 1
 * is made in procinit.c, and exec is in procexec.c.
 *
 * A process ends in this order: `dying` is set, drivers drain the devices of the process
 * while its memory is whole, its descriptors are closed, its memory goes, and its parent
 * is told. Killing a process only sets `killed`. The process then ends when it returns to
 * user mode, and an interruptible sleep ends at once, so no work of the kernel is left
 * half done. Locks: proc_lock (RANK_PROC) guards the list and the fields marked (t).
 */

#include "kern/proc.h"
#include "arch/arch.h"
#include "kern/aspace.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/procinner.h"
#include "kern/sched.h"
#include "kern/string.h"

static Lock proc_lock = LOCK_INIT(RANK_PROC, "proc");
static Proc *procs; /* in the order of pids; the table has a reference to each */
static int last_pid = PROC_INIT; /* process 1 is named, not counted */
static const ProcObserver *observer;

/* ---- the table ---- */

Proc *
proc_get(Proc *p)
{
	__atomic_add_fetch(&p->refs, 1, __ATOMIC_RELAXED);
	return p;
}

void
proc_put(Proc *p)
{
	if (__atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	if (p->kstack != NULL)
		arch_kstack_free(p->kstack);
	kfree(p->fpu);
	kfree(p);
}

static Proc *
find_locked(int pid) REQUIRES(proc_lock)
{
	Proc *p;

	for (p = procs; p != NULL && p->pid < pid; p = p->next)
		;
	return p != NULL && p->pid == pid ? p : NULL;
}

Proc *
proc_find(int pid)
{
	Proc *p;

	lock(&proc_lock);
	if ((p = find_locked(pid)) != NULL)
		proc_get(p);
	unlock(&proc_lock);
	return p;
}

/* The first process whose pid is at least `pid`, with a reference. */
static Proc *
proc_from(int pid)
{
	Proc *p;

	lock(&proc_lock);
	for (p = procs; p != NULL && p->pid < pid; p = p->next)
		;
	if (p != NULL)
		proc_get(p);
	unlock(&proc_lock);
	return p;
}

void
proc_each(int (*fn)(Proc *p, void *arg), void *arg)
{
	int stop = 0;
	Proc *p;

	for (int pid = 1; !stop && (p = proc_from(pid)) != NULL;) {
		pid = p->pid + 1;
		stop = fn(p, arg);
		proc_put(p);
	}
}

Proc *
proc_new(bool user)
{
	Proc *p = kalloc(sizeof *p);

	if (p == NULL)
		return NULL;
	p->refs = 1;
	p->cpu = -1;
	p->kstack = arch_kstack_alloc();
	p->fpu = user ? kalloc(ARCH_FPU_SIZE) : NULL;
	if (p->kstack == NULL || (user && p->fpu == NULL)) {
		proc_put(p);
		return NULL;
	}
	return p;
}

void
proc_enter(Proc *p, Proc *parent, int pid)
{
	Proc **pp;

	lock(&proc_lock);
	p->pid = pid != 0 ? pid : ++last_pid;
	p->parent = parent;
	p->pgid = parent != NULL ? parent->pgid : p->pid;
	for (pp = &procs; *pp != NULL && (*pp)->pid < p->pid; pp = &(*pp)->next)
		;
	p->next = *pp;
	*pp = p;
	unlock(&proc_lock);
}

Aspace *
proc_aspace(Proc *p)
{
	Aspace *as;

	lock(&proc_lock);
	as = p->as != NULL ? aspace_get(p->as) : NULL;
	unlock(&proc_lock);
	return as;
}

void
proc_set_aspace(Proc *p, Aspace *as)
{
	lock(&proc_lock);
	p->as = as;
	unlock(&proc_lock);
}

int
proc_move(Proc *p, Aspace *old, Aspace *new)
{
	if (old != NULL && observer != NULL)
		return observer->exec(p, old, new);
	proc_set_aspace(p, new);
	return 0;
}

/* A program is called by the last element of its path. */
void
proc_name(Proc *p, const char *path)
{
	const char *s = strrchr(path, '/');

	strcopy(p->name, s != NULL && s[1] != 0 ? s + 1 : path, sizeof p->name);
}

int
proc_parent(const Proc *p)
{
	int pid;

	lock(&proc_lock);
	pid = p->parent != NULL ? p->parent->pid : 0;
	unlock(&proc_lock);
	return pid;
}

int
proc_setpgid(int pid, int pgid)
{
	Proc *self = proc_self(), *p;
	int err = 0;

	lock(&proc_lock);
	p = find_locked(pid);
	if (p == NULL || pgid < 0 || (p != self && p->parent != self))
		err = -ESRCH;
	else
		p->pgid = pgid != 0 ? pgid : pid;
	unlock(&proc_lock);
	return err != 0 ? fail(err, "process %d is not a child", pid) : 0;
}

/* ---- birth ---- */

static void
share_names(Proc *p, Proc *from)
{
	p->pgrp = pgrp_get(from->pgrp);
	strcopy(p->cwd, from->cwd, sizeof p->cwd);
	strcopy(p->name, from->name, sizeof p->name);
	for (int i = 0; i < NFD; i++)
		p->fd[i] = from->fd[i] != NULL ? chan_get(from->fd[i]) : NULL;
	p->cloexec = from->cloexec;
	p->ignored = from->ignored;
}

/* First code of every process, on its own kernel stack. */
static void
start_user(void *arg)
{
	Proc *p = arg;

	sched_entered();
	user_return();
	arch_enter_user(arch_tf(p->kstack));
}

static void
start_kernel(void *arg)
{
	Proc *p = arg;

	sched_entered();
	p->kfn(p->karg);
	proc_exit(0);
}

int
proc_fork(void)
{
	Proc *self = proc_self(), *p = proc_new(true);
	int err, pid;

	if (p == NULL)
		return fail(-ENOMEM, "out of memory for a process");
	if ((err = aspace_fork(self->as, &p->as)) != 0) {
		proc_put(p);
		return err;
	}
	arch_tf_copy(arch_tf(p->kstack), arch_tf(self->kstack));
	arch_tf_result(arch_tf(p->kstack), 0);
	arch_fpu_save(self->fpu);
	memcpy(p->fpu, self->fpu, ARCH_FPU_SIZE);
	share_names(p, self);
	p->ksp = arch_kstack_prepare(p->kstack, start_user, p);
	proc_enter(p, self, 0);
	pid = p->pid;
	sched_ready(p);
	return pid;
}

Proc *
proc_kthread(const char *name, void (*fn)(void *), void *arg)
{
	Proc *p = proc_new(false);

	if (p == NULL)
		return NULL;
	strcopy(p->name, name, sizeof p->name);
	p->kfn = fn;
	p->karg = arg;
	p->ksp = arch_kstack_prepare(p->kstack, start_kernel, p);
	proc_enter(p, NULL, 0);
	sched_ready(p);
	return p;
}

/* ---- death ---- */

void
proc_observe(const ProcObserver *o)
{
	observer = o;
}

/* Children of the dying go to process 1, which waits for whatever it is given. */
static void
orphan_locked(Proc *p) REQUIRES(proc_lock)
{
	Proc *init = find_locked(PROC_INIT);

	for (Proc *c = procs; c != NULL; c = c->next)
		if (c->parent == p)
			c->parent = init;
	if (init != NULL)
		waitq_wake(&init->children);
}

void
proc_exit(int status)
{
	Proc *p = proc_self();
	Aspace *as = p->as;

	if (p->pid == PROC_INIT)
		arch_poweroff(status >> 8);
	assert(p->held == NULL);
	__atomic_store_n(&p->dying, true, __ATOMIC_SEQ_CST);
	if (as != NULL && observer != NULL)
		observer->exiting(p);
	for (int i = 0; i < NFD; i++)
		if (p->fd[i] != NULL)
			fd_close(i);
	proc_set_pgrp(p, NULL);
	if (as != NULL) {
		proc_set_aspace(p, NULL);
		aspace_switch(NULL);
		aspace_put(as);
	}
	lock(&proc_lock);
	p->status = status;
	p->finished = true;
	orphan_locked(p);
	if (p->parent != NULL)
		waitq_wake(&p->parent->children);
	unlock(&proc_lock);
	sched_exit();
}

static void
remove_locked(Proc *p) REQUIRES(proc_lock)
{
	Proc **pp;

	for (pp = &procs; *pp != p; pp = &(*pp)->next)
		;
	*pp = p->next;
}

/* Takes a child that has ended out of the table. NULL: there is none, and *any tells
 * whether one may still come. */
static Proc *
reap_locked(Proc *self, int pid, bool *any) REQUIRES(proc_lock)
{
	*any = false;
	for (Proc *c = procs; c != NULL; c = c->next) {
		if (c->parent != self || (pid > 0 && c->pid != pid))
			continue;
		*any = true;
		if (c->finished) {
			remove_locked(c);
			return c;
		}
	}
	return NULL;
}

int
proc_wait(int pid, int options, int *status)
{
	Proc *self = proc_self(), *c;
	int err = 0, found;
	bool any;

	lock(&proc_lock);
	while ((c = reap_locked(self, pid, &any)) == NULL && any && err == 0 &&
		!(options & WAIT_NOHANG))
		err = waitq_sleep(&self->children, &proc_lock, NEVER);
	unlock(&proc_lock);
	if (c == NULL && !any)
		return fail(-ECHILD, "no child to wait for");
	if (c == NULL)
		return err;      /* interrupted, or 0: none has finished yet */
	while (!sched_zombie(c)) /* on its last steps, on another CPU */
		sched_yield();
	*status = c->status;
	found = c->pid;
	proc_put(c);
	return found;
}

void
proc_kill(Proc *p, int sig, const char *why)
{
	if (sig == SSIGINT && (p->ignored & 1ull << sig)) {
		__atomic_add_fetch(&p->ints, 1, __ATOMIC_RELAXED);
		return;
	}
	lock(&proc_lock);
	if (!p->killed) {
		p->killsig = sig;
		if (why != NULL)
			strcopy(p->why, why, sizeof p->why);
		__atomic_store_n(&p->killed, true, __ATOMIC_SEQ_CST);
	}
	unlock(&proc_lock);
	sched_interrupt(p);
}

typedef struct Group {
	int pgid, sig, n;
} Group;

static int
kill_member(Proc *p, void *arg)
{
	Group *g = arg;

	if (p->pgid != g->pgid || p->finished)
		return 0;
	if (g->sig != 0)
		proc_kill(p, g->sig, NULL);
	g->n++;
	return 0;
}

int
proc_kill_group(int pgid, int sig)
{
	Group g = { pgid, sig, 0 };

	proc_each(kill_member, &g);
	return g.n;
}

/* Every way back to user mode comes through here. */
void
user_return(void)
{
	Proc *p = proc_self();

	if (p->killed) {
		if (p->why[0] != '\0')
			kprint("pid %d %s: %s\n", p->pid, p->name, p->why);
		proc_exit(p->killsig);
	}
	if (sched_wanted())
		sched_yield();
}

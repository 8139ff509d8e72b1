/*
 * Devices follow the life of their process. Its death takes every function away before
 * the first page is free. exec keeps them: each function is suspended, cut off from the
 * old memory, reset, and published for the new tables under a new domain id. Bus
 * mastering stays off until the new program asks for it, and the windows to registers are
 * gone with the old program.
 * Locks: assign_lock; the address space of an exec changes under it.
 */

#include "dev/assign/attach.h"
#include "dev/assign/boot.h"
#include "dev/assign/drain.h"
#include "dev/assign/intr.h"
#include "kern/errno.h"
#include "kern/log.h"

static void
forget_events(int pid)
{
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f)) {
		lock(&f->lock);
		event_forget(&f->events, pid);
		unlock(&f->lock);
	}
}

static void
owner_take_all(Owner *o) REQUIRES(assign_lock)
{
	owner_each(o, FN_OWNED, fn_begin_drain);
	owner_each(o, FN_SUSPENDED, fn_begin_drain);
	owner_drain(o);
	if (o->failed)
		owner_withhold(o);
	else
		owner_free_unused(o);
}

static void
on_exit(Proc *p)
{
	Owner *o;

	assign_begin();
	while ((o = owner_next(p, NULL)) != NULL)
		owner_take_all(o);
	forget_events(p->pid);
	assign_end("an exit");
}

/* ---- steps of an exec, for one function each ---- */

static void
step_suspend(AssignedFn *f) REQUIRES(assign_lock)
{
	fn_move(f, ON_SUSPEND);
}

static void
step_forget(AssignedFn *f) REQUIRES(assign_lock)
{
	intr_free(f);
	lock(&f->lock);
	f->wanted = false; /* the new program asks again */
	event_forget(&f->events, f->pid);
	f->intr = 0;
	unlock(&f->lock);
}

static void
step_quit(AssignedFn *f) REQUIRES(assign_lock)
{
	if (fn_broken(f) != NULL)
		fn_begin_drain(f);
}

static void
step_lose(AssignedFn *f) REQUIRES(assign_lock)
{
	fn_break(f, "it could not follow its process");
}

static void
step_republish(AssignedFn *f) REQUIRES(assign_lock)
{
	if (fn_publish(f, f->owner) != 0)
		step_lose(f);
}

static void
step_resume(AssignedFn *f) REQUIRES(assign_lock)
{
	fn_tell_attached(f);
	if (assign_powered())
		fn_move(f, ON_RESUME);
}

/* Makes the domains over the new memory, before anything has changed. */
static int
exec_prepare(const Proc *p, Aspace *new) REQUIRES(assign_lock)
{
	int err = 0;

	for (Owner *o = owner_next(p, NULL); o != NULL && err == 0; o = owner_next(p, o))
		err = owner_domain(o, new, &o->fresh);
	return err;
}

static void
exec_forget(const Proc *p) REQUIRES(assign_lock)
{
	for (Owner *o = owner_next(p, NULL); o != NULL; o = owner_next(p, o)) {
		if (o->fresh != NULL)
			domain_free(o->fresh);
		o->fresh = NULL;
	}
}

/* Cuts every function of p off from the old memory. False: some device may still reach
 * it. */
static bool
exec_leave_old(const Proc *p) REQUIRES(assign_lock)
{
	bool all = true;

	for (Owner *o = owner_next(p, NULL); o != NULL; o = owner_next(p, o)) {
		owner_each(o, FN_OWNED, step_suspend);
		owner_quiesce(o, FN_SUSPENDED);
		all &= !o->failed;
	}
	return all;
}

/* The old memory cannot be given up, so the old program goes on. It loses its devices,
 * except those of an owner that has failed, which stay suspended until it ends. */
static void
exec_stay(const Proc *p) REQUIRES(assign_lock)
{
	for (Owner *next, *o = owner_next(p, NULL); o != NULL; o = next) {
		next = owner_next(p, o);
		if (o->failed)
			continue;
		owner_each(o, FN_SUSPENDED, fn_begin_drain);
		owner_drain(o);
		owner_free_unused(o);
	}
}

/* Moves o to the new memory. The old domain ends before the old memory does, and the
 * new one has an id of its own. Functions that broke on the way are taken from the
 * process. */
static void
exec_enter_new(Owner *o, Aspace *new) REQUIRES(assign_lock)
{
	Domain *d = o->fresh;

	o->fresh = NULL;
	if (owner_move(o, new, d) != 0)
		owner_each(o, FN_SUSPENDED, step_lose);
	owner_each(o, FN_SUSPENDED, step_forget);
	owner_each(o, FN_SUSPENDED, step_quit);
	owner_each(o, FN_SUSPENDED, step_republish);
	owner_each(o, FN_SUSPENDED, step_quit);
	owner_drain(o);
	owner_each(o, FN_SUSPENDED, step_resume);
	owner_free_unused(o);
}

/* Moves all that p owns to the new memory, or says why exec must fail. */
static int
exec_move(Proc *p, Aspace *new) REQUIRES(assign_lock)
{
	int err = exec_prepare(p, new);

	if (err == 0 && !exec_leave_old(p)) {
		exec_stay(p);
		err = fail(-EIO, "a device could not leave the old program's memory");
	}
	if (err != 0) {
		exec_forget(p);
		return err;
	}
	for (Owner *next, *o = owner_next(p, NULL); o != NULL; o = next) {
		next = owner_next(p, o);
		exec_enter_new(o, new);
	}
	return 0;
}

static int
on_exec(Proc *p, Aspace *old, Aspace *new)
{
	int err;

	(void)old;
	assign_begin();
	err = exec_move(p, new);
	if (err == 0) /* under the lock: an attach must not see the old one */
		proc_set_aspace(p, new);
	assign_end("an exec");
	return err;
}

const ProcObserver assign_observer = { .exiting = on_exit, .exec = on_exec };

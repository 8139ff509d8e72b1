/*
 * Devices follow the life of their process. Death takes every function away before the
 * first page is free. exec keeps them: each function is suspended and cut from the old
 * memory, reset, and published for the new tables under a new domain id; bus mastering
 * stays off until the new program asks, and register windows are gone with the old one.
 * Locks: assign_lock; the address space of an exec changes under it.
 */

#include "dev/func.h"
#include "kern/errno.h"
#include "kern/log.h"

static void
forget_events(int pid)
{
	for (Func *f = func_next(NULL); f != NULL; f = func_next(f)) {
		lock(&f->lock);
		event_forget(&f->events, pid);
		unlock(&f->lock);
	}
}

static void
on_exit(Proc *p)
{
	Tenant *t;

	mutex_lock(&assign_lock);
	t = tenant_of(p);
	if (t != NULL) {
		tenant_each(t, FN_OWNED, func_leave);
		tenant_each(t, FN_SUSPENDED, func_leave);
		tenant_drain(t);
		if (t->failed)
			tenant_withhold(t);
		else
			tenant_drop(t);
	}
	forget_events(p->pid);
	mutex_unlock(&assign_lock);
}

/* exec: what holds for one function on its way to the new image. SUSPENDED by `power off`
 * stays so; a function that broke on the way is taken from the process. */
static void
step_suspend(Func *f) REQUIRES(assign_lock)
{
	func_move(f, OWN_SUSPEND);
}

static void
step_forget(Func *f) REQUIRES(assign_lock)
{
	intr_free(f);
	lock(&f->lock);
	f->wanted = false; /* the new program asks again */
	event_forget(&f->events, f->pid);
	f->intr = 0;
	unlock(&f->lock);
}

static void
step_quit(Func *f) REQUIRES(assign_lock)
{
	if (func_broken(f) != NULL)
		func_leave(f);
}

static void
step_republish(Func *f) REQUIRES(assign_lock)
{
	if (func_publish(f, f->tenant) != 0)
		func_break(f, "it could not follow its process");
}

static void
step_announce(Func *f) REQUIRES(assign_lock)
{
	func_event(f, "attach shared");
	if (assign_powered())
		func_move(f, OWN_RESUME);
}

/* Devices stay with the process while its memory is exchanged below them. The old domain
 * ends before the old memory does; the new one has an id of its own. */
static int
move(Tenant *t, Aspace *new) REQUIRES(assign_lock)
{
	Domain *d;
	int err = domain_new_shared(aspace_pdpt(new), &d);

	if (err != 0)
		return fail(err, "no memory for a domain");
	tenant_each(t, FN_OWNED, step_suspend);
	tenant_quiesce(t, FN_SUSPENDED);
	if (t->failed) { /* the old memory cannot be given up: the old program goes on */
		domain_free(d);
		return fail(-EIO, "a device could not leave the old program's memory");
	}
	domain_free(tenant_swap(t, new, d));
	tenant_each(t, FN_SUSPENDED, step_forget);
	tenant_each(t, FN_SUSPENDED, step_quit);
	tenant_each(t, FN_SUSPENDED, step_republish);
	tenant_each(t, FN_SUSPENDED, step_quit);
	tenant_drain(t);
	tenant_each(t, FN_SUSPENDED, step_announce);
	tenant_drop(t);
	return 0;
}

static int
on_exec(Proc *p, Aspace *old, Aspace *new)
{
	Tenant *t;
	int err = 0;

	(void)old;
	mutex_lock(&assign_lock);
	t = tenant_of(p);
	if (t != NULL)
		err = move(t, new);
	if (err == 0)
		proc_set_aspace(p, new); /* before an attach can look at the old one */
	mutex_unlock(&assign_lock);
	return err;
}

const ProcObserver assign_observer = { .exiting = on_exit, .exec = on_exec };

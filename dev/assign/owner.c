/*
 * Owners. An Owner is a process together with the functions that it has in one mode, so a
 * process may be several Owners. The first attach makes a domain for it and
 * becomes an observer of its memory; the last detach undoes both. From attach to detach
 * no page leaves the process before the units have confirmed that no device can reach it.
 * When a unit does not confirm, the frames are withheld for ever (the observer says -EIO)
 * and the functions are BROKEN, while everything else goes on.
 *
 * Locks: assign_lock for the list and the fields. The observer runs under the address
 * space's lock and must not take assign_lock. It uses o->domain, which changes only while
 * the observer is not registered.
 */

#include "dev/assign/owner.h"
#include "dev/assign/assigned.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"

static Owner *owners; /* assign_lock */

void
owner_fail(Owner *o)
{
	__atomic_store_n(&o->failed, true, __ATOMIC_RELEASE);
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f)) {
		if (fn_owned_by(f, o))
			fn_break(f, "its unit did not confirm an invalidation");
	}
}

static bool
owner_has_failed(const Owner *o)
{
	return __atomic_load_n(&o->failed, __ATOMIC_ACQUIRE);
}

static int
owner_added(void *arg, Aspace *as, vaddr_t va, size_t len, bool dma)
{
	Owner *o = arg;
	int err = 0;

	(void)as;
	if (o->mode->added != NULL && !owner_has_failed(o))
		err = o->mode->added(o, va, len, dma);
	if (err == -ETIMEDOUT)
		owner_fail(o);
	return err == -ENOMEM ? err : 0;
}

static int
owner_removed(void *arg, Aspace *as, vaddr_t va, size_t len, int prot, bool tables)
{
	Owner *o = arg;
	int err = 0;

	(void)as;
	if (!owner_has_failed(o))
		err = o->mode->removed(o, va, len, prot, tables);
	if (err != 0)
		owner_fail(o);
	return owner_has_failed(o) ? -EIO : 0;
}

Owner *
owner_next(const Proc *p, const Owner *o)
{
	Owner *n = o != NULL ? o->next : owners;

	while (n != NULL && n->proc != p)
		n = n->next;
	return n;
}

/* ---- life ---- */

int
owner_domain(const Owner *o, Aspace *as, Domain **out)
{
	int err = o->mode->domain_new(o, as, out);

	return err != 0 ? fail(-ENOMEM, "no memory for a domain") : 0;
}

/* Makes o's domain over p's memory and observes that, before any device can see a
 * page. */
static int
owner_observe(Owner *o, Proc *p, Aspace *as) REQUIRES(assign_lock)
{
	int err = owner_domain(o, as, &o->domain);

	if (err != 0)
		return err;
	o->as = as;
	o->observer = (AsObserver){
		.added = owner_added, .removed = owner_removed, .arg = o
	};
	if (aspace_observe(as, &o->observer) != 0) {
		domain_free(o->domain);
		return fail(-ENOMEM, "no memory for a domain");
	}
	o->proc = proc_get(p);
	o->pid = p->pid;
	o->name = p->name;
	o->next = owners;
	owners = o;
	return 0;
}

/* A new owner for p, in the list. Says why not; then nothing has changed. */
static int
owner_new(Proc *p, const Mode *mode, bool ro, Owner **out) REQUIRES(assign_lock)
{
	Aspace *as = proc_aspace(p);
	Owner *o;
	int err;

	if (as == NULL)
		return fail(-EINVAL, "process %d has no memory of its own", p->pid);
	if ((o = kalloc(sizeof *o)) == NULL) {
		aspace_put(as);
		return fail(-ENOMEM, "no memory for a domain");
	}
	o->mode = mode;
	o->ro = ro;
	if ((err = owner_observe(o, p, as)) != 0) {
		kfree(o);
		aspace_put(as);
		return err;
	}
	*out = o;
	return 0;
}

int
owner_get(Proc *p, const Mode *mode, bool ro, Owner **out)
{
	Owner *o = owner_next(p, NULL);

	while (o != NULL && (o->mode != mode || o->ro != ro))
		o = owner_next(p, o);
	if (o == NULL)
		return owner_new(p, mode, ro, out);
	*out = o;
	if (!owner_has_failed(o))
		return 0;
	return fail(-EIO, "a device of process %d did not let go of its memory", p->pid);
}

/* Takes o from the list, ends the observer and frees o. The domain is left to the
 * caller. */
static void
owner_free(Owner *o)
{
	Owner **p = &owners;

	while (*p != o)
		p = &(*p)->next;
	*p = o->next;
	aspace_unobserve(o->as, &o->observer);
	aspace_put(o->as);
	iovamap_clear(&o->map);
	proc_put(o->proc);
	kfree(o);
}

void
owner_free_unused(Owner *o)
{
	Domain *domain;

	if (o->nfn > 0 || owner_has_failed(o))
		return;
	domain = o->domain;
	if (o->mode->free != NULL)
		o->mode->free(o);
	else
		owner_free(o); /* the observer does not use the domain any more */
	domain_free(domain);
}

void
owner_lock_tables(Owner *o) NO_ANALYSIS
{
	if (o->lock != NULL)
		mutex_lock(o->lock);
	else
		aspace_lock(o->as);
}

void
owner_unlock_tables(Owner *o) NO_ANALYSIS
{
	if (o->lock != NULL)
		mutex_unlock(o->lock);
	else
		aspace_unlock(o->as);
}

void
owner_withhold(Owner *o)
{
	kprint("pid %d: its memory is withheld: a unit did not answer\n", o->proc->pid);
	aspace_withhold(o->as);
	owner_free(o);
}

int
owner_move(Owner *o, Aspace *as, Domain *d)
{
	aspace_unobserve(o->as, &o->observer);
	aspace_put(o->as);
	domain_free(o->domain);
	iovamap_clear(&o->map);
	o->domain = d;
	o->as = aspace_get(as);
	return aspace_observe(as, &o->observer);
}

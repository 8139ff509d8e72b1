/*
 * A process that owns functions. The first attach makes its domain over its page tables
 * and becomes the observer of its memory; the last detach undoes both. From attach to
 * detach no page leaves the process before the units have confirmed that no device can
 * reach it; when a unit does not confirm, the frames are withheld for ever (the observer
 * says -EIO) and the functions are BROKEN, while everything else goes on.
 *
 * Locks: the list and the fields under assign_lock. The observer runs under the address
 * space's lock and must not take assign_lock: it uses t->domain, which changes only while
 * no address space calls back.
 */

#include "dev/func.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"

static Tenant *tenants; /* assign_lock */

void
tenant_fail(Tenant *t)
{
	__atomic_store_n(&t->failed, true, __ATOMIC_RELEASE);
	for (Func *f = func_next(NULL); f != NULL; f = func_next(f)) {
		bool ours;

		lock(&f->lock);
		ours = f->tenant == t;
		unlock(&f->lock);
		if (ours)
			func_break(f, "its unit did not confirm an invalidation");
	}
}

static bool
has_failed(const Tenant *t)
{
	return __atomic_load_n(&t->failed, __ATOMIC_ACQUIRE);
}

static void
on_added(void *arg, Aspace *as, vaddr_t va, size_t len)
{
	Tenant *t = arg;

	(void)as;
	if (!has_failed(t) && domain_added(t->domain, va, len) != 0)
		tenant_fail(t);
}

static int
on_removed(void *arg, Aspace *as, vaddr_t va, size_t len, bool tables)
{
	Tenant *t = arg;

	(void)as;
	if (!has_failed(t) && domain_flush(t->domain, va, len, tables) != 0)
		tenant_fail(t);
	return has_failed(t) ? -EIO : 0;
}

Tenant *
tenant_of(const Proc *p)
{
	Tenant *t = tenants;

	while (t != NULL && t->proc != p)
		t = t->next;
	return t;
}

Tenant *
tenant_of_pid(int pid)
{
	Tenant *t = tenants;

	while (t != NULL && t->proc->pid != pid)
		t = t->next;
	return t;
}

static int
tenant_new(Proc *p, Tenant **out) REQUIRES(assign_lock)
{
	Aspace *as = proc_aspace(p);
	Tenant *t;

	if (as == NULL)
		return fail(-EINVAL, "process %d has no memory of its own", p->pid);
	t = kalloc(sizeof *t);
	if (t == NULL || domain_new_shared(aspace_pdpt(as), &t->domain) != 0) {
		kfree(t);
		aspace_put(as);
		return fail(-ENOMEM, "no memory for a domain");
	}
	t->proc = proc_get(p);
	t->as = as;
	t->observer = (AsObserver){ .added = on_added, .removed = on_removed, .arg = t };
	t->next = tenants;
	tenants = t;
	aspace_observe(as, &t->observer); /* before any device can see a page */
	*out = t;
	return 0;
}

int
tenant_get(Proc *p, Tenant **out)
{
	Tenant *t = tenant_of(p);

	if (t == NULL)
		return tenant_new(p, out);
	*out = t;
	if (!has_failed(t))
		return 0;
	return fail(-EIO, "a device of process %d did not let go of its memory", p->pid);
}

/* Off the list and gone; its domain is the caller's affair. */
static void
tenant_free(Tenant *t)
{
	Tenant **p = &tenants;

	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
	aspace_observe(t->as, NULL);
	aspace_put(t->as);
	proc_put(t->proc);
	kfree(t);
}

void
tenant_drop(Tenant *t)
{
	Domain *domain;

	if (t->nfn > 0 || has_failed(t)) /* failed: stays, to withhold what it unmaps */
		return;
	domain = t->domain;
	tenant_free(t); /* nobody calls back any more */
	domain_free(domain);
}

/* The domain and its ids are never given back, like the memory. */
void
tenant_withhold(Tenant *t)
{
	kprint("pid %d: its memory is withheld: a unit did not answer\n", t->proc->pid);
	aspace_withhold(t->as);
	tenant_free(t);
}

Domain *
tenant_swap(Tenant *t, Aspace *as, Domain *d)
{
	Domain *old = t->domain;

	aspace_observe(t->as, NULL);
	aspace_put(t->as);
	t->domain = d;
	t->as = aspace_get(as);
	aspace_observe(as, &t->observer);
	return old;
}

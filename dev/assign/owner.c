/*
 * A process that owns functions in one mode. The first attach makes a domain for it and
 * becomes an observer of its memory; the last detach undoes both. From attach to
 * detach no page leaves the process before the units have confirmed that no device can
 * reach it; when a unit does not confirm, the frames are withheld for ever (the observer
 * says -EIO) and the functions are BROKEN, while everything else goes on.
 *
 * Locks: the list and the fields under assign_lock. The observer runs under the address
 * space's lock and must not take assign_lock: it uses t->domain, which changes only while
 * no address space calls back.
 */

#include "dev/assign/local.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/page.h"

static Owner *owners; /* assign_lock */

void
owner_fail(Owner *t)
{
	__atomic_store_n(&t->failed, true, __ATOMIC_RELEASE);
	for (AssignedFn *f = fn_next(NULL); f != NULL; f = fn_next(f)) {
		if (fn_is(f, t))
			fn_break(f, "its unit did not confirm an invalidation");
	}
}

static bool
has_failed(const Owner *t)
{
	return __atomic_load_n(&t->failed, __ATOMIC_ACQUIRE);
}

static int
on_added(void *arg, Aspace *as, vaddr_t va, size_t len, bool dma)
{
	Owner *t = arg;
	int err = 0;

	(void)as;
	if (t->mode != ATTACH_GUEST && (dma || t->mode == ATTACH_SHARED) &&
		!has_failed(t))
		err = domain_added(t->domain, va, len);
	if (err == -ETIMEDOUT)
		owner_fail(t);
	return err == -ENOMEM ? err : 0;
}

static int
on_removed(void *arg, Aspace *as, vaddr_t va, size_t len, int prot, bool tables)
{
	Owner *t = arg;
	int err = 0;

	(void)as;
	if (!has_failed(t))
		err = t->mode == ATTACH_GUEST ? usermap_removed(t, va, len, prot)
					      : domain_flush(t->domain, va, len, tables);
	if (err != 0)
		owner_fail(t);
	return has_failed(t) ? -EIO : 0;
}

Owner *
owner_next(const Proc *p, const Owner *t)
{
	Owner *n = t != NULL ? t->next : owners;

	while (n != NULL && n->proc != p)
		n = n->next;
	return n;
}

bool
owner_leads(const AssignedFn *f)
{
	const AssignedFn *g = fn_next(NULL);

	if (f->owner == NULL)
		return false;
	while (g->owner != f->owner)
		g = fn_next(g);
	return f == g;
}

/* ---- life ---- */

/* A sixteenth of memory for the tables of one guest: they map 32 times what there is. */
static uint
quota(void)
{
	return page_stat().total / 16;
}

int
owner_domain(const Owner *t, Aspace *as, Domain **out)
{
	uint rights = t->ro ? DOMAIN_R : DOMAIN_R | DOMAIN_W;
	int err;

	switch (t->mode) {
	case ATTACH_PRIVATE:
		err = domain_new_private(aspace_pdpt(as), rights, out);
		break;
	case ATTACH_GUEST:
		err = domain_new_mapped(quota(), out);
		break;
	default:
		err = domain_new_shared(aspace_pdpt(as), rights, out);
	}
	return err != 0 ? fail(-ENOMEM, "no memory for a domain") : 0;
}

/* Observed from before any device can see a page. */
static int
start(Owner *t, Proc *p, Aspace *as) REQUIRES(assign_lock)
{
	int err = owner_domain(t, as, &t->domain);

	if (err != 0)
		return err;
	t->as = as;
	t->observer = (AsObserver){ .added = on_added, .removed = on_removed, .arg = t };
	if (aspace_observe(as, &t->observer) != 0) {
		domain_free(t->domain);
		return fail(-ENOMEM, "no memory for a domain");
	}
	t->proc = proc_get(p);
	t->next = owners;
	owners = t;
	return 0;
}

static int
owner_new(Proc *p, const AttachArgs *a, Owner **out) REQUIRES(assign_lock)
{
	Aspace *as = proc_aspace(p);
	Owner *t;
	int err;

	if (as == NULL)
		return fail(-EINVAL, "process %d has no memory of its own", p->pid);
	if ((t = kalloc(sizeof *t)) == NULL) {
		aspace_put(as);
		return fail(-ENOMEM, "no memory for a domain");
	}
	t->mode = a->mode;
	t->ro = a->ro;
	if ((err = start(t, p, as)) != 0) {
		kfree(t);
		aspace_put(as);
		return err;
	}
	*out = t;
	return 0;
}

int
owner_get(Proc *p, const AttachArgs *a, Owner **out)
{
	Owner *t = owner_next(p, NULL);

	while (t != NULL && (t->mode != a->mode || t->ro != a->ro))
		t = owner_next(p, t);
	if (t == NULL)
		return owner_new(p, a, out);
	*out = t;
	if (!has_failed(t))
		return 0;
	return fail(-EIO, "a device of process %d did not let go of its memory", p->pid);
}

int
owner_pid(const Owner *t)
{
	return t->kdev != NULL ? 0 : t->proc->pid;
}

const char *
owner_name(const Owner *t)
{
	return t->kdev != NULL ? t->kdev->driver->name : t->proc->name;
}

/* Off the list and gone; its domain is the caller's affair. */
static void
owner_free(Owner *t)
{
	Owner **p = &owners;

	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
	aspace_unobserve(t->as, &t->observer);
	aspace_put(t->as);
	iovamap_clear(&t->map);
	proc_put(t->proc);
	kfree(t);
}

void
owner_drop(Owner *t)
{
	Domain *domain;

	if (t->nfn > 0 || has_failed(t)) /* failed: stays, to withhold what it unmaps */
		return;
	domain = t->domain;
	if (t->kdev != NULL)
		kfree(t->kdev);
	else
		owner_free(t); /* nobody calls back any more */
	domain_free(domain);
}

/* A process's tables, and its guest mappings, change under its address space's lock,
 * those of a kernel driver under the Kdev's. */
void
owner_hold(Owner *t) NO_ANALYSIS
{
	if (t->kdev != NULL)
		mutex_lock(&t->kdev->lock);
	else
		aspace_lock(t->as);
}

void
owner_let(Owner *t) NO_ANALYSIS
{
	if (t->kdev != NULL)
		mutex_unlock(&t->kdev->lock);
	else
		aspace_unlock(t->as);
}

/* The domain and its ids are never given back, like the memory. */
void
owner_withhold(Owner *t)
{
	kprint("pid %d: its memory is withheld: a unit did not answer\n", t->proc->pid);
	aspace_withhold(t->as);
	owner_free(t);
}

int
owner_swap(Owner *t, Aspace *as, Domain *d)
{
	aspace_unobserve(t->as, &t->observer);
	aspace_put(t->as);
	domain_free(t->domain);
	iovamap_clear(&t->map);
	t->domain = d;
	t->as = aspace_get(as);
	return aspace_observe(as, &t->observer);
}

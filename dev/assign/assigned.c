/*
 * One function's book-keeping: its state, its switch, its events. Bus mastering goes
 * through func_master alone, so that the time since it was last on is always known: a
 * device without reset may be owned again only when that is OWN_SETTLE ago.
 *
 * Locks: see dev/assign/local.h. The fault interrupt may switch bus mastering off at any
 * time; the configuration cycle and its record are made under f->lock together.
 */

#include "dev/assign/local.h"
#include "arch/arch.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/log.h"

Mutex assign_lock = MUTEX_INIT(RANK_ASSIGN, "assign");

Func *
func_of(const PciFn *f)
{
	return f->assign;
}

Func *
func_next(const Func *f)
{
	PciFn *p = f == NULL ? pci_first() : f->pci->next;

	while (p != NULL && p->assign == NULL)
		p = p->next;
	return p != NULL ? p->assign : NULL;
}

void
func_init(Func *f, PciFn *pci)
{
	f->pci = pci;
	f->pid = -1;
	f->state = FN_BLOCKED;
	f->quiet_since = arch_now(); /* pci_scan has switched it off */
	lock_init(&f->lock, RANK_FAULT, "function");
	bdf_print(pci->bdf, f->name, sizeof f->name);
	snprint(f->gone, sizeof f->gone,
		"the registers of %s are gone: it was taken away", f->name);
	pci->assign = f;
}

void
func_move(Func *f, OwnEvent e)
{
	int next = own_next(f->state, e);

	assert(next >= 0);
	lock(&f->lock);
	f->state = next;
	unlock(&f->lock);
}

void
func_wake(Func *f)
{
	waitq_wake(&f->event_wait);
	waitq_wake(&f->intr_wait);
}

void
func_event(Func *f, const char *text)
{
	lock(&f->lock);
	if (f->pid > 0)
		event_put(&f->events, f->pid, text);
	unlock(&f->lock);
	waitq_wake(&f->event_wait);
}

int
func_master_locked(Func *f, bool on)
{
	ns_t now = arch_now();
	int err;

	if (on &&
		(f->broken != NULL || (f->flooded != 0 && now - f->flooded < STORM_TIME)))
		return -EBUSY;
	err = pci_busmaster(f->pci, on);
	if (on) {
		f->mastering = true;
		f->emptied = false;
	} else if (f->mastering) {
		f->mastering = err != 0;
		f->quiet_since = now;
	}
	return err;
}

int
func_master(Func *f, bool on)
{
	int err;

	lock(&f->lock);
	err = func_master_locked(f, on);
	unlock(&f->lock);
	return err;
}

int
func_silence(Func *f)
{
	int err;

	lock(&f->lock);
	f->wanted = f->mastering;
	err = func_master_locked(f, false);
	unlock(&f->lock);
	return err;
}

void
func_unsilence(Func *f)
{
	lock(&f->lock);
	if (f->wanted)
		func_master_locked(f, true);
	f->wanted = false;
	unlock(&f->lock);
}

void
func_want(Func *f, bool on)
{
	lock(&f->lock);
	f->wanted = on;
	unlock(&f->lock);
}

void
func_break(Func *f, const char *why)
{
	char line[EVENT_LEN];
	bool first;

	lock(&f->lock);
	first = f->broken == NULL;
	if (first)
		f->broken = why;
	func_master_locked(f, false);
	unlock(&f->lock);
	if (!first)
		return;
	kprint("%s is broken: %s\n", f->name, why);
	snprint(line, sizeof line, "broken %s", why);
	func_event(f, line);
}

const char *
func_broken(Func *f)
{
	return __atomic_load_n(&f->broken, __ATOMIC_ACQUIRE);
}

void
func_settle(Func *f)
{
	ns_t left = own_settle(arch_now(), f->quiet_since, f->emptied);

	if (left > 0)
		arch_sleep(left);
}

static bool
answers_to(const Func *f, uint seg, uint16_t sid)
{
	for (uint i = 0; i < f->pci->nsid; i++)
		if (f->pci->sid[i] == sid && BDF_SEG(f->pci->bdf) == seg)
			return true;
	return false;
}

bool
func_shares_id(const Func *f, const Func *g)
{
	for (uint i = 0; i < f->pci->nsid; i++)
		if (answers_to(g, BDF_SEG(f->pci->bdf), f->pci->sid[i]))
			return true;
	return false;
}

/* Does another function keep the entry for sid alive? */
static bool
sid_shared(const Func *f, uint16_t sid)
{
	for (Func *g = func_next(NULL); g != NULL; g = func_next(g))
		if (g != f && g->published && answers_to(g, BDF_SEG(f->pci->bdf), sid))
			return true;
	return false;
}

uint
func_sids(const Func *f, uint16_t sid[PCI_NSID])
{
	uint n = 0;

	for (uint i = 0; i < f->pci->nsid; i++)
		if (!sid_shared(f, f->pci->sid[i]))
			sid[n++] = f->pci->sid[i];
	return n;
}

bool
func_is(Func *f, const Tenant *t)
{
	bool is;

	lock(&f->lock);
	is = f->tenant == t;
	unlock(&f->lock);
	return is;
}

bool
func_mine(Func *f)
{
	int pid;
	bool held;

	lock(&f->lock);
	pid = f->pid;
	held = f->state == FN_OWNED || f->state == FN_SUSPENDED;
	unlock(&f->lock);
	if (held && pid == proc_self()->pid)
		return true;
	if (held)
		fail(-EPERM, "%s is owned by pid %d", f->name, pid);
	else
		fail(-EPERM, "%s is not assigned to any process", f->name);
	return false;
}

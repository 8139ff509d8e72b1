/* SRC: dev/text/iommucmd.c kern/cmd.c kern/text.c */
/*
 * Four processes: 1 is the shell that gives commands, 22 and 23 own devices, and 24 is
 * dying. 22 and 23 have an address space each, and as_new is the one an exec goes to. An
 * address space has one page of DMA memory, at 0x8001000, and sixteen pages that mode
 * guest can map, from 0x400000. Their observers are called as the kernel's memory would
 * call them.
 */
#include "tests/host/fakeassign/fakeassign.h"

Aspace as22 = { .refs = 1, .name = "as22", .top = 0x22000 },
       as23 = { .refs = 1, .name = "as23", .top = 0x23000 };
Aspace as_new = { .refs = 1, .name = "as-new", .top = 0x99000 };
Proc p1 = { .pid = 1, .name = "init" }, p22 = { .pid = 22, .name = "edu", .as = &as22 };
Proc p23 = { .pid = 23, .name = "cat", .as = &as23 };
Proc p24 = { .pid = 24, .name = "gone", .dying = true };
static Proc *const procs[] = { &p1, &p22, &p23, &p24 };
Proc *self = &p1;
char killed[200];
void (*thread_fn)(void *);

Proc *
proc_self(void)
{
	return self;
}

Proc *
proc_get(Proc *p)
{
	p->refs++;
	return p;
}

void
proc_put(Proc *p)
{
	p->refs--;
}

Aspace *
aspace_get(Aspace *as)
{
	as->refs++;
	return as;
}

void
aspace_put(Aspace *as)
{
	as->refs--;
}

Aspace *
proc_aspace(Proc *p)
{
	return p->as != NULL ? aspace_get(p->as) : NULL;
}

void
proc_set_aspace(Proc *p, Aspace *as)
{
	say("set-aspace(%s) ", as->name);
	p->as = as;
}

const char *
aspace_name(paddr_t top)
{
	return top == as22.top ? as22.name : top == as23.top ? as23.name : as_new.name;
}

paddr_t
aspace_pdpt(const Aspace *as)
{
	return as->top;
}

void
aspace_withhold(Aspace *as)
{
	as->withheld = true;
}

bool
aspace_has_regs(Aspace *as, const void *t)
{
	return as->window == t;
}

Proc *
proc_find(int pid)
{
	for (uint i = 0; i < nelem(procs); i++)
		if (procs[i]->pid == pid)
			return proc_get(procs[i]);
	return NULL;
}

Proc *
proc_kthread(const char *name, void (*f)(void *), void *arg)
{
	static Proc thread = { .pid = 9 };

	(void)name, (void)arg;
	thread_fn = f;
	return &thread;
}

void
proc_kill(Proc *p, int sig, const char *why)
{
	snprintf(killed, sizeof killed, "%d %d %s", p->pid, sig, why);
}

/* An observer is told at once of the one page of DMA memory there is. */
int
aspace_observe(Aspace *as, AsObserver *o)
{
	int err;

	say("observe(%s) ", as->name);
	if ((err = o->added(o->arg, as, 0x8001000, 4096, true)) == 0)
		*(as->observer == NULL ? &as->observer : &as->second) = o;
	return err;
}

void
aspace_unobserve(Aspace *as, AsObserver *o)
{
	say("unobserve(%s) ", as->name);
	if (as->second == o) {
		as->second = NULL;
	} else if (as->observer == o) {
		as->observer = as->second;
		as->second = NULL;
	}
}

void
aspace_lock(Aspace *as)
{
	as->locked = true;
}

void
aspace_unlock(Aspace *as)
{
	as->locked = false;
}

/* Sixteen pages from 0x400000, of which the last eight are read-only. The first four are
 * in one piece of memory, the others in another. */
paddr_t
aspace_frame(Aspace *as, vaddr_t va, int prot)
{
	assert_true(as->locked);
	if (va < 0x400000 || va >= 0x410000 || (prot & SPROT_WRITE && va >= 0x408000))
		return 0;
	return va + (va < 0x404000 ? 0x1000000 : 0x5000000);
}

const char *
layout_device_window(vaddr_t va, uint64_t len)
{
	return va < 0xc0000000 && va + len > 0xb0000000 ? "bridge 0:1.0" : NULL;
}

void
aspace_revoke_regs(Aspace *as, const void *token, const char *why)
{
	say("revoke(%s " AT ") ", as->name, AT_ARGS(((const PciFn *)token)->bdf));
	assert_non_null(strstr(why, "are gone"));
	as->window = NULL;
}

int
aspace_map_regs(Aspace *as, paddr_t pa, size_t len, int prot, const void *token,
	vaddr_t *out)
{
	(void)prot;
	say("map-regs(%s " RANGE ") ", as->name, RANGE_ARGS(pa, len));
	as->window = token;
	*out = 1ull << 39;
	return 0;
}

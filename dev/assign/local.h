/*
 * The inside of device assignment, shared by the files that implement
 * dev/assign/assign.h:
 *
 *	attach.c    attach, detach, who has what
 *	group.c     attaching and detaching a whole isolation group
 *	drain.c     taking away, step by step
 *	procevent.c    exit and exec
 *	admit.c    every reason for which an attach is refused
 *	owner.c    a process that owns functions in one mode, its domain, its memory's observer
 *	kdev.c      the kernel as an owner: a driver has one function, and a domain for it
 *	kdomain.c     what the device of a kernel driver sees
 *	kdma.c      memory of the kernel that such a device may use
 *	ats.c       devices of kernel drivers that translate by themselves
 *	usermap.c     mappings of a domain that its owner fills
 *	power.c     translation on and off
 *	ops.c     what an owner may do: bus mastering, registers, interrupts, events
 *	intremap.c  interrupt remapping: boot, the IO-APICs, a function's entry
 *	domains.c   what there is, for #vtd: domains and counts
 *	bookcheck.c books and tables compared
 *	ctl.c       how units are used and when devices are stopped, for #vtd
 *	blame.c  faults: blame and policy; faultthread.c keeps, prints, follows up
 *	assigned.c      one function's book-keeping; boot.c finds units and functions at boot
 *
 * Locks: assign_lock (a Mutex, RANK_ASSIGN) serialises changes of owner. Whoever changes
 * a domain's tables has locked its address space or its Kdev (owner_lock_tables). Each
 * AssignedFn has a spin lock (RANK_FAULT) for what interrupts look at; no two are held at
 * once.
 */
#pragma once

#include "dev/assign/assign.h"
#include "dev/assign/assignlock.h"
#include "dev/assign/devparam.h"
#include "dev/assign/event.h"
#include "dev/assign/faultlog.h"
#include "dev/assign/iovamap.h"
#include "kern/aspace.h"

typedef struct Owner Owner;
struct AssignedFn;

/* What differs between owners: one table for each mode of a process (modes.c, usermap.c)
 * and one for the kernel's drivers (kdev.c). A call that is NULL has nothing to do. */
typedef struct Mode {
	AttachMode word; /* of a process's */
	FnEvent taken;   /* what happens to a function that an owner gets */

	/* Makes the domain of a process, over the memory `as`. Codes of the core. */
	int (*domain_new)(const Owner *o, Aspace *as, Domain **out);
	/* The observer's calls, under the lock of the address space (kern/aspace.h). A code
	 * means that some unit did not confirm; -ENOMEM that it cannot be shown. */
	int (*added)(Owner *o, vaddr_t va, size_t len, bool dma);
	int (*removed)(Owner *o, vaddr_t va, size_t len, int prot, bool tables);
	/* Whether the owner has mapped this page, with these rights, at iova. NULL: the
	 * domain shows a process's own page tables, or what a driver maps. */
	bool (*shows)(const Owner *o, iova_t iova, paddr_t page, uint rights);

	/* A driver's: it has its function and may begin, or says why not; it stops, before
	 * its function is taken away; and its owner, which has no function any more, ends. */
	int (*start)(Owner *o);
	void (*stop)(Owner *o);
	void (*free)(Owner *o);
} Mode;

/* An owner: a process that has functions in one mode, which share a domain, or the driver
 * of one function in the kernel (then proc and as are NULL). Guarded by assign_lock,
 * except that the observer, under the address space's lock, uses `domain` and sets
 * `failed`, and that `map` changes under that lock only. */
struct Owner {
	Owner *next;
	const Mode *mode;
	int pid;          /* 0: the kernel */
	const char *name; /* of the process, or of the driver */
	Proc *proc;       /* a reference */
	Kdev *kdev;       /* or this, which the Owner is part of */
	bool ro;
	bool ats;    /* its device translates by itself */
	IovaMap map; /* guest */
	Mutex *lock; /* guards the domain's tables; NULL: the address space's does */
	Aspace *as;
	Domain *domain;
	Domain *fresh; /* exec: over the new memory */
	AsObserver observer;
	uint nfn;    /* functions in the domain */
	bool failed; /* a unit did not confirm: its memory is withheld */
};

/* A function that a kernel driver has. Calls are the driver's to serialise; `lock` is for
 * those who look at the tables of its domain. */
struct Kdev {
	Owner owner;
	Mutex lock; /* RANK_DOMAIN: what is mapped */
	const Kdriver *driver;
	struct AssignedFn *f;
	bool started;
	bool bounce; /* always */
	iova_t next; /* where to look for room */
	uint64_t maps, bounced;
};

typedef struct AssignedFn {
	PciFn *pci;
	Unit *unit;    /* NULL: none covers it */
	char name[16]; /* "0:3.0" */
	char gone[64]; /* what a touch of its registers dies with, taken away */
	VtdRmrr *rmrr; /* that name it */
	uint nrmrr;
	bool ats_port; /* firmware says that ATS works where it is */

	/* assign_lock */
	bool published; /* its context entries are present */
	bool pending;   /* transactions did not end when bus mastering went off */
	bool irq;       /* vector is ours */
	uint vector;
	bool remapped; /* through entry irte of its unit */
	uint32_t irte;

	Lock lock; /* guards the rest; the first 3 change under assign_lock too */
	FnState state;
	Owner *owner;
	int pid; /* -1 nobody */
	FaultPolicy policy;
	const char *broken; /* why it is never to be owned again; set once */
	bool mastering;     /* bus mastering is on, by our hand */
	/* and comes back on resume, unless a fault stops it before */
	bool wanted;
	bool emptied; /* by a function level reset since then */
	ns_t quiet_since;
	ns_t flooded; /* when a storm stopped it; 0 never */
	Storm storm;
	EventQ events;
	Waitq event_wait;
	uint64_t intr;   /* interrupts since attach */
	uint64_t faults; /* records since attach */
	Waitq intr_wait;
} AssignedFn;

/* ---- bookcheck.c ---- */
/* With boot parameter iommu.check=on every operation is checked from now on. */
void bookcheck_init(void);

/* ---- attach.c ---- */
/* What admit_attach lets pass: quieted, published, owned; says why not. */
int fn_attach(AssignedFn *f, const AttachArgs *a, Proc *p) REQUIRES(assign_lock);
/* Its entries present, all or none; says why not. */
int fn_publish(AssignedFn *f, Owner *o) REQUIRES(assign_lock);
/* tells the owner how it is attached */
void fn_tell_attached(AssignedFn *f) REQUIRES(assign_lock);

/* ---- group.c ---- */
/* Every function of f's group, or none; says why not. */
int group_attach(AssignedFn *f, const AttachArgs *a, Proc *p) REQUIRES(assign_lock);
/* Taken from whoever has it, pid -1, or from pid: every function or none; says why
 * not. */
int group_detach(AssignedFn *f, int pid) REQUIRES(assign_lock);

/* ---- drain.c ---- */
void fn_begin_drain(AssignedFn *f)
	REQUIRES(assign_lock); /* OWNED or SUSPENDED: DRAINING begins */
/* Everything of o in state `in` is silenced, cut from memory, reset and settled. */
void owner_quiesce(Owner *o, FnState in) REQUIRES(assign_lock);
void owner_drain(Owner *o) REQUIRES(assign_lock); /* that, then release */
void owner_each(Owner *o, FnState in, void (*step)(AssignedFn *f)) REQUIRES(assign_lock);

/* Takes f from pid, or from whoever has it if pid is -1. Says why it cannot, or that f is
 * broken now and stays out of use; it is taken away in that case too. */
int fn_detach(AssignedFn *f, int pid) REQUIRES(assign_lock);
/* Whether f can be taken from pid: 0, or a code and the reason. */
int fn_refuse_detach(const AssignedFn *f, int pid) REQUIRES(assign_lock);
/* 0, or says that f, which has been drained, is broken. */
int fn_detached(AssignedFn *f) REQUIRES(assign_lock);

/* ---- procevent.c ---- */
extern const ProcObserver assign_observer;

/* ---- assigned.c ---- */
AssignedFn *fn_of(const PciFn *f);        /* NULL: there was no memory for it at boot */
AssignedFn *fn_next(const AssignedFn *f); /* all, in bdf order; NULL begins and ends */
void fn_init(AssignedFn *f, PciFn *pci);
void fn_move(AssignedFn *f, FnEvent e) REQUIRES(assign_lock);
void fn_event(AssignedFn *f, const char *text); /* to the owner, who wakes */
/* Bus mastering, with its time kept; -EIO: it did not go off. On is refused (-EBUSY) to a
 * broken function and for a second after a storm. */
int fn_master(AssignedFn *f, bool on);
int fn_master_locked(AssignedFn *f, bool on) REQUIRES(f->lock);
/* Bus mastering off, remembering it; and back, if it still is to be. */
int fn_silence(AssignedFn *f) REQUIRES(assign_lock);
void fn_unsilence(AssignedFn *f) REQUIRES(assign_lock);
void fn_set_wanted(AssignedFn *f, bool on)
	REQUIRES(assign_lock); /* what unsilence does */
void fn_break(AssignedFn *f,
	const char *why); /* BROKEN from the end of its ownership on */
void fn_wake(AssignedFn *f);
void fn_settle(AssignedFn *f); /* sleep until its last owner's commands have run out */
/* Requester ids that no other published function answers to. Returns how many. */
uint fn_sids(const AssignedFn *f, uint16_t sid[PCI_NSID]) REQUIRES(assign_lock);
const char *fn_broken(AssignedFn *f);
/* Some id of f in segment `seg`, its own or an alias, is sid. */
bool fn_answers(const AssignedFn *f, uint seg, uint16_t sid);
bool fn_shares_id(const AssignedFn *f,
	const AssignedFn *g);                    /* some requester id is both's */
bool fn_owned_by(AssignedFn *f, const Owner *o); /* o's */
bool fn_mine(AssignedFn *f); /* of the running process; says otherwise whose */

/* ---- owner.c ---- */
/* p's, one after the other; NULL begins and ends. */
Owner *owner_next(const Proc *p, const Owner *o) REQUIRES(assign_lock);
/* p's owner in this mode, found or made; says why there is none. */
int owner_get(Proc *p, const Mode *mode, bool ro, Owner **out) REQUIRES(assign_lock);
/* A domain like o's over another address space. */
int owner_domain(const Owner *o, Aspace *as, Domain **out);
bool fn_is_first(const AssignedFn *f)
	REQUIRES(assign_lock); /* it is its domain's first */
/* its domain's tables stand still, */
void owner_lock_tables(Owner *o) REQUIRES(assign_lock);
void owner_unlock_tables(Owner *o) REQUIRES(assign_lock); /* and may change again */
void owner_free_unused(Owner *o)
	REQUIRES(assign_lock); /* gone when it has no functions */
void owner_fail(Owner *o);     /* the unit did not confirm: withhold and stop */
/* The process ends with a failed domain: none of its memory may be used again. */
void owner_withhold(Owner *o) REQUIRES(assign_lock);
/* exec: move to another address space and its domain; the old one is freed. -ENOMEM: the
 * domain does not show all of it. */
int owner_move(Owner *o, Aspace *as, Domain *d) REQUIRES(assign_lock);

/* ---- kdev.c ---- */
int kdev_new(AssignedFn *f, Owner **out) REQUIRES(assign_lock); /* says why not */
/* 0, or a code: a driver whose device needs translation. */
int kdev_refuse_off(void) REQUIRES(assign_lock);

/* ---- bootdrivers.c ---- */
/* Gives the devices that boot parameter kernel names to their drivers, before translation
 * is on. Returns how many. */
uint boot_drivers(void);

/* ---- kdomain.c ---- */
int kdomain_new(const AssignedFn *f, Domain **out); /* its domain; says why not */
int
kdomain_refuse(const AssignedFn *f); /* 0, or a code: an RMRR is not what it should be */
const char *kdomain_name(const Domain *d);
bool kdomain_direct(const Domain *d); /* an address is itself */

/* ---- ats.c ---- */
void ats_boot(void); /* says what of boot parameter iommu.ats cannot be */
bool ats_wanted(const AssignedFn *f);
/* In place of domain_attach; then it is on in the device. */
int ats_attach(AssignedFn *f, Domain *d) REQUIRES(assign_lock);
/* Off in the device, which is quiet, and nothing left in its TLB. -EIO: not confirmed. */
int ats_off(AssignedFn *f, Domain *d) REQUIRES(assign_lock);

/* ---- usermap.c ---- */
extern const Mode guest_mode;

/* ---- modes.c ---- */
extern const Mode *const mode_of[ATTACH_GUEST + 1];

/* ---- admit.c ---- */
/* 0, or a code and the reason why f cannot go to p. Changes nothing. */
int admit_attach(AssignedFn *f, const AttachArgs *a, Proc *p) REQUIRES(assign_lock);

/* ---- power.c ---- */
/* Until power_start units are off, and only the kernel's devices can be attached. */
void power_init(const char *unavailable, bool first_use);
const char *power_start(bool now); /* as boot wants it, or at once; why it cannot be */
int power_ready(const AssignedFn *f) REQUIRES(assign_lock); /* first use switches on */
int power_check(void) REQUIRES(assign_lock);                /* refuse while off */
void fn_resume(AssignedFn *f) REQUIRES(assign_lock);

/* ---- ops.c ---- */
int intr_on(AssignedFn *f) REQUIRES(assign_lock);     /* announce them, again */
void intr_block(AssignedFn *f) REQUIRES(assign_lock); /* blocked from here on */
void intr_free(AssignedFn *f) REQUIRES(assign_lock);

/* ---- intremap.c ---- */
void intremap_init(void);
/* An entry for f's messages, where its unit has them; says why not. */
int intremap_add(AssignedFn *f, uint vector) REQUIRES(assign_lock);
int intremap_remove(AssignedFn *f)
	REQUIRES(assign_lock); /* 0, or it may still be in force */
/* What f must write for its vector. */
void intremap_message(const AssignedFn *f, uint64_t *addr, uint32_t *data)
	REQUIRES(assign_lock);

/* ---- blame.c ---- */
void blame_init(void);
/* max faults, up to STORM_LIMIT, within time stop a device. */
void blame_set_storm(uint max, ns_t time);
void blame_storm(uint *max, ns_t *time);

/* ---- faultthread.c ---- */
void faultthread_add(const FaultRec *r);           /* from the interrupt */
int faultthread_start(void) REQUIRES(assign_lock); /* the thread; says why not */

/*
 * Owners of functions, and what is different between them: a process in one of three
 * modes, or a driver in the kernel.
 */
#pragma once

#include "dev/assign/assign.h"
#include "dev/assign/assignlock.h"
#include "dev/assign/iovamap.h"
#include "dev/assign/state.h"
#include "kern/aspace.h"

typedef struct Owner Owner;

/* What differs between owners: one table for each mode of a process (modes.c, usermap.c)
 * and one for the kernel's drivers (kdev.c). A call that is NULL has nothing to do. */
typedef struct Mode {
	AttachMode word; /* of a process's */
	FnEvent taken;   /* what happens to a function that an owner gets */

	/* Makes the domain of a process, over the memory `as`. Codes of the core. */
	int (*domain_new)(const Owner *o, Aspace *as, Domain **out);
	/* The observer's calls, under the lock of the address space (kern/aspace.h).
	 * added: -ENOMEM means that the new memory cannot be shown, and the process must
	 * not get it; other codes of both, that a unit did not confirm. */
	int (*added)(Owner *o, vaddr_t va, size_t len, bool dma);
	int (*removed)(Owner *o, vaddr_t va, size_t len, int prot, bool tables);
	/* Whether the owner has mapped this page, with these rights, at iova. NULL: the
	 * domain shows a process's own page tables, or what a driver maps. */
	bool (*shows)(const Owner *o, iova_t iova, paddr_t page, uint rights);

	/* A driver's: it has its function and may begin, or says why not; it stops,
	 * before its function is taken away; and its owner, which has no function any
	 * more, is freed. */
	int (*start)(Owner *o);
	void (*stop)(Owner *o);
	void (*free)(Owner *o);
} Mode;

/* A process that has functions in one mode, which share a domain, or the driver of one
 * function in the kernel (then proc and as are NULL). Guarded by assign_lock, except that
 * the observer, under the address space's lock, uses `domain` and sets `failed`, and that
 * `map` changes under that lock only. */
struct Owner {
	Owner *next;
	const Mode *mode;
	int pid;          /* 0: the kernel */
	const char *name; /* of the process, or of the driver */
	Proc *proc;       /* a reference */
	Kdev *kdev;       /* or this, which the Owner is part of */
	bool ro;
	bool ats;    /* its device translates by itself */
	IovaMap map; /* what the owner has mapped, in mode guest */
	Mutex *lock; /* guards the domain's tables; NULL: the lock of `as` does */
	Aspace *as;
	Domain *domain;
	Domain *fresh; /* during exec: the domain over the new memory */
	AsObserver observer;
	uint nfn;    /* functions in the domain */
	bool failed; /* a unit did not confirm: memory the process gives up is withheld */
};

/* The owners that p is, one for each mode. NULL begins and ends. Ask for the next before
 * o is freed. */
Owner *owner_next(const Proc *p, const Owner *o) REQUIRES(assign_lock);
/* p as an owner in this mode: the one there is, or a new one, which has a domain and
 * observes p's memory but has no functions yet. Says why there is none: -EINVAL, p has no
 * memory of its own; -ENOMEM; -EIO, a device of p did not let go of its memory. */
int owner_get(Proc *p, const Mode *mode, bool ro, Owner **out) REQUIRES(assign_lock);
/* A domain like o's over another address space. -ENOMEM, with a sentence. */
int owner_domain(const Owner *o, Aspace *as, Domain **out);
/* The tables of o's domain may be looked at but do not change in between. */
void owner_lock_tables(Owner *o) REQUIRES(assign_lock);
void owner_unlock_tables(Owner *o) REQUIRES(assign_lock);
/* Frees o and its domain if it has no functions. One that has failed stays until its
 * process ends, because it must withhold what the process gives up. */
void owner_free_unused(Owner *o) REQUIRES(assign_lock);
/* A unit did not confirm that o's devices have forgotten something: breaks its functions,
 * and has memory withheld from now on. Prints. */
void owner_fail(Owner *o);
/* The process of o, which has failed and has no functions, ends: none of its memory is
 * used again. Frees o, but not its domain and ids. */
void owner_withhold(Owner *o) REQUIRES(assign_lock);
/* exec: o goes over to the address space and to d, the domain over it; no function is
 * published in the old domain, which is freed. -ENOMEM: d does not show all of the
 * memory. o has moved in that case too, and the caller must take its functions away. */
int owner_move(Owner *o, Aspace *as, Domain *d) REQUIRES(assign_lock);

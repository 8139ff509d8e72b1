/*
 * What device assignment knows of one PCI function, its state, and the only way to its
 * bus mastering. The fault interrupt looks at a function at any time and may stop it,
 * which is why each has a spin lock beside assign_lock.
 */
#pragma once

#include "dev/assign/assign.h"
#include "dev/assign/assignlock.h"
#include "dev/assign/event.h"
#include "dev/assign/faultlog.h"

typedef struct Owner Owner;

typedef struct AssignedFn {
	/* const after boot */
	PciFn *pci;
	Unit *unit;    /* NULL: no unit covers it, so it can never be attached */
	char name[16]; /* "0:3.0" */
	/* error text for a process that touches the registers after the device was taken
	 * away */
	char gone[64];
	VtdRmrr *rmrr; /* memory that firmware reserves for it */
	uint nrmrr;
	bool ats_port; /* firmware says that ATS works where it is */

	/* assign_lock */
	bool published; /* its context entries are present */
	bool pending;   /* transactions did not end when bus mastering went off */
	bool irq;       /* it has an interrupt vector, the next field */
	uint vector;
	bool remapped; /* its messages go through entry irte of its unit */
	uint32_t irte;

	/* guards the rest; the first three change only while assign_lock is held too */
	Lock lock;
	FnState state;
	Owner *owner; /* NULL: nobody's */
	int pid;      /* of the owner; -1: nobody */
	FaultPolicy policy;
	const char *broken; /* why it is never to be owned again, one clause; set once */
	bool mastering;     /* bus mastering is on, because we switched it on */
	/* bus mastering comes back when the function resumes, unless a fault stops it */
	bool wanted;
	ns_t quiet_since; /* when bus mastering went off last */
	bool emptied;     /* a function level reset has ended all commands since then */
	ns_t flooded;     /* when a storm of faults stopped it; 0: none has */
	Storm storm;
	EventQ events;
	Waitq event_wait;
	uint64_t intr;   /* interrupts since attach */
	uint64_t faults; /* records since attach */
	Waitq intr_wait;
} AssignedFn;

/* ---- which there are ---- */

/* NULL: there was no memory for it at boot. */
AssignedFn *fn_of(const PciFn *f);
/* All of them, in the order of the bus. NULL begins and ends. */
AssignedFn *fn_next(const AssignedFn *f);
/* Makes f, which is zeros and must last for ever, what is known of pci: BLOCKED,
 * nobody's. */
void fn_init(AssignedFn *f, PciFn *pci);

/* ---- state ---- */

/* Takes f to the state after e, which must be one that can happen (state.h). */
void fn_move(AssignedFn *f, FnEvent e) REQUIRES(assign_lock);
/* f does not obey any more: switches bus mastering off, tells the console and the owner,
 * and makes f BROKEN from the end of its ownership on. `why`, one clause, must last for
 * ever; a second reason is ignored. Prints, so no spin lock may be held. */
void fn_break(AssignedFn *f, const char *why);
/* Why f is broken; NULL: it is not. */
const char *fn_broken(AssignedFn *f);

/* ---- bus mastering ---- */

/*
 * Switches bus mastering, and records when it went off. -EIO: it did not go on, or did
 * not go off; then the device may still do DMA and the caller must break f or leave it to
 * its owner. -EBUSY, only for on: f is broken, or a storm of faults stopped it less than
 * STORM_TIME ago. Nothing has changed then.
 */
int fn_master(AssignedFn *f, bool on);
int fn_master_locked(AssignedFn *f, bool on) REQUIRES(f->lock);
/* Switches bus mastering off and records whether it was on, for fn_unsilence. -EIO as
 * above. */
int fn_silence(AssignedFn *f) REQUIRES(assign_lock);
/* Switches bus mastering on again if that is recorded. A fault in between erases it. */
void fn_unsilence(AssignedFn *f) REQUIRES(assign_lock);
/* Records whether bus mastering comes back when the function resumes. */
void fn_set_wanted(AssignedFn *f, bool on) REQUIRES(assign_lock);
/* Sleeps until the commands of the device's last owner have run out (state.h): SETTLE_NS
 * after bus mastering went off, or not at all after a function level reset. */
void fn_settle(AssignedFn *f);

/* ---- the ids a unit knows it by ---- */

/* True if f in this PCI segment sends requests as sid, its own id or a bridge's. */
bool fn_answers(const AssignedFn *f, uint seg, uint16_t sid);
/* True if some id stands for both: then one context entry serves both. */
bool fn_shares_id(const AssignedFn *f, const AssignedFn *g);
/* The ids that no other published function answers to go to sid. Returns how many: their
 * context entries come and go with f. */
uint fn_sids(const AssignedFn *f, uint16_t sid[PCI_NSID]) REQUIRES(assign_lock);

/* ---- its owner ---- */

bool fn_owned_by(AssignedFn *f, const Owner *o);
/* 0 if the running process owns this function and it is not broken. Says why not. */
int fn_usable(const PciFn *f) REQUIRES(assign_lock);
/* True for the lowest-numbered function of its owner: who goes through all functions
 * visits each domain once. */
bool fn_is_first(const AssignedFn *f) REQUIRES(assign_lock);
/* Queues a line for the owner, cut to EVENT_LEN, and wakes who waits for one. A kernel
 * driver reads none, and gets none. May be called in interrupts. */
void fn_event(AssignedFn *f, const char *text);
/* Wakes all who wait for events and interrupts of f, because its owner has changed. */
void fn_wake(AssignedFn *f);

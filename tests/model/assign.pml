/*
 * Attach, detach, exit, exec, unmap, faults and power, for two devices and two processes,
 * as a model that spin searches exhaustively. README.md says in words what it proves. The
 * model is of use only as far as the kernel does the same, so each step has the name of
 * the function it stands for (dev/assign/attach.c drain.c procevent.c power.c ops.c owner.c
 * blame.c, dev/vtd/context.c, kern/aspace.c).
 *
 * There is one unit, with CM=0. A process has tables, and below them one page. Process 1
 * execs, between tables 1 and 3. Process 2 has tables 2, and can take the rights from its
 * page, which is then kept aside. A device whose registers somebody has mapped holds a
 * command, which repeats until a reset or time ends it, and has one request on its way:
 *
 *	IDLE --bus master, command--> ISSUED --context entry--> FETCHED --tables--> WRITING --> IDLE
 *
 * Device 0 has a function level reset and fault=stop, and device 1 has neither. HW chooses
 * what may go wrong. 0: nothing. 1: the unit stops answering for good, at any moment. 2: the
 * bus mastering of device 1 does not go off. NO_EXEC, NO_POWER, ONE_PROCESS and ONE_DEVICE
 * leave parts out. MUTANT_x is the same protocol with one mistake, and FOUND_x is one that
 * the kernel had.
 */

#ifndef HW
#define HW 0
#endif

#if HW == 2
#define STUCK(d) (d == 1)
#else
#define STUCK(d) false
#endif

#ifdef NO_EXEC
#define EXECS false
#else
#define EXECS true
#endif
#ifdef NO_POWER
#define POWERS false
#else
#define POWERS true
#endif
#ifdef ONE_PROCESS
#define NPROC 1
#else
#define NPROC 2
#endif
#ifdef ONE_DEVICE
#define NDEV 1
#else
#define NDEV 2
#endif

/* The states of tables and pages. KEPT means withheld: never used again. */
#define FREE 0
#define USED 1
#define KEPT 2
#define OF(a) (a == 2 -> 2 : 1) /* whose tables a are, when they are used */

#define BLOCKED   0
#define OWNED     1
#define SUSPENDED 2
#define DRAINING  3
#define BROKEN    4

#define IDLE    0
#define ISSUED  1
#define FETCHED 2
#define WRITING 3

#define U_OFF    0
#define U_ON     1
#define U_BROKEN 2

/* ---- memory: tables 1 to 3, each with one page; index 0 is nothing ---- */

byte tables[4], page[4];
bool pte[4];     /* the tables lead to the page */
bool parked;     /* process 2's page is mapped without rights: kept, in no table */

/* ---- processes ---- */

byte space[3];   /* its tables; 0: not born */
bool dying[3];
bool as_lock[3]; /* Aspace.lock */
byte held;       /* a process somebody has looked up: not born again meanwhile */

bool is_owner[3];  /* owns functions, or did; its observer is set */
bool failed[3];
byte did[3];     /* of its domain on the unit; 0: none yet */

/* ---- functions ---- */

byte state[2], owner[2], last[2]; /* last: whose it was, of a broken one */
byte regs[2];   /* whose register window is mapped */
bool broken[2], wanted[2], stopped[2];

bool master[2]; /* bus mastering */
bool armed[2];  /* holds a command */
byte at[2];     /* its request: IDLE .. WRITING */
byte rq_did[2], rq_to[2]; /* and where it goes: id, tables (their page, when WRITING) */

/* ---- the unit: entries in memory, its caches, itself ---- */

byte ctx_did[2], ctx_to[2]; /* id 0: not present */
byte cc_did[2], cc_to[2];   /* context cache */
byte tlb[3];                /* page cached under an id; 0: none */
bool id_used[3];
bool te = true;
byte unit = U_ON;
bool unit_lock;

bool power = true;
bool assign_lock;

/* ---- what must hold ---- */

/* A write lands. By G2 it lands in a page of the device's owner. A broken device, whose
 * unit or bus-master bit does not obey any more, may reach what its last owner still has,
 * or what nobody gets any more. */
inline land(d)
{
	assert(page[rq_to[d]] == KEPT ||
	       (page[rq_to[d]] == USED &&
	        (OF(rq_to[d]) == owner[d] || (broken[d] && OF(rq_to[d]) == last[d]))));
	at[d] = IDLE; rq_did[d] = 0; rq_to[d] = 0
}

/* G3: when a device is handed over, nothing is left in it that an earlier owner or program
 * told it, and the unit has forgotten it. */
inline handed_over_clean(d)
{
	assert(!master[d] && !armed[d] && at[d] == IDLE && cc_did[d] == 0)
}

/* When an id is given out or given back, nothing is remembered under it. */
inline id_clean(id)
{
	assert(tlb[id] == 0);
	assert(cc_did[0] != id && cc_did[1] != id && ctx_did[0] != id && ctx_did[1] != id);
	assert(rq_did[0] != id && rq_did[1] != id)
}

/* G4: tables are free when no walk can reach them any more. */
inline unreachable(a)
{
	assert(ctx_to[0] != a && ctx_to[1] != a && cc_to[0] != a && cc_to[1] != a);
	assert(rq_to[0] != a && rq_to[1] != a && tlb[1] != a && tlb[2] != a)
}

/* ---- hardware: the unit's commands ---- */

inline drain_request(d, id)
{
	if
	:: at[d] == FETCHED && rq_did[d] == id -> at[d] = ISSUED; rq_did[d] = 0; rq_to[d] = 0
	:: at[d] == WRITING && rq_did[d] == id -> land(d)
	:: else
	fi
}

#ifdef MUTANT_NO_DRAIN_BITS
#define drain_requests(id) skip
#else
#define drain_requests(id) drain_request(0, id); drain_request(1, id)
#endif

/* IOTLB, domain-selective, with drains: what was translated lands now, what was about to be
 * begins again. */
inline iotlb_invalidate(id)
{
	tlb[id] = 0; drain_requests(id)
}

inline context_invalidate(d)
{
	cc_did[d] = 0; cc_to[d] = 0
}

/* Does the unit answer this time? */
inline answer(ok)
{
	if
	:: unit != U_BROKEN -> ok = true
#if HW == 1
	:: unit != U_BROKEN -> unit = U_BROKEN; ok = false
#endif
	:: unit == U_BROKEN -> ok = false
	fi
}

/* ---- hardware: a device, and its way through the unit ---- */

#ifdef FOUND_STOP_FORGOTTEN
#define forget_wanted(d) skip
#else
#define forget_wanted(d) wanted[d] = false
#endif

/* blame.c: blame, stop_locked */
inline fault(d)
{
	at[d] = IDLE; rq_did[d] = 0; rq_to[d] = 0;
	if
	:: d == 0 && owner[0] != 0 -> stopped[0] = true; master[0] = false; forget_wanted(0)
	:: else
	fi
}

inline fetch(d)
{
	if
	:: cc_did[d] == 0 -> cc_did[d] = ctx_did[d]; cc_to[d] = ctx_to[d]
	:: else
	fi;
	if
	:: cc_did[d] != 0 -> at[d] = FETCHED; rq_did[d] = cc_did[d]; rq_to[d] = cc_to[d]
	:: else ->
		assert(!master[d] || STUCK(d)); /* G8: whoever masters the bus has an entry */
		fault(d)
	fi
}

inline walk(d)
{
	if
	:: tlb[rq_did[d]] == 0 ->
		assert(tables[rq_to[d]] != FREE);
		if :: pte[rq_to[d]] -> tlb[rq_did[d]] = rq_to[d] :: else fi
	:: else
	fi;
	if
	:: tlb[rq_did[d]] != 0 -> at[d] = WRITING; rq_to[d] = tlb[rq_did[d]]
	:: else -> fault(d)
	fi
}

proctype device(byte d)
{
end:	do
	:: atomic { at[d] == IDLE && master[d] && armed[d] -> at[d] = ISSUED }
	:: atomic { at[d] == ISSUED -> assert(te); fetch(d) } /* G6: never raw */
	:: atomic { at[d] == FETCHED -> walk(d) }
	:: atomic { at[d] == WRITING -> land(d) }
	od
}

/* ---- assigned.c, and the part of owner.c that a unit's silence leads to ---- */

/* fn_master(f, false) */
inline master_off(d)
{
	if
	:: STUCK(d) && master[d] -> broken[d] = true; wanted[d] = false
	:: else -> master[d] = false
	fi
}

/* Bus mastering is off, time has passed, requests have arrived. What cannot be silenced is
 * not waited for. */
#define QUIET(d) (master[d] || at[d] == IDLE)

inline fn_break(d)
{
	broken[d] = true; wanted[d] = false; master_off(d)
}

inline owner_fail(p)
{
	failed[p] = true;
	if :: owner[0] == p -> fn_break(0) :: else fi;
	if :: owner[1] == p -> fn_break(1) :: else fi
}

/* ---- vtd/domain.c ---- */

inline id_take(p)
{
	if
	:: did[p] == 0 && !id_used[1] -> did[p] = 1; id_clean(1); id_used[1] = true
	:: did[p] == 0 && id_used[1] && !id_used[2] -> did[p] = 2; id_clean(2); id_used[2] = true
	:: else
	fi
}

/* domain_free, leave: the id goes back, unless the unit may still know it */
inline id_give(p)
{
	if
	:: unit != U_BROKEN && did[p] != 0 -> id_clean(did[p]); id_used[did[p]] = false
	:: else
	fi;
	did[p] = 0
}

/* domain_attach; ok false: no id is left, or the unit is broken. The caller's atomic. */
inline publish(p, d, ok)
{
	ok = unit != U_BROKEN;
	if :: ok -> id_take(p); ok = did[p] != 0 :: else fi;
	if
	:: ok -> handed_over_clean(d); ctx_did[d] = did[p]; ctx_to[d] = space[p]
	:: else
	fi
}

#define SOURCES(p) (did[p] != 0 && (ctx_did[0] == did[p] || ctx_did[1] == did[p]))

#ifdef FOUND_BROKEN_UNSEEN
#define UNSURE(p) false
#else
#define UNSURE(p) (did[p] != 0 && unit == U_BROKEN)
#endif

/*
 * on_removed, domain_flush: ok when no device reaches what was taken away. It looks under
 * the unit's lock whether the domain has sources. Having none says nothing when the unit
 * broke while they were taken away.
 */
inline removed(p, ok)
{
	if
	:: atomic { !is_owner[p] -> ok = true }
	:: atomic { is_owner[p] && (failed[p] || !unit_lock) ->
		if
		:: failed[p] -> ok = false
		:: !failed[p] && SOURCES(p) -> answer(ok);
			if :: ok -> iotlb_invalidate(did[p]) :: else fi
		:: !failed[p] && !SOURCES(p) -> ok = !UNSURE(p)
		fi;
		if :: !ok -> owner_fail(p) :: else fi
	   }
	fi
}

/* ---- drain.c; step by step for all of p's functions in state s, as there ---- */

#define IN(p, d, s) (owner[d] == p && state[d] == s)
#define EACH(p, s, X) \
	if :: IN(p, 0, s) -> X(0) :: else fi; \
	if :: IN(p, 1, s) -> X(1) :: else fi

inline cut_entry(d) { ctx_did[d] = 0; ctx_to[d] = 0 }

#ifdef MUTANT_ID_EARLY /* the id goes back with an entry, not with the domain */
#define id_early(p) id_used[did[p]] = false
#else
#define id_early(p) skip
#endif

/* domain_detach: entries, context cache, IOTLB with the old id, wait: all under the unit's
 * lock. What follows from silence is done without it. */
inline step_unpublish(p, s, ok)
{
	atomic { !unit_lock -> unit_lock = true; id_early(p); EACH(p, s, cut_entry) }
#ifdef MUTANT_FLUSH_SWAPPED
	atomic { answer(ok); if :: ok -> iotlb_invalidate(did[p]) :: else fi }
	atomic { if :: ok -> EACH(p, s, context_invalidate) :: else fi; unit_lock = false }
#else
	atomic {
		answer(ok);
#ifndef MUTANT_NO_CONTEXT_FLUSH
		if :: ok -> EACH(p, s, context_invalidate) :: else fi
#endif
	}
	atomic {
#ifndef MUTANT_NO_IOTLB_FLUSH
		if :: ok -> answer(ok) :: else fi;
		if :: ok -> iotlb_invalidate(did[p]) :: else fi;
#endif
		unit_lock = false
	}
#endif
#ifdef MUTANT_SILENCE_IGNORED
	ok = true;
#endif
	atomic { if :: !ok -> owner_fail(p) :: else fi; ok = false }
}

inline step_revoke(d) { regs[d] = 0 }
inline end_command(d) { if :: !master[d] -> armed[d] = false :: else fi }

/* Reset, bus mastering off again, settle: commands are over, requests have arrived. */
inline step_settle(p, s)
{
	atomic {
		(!IN(p, 0, s) || QUIET(0)) && (!IN(p, 1, s) || QUIET(1)) ->
		EACH(p, s, master_off); EACH(p, s, end_command)
	}
}

inline quiesce(p, s, ok)
{
	atomic {
#ifndef MUTANT_REVOKE_LAST
		EACH(p, s, step_revoke);
#endif
#ifndef MUTANT_MASTER_OFF_LATE
		EACH(p, s, master_off)
#endif
	}
	step_unpublish(p, s, ok);
#ifdef MUTANT_MASTER_OFF_LATE
	atomic { EACH(p, s, master_off) }
#endif
#ifdef MUTANT_NO_SETTLE
	atomic { if :: IN(p, 0, s) && at[0] == IDLE -> end_command(0) :: else fi };
#else
	step_settle(p, s);
#endif
#ifdef MUTANT_REVOKE_LAST
	atomic { EACH(p, s, step_revoke) }
#endif
}

inline step_release(d)
{
	last[d] = owner[d]; owner[d] = 0; wanted[d] = false; stopped[d] = false;
	if
	:: broken[d] -> state[d] = BROKEN
	:: else -> state[d] = BLOCKED; last[d] = 0
	fi
}

inline drain(p, ok)
{
	if
	:: atomic { IN(p, 0, DRAINING) || IN(p, 1, DRAINING) }
		quiesce(p, DRAINING, ok);
		atomic { EACH(p, DRAINING, step_release) }
	:: atomic { !IN(p, 0, DRAINING) && !IN(p, 1, DRAINING) }
	fi
}

#define NEEDED(p) (owner[0] == p || owner[1] == p || failed[p])

/* owner_free_unused: aspace_observe waits for a call that is under way; then the domain goes */
inline owner_free_unused(p)
{
	atomic {
		NEEDED(p) || !as_lock[p] ->
		if :: !NEEDED(p) && is_owner[p] -> is_owner[p] = false; id_give(p) :: else fi
	}
}

/* ---- assign.c ---- */

#ifdef MUTANT_NO_DYING_CHECK
#define LIVES(p) (space[p] != 0)
#else
#define LIVES(p) (space[p] != 0 && !dying[p])
#endif

inline own(p, d)
{
	state[d] = OWNED; owner[d] = p; wanted[d] = false; stopped[d] = false;
	regs[d] = p; armed[d] = true /* at once, for all we know */
}

/* attach_to; every refusal changes nothing */
inline attach(p, d, ok)
{
	atomic {
		ok = state[d] == BLOCKED && !broken[d] && power && unit == U_ON && LIVES(p) &&
		     !failed[p];
		if :: ok -> master_off(d); ok = !master[d] :: else fi
	}
	if
	:: atomic { ok && QUIET(d) && !as_lock[p] -> is_owner[p] = true } /* settle, owner_get */
		atomic { !unit_lock -> publish(p, d, ok); if :: ok -> own(p, d) :: else fi }
		owner_free_unused(p)
	:: atomic { !ok }
	fi
}

inline detach(p, d, ok)
{
	atomic { p = owner[d]; if :: p != 0 -> state[d] = DRAINING :: else fi }
	if
	:: atomic { p != 0 } drain(p, ok); owner_free_unused(p)
	:: atomic { p == 0 }
	fi
}

/* ---- power.c ---- */

#ifdef MUTANT_OFF_WITH_MASTERS
#define objection(ok) skip
#else
#define objection(ok) ok = false
#endif

inline fn_stop(d, ok)
{
	if
	:: state[d] == OWNED ->
		wanted[d] = master[d];
		if :: STUCK(d) && master[d] -> objection(ok) :: else -> master[d] = false fi
	:: else -> if :: master[d] -> objection(ok) :: else fi
	fi
}

inline fn_restart(d)
{
	if
	:: state[d] == OWNED ->
		if :: wanted[d] && !broken[d] -> assert(!stopped[d]); master[d] = true :: else fi;
		wanted[d] = false
	:: else
	fi
}

inline suspend(d) { if :: state[d] == OWNED -> state[d] = SUSPENDED :: else fi }

/* Translation goes off, or the unit breaks on the way. */
inline translation_off(ok)
{
	atomic {
		!unit_lock -> power = false;
		if
		:: unit == U_ON -> answer(ok);
			if
			:: ok -> te = false; unit = U_OFF
			:: !ok -> te = false
			:: !ok
			fi
		:: else
		fi
	}
}

inline power_off(ok)
{
#ifdef MUTANT_TE_OFF_EARLY
	translation_off(ok);
#endif
	atomic {
		ok = true; fn_stop(0, ok); fn_stop(1, ok);
		if :: !ok -> fn_restart(0); fn_restart(1) :: else fi
	}
	if
	:: atomic { ok } ->
		/* owners keep their registers, so a command may be there; no request is */
#ifdef MUTANT_OFF_NO_SETTLE
		atomic { suspend(0); suspend(1) }
#else
		atomic { QUIET(0) && QUIET(1) -> suspend(0); suspend(1) }
#endif
		translation_off(ok)
	:: atomic { !ok }
	fi
}

inline resume(d)
{
	if
	:: state[d] == SUSPENDED ->
		state[d] = OWNED;
		if
		:: wanted[d] && !broken[d] -> assert(!stopped[d]); master[d] = true
		:: else
		fi;
		wanted[d] = false
	:: else
	fi
}

inline power_on(ok)
{
#ifdef MUTANT_RESUME_EARLY
	atomic { resume(0); resume(1) }
#endif
	atomic {
		!unit_lock -> ok = true;
		if
		:: unit == U_OFF -> answer(ok); /* context and IOTLB global, then TE */
			if
			:: ok ->
				context_invalidate(0); context_invalidate(1);
				tlb[1] = 0; tlb[2] = 0; te = true; unit = U_ON
			:: !ok -> te = true
			:: !ok
			fi
		:: else
		fi;
		power = ok
	}
	atomic { if :: unit == U_ON -> resume(0); resume(1) :: else fi }
}

/* ---- the administrator: whoever holds #iommu ---- */

#define lookup(q) unit != U_BROKEN && !held && LIVES(q) -> p = q; held = q

proctype admin()
{
	byte p, d;
	bool ok;

end:	do
	/* proc_find, then the lock: the process may begin to die in between */
	:: atomic { state[0] == BLOCKED && lookup(1); d = 0 } goto found
	:: atomic { state[0] == BLOCKED && NPROC == 2 && lookup(2); d = 0 } goto found
	:: atomic { state[1] == BLOCKED && NDEV == 2 && lookup(1); d = 1 } goto found
	:: atomic { state[1] == BLOCKED && NPROC == 2 && NDEV == 2 && lookup(2); d = 1 } goto found
	:: atomic { !assign_lock && owner[0] != 0 -> assign_lock = true; d = 0 } detach(p, d, ok); goto done
	:: atomic { !assign_lock && owner[1] != 0 -> assign_lock = true; d = 1 } detach(p, d, ok); goto done
	:: atomic { POWERS && !assign_lock && power -> assign_lock = true } power_off(ok); goto done
	:: atomic { POWERS && !assign_lock && !power -> assign_lock = true } power_on(ok); goto done
	od;
found:	atomic { !assign_lock -> assign_lock = true }
	attach(p, d, ok);
done:	atomic { assign_lock = false; held = 0; p = 0; d = 0; ok = false; goto end }
}

/* ---- a process, which also lives its own life ---- */

#ifdef MUTANT_MASTER_UNCHECKED
#define TRANSLATED(d) (state[d] == OWNED || state[d] == SUSPENDED)
#else
#define TRANSLATED(d) (state[d] == OWNED && unit == U_ON)
#endif

/* ops.c: map_bar, and the doorbell behind it */
#define can_ring(p, d) !assign_lock && owner[d] == p && !broken[d] && \
	(state[d] == OWNED || state[d] == SUSPENDED) && !armed[d]

/* ops.c: busmaster on */
#define can_master(p, d) !assign_lock && owner[d] == p && !broken[d] && !master[d] && \
	!(state[d] == SUSPENDED && wanted[d])
inline ask_master(d)
{
	if
	:: TRANSLATED(d) -> master[d] = true; stopped[d] = false
	:: !TRANSLATED(d) && state[d] == SUSPENDED -> wanted[d] = true; stopped[d] = false
	:: else
	fi
}

/* page_put or page_withhold */
inline page_back(a, ok)
{
	if :: ok -> page[a] = FREE :: else -> page[a] = KEPT fi
}

#ifdef FOUND_PARKED_FORGOTTEN
#define RELIABLE(p) true
#else
#define RELIABLE(p) !failed[p]
#endif

/* aspace_free */
inline space_free(a)
{
	if
	:: tables[a] != KEPT ->
		unreachable(a);
		tables[a] = FREE;
		if :: page[a] == USED -> page[a] = FREE :: else fi;
		pte[a] = false;
		if :: a == 2 -> parked = false :: else fi
	:: else
	fi
}

/* owner_withhold, aspace_withhold; ids are not given back */
inline withhold(p)
{
	tables[space[p]] = KEPT; page[space[p]] = KEPT; pte[space[p]] = false;
	is_owner[p] = false; failed[p] = false; did[p] = 0
}

inline leave(d) { state[d] = DRAINING }
inline exec_suspend(d) { state[d] = SUSPENDED }
inline exec_forget(d) { wanted[d] = false; stopped[d] = false }
inline exec_quit(d) { if :: broken[d] -> state[d] = DRAINING :: else fi }
inline exec_publish(d)
{
	publish(p, d, ok);
	if :: !ok -> broken[d] = true; state[d] = DRAINING :: else fi
}
inline exec_announce(d) { if :: power -> state[d] = OWNED :: else fi }

/* procevent.c: move. Old tables stay in `new` when the old program must go on. */
inline move(p, new, old, ok)
{
	atomic { EACH(p, OWNED, exec_suspend) }
#ifndef MUTANT_EXEC_NO_QUIESCE
	if
	:: atomic { IN(p, 0, SUSPENDED) || IN(p, 1, SUSPENDED) } quiesce(p, SUSPENDED, ok)
	:: atomic { !IN(p, 0, SUSPENDED) && !IN(p, 1, SUSPENDED) }
	fi;
#endif
	if
	:: atomic { !failed[p] -> /* owner_move, domain_free */
		id_give(p); old = space[p]; space[p] = new; new = 0;
		EACH(p, SUSPENDED, exec_forget); EACH(p, SUSPENDED, exec_quit) }
		atomic { !unit_lock -> EACH(p, SUSPENDED, exec_publish) }
		drain(p, ok);
		atomic { EACH(p, SUSPENDED, exec_announce) }
		owner_free_unused(p)
	:: atomic { failed[p] }
	fi
}

/* Behind a broken unit nothing is attached again: a process with no function there is no
 * longer of interest, but for what it still gives back. */
#define CONCERNED(p) (unit != U_BROKEN || is_owner[p])

proctype process(byte p)
{
	byte old, new;
	bool ok;

end:	do
	:: atomic { can_ring(p, 0) -> regs[0] = p; armed[0] = true }
	:: atomic { can_ring(p, 1) -> regs[1] = p; armed[1] = true }
#ifdef MUTANT_REVOKE_LAST
	:: atomic { regs[0] == p && !armed[0] -> armed[0] = true }
	:: atomic { regs[1] == p && !armed[1] -> armed[1] = true }
#endif
	:: atomic { can_master(p, 0) -> ask_master(0) }
	:: atomic { can_master(p, 1) -> ask_master(1) }

	/* mmap */
	:: atomic { CONCERNED(p) && page[space[p]] == FREE && !as_lock[p] -> page[space[p]] = USED; pte[space[p]] = true }
	/* munmap, mprotect: the entry, confirmation, and only then the page */
	:: atomic { pte[space[p]] && !as_lock[p] -> as_lock[p] = true; pte[space[p]] = false }
#ifdef MUTANT_FREE_BEFORE_WAIT
		atomic { page[space[p]] = FREE };
#endif
#ifdef MUTANT_UNMAP_NO_FLUSH
		ok = true;
#else
		removed(p, ok);
#endif
		atomic {
			if
			:: true -> page_back(space[p], ok)
			:: p == 2 -> parked = true
			fi;
			as_lock[p] = false; ok = false
		}
	/* munmap of what is mapped without rights */
	:: atomic { p == 2 && parked && !as_lock[p] -> parked = false; page_back(2, RELIABLE(p)) }

	:: atomic { EXECS && p == 1 && CONCERNED(p) && tables[4 - space[p]] == FREE -> new = 4 - space[p]; tables[new] = USED }
		goto exec
	:: atomic { dying[p] = true } goto exit
	od;

exec:	/* the new image is there, beside the old one */
	atomic { page[new] = USED; pte[new] = true; !assign_lock -> assign_lock = true }
	if
	:: atomic { is_owner[p] } move(p, new, old, ok)
	:: atomic { !is_owner[p] -> old = space[p]; space[p] = new; new = 0 }
	fi;
	atomic {
		assign_lock = false;
		if :: old != 0 -> space_free(old) :: else -> space_free(new) fi;
		old = 0; new = 0; ok = false; goto end
	}

exit:	/* proc_exit: on_exit, then the memory */
#ifdef MUTANT_EXIT_FREES_FIRST
	atomic { space_free(space[p]) }
#endif
	atomic { !assign_lock -> assign_lock = true }
	atomic { EACH(p, OWNED, leave); EACH(p, SUSPENDED, leave) }
	drain(p, ok);
	if
	:: atomic { failed[p] -> withhold(p) }
	:: atomic { !failed[p] } owner_free_unused(p)
	fi;
	atomic { assign_lock = false; ok = false }
	/* G4: whoever is gone owns nothing; an attach may have looked him up long before */
	atomic { assert(owner[0] != p && owner[1] != p && !is_owner[p]); space_free(space[p]); space[p] = 0 }

	/* born again as another process, once nobody holds this one */
end_born:
	atomic {
		unit != U_BROKEN && held != p &&
		((p == 1 && (tables[1] == FREE || tables[3] == FREE)) || (p == 2 && tables[2] == FREE)) ->
		space[p] = (p == 2 -> 2 : (tables[1] == FREE -> 1 : 3));
		tables[space[p]] = USED; dying[p] = false; goto end
	}
}

init
{
	atomic {
		tables[1] = USED; space[1] = 1;
		run device(0); run process(1);
		if :: NDEV == 2 -> run device(1) :: else fi;
		if :: NPROC == 2 -> tables[2] = USED; space[2] = 2; run process(2) :: else fi;
		run admin()
	}
}

/* Every operation ends: whoever holds the assignment lock waits for nothing but, briefly,
 * an address space; and whoever holds that, for nothing but the unit. (Locks are fair.) */
ltl assign_ends { [] <> (!assign_lock || as_lock[1] || as_lock[2]) }
ltl memory_ends { [] <> (!as_lock[1] || unit_lock) }

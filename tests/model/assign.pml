/*
 * Attach, detach, exit, exec, unmap, faults and power, for two devices and two processes,
 * as a model that spin searches exhaustively. What it proves is in README.md, in words; what
 * it says of the kernel is only as true as it is like the kernel, so each step carries the
 * name of the function it stands for (dev/assign.c drain.c follow.c power.c owner.c
 * tenant.c dmafault.c, dev/vtd/domain.c, kern/aspace.c).
 *
 * One unit, CM=0. A process has one page of memory below one page of tables. A device holds
 * one command that repeats until a reset or time ends it, and one request under way:
 *
 *	IDLE --bus master, command--> ISSUED --context entry--> FETCHED --tables--> WRITING --> IDLE
 *
 * Device 0 has a function level reset, device 1 has none. HW chooses what may go wrong:
 * 0 nothing; 1 the unit stops answering, at any moment, for good; 2 device 1's bus mastering
 * does not go off. MUTANT_x is the same protocol with one mistake; each must be found.
 * SMALL leaves one device and one process, for the property that every operation ends.
 */

#ifndef HW
#define HW 0
#endif

#if HW == 2
#define STUCK(d) (d == 1)
#else
#define STUCK(d) false
#endif

#define NFRAME 2
#define NAS    3 /* one each, and one for an exec */
#define NDID   3

#define FREE 0 /* of frames and tables; 1 and 2: a process's */
#define KEPT 3 /* withheld for ever */

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

/* ---- memory: frames, and address spaces with their tables; index 0 is nothing ---- */

byte frame[NFRAME + 1]; /* who has it */
byte as[NAS + 1];       /* who has these tables */
byte pte[NAS + 1];      /* the frame they lead to; 0 not present */
byte parked[NAS + 1];   /* a frame mapped without rights: in no table a unit walks */

/* ---- processes ---- */

byte space[3];    /* the address space; 0: not born */
bool dying[3];
bool as_lock[3];  /* Aspace.lock */
byte held;        /* a process somebody has looked up: its slot is not born again */

bool tenant[3];   /* owns functions, or has; its observer is set */
bool failed[3];
byte did[3];      /* of its domain on the unit; 0: none yet */

/* ---- functions ---- */

byte state[2], owner[2], last[2]; /* last: whose it was, for a broken one */
byte regs[2];     /* whose register window is mapped */
bool broken[2], wanted[2], stopped[2], emptied[2];

bool master[2];   /* bus mastering */
bool armed[2];    /* holds a command */
byte at[2];       /* its request: IDLE .. WRITING */
byte rq_did[2], rq_to[2]; /* of a request: the id, and tables (FETCHED) or frame (WRITING) */

/* ---- the unit: entries in memory, its caches, its state ---- */

byte ctx_did[2], ctx_as[2]; /* did 0: not present */
byte cc_did[2], cc_as[2];   /* context cache */
byte tlb[NDID + 1];         /* frame cached under an id */
bool did_used[NDID + 1];
bool te;
byte unit = U_ON;
bool unit_lock;

bool power = true;
bool assign_lock;

/* ---- what must hold ---- */

/* A write lands. G2: in memory of the device's owner; a broken device, whose unit or switch
 * no longer obeys, may reach what its last owner still has, or what nobody gets any more. */
inline land(d)
{
	assert(rq_to[d] != 0);
	assert(frame[rq_to[d]] == KEPT ||
	       (owner[d] != 0 && frame[rq_to[d]] == owner[d]) ||
	       (broken[d] && frame[rq_to[d]] == last[d]));
	at[d] = IDLE; rq_did[d] = 0; rq_to[d] = 0
}

/* G3: nothing an earlier owner, or an earlier program, told a device is left when it is
 * handed over, and the unit has forgotten it. */
inline handed_over_clean(d)
{
	assert(!master[d] && !armed[d] && at[d] == IDLE && cc_did[d] == 0)
}

/* An id begins a new life: nothing is remembered of the last one. */
inline id_clean(id)
{
	assert(tlb[id] == 0 && cc_did[0] != id && cc_did[1] != id);
	assert(rq_did[0] != id && rq_did[1] != id)
}

/* Tables are free: no walk can reach them any more. */
inline tables_unreachable(a)
{
	assert(ctx_as[0] != a && ctx_as[1] != a);
	assert(cc_as[0] != a && cc_as[1] != a);
	assert(!(at[0] == FETCHED && rq_to[0] == a) && !(at[1] == FETCHED && rq_to[1] == a))
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

/* IOTLB, domain-selective, with drains: what was translated lands now, what was about to be
 * begins again. */
inline iotlb_invalidate(id)
{
	tlb[id] = 0;
#ifndef MUTANT_NO_IOTLB_DRAIN
	drain_request(0, id);
	drain_request(1, id)
#endif
}

inline context_invalidate(d)
{
	cc_did[d] = 0; cc_as[d] = 0
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

/* ---- hardware: a device and its way through the unit ---- */

/* dmafault.c: blame, stop_locked. The owner may have asked for fault=stop, or not. */
inline fault(d)
{
	at[d] = IDLE; rq_did[d] = 0; rq_to[d] = 0;
	if
	:: true
	:: owner[d] != 0 && !stopped[d] ->
		stopped[d] = true;
#ifndef MUTANT_STOP_FORGOTTEN
		wanted[d] = false;
#endif
		master[d] = STUCK(d) && master[d]
	fi
}

inline fetch(d)
{
	if
	:: cc_did[d] == 0 && ctx_did[d] != 0 -> cc_did[d] = ctx_did[d]; cc_as[d] = ctx_as[d]
	:: else
	fi;
	if
	:: cc_did[d] != 0 -> at[d] = FETCHED; rq_did[d] = cc_did[d]; rq_to[d] = cc_as[d]
	:: else -> fault(d)
	fi
}

inline walk(d)
{
	if
	:: tlb[rq_did[d]] == 0 ->
		assert(as[rq_to[d]] != FREE); /* a table page in use was freed */
		tlb[rq_did[d]] = pte[rq_to[d]]
	:: else
	fi;
	if
	:: tlb[rq_did[d]] != 0 -> at[d] = WRITING; rq_to[d] = tlb[rq_did[d]]
	:: else -> fault(d)
	fi
}

proctype device(byte d)
{
end_idle:
	do
	:: d_step { at[d] == IDLE && master[d] && armed[d] -> at[d] = ISSUED }
	:: atomic { at[d] == ISSUED -> assert(te); fetch(d) } /* G6: never raw */
	:: atomic { at[d] == FETCHED -> walk(d) }
	:: d_step { at[d] == WRITING -> land(d) }
	od
}

/* ---- func.c ---- */

/* func_master(f, false) */
inline master_off(d)
{
	if
	:: STUCK(d) && master[d] -> broken[d] = true; wanted[d] = false
	:: else -> master[d] = false
	fi
}

/* 200 ms with bus mastering off: commands have run into nothing, requests have arrived. A
 * function level reset took them away already; a device that cannot be silenced is not
 * waited for. */
inline settle(d)
{
	if
	:: atomic { !master[d] && !emptied[d] && at[d] == IDLE -> armed[d] = false }
	:: atomic { master[d] || emptied[d] }
	fi
}

/* ---- tenant.c, the part the unit's answers lead to ---- */

inline tenant_fail(p)
{
	failed[p] = true;
	if :: owner[0] == p -> broken[0] = true; master_off(0); wanted[0] = false :: else fi;
	if :: owner[1] == p -> broken[1] = true; master_off(1); wanted[1] = false :: else fi
}

/* ---- vtd/domain.c ---- */

inline id_take(p)
{
	if
	:: did[p] != 0
	:: else ->
		if
		:: !did_used[1] -> did[p] = 1
		:: did_used[1] && !did_used[2] -> did[p] = 2
		:: did_used[1] && did_used[2] && !did_used[3] -> did[p] = 3
		:: else
		fi;
		if :: did[p] != 0 -> did_used[did[p]] = true; id_clean(did[p]) :: else fi
	fi
}

/* domain_free, leave: the id goes back unless the unit may still know it */
inline id_give(p)
{
	if
	:: unit != U_BROKEN && did[p] != 0 ->
		id_clean(did[p]);
		did_used[did[p]] = false
	:: else
	fi;
	did[p] = 0
}

/* domain_attach; ok false: no id, or the unit is broken */
inline publish(p, d, ok)
{
	atomic {
		!unit_lock ->
		ok = unit != U_BROKEN;
		if
		:: ok -> id_take(p); ok = did[p] != 0
		:: else
		fi;
		if
		:: ok ->
			handed_over_clean(d);
			ctx_did[d] = did[p]; ctx_as[d] = space[p]
		:: else
		fi
	}
}

/* domain_detach: entry, context cache, IOTLB with the old id, wait; all under the unit's
 * lock. Then tenant_fail, when the unit did not answer, without it. */
inline cut(p, d, ok)
{
	if
	:: atomic { ctx_did[d] == 0 }
	:: atomic {
		ctx_did[d] != 0 && !unit_lock ->
		unit_lock = true;
#ifdef MUTANT_ID_EARLY
		did_used[ctx_did[d]] = false;
#endif
		ctx_did[d] = 0; ctx_as[d] = 0;
	   }
#ifdef MUTANT_FLUSH_SWAPPED
	   atomic { answer(ok); if :: ok -> iotlb_invalidate(did[p]) :: else fi }
	   atomic { if :: ok -> context_invalidate(d) :: else fi; unit_lock = false }
#else
#ifdef MUTANT_NO_CONTEXT_FLUSH
	   ok = true;
#else
	   atomic { answer(ok); if :: ok -> context_invalidate(d) :: else fi }
#endif
	   atomic {
#ifndef MUTANT_NO_IOTLB_FLUSH
		if
		:: ok -> answer(ok); if :: ok -> iotlb_invalidate(did[p]) :: else fi
		:: else
		fi;
#endif
		unit_lock = false
	   }
#endif
#ifndef MUTANT_NO_WITHHOLD
	   if
	   :: atomic { !ok -> tenant_fail(p) }
	   :: atomic { ok }
	   fi
#endif
	fi;
	ok = false
}

/* ---- tenant.c ---- */

/* on_removed, domain_flush: ok when no device reaches what was taken away. Under the unit's
 * lock it looks whether the domain has sources; one whose unit broke while it had is not
 * confirmed by having none. */
inline removed(p, ok)
{
	if
	:: atomic { tenant[p] && failed[p] -> ok = false }
	:: atomic {
		tenant[p] && !failed[p] && !unit_lock ->
		ok = true;
		if
		:: did[p] != 0 && (ctx_did[0] == did[p] || ctx_did[1] == did[p]) ->
			answer(ok);
			if
			:: ok -> iotlb_invalidate(did[p])
			:: else -> tenant_fail(p)
			fi
#ifndef MUTANT_BROKEN_UNSEEN
		:: did[p] != 0 && unit == U_BROKEN && ctx_did[0] != did[p] && ctx_did[1] != did[p] ->
			ok = false; tenant_fail(p)
#endif
		:: else
		fi
	   }
	:: atomic { !tenant[p] -> ok = true }
	fi
}

inline tenant_get(p)
{
	if
	:: atomic { !tenant[p] && !as_lock[p] -> tenant[p] = true }
	:: atomic { tenant[p] }
	fi
}

/* aspace_observe(NULL) waits for a call that is under way; then the domain is freed */
inline tenant_drop(p)
{
	if
	:: atomic {
		owner[0] != p && owner[1] != p && tenant[p] && !failed[p] && !as_lock[p] ->
		tenant[p] = false; id_give(p)
	   }
	:: atomic { owner[0] == p || owner[1] == p || !tenant[p] || failed[p] }
	fi
}

/* ---- drain.c ---- */

#define IN(p, d, s) (owner[d] == p && state[d] == s)
#define EACH(p, s, X) \
	if :: IN(p, 0, s) -> X(0) :: else fi; \
	if :: IN(p, 1, s) -> X(1) :: else fi

inline step_revoke(d) { regs[d] = 0 }
inline step_quiet(d) { master_off(d) }

/* The reset, where there is one, ends commands; then bus mastering is off again. */
inline step_reset(d)
{
	if
	:: atomic { d == 0 && at[0] == IDLE -> armed[0] = false; emptied[0] = true; master_off(0) }
	:: atomic { d == 1 -> master_off(1) }
	fi
}

inline quiesce(p, in, ok)
{
#ifndef MUTANT_REVOKE_LAST
	atomic { EACH(p, in, step_revoke) }
#endif
#ifndef MUTANT_MASTER_OFF_LAST
	atomic { EACH(p, in, step_quiet) }
#endif
	if :: atomic { IN(p, 0, in) } -> cut(p, 0, ok) :: atomic { !IN(p, 0, in) } fi;
	if :: atomic { IN(p, 1, in) } -> cut(p, 1, ok) :: atomic { !IN(p, 1, in) } fi;
#ifndef MUTANT_MASTER_OFF_LAST
	if :: atomic { IN(p, 0, in) } -> step_reset(0) :: atomic { !IN(p, 0, in) } fi;
	if :: atomic { IN(p, 1, in) } -> step_reset(1) :: atomic { !IN(p, 1, in) } fi;
#endif
#ifndef MUTANT_NO_SETTLE
	if :: atomic { IN(p, 0, in) } -> settle(0) :: atomic { !IN(p, 0, in) } fi;
	if :: atomic { IN(p, 1, in) } -> settle(1) :: atomic { !IN(p, 1, in) } fi;
#endif
#ifdef MUTANT_MASTER_OFF_LAST
	atomic { EACH(p, in, step_quiet) }
#endif
#ifdef MUTANT_REVOKE_LAST
	atomic { EACH(p, in, step_revoke) }
#endif
}

inline step_release(d)
{
	owner[d] = 0; last[d] = p; wanted[d] = false; stopped[d] = false;
	if
	:: broken[d] -> state[d] = BROKEN
	:: else -> state[d] = BLOCKED; last[d] = 0
	fi
}

inline drain(p, ok)
{
	quiesce(p, DRAINING, ok);
	atomic { EACH(p, DRAINING, step_release) }
}

/* ---- assign.c ---- */

#ifdef MUTANT_NO_DYING_CHECK
#define LIVES(p) (space[p] != 0)
#else
#define LIVES(p) (space[p] != 0 && !dying[p])
#endif

/* attach_to; every refusal changes nothing */
inline attach(p, d, ok)
{
	atomic {
		ok = state[d] == BLOCKED && !broken[d] && power && unit == U_ON && LIVES(p) &&
		     !failed[p];
		if :: ok -> master_off(d); ok = !master[d] :: else fi
	}
	if
	:: atomic { ok } -> settle(d);
		tenant_get(p);
		publish(p, d, ok);
		if
		:: atomic { ok ->
			state[d] = OWNED; owner[d] = p; regs[d] = p;
			wanted[d] = false; stopped[d] = false }
		:: atomic { !ok } -> tenant_drop(p)
		fi
	:: atomic { !ok }
	fi;
	ok = false
}

inline detach(p, d, ok)
{
	atomic { p = owner[d] }
	if
	:: atomic { p != 0 -> state[d] = DRAINING }
		drain(p, ok);
		tenant_drop(p)
	:: atomic { p == 0 }
	fi
}

/* ---- power.c ---- */

#ifdef MUTANT_OFF_WITH_MASTERS
#define silence_failed(d) skip
#else
#define silence_failed(d) ok = false
#endif
inline silence_master(d)
{
	if
	:: STUCK(d) && master[d] -> silence_failed(d)
	:: else -> master[d] = false
	fi
}
inline silence(d)
{
	if
	:: state[d] == OWNED -> wanted[d] = master[d]; silence_master(d)
	:: else -> if :: master[d] -> ok = false :: else fi
	fi
}
inline unsilence(d)
{
	if :: state[d] == OWNED && wanted[d] && !broken[d] -> master[d] = true :: else fi;
	if :: state[d] == OWNED -> wanted[d] = false :: else fi
}
inline suspend(d) { if :: state[d] == OWNED -> state[d] = SUSPENDED :: else fi }

inline translation_off(ok)
{
	atomic {
		!unit_lock -> answer(ok);
		if :: ok -> te = false; unit = U_OFF :: !ok -> te = false :: !ok fi;
		power = false
	}
}

/* The owner keeps its registers meanwhile, so a command may be there; no request is. */
inline settle_power(d)
{
	if
	:: atomic { !master[d] && at[d] == IDLE }
	:: atomic { master[d] }
	fi
}

inline power_off(ok)
{
#ifdef MUTANT_TE_OFF_EARLY
	if :: atomic { power && unit == U_ON } -> translation_off(ok) :: atomic { !power || unit != U_ON } fi;
#endif
	atomic {
		ok = true; silence(0); silence(1);
		if :: !ok -> unsilence(0); unsilence(1) :: else fi
	}
	if
	:: atomic { ok } ->
#ifndef MUTANT_OFF_NO_SETTLE
		settle_power(0); settle_power(1);
#endif
		atomic { suspend(0); suspend(1) }
#ifndef MUTANT_TE_OFF_EARLY
		if
		:: atomic { unit == U_ON } -> translation_off(ok)
		:: atomic { unit != U_ON -> power = false }
		fi
#endif
	:: atomic { !ok }
	fi;
	ok = false
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
	if
	:: atomic {
		unit == U_OFF && !unit_lock -> answer(ok); /* root, context and IOTLB global, TE */
		if
		:: ok ->
			context_invalidate(0); context_invalidate(1);
			tlb[1] = 0; tlb[2] = 0; tlb[3] = 0;
			te = true; unit = U_ON; power = true
		:: !ok -> te = true
		:: !ok
		fi
	   }
	:: atomic { unit != U_OFF -> power = true }
	fi;
	atomic { if :: unit == U_ON -> resume(0); resume(1) :: else fi; ok = false }
}

/* ---- the administrator: whoever holds #iommu ---- */

proctype admin()
{
	byte p, d;
	bool ok;

end_free:
	do
	:: atomic { !held && space[1] != 0 && !dying[1] -> p = 1; held = 1 } -> goto found
#ifndef SMALL
	:: atomic { !held && space[2] != 0 && !dying[2] -> p = 2; held = 2 } -> goto found
#endif
	:: atomic { !assign_lock -> assign_lock = true } ->
		if
		:: true -> d = 0; detach(p, d, ok)
#ifndef SMALL
		:: true -> d = 1; detach(p, d, ok)
#endif
		:: power -> power_off(ok)
		:: !power -> power_on(ok)
		fi;
		goto done
	od;
found:	/* proc_find, then the lock: it may begin to die in between */
	if
	:: d = 0
#ifndef SMALL
	:: d = 1
#endif
	fi;
	atomic { !assign_lock -> assign_lock = true }
	attach(p, d, ok);
done:
	atomic { assign_lock = false; held = 0; p = 0; d = 0; ok = false; goto end_free }
}

/* ---- a process, which also lives its own life ---- */

inline give_back(f, ok) /* page_put or page_withhold */
{
	if
	:: f == 0
	:: f != 0 && ok -> frame[f] = FREE
	:: f != 0 && !ok -> frame[f] = KEPT
	fi;
	f = 0
}

/* aspace_free */
inline space_free(a)
{
	if
	:: as[a] != KEPT ->
		tables_unreachable(a);
		as[a] = FREE;
		if :: pte[a] != 0 -> frame[pte[a]] = FREE :: else fi;
		if :: parked[a] != 0 -> frame[parked[a]] = FREE :: else fi;
		pte[a] = 0; parked[a] = 0
	:: else
	fi
}

/* tenant_withhold, aspace_withhold */
inline withhold(p)
{
	as[space[p]] = KEPT;
	if :: pte[space[p]] != 0 -> frame[pte[space[p]]] = KEPT :: else fi;
	if :: parked[space[p]] != 0 -> frame[parked[space[p]]] = KEPT :: else fi;
	tenant[p] = false; failed[p] = false; did[p] = 0
}

inline space_new(p, a)
{
	if
	:: as[1] == FREE -> a = 1
	:: as[1] != FREE && as[2] == FREE -> a = 2
	:: as[1] != FREE && as[2] != FREE && as[3] == FREE -> a = 3
	fi;
	as[a] = p
}

inline frame_new(p, a)
{
	if
	:: frame[1] == FREE -> frame[1] = p; pte[a] = 1
	:: frame[1] != FREE && frame[2] == FREE -> frame[2] = p; pte[a] = 2
	:: else
	fi
}

#define HAS_SPACE (as[1] == FREE || as[2] == FREE || as[3] == FREE)
#define HAS_FRAME (frame[1] == FREE || frame[2] == FREE)

inline ask_master(p, d) /* busmaster */
{
	if
	:: !broken[d] && state[d] == SUSPENDED
#ifdef MUTANT_MASTER_UNCHECKED
		-> master[d] = true; stopped[d] = false
	:: !broken[d] && state[d] == OWNED
		-> master[d] = true; stopped[d] = false
#else
		-> wanted[d] = true; stopped[d] = false
	:: !broken[d] && state[d] == OWNED && unit == U_ON
		-> master[d] = true; stopped[d] = false; emptied[d] = false
#endif
	:: else
	fi
}

inline leave(d) { state[d] = DRAINING }
inline exec_suspend(d) { state[d] = SUSPENDED }
inline exec_forget(d) { wanted[d] = false; stopped[d] = false }
inline exec_quit(d) { if :: broken[d] -> state[d] = DRAINING :: else fi }
inline exec_announce(d) { if :: power -> state[d] = OWNED :: else fi }

inline republish(p, d, ok)
{
	if
	:: atomic { IN(p, d, SUSPENDED) } -> publish(p, d, ok);
		atomic { if :: !ok -> broken[d] = true :: else fi; ok = false }
	:: atomic { !IN(p, d, SUSPENDED) }
	fi
}

/* follow.c: move. ok false: the old program goes on. */
inline move(p, new, ok)
{
	atomic { EACH(p, OWNED, exec_suspend) }
#ifndef MUTANT_EXEC_NO_QUIESCE
	quiesce(p, SUSPENDED, ok);
#endif
	if
	:: atomic { !failed[p] && !as_lock[p] -> /* tenant_swap, domain_free */
		id_give(p);
		old = space[p]; space[p] = new; new = 0;
		EACH(p, SUSPENDED, exec_forget);
		EACH(p, SUSPENDED, exec_quit)
	   }
		republish(p, 0, ok);
		republish(p, 1, ok);
		atomic { EACH(p, SUSPENDED, exec_quit) }
		drain(p, ok);
		atomic { EACH(p, SUSPENDED, exec_announce) }
		tenant_drop(p);
		ok = true
	:: atomic { failed[p] -> ok = false }
	fi
}

proctype process(byte p)
{
	byte f, old, new;
	bool ok;

end_life:
	do
	/* registers and bus mastering */
	:: d_step { regs[0] == p && !armed[0] -> armed[0] = true }
	:: d_step { regs[1] == p && !armed[1] -> armed[1] = true }
	:: atomic { !assign_lock && IN(p, 0, OWNED) && regs[0] == 0 && !broken[0] -> regs[0] = p }
	:: atomic { !assign_lock && IN(p, 1, OWNED) && regs[1] == 0 && !broken[1] -> regs[1] = p }
	:: atomic { !assign_lock && owner[0] == p && !master[0] -> ask_master(p, 0) }
	:: atomic { !assign_lock && owner[1] == p && !master[1] -> ask_master(p, 1) }

	/* mmap; munmap and mprotect take away: entry, confirmation, and only then the frame */
	:: atomic { pte[space[p]] == 0 && parked[space[p]] == 0 && !as_lock[p] && HAS_FRAME ->
		frame_new(p, space[p]) }
	:: atomic { pte[space[p]] != 0 && !as_lock[p] ->
		as_lock[p] = true; f = pte[space[p]]; pte[space[p]] = 0 };
#ifdef MUTANT_FREE_BEFORE_WAIT
		atomic { frame[f] = FREE; f = 0 };
#endif
#ifdef MUTANT_UNMAP_NO_FLUSH
		ok = true;
#else
		removed(p, ok);
#endif
		atomic {
			if
			:: f != 0 -> parked[space[p]] = f; f = 0 /* mprotect: kept aside */
			:: give_back(f, ok)
			fi;
			ok = false; as_lock[p] = false
		}
	:: atomic { parked[space[p]] != 0 && !as_lock[p] -> f = parked[space[p]]; parked[space[p]] = 0;
#ifdef MUTANT_PARKED_FORGOTTEN
		give_back(f, true) }
#else
		give_back(f, !failed[p]) }
#endif

	:: atomic { HAS_SPACE -> space_new(p, new) } -> goto exec
	:: atomic { dying[p] = true } -> goto exit
	od;

exec:	/* a new image beside the old one */
	atomic {
		if
		:: HAS_FRAME -> frame_new(p, new)
		:: true
		fi
	}
	atomic { !assign_lock -> assign_lock = true }
	if
	:: atomic { tenant[p] } -> move(p, new, ok)
	:: atomic { !tenant[p] -> old = space[p]; space[p] = new; new = 0; ok = true }
	fi;
	atomic {
		assign_lock = false; ok = false;
		if :: old != 0 -> space_free(old); old = 0 :: else fi;
		if :: new != 0 -> space_free(new); new = 0 :: else fi;
		goto end_life
	}

exit:	/* proc_exit: on_exit, then the memory */
#ifdef MUTANT_EXIT_FREES_FIRST
	atomic { space_free(space[p]) }
#endif
	atomic { !assign_lock -> assign_lock = true }
	if
	:: atomic { tenant[p] -> EACH(p, OWNED, leave); EACH(p, SUSPENDED, leave) }
		drain(p, ok);
		if
		:: atomic { failed[p] -> withhold(p) }
		:: atomic { !failed[p] } -> tenant_drop(p)
		fi
	:: atomic { !tenant[p] }
	fi;
	atomic { assign_lock = false; ok = false }
	atomic { space_free(space[p]); space[p] = 0 }

	/* born again as another process, once nobody holds the old one */
end_reborn:
	atomic { HAS_SPACE && held != p -> space_new(p, space[p]); dying[p] = false; goto end_life }
}

init
{
	atomic {
		te = true;
		as[1] = 1; space[1] = 1;
		run device(0);
		run process(1);
#ifndef SMALL
		as[2] = 2; space[2] = 2;
		run device(1);
		run process(2);
#endif
		run admin()
	}
}

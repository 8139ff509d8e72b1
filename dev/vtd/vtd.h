/*
 * Inside dev/vtd: the Unit and what its files offer each other. Others use
 * dev/vtd/iommu.h.
 *
 *	UNUSABLE <-- start --> OFF <-- power --> ON
 *	                         \                |
 *	                          '-> BROKEN <----'   a wait ran out; for ever
 *
 * Locks: lock and fault_lock are never held together, and nothing is logged, allocated or
 * called back under either. A wait under `lock` lasts UNIT_WAIT_NS at most, a second
 * where a device does not answer (devtlb.c).
 */
#pragma once

#include "dev/vtd/inspect.h"
#include "dev/vtd/ent.h"
#include "dev/vtd/gcmd.h"
#include "dev/vtd/inv.h"
#include "dev/vtd/mmio.h"
#include "dev/vtd/os.h"
#include "dev/vtd/slpt.h"

#define UNIT_WAIT_NS 200000000ull

struct Unit {
	uint32_t index, haw;
	uint16_t segment;
	bool include_all;
	paddr_t base;
	uint64_t window; /* bytes of registers, as the DMAR table has them */
	/* Set by unit_start, then const. */
	volatile Regs *regs;
	bool probed; /* registers make sense; lim is what they say */
	uint32_t ver;
	uint64_t cap, ecap;
	Limits lim;
	uint32_t qi_step; /* queue[] places of a descriptor: 1, in scalable mode 2 */
	paddr_t root_pa, queue_pa, status_pa;
	Ent *root, *queue;
	volatile uint32_t *status; /* where waits report: a page of its own */
	paddr_t ids_pa[2];

	OsLock *lock; /* guards down to the blank line, and the tables below root */
	UnitState state;
	const char *reason; /* UNUSABLE, BROKEN */
	const char *left;   /* why it is to stay off; set before unit_start */
	bool told;          /* reason was logged */
	bool queued;        /* invalidation by queue, else by registers */
	VtdGran gran;
	uint32_t qi_tail, qi_seq;
	bool device_silent; /* the last error of the queue was a device's */
	uint32_t id_last, nid;
	uint32_t nsource;  /* context entries present */
	uint32_t ntlb;     /* of them with a device TLB */
	uint64_t patience; /* a wait lasts so much longer than UNIT_WAIT_NS */
	uint64_t want[4];  /* buses whose context tables are made ahead */
	uint64_t ninv[INV_NKIND], nwait; /* operations, completed batches */
	uint64_t wait_ns, wait_max;      /* spent where the unit was not ready at once */
	Ent *irt;              /* interrupt remapping table; NULL: it does not remap, */
	const char *ir_reason; /* because of that; NULL also when nobody asked */
	bool x2apic;           /* of its destinations */
	uint32_t irq_last, nirq;

	OsLock *fault_lock; /* guards the rest */
	bool draining;      /* somebody delivers records; he will look again */
	uint64_t nfault, nlost;
};

#define MAXUPPER 2 /* 5 levels above tables of 3 */

typedef struct DomainUnit { /* of a unit by a domain */
	Unit *unit;
	uint32_t did;     /* 0: not on this unit */
	uint32_t nsource; /* context entries present */
	bool lost;        /* the unit broke before it confirmed that entries were gone */
	paddr_t dir, pasid; /* scalable mode: PASID directory and table; 0: not made */
} DomainUnit;

typedef struct DevTlb {
	VtdTlb vtd;
	Unit *unit;
	bool silent; /* it did not answer, and was switched off */
} DevTlb;

struct Domain {
	DomainKind kind;
	paddr_t top; /* its tables, of `levels` */
	uint32_t levels, width;
	uint64_t size, memory; /* bytes it can translate; bytes of memory there can be */
	bool flush_on_add;     /* some unit must be told of what is added */
	paddr_t pdpt;          /* shared, private: the process's; 0 */
	Slpt tables;           /* of our own; root 0: none */
	uint32_t rights;       /* tables of a process: the device's at most */
	DevTlb tlb;    /* of its only device; unit NULL: it has none that is used */
	uint64_t link; /* bits of an entry that leads to a table */
	/* a mapping has one of these rights: R alone where W does not go without */
	uint32_t grants;
	/* bits without which an entry leads nowhere; 0: R or W will do */
	uint64_t must;
	SlChange pending; /* between domain_unmap_later and domain_sync */
	uint64_t nmap, nunmap;
	paddr_t upper[MAXUPPER]; /* the top with one level more, with two; 0: not made */

	uint32_t nunit;
	DomainUnit use[]; /* each guarded by its unit's lock */
};

/* domain.c */
/* A domain without tables. NULL: no memory. */
Domain *domain_make(DomainKind kind);
/* One with empty tables of our own, with `levels`, down to level `floor`. -ENOMEM. */
int domain_make_tables(DomainKind kind, uint32_t levels, uint32_t floor, uint32_t quota,
	Domain **out);

/* domainflush.c: every unit that has d carries out what c demands, for which c->did is
 * filled in, and then d's device with a TLB. The first error, after all were told:
 * -ETIMEDOUT, -EIO. */
int domain_invalidate(Domain *d, Change *c);

/* devtlb.c */
/* What the TLB of d's device has of [iova, iova+len), len 0 all, is gone on return. -EIO:
 * it did not confirm and has been switched off. */
int devtlb_flush(Domain *d, iova_t iova, uint64_t len);
/* A device behind u has a TLB that counts from now on; false: u has no part in that. */
bool devtlb_join(Unit *u);
/* d has no device with a TLB any more. */
void devtlb_forget(Domain *d);

/* shadow.c: ours follow the process's in [iova, iova+len), where its are new, or are
 * gone. */
int shadow_show(Domain *d, iova_t iova, uint64_t len);  /* -ENOMEM: not all of it */
bool shadow_drop(Domain *d, iova_t iova, uint64_t len); /* true: a table went */

/* stats.c: a table to read, which may be taken apart meanwhile: what is not RAM is
 * NULL. */
const uint64_t *look_table(uint64_t pa);

/* unit.c */
/* Finds out what u is and can. registers: invalidate by them where that can be chosen. An
 * unusable unit says so, in its state and in the log. */
void unit_probe(Unit *u, bool registers);
/* From its registers to UNIT_OFF in this mode, or to UNUSABLE. */
void unit_start(Unit *u, VtdMode m);

/* wait.c */
typedef uint64_t (*RegRead)(const volatile Regs *r, uint32_t off);
uint64_t reg_read32(const volatile Regs *r, uint32_t off);
/* Waits until the register at `off`, read by reg_read32 or mmio_read64, shows `want` in
 * the bits of `mask`. -ETIMEDOUT: it did not within UNIT_WAIT_NS; the caller breaks the
 * unit. */
int unit_wait_locked(Unit *u, RegRead read, uint32_t off, uint64_t mask, uint64_t want);
/* Gives a global command and waits for its status. -ETIMEDOUT: the unit is BROKEN. */
int unit_gcmd_locked(Unit *u, Gcmd c);
/* Counts the time since `since` as spent on waiting. */
void unit_waited_locked(Unit *u, uint64_t since);
/* The unit is BROKEN from now on, for this reason, one clause; the first one stays. */
void unit_break_locked(Unit *u, const char *why);
/* Logs once what broke the unit, if it is broken. No lock is held. */
void unit_report(Unit *u);

/* invalidate.c: does what the change demands and returns when it is complete. -ETIMEDOUT:
 * the unit is BROKEN, and may go on using what it has cached. */
int unit_invalidate_locked(Unit *u, const Change *c);

#define QI_SLOTS 256 /* 16-byte places in queue[]; QS = 0 */

/* qi.c, ri.c: carry out operations in order. 0, or a code after which the unit is
 * lost. */
int qi_start_locked(Unit *u);
int qi_submit_locked(Unit *u, const InvOp *op, uint32_t n);
/* One for a device. -EIO: it did not answer, the unit goes on. -ETIMEDOUT: the unit waits
 * for it still. */
int qi_device_locked(Unit *u, const InvOp *op);
int ri_submit_locked(Unit *u, const InvOp *op, uint32_t n);

/* table.c */
uint64_t table_root(const Unit *u);  /* what RTADDR holds */
paddr_t table_page(bool flush);      /* zeroed, also as hardware sees it; 0: none */
int table_bus(Unit *u, uint8_t bus); /* make the bus's context table; may allocate */
Ent *table_slot_locked(const Unit *u, uint16_t sid); /* NULL: no table for its bus */
uint32_t table_step(const Unit *u); /* Ents from one context entry to the next */

/* pasid.c: in scalable mode, what context entries lead to. */
Pasid pasid_entry(const Domain *d, const Unit *u, paddr_t top); /* without an id */
int pasid_reserve(const Unit *u, paddr_t page[2]);              /* -ENOMEM */
/* takes them */
void pasid_open_locked(const Unit *u, DomainUnit *use, const Pasid *p, paddr_t page[2]);
void pasid_free(paddr_t dir, paddr_t table, bool withhold); /* 0: none */

/* ir.c */
void ir_start(Unit *u, bool firmware, bool x2apic); /* remap interrupts, or say why not */

/* id.c */
int id_init(Unit *u);
uint32_t id_take_locked(Unit *u); /* 0: none left */
bool id_taken_locked(const Unit *u, uint32_t id);
void id_give_locked(Unit *u, uint32_t id); /* its invalidation has completed */

/* fault.c */
void fault_start(Unit *u); /* forget what firmware left, ask for interrupts */
void fault_poll(Unit *u);

/* units.c */
/* What all usable units can do: tables of a domain obey it, wherever it is attached. */
typedef struct Common {
	VtdMode mode;
	uint32_t levels, width, haw, big;
	bool coherent;     /* where page tables are concerned */
	bool snoop;        /* leaves say so */
	bool flush_on_add; /* some have caching mode or a write buffer */
} Common;
Common vtd_common(void);

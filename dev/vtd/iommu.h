/*
 * The DMA remapping core as other code may use it: units, domains, sources. What is
 * behind it lives in dev/vtd and needs only dev/vtd/os.h from its host. Nothing here
 * knows about processes, PCI configuration or files.
 *
 * Calls may sleep for a bounded time and are safe from several CPUs; the caller
 * serialises operations on one Domain against its own free. Codes: -ENODEV no such thing,
 * -ENOSPC out of ids, -ENOMEM, -ETIMEDOUT the unit did not answer (it is BROKEN from then
 * on, what the call would have freed must be withheld).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t;
typedef uint64_t iova_t;
typedef uint32_t bdf_t; /* segment 31:16, requester id 15:0 */

/* A write there is an interrupt, whatever tables say (VT-d 3.13). */
#define IRQ_WINDOW     0xfee00000ull
#define IRQ_WINDOW_END 0xfef00000ull

typedef struct Unit Unit;
typedef struct Domain Domain;
typedef struct Dmar Dmar;

/* ---- discovery and bring-up ---- */

/* How to use the hardware; set before vtd_start, then const. */
typedef struct VtdOptions {
	bool registers; /* invalidate by registers even where there is a queue */
	bool scalable;  /* scalable mode, if every unit can */
} VtdOptions;
extern VtdOptions vtd_options;

/* What units translate by, all of them alike: legacy mode, or scalable mode with tables
 * of the second or of the first stage. First-stage tables are a CPU's, in which what can
 * be written can be read. */
typedef enum VtdMode { VTD_LEGACY, VTD_SECOND, VTD_FIRST } VtdMode;

/* Parse a DMAR table (hostile input) and make its units, hardware untouched. 0 or a code;
 * vtd_reason() then says why in one sentence. Called once. */
int vtd_parse(const void *table, size_t len);
/* Map and read each unit's registers, build empty root tables (everything blocked), and
 * with `on` switch translation on. A unit that cannot be used is marked so, with a
 * reason, and the others go on. 0 when at least one unit is usable. */
int vtd_start(bool on);
/* That, later: every unit that is off goes on. */
int vtd_enable(void);
/* Before vtd_start: whatever switched it on before, this unit stays off, for that
 * reason. */
void unit_leave_off(Unit *u, const char *why);
const char *vtd_reason(void); /* why there is no usable unit; NULL when there is one */
const Dmar *vtd_dmar(void);   /* the parsed table, for printing; NULL when none */
uint32_t vtd_nunit(void);
Unit *vtd_unit(uint32_t i);

/* Where a device sits: itself and the bridges from the root bus down to it. */
typedef struct VtdPath {
	bdf_t bdf;
	uint32_t nbridge;
	struct {
		uint16_t rid; /* bus:dev.fn of the bridge */
		uint8_t secondary, subordinate;
	} bridge[8];
} VtdPath;
/*
 * The unit that translates this device's requests, NULL: none does. Ask for every device
 * at boot, before or after vtd_start: the unit then makes the context table of the bus
 * ahead, and attaching allocates none.
 */
Unit *vtd_unit_for(const VtdPath *p);
/* Memory that firmware keeps for a device: the structure's index among RMRRs, and
 * range. */
typedef struct VtdRmrr {
	uint32_t index;
	uint64_t base, limit;
} VtdRmrr;
/* The i'th that names this device; false: there are no more. */
bool vtd_rmrr_for(const VtdPath *p, uint32_t i, VtdRmrr *o);

/* Does firmware say that the device may translate by itself where it is (ATSR, SATC)? */
bool vtd_ats_for(const VtdPath *p);

/* ---- units ---- */

typedef enum UnitState { UNIT_UNUSABLE, UNIT_OFF, UNIT_ON, UNIT_BROKEN } UnitState;

typedef struct UnitInfo {
	UnitState state;
	const char *reason; /* for UNUSABLE and BROKEN */
	uint32_t index, segment;
	paddr_t base;
	uint32_t haw;               /* host address width of the table */
	uint64_t cap, ecap, rtaddr; /* live registers */
	uint32_t ver, gsts, fsts, fectl;
	uint32_t levels; /* of second-level tables in use */
	uint32_t width;  /* usable IOVA bits */
	uint32_t mgaw, ndomains;
	/* queued: by queue, else by registers */
	bool coherent, caching_mode, rwbf, queued;
	bool include_all;
	VtdMode mode;
	bool passes; /* can let a source through untranslated */
	paddr_t root;
	uint32_t domains; /* ids in use */
	/* counters */
	uint64_t inv_context, inv_iotlb, inv_iec, inv_wait, faults, lost;
	/* interrupts, every entry with its source, old format blocked */
	bool remaps;
	const char *no_remap; /* why not; NULL also when vtd_remap was not called */
	/* how a device can forge interrupts all the same; NULL: none known */
	const char *forges;
	bool x2apic;            /* entries hold 32-bit APIC ids */
	uint32_t irqs, irq_max; /* entries in use, and all */
} UnitInfo;

void unit_info(Unit *u, UnitInfo *out);

/* What a unit was asked to do, ever. */
typedef struct UnitStats {
	uint64_t write_buffer, context_global, context_device;
	uint64_t pasid_global, pasid_domain;             /* scalable mode */
	uint64_t iotlb_global, iotlb_domain, iotlb_page; /* of either stage */
	uint64_t interrupt_global, interrupt_index;
	uint64_t device_tlb;
	uint64_t waits; /* batches of these */
	/* where the unit was not ready at once: all, the longest */
	uint64_t wait_ns, wait_max;
	uint64_t faults, lost; /* records; times that some were lost */
	/* now: context entries, domain ids, interrupt entries */
	uint32_t sources, ids, irqs;
} UnitStats;
void unit_stats(Unit *u, UnitStats *out);
uint32_t unit_index(const Unit *u);
UnitState unit_state(const Unit *u);
/* Translation on: SRTP, global context then IOTLB invalidation, TE. Off: TE cleared; the
 * caller has quieted every device behind it. 0, -ETIMEDOUT. */
int unit_power(Unit *u, bool on);
/* What u makes of a request, from its registers and the tables as they are in memory. 0,
 * -ENODEV unusable, -ENOTSUP its root table is of another mode. */
typedef struct WalkAsk WalkAsk;
typedef struct Walk Walk;
int unit_walk(Unit *u, const WalkAsk *a, Walk *out);

/* Books and hardware compared: what is broken, by the number of the invariant. */
#define VTD_MAXBAD 16
typedef struct VtdBad {
	uint32_t invariant;
	const char *what;
	uint64_t at, value; /* of a register or an entry: where, and what is there */
} VtdBad;
typedef struct VtdCheck {
	uint32_t nbad; /* only the first VTD_MAXBAD are kept */
	VtdBad bad[VTD_MAXBAD];
	uint32_t contexts, irqs, tables; /* looked at */
} VtdCheck;
/* u's registers, and every entry of its root, context and interrupt tables. */
void unit_check(Unit *u, VtdCheck *o);
/* d's id on each unit, its tables' books; nothing is left to be invalidated. */
void domain_check(const Domain *d, VtdCheck *o);
/* The first source >= *sid with a context entry; false: no more. */
bool unit_next_source(Unit *u, uint32_t *sid);
/* How sid's context entry on u differs from what d must have; NULL: it leads to d. */
const char *domain_misses(const Domain *d, Unit *u, uint16_t sid);
/* Every entry that is not 0 in the tables d uses, tables before what they lead to, which
 * fn may have passed over by false. The caller keeps them from changing. */
typedef struct DomainEntry {
	iova_t iova;
	uint32_t level;
	paddr_t at, to;
	uint64_t value;
	bool page; /* else `to` is a table */
} DomainEntry;
void domain_visit(const Domain *d, bool (*fn)(void *arg, const DomainEntry *e),
	void *arg);

/* Policy, at any time. */
typedef enum VtdGran { VTD_GRAN_PAGE, VTD_GRAN_DOMAIN, VTD_GRAN_GLOBAL } VtdGran;
/* Invalidate by queue, else by registers. An error and *why, one clause: as before. */
int unit_set_queued(Unit *u, bool queued, const char **why);
/* The least an IOTLB invalidation covers from now on. */
void unit_set_gran(Unit *u, VtdGran g);
VtdGran unit_gran(Unit *u);
/* Guest domains made from now on map no page above this level: 1, 2 or 3. */
void vtd_set_pages(uint32_t level);
uint32_t vtd_pages(void);
bool vtd_coherent(void); /* every unit snoops CPU caches: no page-table flushes needed */
bool vtd_snoop(void);    /* every unit can be told to snoop on DMA: SNP in every leaf */
uint32_t unit_sources(Unit *u); /* context entries present */

/* ---- domains ---- */

/* Changes to one domain's tables are the caller's to serialise. */
typedef enum DomainKind {
	DOMAIN_SHARED,   /* a process's own tables */
	DOMAIN_PRIVATE,  /* the last-level tables of a process that domain_added names */
	DOMAIN_MAPPED,   /* tables of its own, filled by domain_map */
	DOMAIN_IDENTITY, /* tables in which an address leads to itself, or nowhere */
	DOMAIN_PASSTHROUGH, /* no tables: the unit lets every address through */
} DomainKind;

#define DOMAIN_R 1u
#define DOMAIN_W 2u

/*
 * A domain that uses the page tables below `pdpt` as they are: a CPU
 * page-directory-pointer page whose entries obey DESIGN.md section 4. The page outlives
 * the domain. Ids and the one or two pages above it (4 and 5 levels) are taken per unit
 * at the first attach. With rights DOMAIN_R the device writes nowhere, and like a private
 * one the domain is empty until domain_added.
 */
int domain_new_shared(paddr_t pdpt, uint32_t rights, Domain **out);
/* The same, but the device sees only ranges of 2 MiB in which domain_added was called. */
int domain_new_private(paddr_t pdpt, uint32_t rights, Domain **out);
/* An empty one. quota: table pages it may have. -ENOMEM. */
int domain_new_mapped(uint32_t quota, Domain **out);
/*
 * For devices that the kernel itself drives, and trusts with all memory. A pass-through
 * domain is refused (-ENOTSUP) by a unit that cannot. An identity domain is filled before
 * the first attach, whole pages: -EBUSY later, -EINVAL where interrupts are (requests to
 * there are never translated), -ERANGE beyond its width, -ENOTSUP, -EEXIST, -ENOMEM,
 * -EDQUOT.
 */
int domain_new_passthrough(Domain **out);
int domain_new_identity(uint32_t quota, Domain **out);
int domain_identity(Domain *d, paddr_t pa, uint64_t len, uint32_t rights);
DomainKind domain_kind(const Domain *d);
/* No source is attached any more. Gives ids and pages back. */
void domain_free(Domain *d);
/*
 * Publish context entries for the requester ids, in the legal order, with the
 * invalidations CM demands: all of them or none. An id that is present already is -EBUSY.
 */
int domain_attach(Domain *d, Unit *u, const uint16_t *sid, uint32_t nsid);
/*
 * A source that translates by itself (ATS), the only one d will have: its context entry
 * lets it, and what it may have kept is invalidated from then on. -ENOTSUP: the unit, or
 * a domain of this kind, has no part in that; -EBUSY: d is in use. The caller enables ATS
 * in the device afterwards.
 *
 * off: the device did not confirm an invalidation. Cut it off from the bus, for good; no
 * lock of the core is held. What was unmapped then, and all that is later, ends in -EIO:
 * withhold.
 */
typedef struct VtdTlb {
	uint16_t sid;
	uint8_t depth; /* invalidations it takes at once, as its capability has it */
	void (*off)(void *arg);
	void *arg;
} VtdTlb;
int domain_attach_tlb(Domain *d, Unit *u, const VtdTlb *tlb);
/* Before the caller disables it in the device, which is quiet: its TLB is empty, and d's
 * changes are no more its. domain_detach does it for who has not. -EIO: not confirmed. */
int domain_tlb_off(Domain *d);
/* Why u's devices cannot, one clause; NULL: they can. */
const char *unit_tlb_obstacle(Unit *u);

/*
 * Entries not present, context cache, then IOTLB with the old id, drained, waited for.
 * Allocates nothing. -ETIMEDOUT: the unit is BROKEN; the caller withholds what was
 * mapped.
 */
int domain_detach(Domain *d, Unit *u, const uint16_t *sid, uint32_t nsid);
/* After present entries in [iova, iova+len) changed: are gone, lost or gained a right,
 * point elsewhere (tables: a table page goes too). Returns when no attached unit can use
 * the old ones. len 0: the whole domain. A gained right counts: a unit may keep the
 * narrower entry and refuse, QEMU does. */
int domain_flush(Domain *d, iova_t iova, uint64_t len, bool tables);
/* After absent entries became present: what CM=1 or RWBF=1 need. -ENOMEM: a private or
 * read-only domain does not show all of it. */
int domain_added(Domain *d, iova_t iova, uint64_t len);

/*
 * Guest: [iova, iova+len) leads to [pa, pa+len) with `rights` when it returns; whole
 * pages. Nothing has changed on -EEXIST some of it is mapped; -EINVAL not pages, or no
 * rights; -ENOTSUP only to be written, in tables of the first stage; -ERANGE beyond
 * domain_width or the memory there can be; -ENOMEM; -EDQUOT; -ETIMEDOUT.
 */
int domain_map(Domain *d, iova_t iova, paddr_t pa, uint64_t len, uint32_t rights);
/* The same for memory in pieces, with one invalidation: run says where the next bytes are
 * (*pa) and how many, up to `want`, follow one another there; 0: -EFAULT. */
typedef uint64_t (*DomainRun)(void *arg, uint64_t off, uint64_t want, paddr_t *pa);
int domain_map_runs(Domain *d, iova_t iova, uint64_t len, uint32_t rights, DomainRun run,
	void *arg);
/*
 * Nothing of [iova, iova+len) is mapped, and no unit remembers it. -ENOENT nothing was,
 * -ENOMEM a large page would have to be split: nothing has changed. -ETIMEDOUT: gone from
 * the tables, but the pages must be withheld. domain_unmap_all needs no memory.
 */
int domain_unmap(Domain *d, iova_t iova, uint64_t len);
int domain_unmap_all(Domain *d);
/* domain_unmap in two steps, so that many ranges take one invalidation: nothing that was
 * mapped may be used again until domain_sync has returned 0. */
int domain_unmap_later(Domain *d, iova_t iova, uint64_t len);
int domain_sync(Domain *d);
uint32_t domain_width(const Domain *d); /* bits of its addresses */
/* The least that d can give and that has these rights: first-stage tables let what can be
 * written be read. */
uint32_t domain_rights(const Domain *d, uint32_t rights);

typedef struct DomainInfo {
	DomainKind kind;
	paddr_t top;
	uint32_t levels, width;
	uint32_t pages, quota, clean; /* own tables; clean: zeroed pages kept at hand */
	uint32_t big;                 /* large pages mapped */
	bool tlb;                     /* its device has a TLB of its own, in use */
	/* calls; tables of a process: that added, that took away */
	uint64_t nmap, nunmap;
} DomainInfo;
void domain_info(const Domain *d, DomainInfo *out);

uint32_t domain_id(const Domain *d, const Unit *u); /* 0: not on that unit */
/* What is in the tables at iova: 0 when nothing, else the leaf entry, bits 1:0 being
 * the rights of the whole walk; *size its page size. Safe in interrupts and beside
 * changes. */
uint64_t domain_lookup(const Domain *d, iova_t iova, uint64_t *size);

/* ---- interrupts ---- */

/* One interrupt: who may raise it, and what it becomes (fixed, physical destination). */
typedef struct VtdIrq {
	uint16_t sid; /* this requester id; */
	bool bus;     /* or any on its bus: a bridge puts its own in place of others */
	bool level;
	uint8_t vector;
	uint32_t dest; /* APIC id */
} VtdIrq;

/*
 * Remap interrupts on every unit that can, and say of the others why not. From then on a
 * unit passes only what an entry allows; what the IO-APICs behind it are to write is
 * changed while their lines are masked. x2apic: that is the CPUs' mode. Once, after
 * vtd_start; translation may be on or off, and power does not touch it.
 */
void vtd_remap(bool x2apic);
/* The unit an IO-APIC's messages pass, and the requester id they have; NULL: none
 * known. */
Unit *vtd_ioapic(uint8_t id, uint16_t *sid);
/* An entry that is in force on return. -ENOTSUP: u does not remap, use messages of the
 * old format; -ENOSPC; -ETIMEDOUT: u is BROKEN. */
int unit_irq_add(Unit *u, const VtdIrq *q, uint32_t *index);
/* On return the entry raises nothing any more: what uses it is blocked and recorded as a
 * fault. -ETIMEDOUT: that is not known, withhold the vector. */
int unit_irq_remove(Unit *u, uint32_t index);
bool unit_irq_at(Unit *u, uint32_t index, VtdIrq *q); /* false: not present */
bool vtd_irq_allows(const VtdIrq *q, uint16_t sid);
/* What a device must write, and an IO-APIC's redirection entry, to use entry `index`. */
void vtd_irq_message(uint32_t index, uint64_t *addr, uint32_t *data);
uint64_t vtd_irq_line(uint32_t index, uint8_t vector, bool level, bool low);

/* ---- faults ---- */

typedef struct VtdFault {
	uint32_t unit;
	uint16_t sid; /* requester id; segment in `segment` */
	uint16_t segment;
	iova_t addr; /* page address */
	uint8_t reason;
	bool read;      /* else write */
	bool lost;      /* not a fault: records were lost here (overflow) */
	bool interrupt; /* an interrupt request: addr holds the index */
} VtdFault;

/* fn is called from the fault interrupt for each record, in order; must not sleep. */
void vtd_on_fault(void (*fn)(const VtdFault *f));
/* Drain records now, from process context (before a detach reports). */
void vtd_poll_faults(void);
#define FAULT_COMPAT 0x25 /* an interrupt in the old format: its index means nothing */
const char *vtd_fault_text(uint8_t reason); /* Linux's wording where it has one */

/* ---- tracing ---- */

#define VTD_EVENTS  1024 /* kept */
#define VTD_NO_UNIT 0xffff

/* Something the core did to hardware, or hardware told it. */
typedef struct VtdEvent {
	uint64_t time; /* os_now() */
	enum { VTD_WROTE, VTD_QUEUED, VTD_STORED, VTD_FAULTED } kind;
	uint16_t unit; /* VTD_NO_UNIT: second-level tables are a domain's */
	union {
		struct { /* a register was written */
			enum { VTD_REGS_FIXED, VTD_REGS_IOTLB, VTD_REGS_FAULT } window;
			uint32_t off; /* from where the window begins */
			uint64_t value;
		} reg;
		struct { /* a descriptor went into the queue */
			uint64_t lo, hi;
		} descriptor;
		/* 8 bytes were stored at `at`, n times, by `step` more each time */
		struct {
			enum {
				VTD_TABLE_ROOT,
				VTD_TABLE_CONTEXT,
				VTD_TABLE_INTERRUPT,
				VTD_TABLE_SCALABLE,  /* context table of scalable mode */
				VTD_TABLE_DIRECTORY, /* PASID directory, PASID table */
				VTD_TABLE_PASID,
				VTD_TABLE_LEVEL, /* second-level, of `level` */
				/* above a domain's, where a unit has more levels */
				VTD_TABLE_ABOVE,
			} table : 8;
			uint8_t level;
			uint16_t index; /* source; or interrupt */
			uint16_t n;
			/* a pair's high word has bit 3 of `at` */
			uint64_t at, iova, value, step;
		} entry;
		VtdFault fault;
	};
} VtdEvent;

/* On: what was kept is forgotten. -ENOMEM: it stays off. Off: what there is can be
 * read. */
int vtd_trace(bool on);
bool vtd_tracing(void);
/* Events have numbers; since it was switched on these, *end not included. */
void vtd_trace_range(uint64_t *first, uint64_t *end);
/* False: lost, overwritten by later ones. */
bool vtd_trace_at(uint64_t i, VtdEvent *out);

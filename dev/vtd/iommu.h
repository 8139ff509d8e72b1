/*
 * The VT-d core as a kernel uses it: find the units, start them, give devices to domains,
 * map memory, remap interrupts, receive faults. Looking at what there is (counts, books,
 * walks, the trace) is in dev/vtd/inspect.h. What the core needs of its host is in
 * dev/vtd/os.h. Nothing here knows about processes, PCI configuration or files.
 *
 * Addresses and lengths are bytes. Unless a contract says otherwise, a call may allocate,
 * may wait for hardware (at most about a second), is safe from several CPUs, and is made
 * from process context with no lock held that the fault callback takes.
 *
 * Errors mean the same everywhere. After each of them but the last nothing has changed.
 *  -EINVAL -ERANGE -EBUSY -EEXIST -ENOTSUP: the caller asked for what cannot be.
 *  -ENODEV: the unit is not usable, or the source is not attached where it should be.
 *  -ENOMEM -ENOSPC -EDQUOT: no memory; no domain id or entry is left; above the quota.
 *  -ETIMEDOUT: the unit did not answer and is BROKEN from now on. It may still use what
 *  the call took away, so the caller never gives that memory to anybody else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t; /* a physical address */
typedef uint64_t iova_t;  /* an address as a device uses it */
typedef uint32_t bdf_t;   /* segment 31:16, bus 15:8, device 7:3, function 2:0 */

/* A write to this range is an interrupt, whatever the tables say (VT-d 3.13). */
#define IRQ_WINDOW     0xfee00000ull
#define IRQ_WINDOW_END 0xfef00000ull

typedef struct Unit Unit;     /* a remapping unit; lives for ever */
typedef struct Domain Domain; /* an address space that devices can be attached to */

/* ---- discovery and start ---- */

/* How to use the hardware. The host sets it before vtd_start; it is const afterwards. */
typedef struct VtdOptions {
	bool registers; /* invalidate by registers even where there is a queue */
	bool scalable;  /* use scalable mode if every unit can */
} VtdOptions;
extern VtdOptions vtd_options;

/* What units translate by, all of them alike: legacy mode, or scalable mode with tables
 * of the second or of the first stage. First-stage tables are a CPU's, in which what can
 * be written can also be read. */
typedef enum VtdMode { VTD_LEGACY, VTD_SECOND, VTD_FIRST } VtdMode;

/*
 * Parses the firmware's DMAR table, which may hold anything, and makes a Unit of each
 * structure that describes one. Touches no hardware. The bytes must be as firmware left
 * them, so a host that reuses ACPI memory parses first. They are copied: the caller may
 * reuse `table` on return. Called once. After -EINVAL or -ENOMEM there are no units, and
 * vtd_reason() says why.
 */
int vtd_parse(const void *table, size_t len);

/*
 * Maps and reads each unit's registers, switches off what firmware left on, and builds
 * empty root tables. Every unit that can be used is OFF afterwards. One that cannot is
 * UNUSABLE with a reason, and the others go on. Called once after vtd_parse, when the
 * host has switched bus mastering off in every PCI function. -ENODEV: no unit is usable,
 * and vtd_reason() says why; the host runs without one.
 */
int vtd_start(void);

/* Switches every unit on that is OFF: from then on a device that is not attached reaches
 * nothing. Returns 0 or -ENODEV as vtd_start. */
int vtd_enable(void);

/* Before vtd_start: this unit stays UNUSABLE, for the reason `why` (one clause, not
 * copied). What firmware left on is still switched off. */
void unit_leave_off(Unit *u, const char *why);

/* Why there is no usable unit, one sentence; NULL when there is one. */
const char *vtd_reason(void);

/* Units have the numbers 0 to vtd_nunit() - 1. vtd_unit returns NULL beyond them. */
uint32_t vtd_nunit(void);
Unit *vtd_unit(uint32_t i);

/* The registers of unit u: [*base, *base + *len). The host gives them to nobody. Can be
 * asked after vtd_parse. */
void unit_window(const Unit *u, paddr_t *base, uint64_t *len);

/* Where a device sits: the device and the bridges from the root bus down to it. */
typedef struct VtdPath {
	bdf_t bdf;
	uint32_t nbridge;
	struct {
		uint16_t rid; /* bus, device and function of the bridge */
		uint8_t secondary, subordinate;
	} bridge[8];
} VtdPath;

/*
 * The unit that translates the requests of this device; NULL: none does. The host asks
 * for every device at boot, before or after vtd_start: the unit then makes the context
 * table of the device's bus ahead, and domain_attach needs no memory for it.
 */
Unit *vtd_unit_for(const VtdPath *p);

/* Memory that firmware uses by DMA of a device: number of the RMRR structure, and its
 * range, with `limit` inside. */
typedef struct VtdRmrr {
	uint32_t index;
	uint64_t base, limit;
} VtdRmrr;
/* The i'th range that names this device; false: there are no more. */
bool vtd_rmrr_for(const VtdPath *p, uint32_t i, VtdRmrr *o);

/* Does firmware say that this device may translate by itself where it is (ATSR, SATC)? */
bool vtd_ats_for(const VtdPath *p);

/* ---- units ---- */

/* See dev/vtd/vtd.h for how a unit gets from one state to the next. */
typedef enum UnitState { UNIT_UNUSABLE, UNIT_OFF, UNIT_ON, UNIT_BROKEN } UnitState;

/* Both may be called anywhere. The state can change at any moment to BROKEN. */
uint32_t unit_index(const Unit *u);
UnitState unit_state(const Unit *u);

/*
 * Switches translation on or off; attachments stay. Before it is switched off the caller
 * has stopped every device behind the unit, for they reach all memory from then on.
 * -ENODEV: the unit is unusable. -ETIMEDOUT: whether it translates is not known.
 */
int unit_power(Unit *u, bool on);

/* What the host's page tables must do so that units can walk them (see
 * domain_new_shared). Const after vtd_start. */
bool vtd_coherent(void); /* every unit snoops CPU caches: tables need no flushes */
bool vtd_snoop(void);    /* every unit can be told to snoop on DMA: leaves may set SNP */

/* ---- domains ---- */

/* The caller lets only one call at a time change one domain or its tables. */
typedef enum DomainKind {
	DOMAIN_SHARED,  /* the page tables of a process */
	DOMAIN_PRIVATE, /* those last-level tables of a process that domain_added names */
	DOMAIN_MAPPED,  /* tables of its own, filled by domain_map */
	DOMAIN_IDENTITY,    /* tables in which an address leads to itself, or nowhere */
	DOMAIN_PASSTHROUGH, /* no tables: the unit lets every address through */
} DomainKind;

#define DOMAIN_R 1u /* rights: the device may read; */
#define DOMAIN_W 2u /* it may write */

/*
 * A domain that uses the page tables below `pdpt` as they are: a page-directory-pointer
 * page of an x86-64 CPU, which translates 39 bits. Units do not know CPU page tables, so
 * isolation rests on what the host keeps in all tables below it, at every level:
 *
 *  - An entry that is not present is the number 0. To a unit bit 0 is "read" and bit 1
 *    "write", so P=0 with RW=1 would be a page that devices can write.
 *  - Bits 0 (P, R), 1 (RW, W), 7 (PS) and 51:12 (address) mean the same to CPU and unit.
 *    Rights are those that every entry on the way gives.
 *  - In first-stage tables (VTD_FIRST) bit 2 (US) is set in every present entry. So are
 *    bit 5 (A), and in a leaf bit 6 (D), or units write them.
 *  - G, PAT, PCD and PWT are 0. Bits 52 to 62 are 0. Bit 11 is 0, but for leaves while
 *    vtd_snoop() is true, where it is SNP. Bit 63 (NX) is for the CPU alone.
 *  - A present leaf leads to RAM that the device may reach, never to device registers.
 *  - An entry is changed by a single 8-byte store. Unless vtd_coherent() is true, a
 *    table is written back before an entry leads to it, and every store is flushed.
 *  - What is taken away, or moves, is absent first, then come the CPUs' TLBs and
 *    domain_flush, and only then is the frame or the table page used again. A page
 *    changes its size in the same way: absent, flushed, present.
 *
 * The page stays where it is until domain_free. With rights DOMAIN_R alone the device
 * writes nowhere, and like a private one the domain shows only what domain_added names.
 * -ENOMEM.
 */
int domain_new_shared(paddr_t pdpt, uint32_t rights, Domain **out);
/* The same tables and rules, but the device sees only those ranges of 2 MiB in which
 * domain_added was called. -ENOMEM. */
int domain_new_private(paddr_t pdpt, uint32_t rights, Domain **out);
/* An empty domain of the kind DOMAIN_MAPPED. quota: table pages it may have, its top
 * included. -ENOMEM. */
int domain_new_mapped(uint32_t quota, Domain **out);

/* For devices that the host itself drives, and trusts with all memory. A unit without
 * pass-through refuses to attach one to this domain (-ENOTSUP). -ENOMEM. */
int domain_new_passthrough(Domain **out);
/* For the same devices where pass-through cannot be had. Empty at first. -ENOMEM. */
int domain_new_identity(uint32_t quota, Domain **out);
/* Lets [pa, pa+len), whole pages, lead to itself. Before the first attach: -EBUSY later.
 * -EINVAL not whole pages, no rights, or IRQ_WINDOW is in it; -ERANGE beyond what d can
 * translate; -ENOTSUP rights that first-stage tables cannot give; -EEXIST, -ENOMEM,
 * -EDQUOT. */
int domain_identity(Domain *d, paddr_t pa, uint64_t len, uint32_t rights);

DomainKind domain_kind(const Domain *d);
/* When no source is attached any more. Gives ids and pages back; withholds those that a
 * broken unit may still use. Cannot fail. */
void domain_free(Domain *d);

/*
 * Lets unit u translate the requests of these sources (bus, device, function: all ids
 * under which a device sends) by d. Takes all of them or, after an error, none. `sid` is
 * not kept. -EBUSY: a source is attached already, or d belongs to a device with a TLB.
 * -ENOTSUP: u cannot pass through. -ENODEV: u is unusable. -ENOSPC: u has no domain id
 * left. -ENOMEM. -ETIMEDOUT: detach is not needed, but u may use d's tables until the
 * machine is reset.
 */
int domain_attach(Domain *d, Unit *u, const uint16_t *sid, uint32_t nsid);

/*
 * A device that translates by itself (ATS), with all the core needs of it. It is the only
 * device d will have. `off` is called when the device does not answer an invalidation:
 * the host must stop it from mastering the bus for ever. No lock of the core is held
 * then. What was unmapped in that moment, and all that is unmapped later, ends in -EIO:
 * the host withholds it.
 */
typedef struct VtdTlb {
	uint16_t sid;
	uint8_t depth; /* invalidations it takes at once, as its capability has it */
	void (*off)(void *arg);
	void *arg;
} VtdTlb;
/* Attaches it. The caller enables ATS in the device afterwards. Errors are those of
 * domain_attach, and -ENOTSUP: the unit, or a domain of this kind, has no part in ATS. */
int domain_attach_tlb(Domain *d, Unit *u, const VtdTlb *tlb);
/* The device is quiet. Empties its TLB, which from then on holds nothing of d; the caller
 * then disables ATS in it. domain_detach does the same if the caller has not. -EIO: the
 * device did not confirm, and `off` was called. */
int domain_tlb_off(Domain *d);
/* Why devices behind u cannot use ATS, one clause; NULL: they can. */
const char *unit_tlb_obstacle(Unit *u);

/*
 * The sources reach nothing any more on return: entries not present, caches and what was
 * in flight invalidated and waited for. Allocates nothing. -ENODEV: one of them is not
 * attached to d on u; nothing has changed. -ETIMEDOUT: the unit may still use what was
 * mapped, so the caller withholds it. -EIO: as domain_tlb_off, and the caller withholds.
 */
int domain_detach(Domain *d, Unit *u, const uint16_t *sid, uint32_t nsid);

/*
 * After present entries in [iova, iova+len) of a process's tables are gone, lost or
 * gained a right, or lead elsewhere. `tables`: a table page went, too. len 0 means all of
 * d. On return no attached unit uses the old entries. A gained right counts because a
 * unit may keep the narrower entry and refuse by it, as QEMU's does. -ETIMEDOUT, -EIO: a
 * unit or a device may still use them, so the caller withholds the frames and tables.
 */
int domain_flush(Domain *d, iova_t iova, uint64_t len, bool tables);
/* After absent entries in [iova, iova+len) of a process's tables became present. -ENOMEM:
 * a private or read-only domain does not show all of it; the caller takes the range away
 * again and calls domain_flush. -ETIMEDOUT: the device may not see it. */
int domain_added(Domain *d, iova_t iova, uint64_t len);

/*
 * d is DOMAIN_MAPPED. [iova, iova+len) leads to [pa, pa+len) with `rights` on return, all
 * in whole pages. -EEXIST: some of it is mapped. -EINVAL: not whole pages, or no rights.
 * -ENOTSUP: DOMAIN_W alone, in first-stage tables. -ERANGE: beyond domain_width, or
 * beyond the memory there can be. -ENOMEM. -EDQUOT: more table pages than the quota.
 * Nothing has changed after these. -ETIMEDOUT: not mapped, but the caller withholds the
 * frames.
 */
int domain_map(Domain *d, iova_t iova, paddr_t pa, uint64_t len, uint32_t rights);
/* The same for memory in pieces, with one invalidation. run(arg, off, want, &pa) says
 * where the bytes from `off` on are, and how many of them, at most `want`, follow one
 * another there. When it returns 0 the call fails with -EFAULT and maps nothing. */
typedef uint64_t (*DomainRun)(void *arg, uint64_t off, uint64_t want, paddr_t *pa);
int domain_map_runs(Domain *d, iova_t iova, uint64_t len, uint32_t rights, DomainRun run,
	void *arg);

/*
 * d is DOMAIN_MAPPED. On return nothing of [iova, iova+len) is mapped and no unit or
 * device uses it. -ENOENT: nothing of it was mapped. -ENOMEM: a large page would have to
 * be split; nothing has changed. -ETIMEDOUT, -EIO: it is gone from the tables, but the
 * caller withholds the frames. domain_unmap_all needs no memory.
 */
int domain_unmap(Domain *d, iova_t iova, uint64_t len);
int domain_unmap_all(Domain *d);
/* domain_unmap in two steps, so that many ranges take one invalidation. Nothing that was
 * unmapped may be used again until domain_sync has returned 0; after -ETIMEDOUT or -EIO
 * all of it is withheld. */
int domain_unmap_later(Domain *d, iova_t iova, uint64_t len);
int domain_sync(Domain *d);

uint32_t domain_width(const Domain *d); /* how many bits d's addresses have */
/* The fewest rights that d can give and that include these: in first-stage tables what
 * can be written can be read. */
uint32_t domain_rights(const Domain *d, uint32_t rights);

/* ---- interrupts ---- */

/* One interrupt: who may raise it, and what it becomes. Delivery is fixed, to one CPU. */
typedef struct VtdIrq {
	uint16_t sid; /* the source that may raise it; */
	bool bus;     /* or any source on its bus, where a bridge puts its own id in */
	bool level;   /* level-triggered, else edge */
	uint8_t vector;
	uint32_t dest; /* APIC id */
} VtdIrq;

/*
 * Remaps interrupts on every unit that can, and logs of the others why not. From then on
 * a unit passes only what an entry allows, so the host masks the lines of its IO-APICs
 * before the call and gives them new redirection entries after it. `x2apic` is for a host
 * whose CPUs are in x2APIC mode: destinations then have 32 bits. Called once, after
 * vtd_start; translation may be on or off and does not matter.
 */
void vtd_remap(bool x2apic);
/* Does the DMAR table say that the platform has interrupt remapping? */
bool vtd_remap_allowed(void);
/* The unit that the messages of an IO-APIC pass, and the source they come from. NULL: the
 * firmware does not say. */
Unit *vtd_ioapic(uint8_t id, uint16_t *sid);
/* Makes an entry, which is in force on return. -ENOTSUP: u does not remap, so the device
 * uses messages of the old format. -ENOSPC: no entry is left. -ETIMEDOUT. */
int unit_irq_add(Unit *u, const VtdIrq *q, uint32_t *index);
/* On return the entry raises nothing: who uses it is blocked, which is recorded as a
 * fault. -ENODEV: there is no such entry. -ETIMEDOUT: it may still raise the vector, so
 * the host gives that vector to nobody else. */
int unit_irq_remove(Unit *u, uint32_t index);
/* Reads an entry; false: it is not present. */
bool unit_irq_at(Unit *u, uint32_t index, VtdIrq *q);
/* May this source raise it? */
bool vtd_irq_allows(const VtdIrq *q, uint16_t sid);
/* What a device writes to raise the interrupt of entry `index`: data to addr. */
void vtd_irq_message(uint32_t index, uint64_t *addr, uint32_t *data);
/* The redirection entry with which an IO-APIC does, unmasked. low: active low. */
uint64_t vtd_irq_line(uint32_t index, uint8_t vector, bool level, bool low);

/* ---- faults ---- */

/* A request that a unit blocked. */
typedef struct VtdFault {
	uint32_t unit;
	uint16_t sid, segment; /* who sent it */
	iova_t addr;           /* address of the page */
	uint8_t reason;        /* VT-d appendix A; see vtd_fault_text */
	bool read;             /* else a write */
	bool lost;      /* this is no fault: the unit lost records here (overflow) */
	bool interrupt; /* an interrupt request: addr holds its index */
} VtdFault;

/* The host's callback for each record, in the order of the records. It is called in the
 * fault interrupt and from vtd_poll_faults, with no lock of the core held. It must not
 * sleep, and may call what this header and inspect.h allow in interrupts. */
void vtd_on_fault(void (*fn)(const VtdFault *f));
/* Takes what units have recorded so far: on return fn was called for it. A host calls it
 * before it reports a detach, and now and then where units have no interrupt. */
void vtd_poll_faults(void);

#define FAULT_COMPAT 0x25 /* an interrupt in the old format: its index means nothing */
/* The reason in words, Linux's where it has some; "Unknown". Anywhere. */
const char *vtd_fault_text(uint8_t reason);

/*
 * The VT-d core as one looks at it: what units are and did, books against hardware, how a
 * request is translated, what was done to hardware, the firmware's table; and choices
 * that change speed but never what a device can reach. A kernel that only uses IOMMUs
 * does without all of this. Units and errors are those of dev/vtd/iommu.h.
 *
 * Nothing here changes what is mapped or attached. Unless a contract says otherwise calls
 * come from process context, take the unit's lock for a short time, and allocate nothing.
 */
#pragma once

#include "dev/vtd/iommu.h"

/* ---- units and what they did ---- */

typedef struct UnitInfo {
	UnitState state;
	const char *reason; /* of UNUSABLE and BROKEN, one clause; else NULL or old */
	uint32_t index, segment;
	paddr_t base;               /* of its registers */
	uint32_t haw;               /* host address width, as the DMAR table has it */
	uint64_t cap, ecap, rtaddr; /* registers as they are now */
	uint32_t ver, gsts, fsts, fectl;
	uint32_t levels; /* of second-level tables in use */
	uint32_t width;  /* address bits that can be used */
	uint32_t mgaw;   /* address bits of requests */
	uint32_t ndomains;
	bool coherent, caching_mode, rwbf;
	bool queued;      /* invalidation by queue, else by registers */
	bool include_all; /* has all devices of its segment that no other unit names */
	VtdMode mode;
	bool passes; /* can let a source through untranslated */
	paddr_t root;
	bool remaps;          /* interrupts: by entry only, the old format is blocked */
	const char *no_remap; /* why not, a sentence; NULL also before vtd_remap */
	/* how a device can forge interrupts all the same; NULL: none known */
	const char *forges;
	bool x2apic;      /* interrupt entries hold 32-bit APIC ids */
	uint32_t irq_max; /* interrupt entries there are */
} UnitInfo;
void unit_info(Unit *u, UnitInfo *out);

/* What a unit was asked to do since boot, and what it has now. */
typedef struct UnitStats {
	uint64_t write_buffer, context_global, context_device;
	uint64_t pasid_global, pasid_domain;             /* scalable mode */
	uint64_t iotlb_global, iotlb_domain, iotlb_page; /* of either stage */
	uint64_t interrupt_global, interrupt_index;
	uint64_t device_tlb;
	uint64_t waits; /* batches of these that completed or were given up */
	/* nanoseconds spent where the unit was not ready at once: all, the longest */
	uint64_t wait_ns, wait_max;
	uint64_t faults, lost; /* records; times that some were lost */
	/* now: context entries, domain ids, interrupt entries */
	uint32_t sources, ids, irqs;
} UnitStats;
void unit_stats(Unit *u, UnitStats *out);

/* ---- domains ---- */

typedef struct DomainInfo {
	DomainKind kind;
	paddr_t top; /* of its tables; 0: pass-through */
	uint32_t levels, width;
	uint32_t pages, quota; /* table pages of its own */
	uint32_t clean;        /* zeroed pages kept at hand */
	uint32_t big;          /* large pages mapped */
	bool tlb;              /* its device has a TLB of its own, in use */
	uint64_t nmap, nunmap; /* calls that mapped or added, that took away */
} DomainInfo;
void domain_info(const Domain *d, DomainInfo *out);

/* d's id on u; 0: not on that unit. */
uint32_t domain_id(const Domain *d, const Unit *u);

/* The entry that translates iova, its bits 1:0 being the rights of the whole walk, and in
 * *size the bytes of its page; 0: none. May be called in interrupts, and while the tables
 * change. */
uint64_t domain_lookup(const Domain *d, iova_t iova, uint64_t *size);

/* Calls fn for every entry that is not 0 in the tables d uses, a table before what it
 * leads to. If fn returns false, what this entry leads to is passed over. The caller
 * keeps the tables from changing. */
typedef struct DomainEntry {
	iova_t iova;
	uint32_t level;
	uint64_t size;  /* bytes the entry spans */
	paddr_t at, to; /* where the entry is, and what it leads to */
	uint64_t value;
	bool page; /* else `to` is a table */
} DomainEntry;
void domain_visit(const Domain *d, bool (*fn)(void *arg, const DomainEntry *e),
	void *arg);

/* ---- books against hardware ---- */

/* What is broken, by the number of the invariant (dev/vtd/check.c lists them). */
#define VTD_MAXBAD 16
typedef struct VtdBad {
	uint32_t invariant;
	const char *what;
	uint64_t at, value; /* of a register or an entry: where, and what is there */
} VtdBad;
typedef struct VtdCheck {
	uint32_t nbad; /* only the first VTD_MAXBAD are kept */
	VtdBad bad[VTD_MAXBAD];
	uint32_t contexts, irqs, tables; /* how many were looked at */
} VtdCheck;
/* u's registers, and every entry of its root, context and interrupt tables. */
void unit_check(Unit *u, VtdCheck *o);
/* d's id on each unit, the books of its tables, and that nothing waits to be invalidated.
 * The caller keeps d from changing. */
void domain_check(const Domain *d, VtdCheck *o);
/* Sets *sid to the first source >= *sid with a context entry on u; false: no more. */
bool unit_next_source(Unit *u, uint32_t *sid);
/* How sid's context entry on u differs from what d must have; NULL: it leads to d. */
const char *domain_misses(const Domain *d, Unit *u, uint16_t sid);

/* ---- choices, at any time ---- */

typedef enum VtdGran { VTD_GRAN_PAGE, VTD_GRAN_DOMAIN, VTD_GRAN_GLOBAL } VtdGran;
/* Invalidates by queue from now on, else by registers. May allocate. After an error
 * (-ENOTSUP, -ENOMEM, -ETIMEDOUT) *why is one clause; but for -ETIMEDOUT, when the unit
 * is BROKEN, the unit goes on as before. */
int unit_set_queued(Unit *u, bool queued, const char **why);
/* The least that an IOTLB invalidation covers from now on. */
void unit_set_gran(Unit *u, VtdGran g);
VtdGran unit_gran(Unit *u);
/* The level of the largest pages in DOMAIN_MAPPED domains made from now on: 1 (4 KiB),
 * 2 (2 MiB) or 3 (1 GiB). */
void vtd_set_pages(uint32_t level);
uint32_t vtd_pages(void);

/* ---- the way of a request ---- */

/* QEMU's unit judges some malformed entries otherwise: user/man/vtd.md has the table. */
typedef enum WalkRules { WALK_MANUAL, WALK_QEMU } WalkRules;

typedef struct WalkAsk {
	uint16_t sid;
	bool write;
	uint64_t addr;
	WalkRules rules;
} WalkAsk;

typedef enum WalkEnd {
	WALK_PAGE,      /* reaches pa */
	WALK_PASS,      /* the same: passed through without tables */
	WALK_INTERRUPT, /* an interrupt request, which no table of this kind decides */
	WALK_FAULT,     /* blocked for `reason`, as fault records give it */
} WalkEnd;

/* What a step of the walk reads, in the order of the walk. */
typedef enum WalkTable {
	WALK_AT_ROOT,
	WALK_AT_CONTEXT,
	WALK_AT_SCALABLE,  /* context table of scalable mode */
	WALK_AT_DIRECTORY, /* PASID directory, PASID table */
	WALK_AT_PASID,
	WALK_AT_LEVEL, /* a page table */
} WalkTable;

/* An entry on the way. Fields that its table does not have are 0. */
typedef struct WalkEntry {
	WalkTable table;
	uint64_t at;      /* where it was read */
	uint64_t word[3]; /* as it is; an 8-byte entry is word[0] */
	bool present;
	bool hides;      /* tells the unit to record no faults (FPD) */
	uint32_t type;   /* TT of a context entry, PGTT of a PASID entry */
	uint32_t did;    /* domain id */
	uint32_t levels; /* of the tables it leads to */
	uint32_t pasid;  /* of requests without one */
	uint32_t level;  /* of a page table, */
	uint32_t rights; /* and what this entry allows; */
	bool page;       /* it leads to a page, of `size` bytes; else to a table */
	uint64_t size;
	paddr_t to; /* what it leads to */
} WalkEntry;

#define WALK_MAXSTEP 10 /* root, context, directory, PASID entry, 6 levels */

typedef struct WalkReport {
	uint32_t nentry;
	WalkEntry entry[WALK_MAXSTEP];
	WalkEnd end;
	uint8_t reason;
	bool quiet;      /* a fault that is not recorded */
	uint64_t pa;     /* where the request ends up */
	uint32_t rights; /* those of the whole walk */
} WalkReport;

/* What u makes of a request, from its registers and from the tables as they are in
 * memory; what it has cached is not known. Takes no lock. -ENODEV: u is unusable.
 * -ENOTSUP: its root table is of a mode that is not known. */
int unit_walk(Unit *u, const WalkAsk *a, WalkReport *out);

/* ---- the trace ---- */

#define VTD_EVENTS  1024 /* how many are kept */
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
			uint8_t level;  /* 0: a table that is being made clean */
			uint16_t index; /* source; or number of the interrupt entry */
			uint16_t n;
			/* the high word of a pair has bit 3 of `at` set */
			uint64_t at, iova, value, step;
		} entry;
		VtdFault fault;
	};
} VtdEvent;

/* Switches recording on or off. On: what was kept is forgotten. Off: what there is can be
 * read. May allocate. -ENOMEM: it stays off. */
int vtd_trace(bool on);
bool vtd_tracing(void);
/* Events have numbers. Since recording was switched on it was these, *end not
 * included. */
void vtd_trace_range(uint64_t *first, uint64_t *end);
/* Event i; false: it is lost, overwritten by later ones. */
bool vtd_trace_at(uint64_t i, VtdEvent *out);

/* A field of a register, a descriptor or an entry, by the manual's bit numbers; those of
 * a 128-bit value are 0 to 127. A list ends with the name NULL. */
typedef struct VtdField {
	const char *name; /* the manual's where it is one bit; "": the value alone */
	enum VtdShow {
		VTD_FLAG,   /* one bit, worth mention when it is set */
		VTD_NUMBER, /* decimal */
		VTD_LEVELS, /* levels minus 2 */
		VTD_HEX,
		VTD_PAGE,   /* a page number */
		VTD_SOURCE, /* a source: bus, device, function */
	} as;
	uint8_t hi, lo;
} VtdField;

/* What the value in an event is called, and which fields it has. NULL: no name is known,
 * there is only the number. */
typedef struct VtdFormat {
	const char *name;
	const VtdField *field;
	uint64_t lo,
		hi; /* the value; of a pair of which one word was stored, 0 the other */
	int32_t number; /* of a fault record, or of a word of a PASID entry */
} VtdFormat;
VtdFormat vtd_event_format(const VtdEvent *e);
uint64_t vtd_field_value(const VtdFormat *f, const VtdField *field);

/* An entry of a page table of `level` (second stage): what it allows and leads to. */
typedef struct VtdPageEntry {
	uint32_t rights; /* 0: it is not present */
	bool page;       /* else it leads to a table */
	uint64_t size;   /* bytes it spans */
	paddr_t to;
} VtdPageEntry;
void vtd_page_entry(uint64_t value, uint32_t level, VtdPageEntry *o);

/* ---- the firmware's table ---- */

/* clang-format off */
typedef enum DmarType {
	DMAR_DRHD, DMAR_RMRR, DMAR_ATSR, DMAR_RHSA, DMAR_ANDD, DMAR_SATC, DMAR_SIDP,
	DMAR_NTYPE
} DmarType;

#define DMAR_INTR_REMAP 1 /* of Dmar.flags: the platform has interrupt remapping */

typedef enum ScopeType {
	SCOPE_ENDPOINT = 1, SCOPE_BRIDGE, SCOPE_IOAPIC, SCOPE_HPET, SCOPE_ACPI
} ScopeType;
/* clang-format on */

typedef struct DmarScope {
	uint32_t offset; /* in the table */
	uint8_t type, length, flags, reserved, id, bus;
	uint8_t npath;
	bool ok;             /* it may be used */
	const uint8_t *path; /* npath pairs: device, function */
} DmarScope;

typedef struct DmarEntry {
	uint32_t offset;
	uint16_t type, length, segment;
	bool ok;    /* it may be used */
	bool whole; /* its fixed part is there: the fields below hold something */
	/* DRHD, ATSR, SATC; bit 0: INCLUDE_PCI_ALL, ALL_PORTS, ATC_REQUIRED */
	uint8_t flags;
	uint8_t size;   /* DRHD: byte 5, low 4 bits: 2^n pages of registers */
	uint8_t number; /* ANDD */
	uint32_t reserved, proximity;
	uint64_t base, limit; /* registers; reserved memory, limit inclusive */
	const char *name;     /* ANDD: namelen bytes, terminated when ok */
	uint32_t namelen;
	uint32_t scope, nscope; /* Dmar.scope[scope .. scope+nscope) */
} DmarEntry;

/* What a finding means for the table, from bad to worst. */
typedef enum DmarVerdict { DMAR_ACCEPT, DMAR_WARN, DMAR_SKIP, DMAR_REJECT } DmarVerdict;

/* Something that is wrong with the table. */
typedef struct DmarFinding {
	uint16_t code;        /* a stable number, see dmar_finding_text */
	int32_t entry, scope; /* index, -1: none; scope counts inside the entry */
} DmarFinding;

#define DMAR_MAXFINDING 64

/* The table as a value, every part of it checked once. */
typedef struct Dmar {
	bool header; /* it was long enough for one: then these hold what it says */
	char signature[4];
	uint32_t length; /* as the header says */
	uint8_t revision, checksum, haw_field, flags, reserved[10];
	uint32_t oem_revision, creator_revision;
	uint32_t haw;   /* host address width, at most 52 */
	uint8_t *bytes; /* our copy, len bytes */
	uint32_t len;
	DmarEntry *entry;
	uint32_t nentry;
	DmarScope *scope;
	uint32_t nscope;
	DmarVerdict verdict; /* the worst of all findings */
	DmarFinding finding[DMAR_MAXFINDING];
	uint32_t nfinding; /* may exceed what finding[] holds */
} Dmar;

/*
 * Parses bytes that may hold anything. 0; -EINVAL: the table cannot be used; -ENOMEM. In
 * any case the caller calls dmar_free later. After -EINVAL verdict and findings say why,
 * and the structures are those that could be told apart, for showing only.
 */
int dmar_parse(const void *table, size_t len, Dmar *d);
/* Adds the findings that only a host can make: reserved memory that is RAM it would use.
 * is_ram says whether any of [base, base+len) is. */
void dmar_judge(Dmar *d, bool (*is_ram)(uint64_t base, uint64_t len));
/* Both in one, by what this host knows. Errors as dmar_parse. */
int vtd_read_dmar(const void *table, size_t len, Dmar *d);
void dmar_free(Dmar *d);

const char *dmar_finding_text(uint16_t code); /* "unknown" */
DmarVerdict dmar_finding_verdict(uint16_t code);
const char *dmar_verdict_name(DmarVerdict v);
const char *dmar_type_name(uint16_t type); /* "DRHD"; "unknown" */
const char *dmar_scope_name(uint8_t type); /* "pci_endpoint"; "reserved" */

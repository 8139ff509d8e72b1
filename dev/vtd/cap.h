/* What a unit can do, as limits the rest of the core obeys. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dev/vtd/iommu.h"

typedef struct Limits {
	uint32_t levels; /* of second-level tables, 3 to 5 */
	uint32_t most;   /* the most levels it has: what pass-through entries name */
	/* usable address bits: the lesser of table and request width */
	uint32_t width;
	uint32_t mgaw;     /* bits of a request's address */
	uint32_t ndomains; /* ids 0 .. ndomains-1 */
	uint32_t window;   /* bytes of registers, all of them included */
	uint32_t iotlb;    /* offset of IVA and IOTLB */
	uint32_t frcd;     /* offset of the first fault record */
	uint32_t nfault;   /* fault records */
	uint32_t mamv;     /* greatest address mask; with psi */
	bool coherent;     /* snoops: no flushes needed */
	bool walks;        /* ... where page tables are concerned */
	bool cm;           /* caching mode */
	bool rwbf;         /* write buffer to flush */
	/* page-selective invalidation; by policy (tune.c) not used */
	bool psi;
	bool whole; /* by policy: what invalidates a domain invalidates all */
	bool drain_read, drain_write;
	bool protects;  /* has protected memory regions */
	bool queue;     /* has the invalidation queue */
	bool registers; /* has register-based invalidation */
	bool page_requests;
	bool remaps;        /* interrupts */
	bool eim;           /* ... with x2APIC destinations */
	const char *forges; /* known to let a device forge interrupts: how; NULL */
	bool pass;          /* can let a source through untranslated */
	bool snoop;         /* can force snooping: SNP in entries */
	bool throttles;     /* device-TLB invalidations name whose they count as */
	uint32_t big;       /* bit n: large pages at level n, 2 or 3 */

	VtdMode mode;            /* in use, see cap_use */
	uint32_t modes;          /* bit n: VtdMode n can be used */
	const char *no_scalable; /* why only legacy mode, said of the unit; NULL */
	/* has first-stage tables, whether or not walks of them snoop */
	bool first;
	bool smpwc; /* walks snoop in scalable mode, where a PASID entry says so */
	uint32_t big_first; /* large pages of the first stage */
} Limits;

/* 0, or -ENODEV and *why one clause: the unit cannot be used. */
int cap_limits(uint32_t ver, uint64_t cap, uint64_t ecap, Limits *out, const char **why);
/* What registers get wrong on known machines. host: vendor 15:0, device 31:16 of 0:0.0;
 * board: its subsystem's. */
void cap_errata(uint32_t host, uint32_t board, Limits *l);
/* Limits in this mode, one of l->modes; they were legacy mode's. */
void cap_use(Limits *l, VtdMode m);

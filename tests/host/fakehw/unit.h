/*
 * Inside a fake unit: its state, and what the files that play its parts offer each other.
 * Tests include fakehw.h. Each rule of the manual that the core could break is a check in
 * the part that would be misled, and is reported by bad(). Bit positions are written out
 * here, from the manual, so that a wrong field in the core cannot agree with itself.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev/vtd/mmio.h"
#include "tests/host/fakehw/machine.h"

#define MAXUNIT  4
#define NTLB     2048u
#define NWALK    1024u
#define MAXDIRTY 65536u
#define NFRCD    256u

#define B(n)            (1u << (n))
#define BITS(v, hi, lo) ((v) >> (lo) & (~0ull >> (63 - ((hi) - (lo)))))
#define ONESHOT         (B(30) | B(29) | B(27) | B(24))
#define LEVEL           (B(31) | B(28) | B(26) | B(25) | B(23))
#define FSTS_W1C        0xfdu

typedef struct CtxCache {
	uint32_t gen;
	/* not present: cached because the root entry was not */
	bool present, by_root;
	uint16_t tag; /* id it is cached under: 0 when not present */
	uint64_t lo, hi;
} CtxCache;

typedef struct PasidCache { /* scalable mode; of PASID 0, by source */
	uint32_t gen;
	bool present;
	uint16_t tag;
	uint64_t dir; /* what it was read through */
	uint64_t q[3];
} PasidCache;

/* What translates a source's requests. */
typedef enum Type { BY_TABLES, BY_FIRST, PASSED } Type;
typedef struct Route {
	Type type;
	uint16_t did;
	bool snoop; /* while walking */
	uint32_t levels;
	uint64_t top;
} Route;

typedef struct Tlb { /* one 4 KiB page, or (walk) one table */
	bool valid, first;
	uint16_t did;
	uint8_t level;  /* walk: of the table the entry leads to */
	uint8_t rights; /* R, W; of the first stage P, RW, US */
	bool absent;    /* an entry on the way was not there: why there are no rights */
	uint64_t tag, pa, top;
} Tlb;

/* What a place in memory is, as far as the unit knows. */
enum { ROOT = 1, CONTEXT, INTERRUPT, ROOT2, CONTEXT2, DIRECTORY, PASID };

struct FakeUnit {
	paddr_t base;
	FakeConf conf;
	unsigned stuck;
	size_t mapped;
	bool coherent, cm, rwbf, qi, regs_ok;
	uint32_t iotlb_off, frcd_off, nfault, mamv, ndid;

	uint32_t gsts, gcmd_bit;
	uint64_t gcmd_done;
	bool gcmd_busy, gcmd_set;
	uint64_t rtaddr, root;
	bool scalable; /* what SRTP latched */
	bool root_ok, need_cc, need_pasid, need_iotlb, cc_done, pasid_done;
	uint64_t ccmd, ccmd_done, iva, iotlb, iotlb_done;
	uint32_t fsts, fectl, fedata, feaddr, feuaddr, pmen;
	uint64_t pmen_done;
	/* iqh: what was carried out; software sees more */
	uint64_t iqh, iqt, iqa, q_ready;
	bool q_error, q_iotlb; /* stopped; an IOTLB descriptor awaits its fence */
	const char *q_loose;   /* kind of descriptor that awaits its fence */
	unsigned descriptors, bad_at;
	uint32_t q_inject;
	uint64_t last_iotlb;

	struct {
		uint64_t lo, hi;
	} frcd[NFRCD];
	uint32_t next_rec;
	bool merge, had_status;

	CtxCache ctx[65536];
	PasidCache pasid[65536];
	uint32_t gen, pasid_gen;
	Tlb tlb[NTLB], walk[NWALK];
	/* what an id's cached entries came from */
	struct {
		uint64_t top;
		bool used, first;
	} id[65536];

	uint8_t *view; /* RWBF: memory behind the write buffer */
	uint32_t dirty[MAXDIRTY], ndirty;
	uint8_t *known; /* pages in which this unit found a table: */
	FakeIr *ir;
	FakeTlb *devtlb;
};

extern FakeUnit *fake_units[MAXUNIT];
extern unsigned fake_nunits;
extern FakeUnit fake_nobody; /* an address where nothing answers */

#define bad(u, ...) fake_break(__VA_ARGS__)

/* ---- memory.c ---- */
/* 8 bytes of RAM: as they are behind the write buffer; as a walk reads them that snoops
 * or does not; as this unit reads its tables and its queue. */
uint64_t view_base64(const FakeUnit *u, paddr_t pa);
uint64_t view_fetch_as(FakeUnit *u, paddr_t pa, bool snoop);
uint64_t view_fetch(FakeUnit *u, paddr_t pa);
void buffer_drain(FakeUnit *u); /* what RWBF holds back becomes visible */
/* The unit met a table of this kind: from now on stores into it are held to the rules. */
void table_found(FakeUnit *u, paddr_t pa, uint8_t kind);

/* ---- faults.c ---- */
void fault_event(FakeUnit *u);      /* raises the interrupt, unless masked */
void fault_update_ppf(FakeUnit *u); /* PPF says whether a record is valid */

/* ---- caches.c ---- */
/* One id, one table: what is cached under an id must not come from two. */
void cache_claim_id(FakeUnit *u, const Route *w);
/* A cache of n entries; NULL: it has none for that tag. */
Tlb *cache_find(Tlb *t, uint32_t n, uint16_t did, uint32_t level, uint64_t tag);
void cache_keep(Tlb *t, uint32_t n, Tlb e);
/* What an invalidation of that granularity must drop, and no more. */
void cache_drop_context(FakeUnit *u, uint32_t gran, uint16_t did, uint16_t sid);
void cache_drop_pasids(FakeUnit *u, bool all, uint16_t did);
void cache_drop_domain(FakeUnit *u, uint16_t did);
void cache_drop_some(FakeUnit *u, uint16_t did, uint64_t addr, bool stage1);
void cache_drop_iotlb(FakeUnit *u, uint32_t gran, uint16_t did, uint64_t addr);

/* ---- context.c, scalable.c ---- */
uint32_t walk_width(const FakeUnit *u, uint32_t levels); /* bits of an address */
void context_judge_id(FakeUnit *u, uint16_t did);
/* The source's context entry, from the cache or memory. 0, or the fault's reason. */
uint8_t context_get(FakeUnit *u, uint16_t sid, CtxCache *c);
/* Where the source's requests begin their walk, in either mode. 0, or the reason. */
uint8_t legacy_route(FakeUnit *u, uint16_t sid, Route *r);
uint8_t scalable_route(FakeUnit *u, uint16_t sid, Route *r);

/* ---- queue.c ---- */
uint32_t queue_stride(const FakeUnit *u); /* bytes of a descriptor */
void queue_run(FakeUnit *u); /* carries out what lies between head and tail */

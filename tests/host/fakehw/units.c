/*
 * The unit half of the fake: registers, caches, queue, faults, translation, and the rules
 * (VTD-FACTS 3 to 6, 8, 9) as checks. Bit positions are written out here, from the
 * manual, so that a wrong field in the core cannot agree with itself.
 */
#include "tests/host/fakehw/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev/vtd/mmio.h"

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
typedef struct Way {
	Type type;
	uint16_t did;
	bool snoop; /* while walking */
	uint32_t levels;
	uint64_t top;
} Way;

typedef struct Tlb { /* one 4 KiB page, or (walk) one table */
	bool valid, first;
	uint16_t did;
	uint8_t level;  /* walk: of the table the entry leads to */
	uint8_t rights; /* R, W; of the first stage P, RW, US */
	bool absent;    /* an entry on the way was not there: why there are no rights */
	uint64_t tag, pa, top;
} Tlb;

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

static FakeUnit *units[MAXUNIT];
static unsigned nunits;
static FakeUnit nobody; /* an address where nothing answers */

#define bad(u, ...) fake_break(__VA_ARGS__)

/* ---- memory as the unit sees it ---- */

static uint64_t
read64(paddr_t pa, bool snoop)
{
	uint64_t v;

	if (!snoop)
		return fake_dram64(pa);
	memcpy(&v, fake_host(pa), 8);
	return v;
}

static uint64_t
base64(const FakeUnit *u, paddr_t pa)
{
	return read64(pa, u->coherent);
}

static uint64_t
fetch_as(FakeUnit *u, paddr_t pa, bool snoop)
{
	uint64_t v;

	if (!fake_ram(pa, 8)) {
		bad(u, "unit reads a table at 0x%llx, which is not RAM",
			(unsigned long long)pa);
		return 0;
	}
	if (!fake_page_live(pa)) {
		bad(u, "unit walks through free page 0x%llx", (unsigned long long)pa);
		return 0;
	}
	if (!u->rwbf)
		return read64(pa, snoop);
	memcpy(&v, u->view + (pa - FAKE_RAM), 8);
	return v;
}

static uint64_t
fetch(FakeUnit *u, paddr_t pa)
{
	return fetch_as(u, pa, u->coherent);
}

uint64_t
fake_fetch(FakeUnit *u, paddr_t pa)
{
	return fetch(u, pa);
}

static void
drain_buffer(FakeUnit *u)
{
	for (uint32_t i = 0; i < u->ndirty; i++)
		for (uint32_t k = 0; k < 64; k += 8) {
			paddr_t pa = FAKE_RAM + (paddr_t)u->dirty[i] * 64 + k;
			uint64_t v = base64(u, pa);
			memcpy(u->view + (pa - FAKE_RAM), &v, 8);
		}
	u->ndirty = 0;
}

static void
dirty(FakeUnit *u, paddr_t line)
{
	if (!u->rwbf)
		return;
	if (u->ndirty == MAXDIRTY)
		drain_buffer(u);
	u->dirty[u->ndirty++] = (uint32_t)((line - FAKE_RAM) / 64);
}

void
units_line(paddr_t line)
{
	for (unsigned i = 0; i < nunits; i++)
		if (units[i]->coherent)
			dirty(units[i], line);
}

void
units_flushed(paddr_t line)
{
	for (unsigned i = 0; i < nunits; i++)
		if (!units[i]->coherent)
			dirty(units[i], line);
}

void
units_fresh(paddr_t page)
{
	for (unsigned i = 0; i < nunits; i++)
		if (units[i]->rwbf)
			for (uint32_t k = 0; k < 4096; k += 8) {
				uint64_t v = base64(units[i], page + k);
				memcpy(units[i]->view + (page + k - FAKE_RAM), &v, 8);
			}
}

void
units_freed(paddr_t page)
{
	for (unsigned i = 0; i < nunits; i++) {
		FakeUnit *u = units[i];

		u->known[(page - FAKE_RAM) / 4096] = 0;
		if (u->root_ok && u->root == page)
			bad(u, "the root table was freed");
		if (u->gsts & B(26) && (u->iqa & ~0xfffull) == page)
			bad(u, "the invalidation queue was freed");
		ir_freed(u->ir, page);
	}
}

enum { ROOT = 1, CONTEXT, INTERRUPT, ROOT2, CONTEXT2, DIRECTORY, PASID };

/* clang-format off */
static const unsigned entry_size[] = {
	[ROOT] = 16, [CONTEXT] = 16, [INTERRUPT] = 16,
	[ROOT2] = 8, [CONTEXT2] = 32, [DIRECTORY] = 8, [PASID] = 64, /* scalable mode */
};
/* clang-format on */

/* Entries are never touched while present, except to take P away. */
void
units_store(paddr_t pa, uint64_t v)
{
	for (unsigned i = 0; i < nunits; i++) {
		unsigned kind = units[i]->known[(pa - FAKE_RAM) / 4096];
		uint64_t lo;

		if (!kind)
			continue;
		ir_store(units[i]->ir, pa, v);
		paddr_t entry = pa & -(paddr_t)entry_size[kind];
		memcpy(&lo, fake_host(entry), 8);
		if (lo & 1 && (pa != entry || v & 1))
			bad(units[i], "store over a live entry");
	}
}

/* The unit found a table of this kind there. */
static void
found(FakeUnit *u, paddr_t pa, uint8_t kind)
{
	if (fake_ram(pa, 8))
		u->known[(pa - FAKE_RAM) / 4096] = kind;
}

void
fake_known(FakeUnit *u, paddr_t pa, size_t len)
{
	for (size_t i = 0; i < len; i += 4096)
		u->known[(pa + i - FAKE_RAM) / 4096] = INTERRUPT;
}

/* ---- faults ---- */

static void
event(FakeUnit *u)
{
	bool any = (u->fsts & 0xff) != 0;

	if (any && !u->had_status) {
		u->had_status = true;
		if (u->fectl >> 31)
			u->fectl |= B(30);
		else if (!fake_fire((uint64_t)u->feuaddr << 32 | u->feaddr, u->fedata))
			bad(u, "fault event sent nowhere");
		return;
	}
	u->had_status = any;
}

static void
update_ppf(FakeUnit *u)
{
	uint32_t fri = BITS(u->fsts, 15, 8), n;

	for (n = 0; n < u->nfault && !(u->frcd[(fri + n) % u->nfault].hi >> 63); n++)
		;
	u->fsts &= ~(0xff00u | B(1));
	if (n < u->nfault)
		u->fsts |= B(1) | (fri + n) % u->nfault << 8;
	else
		u->fsts |= u->next_rec << 8;
	event(u);
}

void
fake_fault(FakeUnit *u, uint16_t sid, iova_t addr, uint8_t reason, bool read)
{
	uint32_t i = u->next_rec;

	if (u->fsts & B(0))
		return; /* lost */
	for (uint32_t k = 0; u->merge && k < u->nfault; k++)
		if (u->frcd[k].hi >> 63 && (u->frcd[k].hi & 0xffff) == sid)
			return;
	if (u->frcd[i].hi >> 63) {
		u->fsts |= B(0);
		event(u);
		return;
	}
	u->frcd[i].lo = addr & ~0xfffull;
	/* PASID field: junk, PP clear, as QEMU leaves it */
	u->frcd[i].hi = 1ull << 63 | (uint64_t)read << 62 | 0xffffull << 40 |
		(uint64_t)reason << 32 | sid;
	u->next_rec = (i + 1) % u->nfault;
	update_ppf(u);
}

/* ---- caches ---- */

static void
note_id(FakeUnit *u, const Way *w)
{
	if (u->id[w->did].used &&
		(u->id[w->did].top != w->top ||
			u->id[w->did].first != (w->type == BY_FIRST)))
		bad(u, "domain id %u used with two tables", w->did);
	u->id[w->did].used = true;
	u->id[w->did].top = w->top;
	u->id[w->did].first = w->type == BY_FIRST;
}

static Tlb *
slot(Tlb *t, uint32_t n, uint16_t did, uint32_t level, uint64_t tag)
{
	return &t[(tag * 2654435761u + did * 40503u + level * 97u) % n];
}

static Tlb *
find(Tlb *t, uint32_t n, uint16_t did, uint32_t level, uint64_t tag)
{
	Tlb *e = slot(t, n, did, level, tag);

	return e->valid && e->did == did && e->level == level && e->tag == tag ? e : NULL;
}

static void
keep(Tlb *t, uint32_t n, Tlb e)
{
	e.valid = true;
	*slot(t, n, e.did, e.level, e.tag) = e;
}

static void
drop_context(FakeUnit *u, uint32_t gran, uint16_t did, uint16_t sid)
{
	if (gran == 1) {
		u->gen++;
		u->need_cc = false;
		u->cc_done = true;
		return;
	}
	if (gran == 2) {
		for (uint32_t i = 0; i < 65536; i++)
			if (u->ctx[i].gen == u->gen && u->ctx[i].tag == did)
				u->ctx[i].gen = 0;
		return;
	}
	/* Entries of scalable mode have no id, so there is none to compare. */
	if (u->ctx[sid].gen == u->gen && (u->scalable || u->ctx[sid].tag == did) &&
		!u->ctx[sid].by_root)
		u->ctx[sid].gen = 0;
}

/* Of one id, or all. */
static void
drop_pasids(FakeUnit *u, bool all, uint16_t did)
{
	drain_buffer(u);
	if (all) {
		u->pasid_gen++;
		if (u->need_pasid && !u->cc_done)
			bad(u, "PASID cache invalidated before the context cache after SRTP");
		u->need_pasid = false;
		u->pasid_done = true;
		return;
	}
	for (uint32_t i = 0; i < 65536; i++)
		if (u->pasid[i].tag == did)
			u->pasid[i].gen = 0;
}

static void
drop_domain(FakeUnit *u, uint16_t did)
{
	for (uint32_t i = 0; i < NTLB; i++)
		if (u->tlb[i].did == did)
			u->tlb[i].valid = false;
	for (uint32_t i = 0; i < NWALK; i++)
		if (u->walk[i].did == did)
			u->walk[i].valid = false;
	u->id[did].used = false;
}

/* stage1: what first-stage tables translate; the other kind is left alone. */
static void
drop_pages(FakeUnit *u, uint16_t did, uint64_t first, uint64_t n, bool hint, bool stage1)
{
	if (first % n != 0)
		bad(u, "page-selective invalidation not aligned to its size");
	for (uint32_t i = 0; i < NTLB; i++)
		if (u->tlb[i].did == did && u->tlb[i].first == stage1 &&
			u->tlb[i].tag >= first && u->tlb[i].tag < first + n)
			u->tlb[i].valid = false;
	for (uint32_t i = 0; i < NWALK && !hint; i++) {
		Tlb *w = &u->walk[i];
		uint32_t s = 9 * w->level; /* pages under the table it leads to */
		if (w->did == did && w->first == stage1 &&
			w->tag <= (first + n - 1) >> s && w->tag >= first >> s)
			w->valid = false;
	}
}

/* Page-selective, of either stage. */
static void
drop_some(FakeUnit *u, uint16_t did, uint64_t addr, bool stage1)
{
	uint32_t am = addr & 0x3f;

	if (u->id[did].used && u->id[did].first != stage1)
		bad(u, "pages of id %u invalidated in the other stage", did);
	if (!(u->conf.cap >> 39 & 1))
		bad(u, "page-selective invalidation without CAP.PSI");
	else if (am > u->mamv)
		bad(u, "address mask %u above %u", am, u->mamv);
	else
		drop_pages(u, did, addr >> 12, 1ull << am, addr >> 6 & 1, stage1);
}

static void
drop_iotlb(FakeUnit *u, uint32_t gran, uint16_t did, uint64_t addr)
{
	drain_buffer(u);
	switch (gran) {
	case 1:
		memset(u->tlb, 0, sizeof u->tlb);
		memset(u->walk, 0, sizeof u->walk);
		memset(u->id, 0, sizeof u->id);
		if (u->need_iotlb && !u->cc_done)
			bad(u, "IOTLB invalidated before the context cache after SRTP");
		if (u->need_iotlb && u->scalable && !u->pasid_done)
			bad(u, "IOTLB invalidated before the PASID cache after SRTP");
		u->need_iotlb = false;
		break;
	case 2:
		drop_domain(u, did);
		break;
	case 3:
		drop_some(u, did, addr, false);
		break;
	default:
		bad(u, "IOTLB invalidation of granularity %u", gran);
	}
}

/* ---- translation ---- */

static uint32_t
width(const FakeUnit *u, uint32_t levels)
{
	uint32_t agaw = 12 + 9 * levels, mgaw = BITS(u->conf.cap, 21, 16) + 1;

	return agaw < mgaw ? agaw : mgaw;
}

static uint8_t
read_context(FakeUnit *u, uint16_t sid, CtxCache *c)
{
	paddr_t at = u->root + 16 * (sid >> 8);
	uint64_t lo = fetch(u, at), hi = fetch(u, at + 8);

	*c = (CtxCache){ .gen = u->gen };
	found(u, u->root, ROOT);
	if (!(lo & 1)) {
		c->by_root = true;
		return 1;
	}
	if (lo & 0xffe || hi)
		return 0xa;
	at = (lo & ~0xfffull) + 16 * (sid & 0xff);
	c->lo = fetch(u, at);
	c->hi = fetch(u, at + 8);
	found(u, at, CONTEXT);
	if (c->lo & 2)
		bad(u, "FPD is set for source %04x", sid);
	if (!(c->lo & 1))
		return 2;
	c->present = true;
	c->tag = (uint16_t)BITS(c->hi, 23, 8);
	if (c->lo & 0xff0 || c->hi & ~0xffff7full)
		return 0xb;
	return 0;
}

/* Tables, with devices' TLBs, or pass-through, where there is such a thing. */
static bool
type_ok(const FakeUnit *u, uint32_t type)
{
	return type == 0 || (type == 1 && u->conf.ecap >> 2 & 1) ||
		(type == 2 && u->conf.ecap >> 6 & 1);
}

static void
judge_id(FakeUnit *u, uint16_t did)
{
	if (did == 0)
		bad(u, "a context entry uses domain id 0");
	if (did >= u->ndid)
		bad(u, "domain id %u of %u", did, u->ndid);
}

static uint8_t
check_context(FakeUnit *u, const CtxCache *c)
{
	uint32_t aw = c->hi & 7, did = BITS(c->hi, 23, 8);

	if (aw > 4 || !(u->conf.cap >> (8 + aw) & 1) || !type_ok(u, BITS(c->lo, 3, 2)))
		return 3;
	if (BITS(c->lo, 3, 2) == 2 && BITS(u->conf.cap, 12, 8) >> (aw + 1))
		bad(u, "pass-through with a width that is not the largest");
	judge_id(u, (uint16_t)did);
	return 0;
}

static uint8_t
context(FakeUnit *u, uint16_t sid, CtxCache *c)
{
	CtxCache *k = &u->ctx[sid];
	uint8_t r = 0;

	if (k->gen == u->gen) {
		*c = *k;
		return k->present ? 0 : k->by_root ? 1 : 2;
	}
	r = read_context(u, sid, c);
	if (r == 0)
		r = check_context(u, c);
	if (r == 0 || (u->cm && r <= 2))
		*k = *c;
	return r;
}

static uint8_t
legacy_way(FakeUnit *u, uint16_t sid, Way *w)
{
	CtxCache c;
	uint8_t r = context(u, sid, &c);

	if (r)
		return r;
	w->did = (uint16_t)BITS(c.hi, 23, 8);
	w->levels = (c.hi & 7) + 2;
	w->snoop = u->coherent;
	w->type = BITS(c.lo, 3, 2) == 2 ? PASSED : BY_TABLES;
	w->top = w->type == PASSED ? ~0ull : c.lo & ~0xfffull;
	return 0;
}

/* ---- scalable mode ---- */

static bool
above_haw(uint64_t v)
{
	return v >> 48;
}

static uint8_t
read_context2(FakeUnit *u, uint16_t sid, CtxCache *c)
{
	paddr_t at = u->root + 16 * (sid >> 8) + (sid >> 4 & 8);
	uint64_t root = fetch(u, at);

	*c = (CtxCache){ .gen = u->gen };
	found(u, u->root, ROOT2);
	if (!(root & 1)) {
		c->by_root = true;
		return 0x39;
	}
	if (root & 0xffe || above_haw(root))
		return 0x3a;
	at = (root & ~0xfffull) + 32 * (sid & 0x7f);
	c->lo = fetch(u, at);
	c->hi = fetch(u, at + 8);
	uint64_t rest = fetch(u, at + 16) | fetch(u, at + 24);
	found(u, at, CONTEXT2);
	if (c->lo & 2)
		bad(u, "FPD is set for source %04x", sid);
	if (!(c->lo & 1))
		return 0x41;
	c->present = true;
	if (c->lo & 0x1e0 || above_haw(c->lo) || c->hi >> 21 || rest)
		return 0x42;
	if ((c->hi & 0xfffff) >> (BITS(c->lo, 11, 9) + 13))
		return 0x48;
	if (c->lo & 0x1c)
		bad(u, "source %04x may do more than plain requests", sid);
	return 0;
}

static uint8_t
context2(FakeUnit *u, uint16_t sid, CtxCache *c)
{
	CtxCache *k = &u->ctx[sid];
	uint8_t r;

	if (k->gen == u->gen) {
		*c = *k;
		return k->present ? 0 : k->by_root ? 0x39 : 0x41;
	}
	r = read_context2(u, sid, c);
	if (r == 0 || (u->cm && !c->present && r != 0x3a))
		*k = *c;
	return r;
}

static bool
pgtt_ok(const FakeUnit *u, const uint64_t *q)
{
	switch (BITS(q[0], 8, 6)) {
	case 1:
		return u->conf.ecap >> 47 & 1 && BITS(q[2], 3, 2) == 0;
	case 2:
		return u->conf.ecap >> 46 & 1 &&
			u->conf.cap >> (8 + BITS(q[0], 4, 2)) & 1 && BITS(q[0], 4, 2) < 5;
	case 4:
		return u->conf.ecap >> 6 & 1;
	default:
		return false;
	}
}

static bool
pasid_reserved(const FakeUnit *u, const uint64_t *q)
{
	uint64_t second = 0;

	second |= u->conf.ecap >> 48 & 1 ? 0 : 1ull << 23;
	second |= u->conf.ecap >> 7 & 1 ? 0 : 1ull << 24;
	return q[0] & 0xc00 || above_haw(q[0]) || q[1] & second || above_haw(q[2]) ||
		q[3] || q[4] || q[5] || q[6] || q[7];
}

/* Accessed and dirty bits in the second level, memory types, supervisor requests. */
static bool
asks_more(const uint64_t *q)
{
	return q[0] & 0x200 || q[1] & ~(0xffffull | 1ull << 23 | 1ull << 24) ||
		q[2] & 0xff3;
}

static uint8_t
read_pasid(FakeUnit *u, uint64_t dir, uint32_t pasid, PasidCache *p)
{
	paddr_t at = dir + 8 * (pasid >> 6);
	uint64_t e = fetch(u, at), q[8];

	*p = (PasidCache){ .gen = u->pasid_gen, .dir = dir };
	found(u, at, DIRECTORY);
	if (e & 2)
		bad(u, "FPD is set in a PASID directory");
	if (!(e & 1))
		return 0x51;
	if (e & 0xffc || above_haw(e))
		return 0x52;
	at = (e & ~0xfffull) + 64 * (pasid & 63);
	for (unsigned i = 0; i < 8; i++)
		q[i] = fetch(u, at + 8 * i);
	memcpy(p->q, q, sizeof p->q);
	found(u, at, PASID);
	if (q[0] & 2)
		bad(u, "FPD is set in a PASID entry");
	if (!(q[0] & 1))
		return 0x59;
	p->present = true;
	p->tag = (uint16_t)q[1];
	if (pasid_reserved(u, q))
		return 0x5a;
	if (asks_more(q))
		bad(u, "a PASID entry asks for more than tables");
	return pgtt_ok(u, q) ? 0 : 0x5b;
}

static uint8_t
pasid(FakeUnit *u, uint16_t sid, const CtxCache *c, PasidCache *p)
{
	PasidCache *k = &u->pasid[sid];
	uint64_t dir = c->lo & ~0xfffull;
	uint8_t r;

	if (k->gen == u->pasid_gen) {
		*p = *k;
		if (k->dir != dir)
			bad(u, "source %04x: a stale PASID entry is used", sid);
		return k->present ? 0 : 0x59;
	}
	r = read_pasid(u, dir, (uint32_t)(c->hi & 0xfffff), p);
	if (r == 0)
		judge_id(u, p->tag);
	if (r == 0 && BITS(p->q[0], 8, 6) == 4 &&
		BITS(u->conf.cap, 12, 8) >> (BITS(p->q[0], 4, 2) + 1))
		bad(u, "pass-through with a width that is not the largest");
	if (r == 0 && u->conf.ecap >> 48 & 1 && !(p->q[1] >> 23 & 1))
		bad(u, "walks of a unit that can snoop do not");
	if (r == 0 || (u->cm && r == 0x59))
		*k = *p;
	return r;
}

static uint8_t
scalable_way(FakeUnit *u, uint16_t sid, Way *w)
{
	PasidCache p;
	CtxCache c;
	uint8_t r = context2(u, sid, &c);

	if (r == 0)
		r = pasid(u, sid, &c, &p);
	if (r)
		return r;
	uint32_t pgtt = BITS(p.q[0], 8, 6);
	w->type = pgtt == 1 ? BY_FIRST : pgtt == 2 ? BY_TABLES : PASSED;
	w->did = p.tag;
	w->snoop = p.q[1] >> 23 & 1;
	w->levels = pgtt == 1 ? 4 : (uint32_t)BITS(p.q[0], 4, 2) + 2;
	w->top = pgtt == 1 ? p.q[2] & ~0xfffull : pgtt == 2 ? p.q[0] & ~0xfffull : ~0ull;
	return 0;
}

static bool
reserved(const FakeUnit *u, uint64_t e, uint32_t level)
{
	uint64_t mask = 1ull << 62 | (0xfffffffffffffull & ~0ull << 48 & ~0xfffull);

	if (!(u->conf.ecap >> 7 & 1) || (level > 1 && !(level <= 3 && e & 0x80)))
		mask |= 1ull << 11;
	if (level > 3)
		mask |= 1ull << 7;
	else if (level > 1 && e & 0x80)
		mask |= u->conf.cap >> (32 + level) & 1
			? (1ull << (12 + 9 * (level - 1))) - 4096
			: 0x80;
	return e & mask;
}

static bool
reserved_first(const FakeUnit *u, uint64_t e, uint32_t level)
{
	uint64_t mask = 0xfffffffffffffull & ~0ull << 48;

	if (level == 4 || (level == 3 && !(u->conf.cap >> 56 & 1)))
		mask |= 0x80;
	else if (level > 1 && e & 0x80)
		mask |= (1ull << (12 + 9 * (level - 1))) -
			8192; /* bit 12 chooses caching */
	return e & mask;
}

/* Is the entry one that may be followed? 0, and rights, which lose what it has not. */
static uint8_t
follow(FakeUnit *u, const Way *w, uint64_t e, uint32_t level, uint8_t *rights)
{
	bool leaf = level == 1 || (level <= 3 && e & 0x80);

	if (w->type != BY_FIRST) {
		if (e & 3 && reserved(u, e, level))
			return u->scalable ? 0x7a : 0xc;
		*rights &= e & 3;
		return 0;
	}
	if (!(e & 1)) {
		*rights = 0;
		return 0;
	}
	if (reserved_first(u, e, level))
		return 0x72;
	*rights &= e & 7;
	if (!(e & 0x20) || (leaf && *rights & 2 && !(e & 0x40)))
		bad(u, "the unit sets A or D in an entry: %llx", (unsigned long long)e);
	return 0;
}

/* Fills *out; on a refusal its rights are what may be cached. */
static uint8_t
walk(FakeUnit *u, const Way *way, iova_t iova, Tlb *out)
{
	uint64_t table = way->top, top = way->top;
	uint8_t rights = way->type == BY_FIRST ? 7 : 3, r;
	uint32_t level = way->levels;
	uint16_t did = way->did;
	bool absent = false;

	for (uint32_t l = 1; l < way->levels; l++) {
		Tlb *w = find(u->walk, NWALK, did, l, iova >> (12 + 9 * l));
		if (!w)
			continue;
		if (w->top != top)
			bad(u, "domain id %u: a stale table is used", did);
		table = w->pa;
		rights = w->rights;
		absent = w->absent;
		level = l;
		break;
	}
	*out = (Tlb){ .did = did,
		.tag = iova >> 12,
		.top = top,
		.first = way->type == BY_FIRST,
		.absent = absent };
	for (; rights; level--) {
		uint32_t s = 12 + 9 * (level - 1);
		uint64_t e = fetch_as(u, table + 8 * (iova >> s & 511), way->snoop);

		if ((r = follow(u, way, e, level, &rights)) != 0)
			return r;
		out->absent |= !(e & (out->first ? 1 : 3));
		if (level == 1 || (rights && level <= 3 && e & 0x80)) {
			out->pa = ((e & 0xffffffffff000ull) >> s << s) +
				(iova & ((1ull << s) - 1) & ~0xfffull);
			break;
		}
		table = e & 0xffffffffff000ull;
		if (rights || u->cm)
			keep(u->walk, NWALK,
				(Tlb){ .did = did,
					.level = (uint8_t)(level - 1),
					.rights = rights,
					.absent = out->absent,
					.first = out->first,
					.tag = iova >> s,
					.pa = table,
					.top = top });
	}
	out->rights = rights;
	return 0;
}

/* May such an address be asked for? */
static uint8_t
too_wide(const FakeUnit *u, const Way *w, iova_t iova)
{
	if (w->type == BY_FIRST && iova >> 47)
		return ~iova >> 47 ? 0x80 : 0;
	if (w->type == BY_FIRST)
		return iova >> (BITS(u->conf.cap, 21, 16) + 1) ? 0x83 : 0;
	if (!(iova >> width(u, w->levels)))
		return 0;
	return !u->scalable ? 4 : iova >> (BITS(u->conf.cap, 21, 16) + 1) ? 0x83 : 0x84;
}

static uint8_t
refusal(const FakeUnit *u, const Tlb *e, bool write)
{
	if (e->rights >> write & 1 && (!e->first || e->rights & 4))
		return 0;
	if (!u->scalable)
		return write ? 5 : 6;
	if (e->absent)
		return e->first ? 0x71 : 0x79;
	if (e->first && !(e->rights & 4))
		return 0x81;
	return write ? 0x85 : 0x86;
}

static uint8_t
translate(FakeUnit *u, uint16_t sid, iova_t iova, bool write, paddr_t *pa)
{
	Way w;
	Tlb e, *hit;
	uint8_t r = (u->scalable ? scalable_way : legacy_way)(u, sid, &w);

	if (r || (r = too_wide(u, &w, iova)) != 0)
		return r;
	note_id(u, &w);
	if ((hit = find(u->tlb, NTLB, w.did, 0, iova >> 12)) != NULL) {
		if (hit->top != w.top)
			bad(u, "domain id %u: IOTLB entry of another table", w.did);
		e = *hit;
	} else {
		if (w.type == PASSED)
			e = (Tlb){ .did = w.did,
				.tag = iova >> 12,
				.top = w.top,
				.rights = 3,
				.pa = iova & ~0xfffull };
		else if ((r = walk(u, &w, iova, &e)) != 0)
			return r;
		if (e.rights || u->cm)
			keep(u->tlb, NTLB, e);
	}
	*pa = e.pa + (iova & 0xfff);
	return refusal(u, &e, write);
}

static uint8_t
in_legacy_words(uint8_t reason, bool write)
{
	switch (reason) {
	case 0x39:
		return 1;
	case 0x3a:
		return 0xa;
	case 0x41:
		return 2;
	case 0x42:
		return 0xb;
	case 0x5b:
		return 3;
	case 0x72:
	case 0x7a:
		return 0xc;
	case 0x71:
	case 0x79:
	case 0x81:
	case 0x85:
	case 0x86:
		return write ? 5 : 6;
	case 0x80:
	case 0x83:
	case 0x84:
		return 4;
	default:
		return reason;
	}
}

uint8_t
fake_translate(FakeUnit *u, uint16_t sid, iova_t iova, bool write, paddr_t *pa)
{
	return translate(u, sid, iova, write, pa);
}

/* Does the context entry let it translate by itself? */
static bool
may_translate(FakeUnit *u, uint16_t sid)
{
	CtxCache c;

	return context(u, sid, &c) == 0 && BITS(c.lo, 3, 2) == 1;
}

FakeDma
fake_dma(FakeUnit *u, uint16_t sid, iova_t iova, bool write)
{
	FakeDma d = { 0 };

	if (!(u->gsts & B(31))) {
		d.raw = true;
		d.pa = iova;
		return d;
	}
	d.reason = tlb_on(u->devtlb, sid)
		? tlb_dma(u->devtlb, sid, iova, write, may_translate(u, sid), &d.pa)
		: translate(u, sid, iova, write, &d.pa);
	d.legacy = in_legacy_words(d.reason, write);
	if (d.reason)
		fake_fault(u, sid, iova, d.reason, !write);
	else if (!fake_page_live(d.pa))
		bad(u, "source %04x reaches free page 0x%llx", sid,
			(unsigned long long)d.pa);
	return d;
}

/* ---- the queue ---- */

/* Of the PASID cache, and of what the first stage translated. */
static bool
pasid_descriptor_ok(const FakeUnit *u, uint64_t lo, uint64_t hi)
{
	uint32_t gran = BITS(lo, 5, 4);

	if (!(u->iqa >> 11 & 1) || lo & 0xfff000000000ffc0ull)
		return false;
	if ((lo & 15) == 7)
		return gran != 2 && hi == 0;
	return (gran == 2 && hi == 0) ||
		(gran == 3 && !(hi & 0xf80) && (hi & 0x3f) <= u->mamv &&
			u->conf.cap >> 39 & 1);
}

static bool
descriptor_ok(FakeUnit *u, uint64_t lo, uint64_t hi)
{
	uint32_t gran = BITS(lo, 5, 4);

	switch (lo & 15) {
	case 1:
		return gran && !(lo & 0xfffc00000000ffc0ull) && hi == 0;
	case 2:
		if (lo >> 32 || lo & 0xff00 || !gran || (gran != 3 && hi))
			return false;
		if ((lo >> 7 & 1 && !(u->conf.cap >> 55 & 1)) ||
			(lo >> 6 & 1 && !(u->conf.cap >> 54 & 1)))
			bad(u, "drain asked of a unit that has none");
		return !(hi & 0xf80) &&
			(gran != 3 || ((hi & 0x3f) <= u->mamv && u->conf.cap >> 39 & 1));
	case 3:
		return tlb_descriptor_ok(u->devtlb, lo, hi);
	case 4:
		return ir_descriptor_ok(u->ir, lo, hi);
	case 5: /* QEMU dies of SW and IF together, and wants one of them */
		return !(lo & 0xffffff00ull) && !(hi & 3) &&
			(lo >> 5 & 1) != (lo >> 4 & 1);
	case 6:
	case 7:
		return pasid_descriptor_ok(u, lo, hi);
	default:
		return false;
	}
}

static void
queue_error(FakeUnit *u, uint32_t bit)
{
	u->fsts |= bit;
	event(u);
}

static void
wait_done(FakeUnit *u, uint64_t lo, uint64_t hi)
{
	uint32_t v = (uint32_t)(lo >> 32);

	if (lo >> 6 & 1) {
		u->q_loose = NULL;
		u->q_iotlb = false;
	}
	if (!(lo >> 5 & 1))
		return;
	if (!fake_page_live(hi)) {
		bad(u, "status written to memory nobody owns");
		return;
	}
	memcpy(fake_host(hi), &v, 4); /* the unit's writes snoop */
}

/* What may be filled again from what the one before leaves comes after it, fenced. */
static void
fenced(FakeUnit *u, const char *what, const char *but)
{
	if (u->q_loose && u->q_loose != but)
		bad(u, "%s descriptor not fenced from the %s descriptor before it", what,
			u->q_loose);
}

static void
carry_out(FakeUnit *u, uint64_t lo, uint64_t hi)
{
	static const char context[] = "context", pasids[] = "PASID";
	uint16_t did = (uint16_t)BITS(lo, 31, 16);

	fake_did((FakeDid){ .kind = FAKE_CARRIED, .unit = u, .lo = lo, .hi = hi });
	if ((lo & 15) == 5) {
		wait_done(u, lo, hi);
		return;
	}
	u->descriptors++;
	drain_buffer(u);
	switch (lo & 15) {
	case 1:
		u->q_loose = context;
		drop_context(u, BITS(lo, 5, 4), did, (uint16_t)BITS(lo, 47, 32));
		break;
	case 3:
		if (u->q_loose || u->q_iotlb)
			bad(u, "device TLB descriptor not fenced from what is before it");
		tlb_drop(u->devtlb, lo, hi);
		break;
	case 4:
		ir_drop(u->ir, lo);
		break;
	case 7:
		fenced(u, pasids, pasids);
		u->q_loose = pasids;
		drop_pasids(u, BITS(lo, 5, 4) == 3, did);
		break;
	case 6:
		fenced(u, "IOTLB", NULL);
		u->q_iotlb = true;
		u->last_iotlb = lo;
		if (BITS(lo, 5, 4) == 3)
			drop_some(u, did, hi, true);
		else
			drop_domain(u, did);
		break;
	default:
		fenced(u, "IOTLB", NULL);
		u->q_iotlb = true;
		u->last_iotlb = lo;
		drop_iotlb(u, BITS(lo, 5, 4), did, hi);
	}
}

/* Bytes of a descriptor, and whether those beyond the first 16 are 0. */
static uint32_t
stride(const FakeUnit *u)
{
	return u->iqa >> 11 & 1 ? 32 : 16;
}

static bool
rest_empty(const FakeUnit *u, paddr_t at)
{
	return stride(u) == 16 || (base64(u, at + 16) | base64(u, at + 24)) == 0;
}

/* That of the widest kind, which no unit refuses. */
static bool
is_global(uint64_t lo, uint64_t hi)
{
	switch (lo & 15) {
	case 3:
		return hi == 0x7ffffffffffff001ull;
	case 4:
		return !(lo >> 4 & 1);
	case 7:
		return BITS(lo, 5, 4) == 3;
	default:
		return BITS(lo, 5, 4) == 1;
	}
}

static void
run_queue(FakeUnit *u)
{
	uint64_t size = 4096ull << (u->iqa & 7);

	while (u->iqh != u->iqt && !u->q_error && fake_time() >= u->q_ready) {
		paddr_t at = (u->iqa & ~0xfffull) + u->iqh;
		if (!fake_ram(at, stride(u))) {
			bad(u, "the queue is at 0x%llx, which is not RAM",
				(unsigned long long)at);
			u->q_error = true;
			return;
		}
		uint64_t lo = base64(u, at), hi = base64(u, at + 8);
		bool nth = u->bad_at == 1 && (lo & 15) != 5,
		     refuse = nth && !is_global(lo, hi);

		if (u->bad_at > 1 && (lo & 15) != 5)
			u->bad_at--;
		if (refuse || !descriptor_ok(u, lo, hi) || !rest_empty(u, at)) {
			if (!refuse)
				bad(u, "bad descriptor %016llx %016llx",
					(unsigned long long)lo, (unsigned long long)hi);
			u->q_error = true;
			queue_error(u, B(4));
			return;
		}
		if (nth)
			u->bad_at = 0;
		TlbAnswer a = (lo & 15) == 3 ? tlb_ask(u->devtlb, lo) : TLB_ANSWERS;
		if (a == TLB_WAITS)
			return;
		if (a == TLB_SILENT) {
			u->iqh = u->iqt;
			queue_error(u, B(6));
			return;
		}
		u->iqh = (u->iqh + stride(u)) % size;
		if ((lo & 15) == 5 && u->q_inject) {
			uint32_t bit = u->q_inject;
			u->q_inject = 0;
			u->iqh = u->iqt; /* the waits behind are lost */
			queue_error(u, bit);
			return;
		}
		fake_stepped();
		carry_out(u, lo, hi);
		fake_stepped();
	}
}

/* ---- time ---- */

static void
latch_root(FakeUnit *u)
{
	uint32_t mode = BITS(u->rtaddr, 11, 10);

	u->root = u->rtaddr & ~0xfffull;
	u->root_ok = true;
	u->scalable = mode == 1;
	u->need_cc = u->need_iotlb = true;
	u->need_pasid = u->scalable;
	u->cc_done = u->pasid_done = false;
	if (u->rtaddr & 0x3ff || mode > 1)
		bad(u, "reserved bits in RTADDR");
	if (u->scalable && !(u->conf.ecap >> 43 & 1))
		bad(u, "scalable mode on a unit that has none");
	if (u->scalable && (!(u->gsts & B(26)) || stride(u) != 32))
		bad(u, "scalable mode without a queue of 256-bit descriptors");
}

static void
finish_gcmd(FakeUnit *u)
{
	u->gcmd_busy = false;
	switch (u->gcmd_bit) {
	case B(30):
		u->gsts |= B(30);
		latch_root(u);
		break;
	case B(24):
		u->gsts |= B(24);
		ir_latch(u->ir);
		break;
	case B(27):
		drain_buffer(u);
		u->gsts &= ~B(27);
		break;
	default:
		u->gsts = u->gcmd_set ? u->gsts | u->gcmd_bit : u->gsts & ~u->gcmd_bit;
	}
}

static uint32_t
silent_bits(const FakeUnit *u)
{
	return u->stuck & STUCK_GCMD ? ~0u
				     : (u->stuck & STUCK_TE ? B(31) : 0) |
			(u->stuck & STUCK_SIRTP ? B(24) : 0) |
			(u->stuck & STUCK_IRE ? B(25) : 0) |
			(u->stuck & STUCK_CFI ? B(23) : 0);
}

static void
tick(FakeUnit *u)
{
	uint64_t now = fake_time();

	if (u->gcmd_busy && now >= u->gcmd_done && !(u->gcmd_bit & silent_bits(u)))
		finish_gcmd(u);
	if (u->ccmd >> 63 && now >= u->ccmd_done && !(u->stuck & STUCK_REGS)) {
		drain_buffer(u);
		drop_context(u, BITS(u->ccmd, 62, 61), (uint16_t)u->ccmd,
			(uint16_t)(u->ccmd >> 16));
		u->ccmd &= ~(1ull << 63);
	}
	if (u->iotlb >> 63 && now >= u->iotlb_done && !(u->stuck & STUCK_REGS)) {
		drop_iotlb(u, BITS(u->iotlb, 61, 60), (uint16_t)(u->iotlb >> 32), u->iva);
		u->iotlb &= ~(1ull << 63);
	}
	if (u->pmen & 1 && !(u->pmen >> 31) && now >= u->pmen_done &&
		!(u->stuck & STUCK_PMEN))
		u->pmen &= ~1u;
	if (u->gsts & B(26) && !(u->stuck & STUCK_QUEUE))
		run_queue(u);
}

void
units_tick(void)
{
	static bool busy;

	if (busy)
		return;
	busy = true;
	for (unsigned i = 0; i < nunits; i++)
		tick(units[i]);
	busy = false;
}

/* ---- register writes ---- */

static void
write_gcmd(FakeUnit *u, uint32_t v)
{
	uint32_t changed = (v ^ u->gsts) & LEVEL, shots = v & ONESHOT;

	if (u->gcmd_busy)
		bad(u, "GCMD written while a command is under way");
	if (__builtin_popcount(changed) + __builtin_popcount(shots) != 1)
		bad(u, "GCMD %08x with GSTS %08x: not exactly one command", v, u->gsts);
	u->gcmd_bit = shots ? shots & -shots : changed & -changed;
	u->gcmd_set = v & u->gcmd_bit;
	ir_command(u->ir, u->gcmd_bit, u->gcmd_set, u->gsts);
	if (u->gcmd_bit == B(30) || u->gcmd_bit == B(24))
		u->gsts &= ~u->gcmd_bit;
	if (u->gcmd_bit == B(27))
		u->gsts |= B(27);
	if (u->gcmd_bit == B(31) && u->gcmd_set &&
		(!u->root_ok || u->need_cc || u->need_pasid || u->need_iotlb))
		bad(u, "TE before root table and global invalidations");
	if (u->gcmd_bit == B(26) && u->gcmd_set) {
		if (!u->qi)
			bad(u, "QIE on a unit without a queue");
		if (u->iqt || u->iqa & 0x7f8 ||
			(u->iqa & 0x800 && !(u->conf.ecap >> 43 & 1)))
			bad(u, "QIE with IQT %llx IQA %llx", (unsigned long long)u->iqt,
				(unsigned long long)u->iqa);
		u->iqh = 0;
		u->q_error = u->q_iotlb = false;
		u->q_loose = NULL;
	}
	if (u->gcmd_bit == B(26) && !u->gcmd_set && u->scalable)
		bad(u, "QIE off in scalable mode");
	if (u->gcmd_bit == B(26) && !u->gcmd_set && u->iqh != u->iqt)
		bad(u, "QIE off with descriptors queued");
	u->gcmd_busy = true;
	u->gcmd_done = fake_time() + u->conf.latency;
}

static bool
registers_usable(FakeUnit *u, const char *what)
{
	if (!u->regs_ok)
		bad(u, "%s on a unit without register-based invalidation", what);
	if (u->gsts & B(26))
		bad(u, "%s while the queue is on", what); /* and it never completes */
	return u->regs_ok && !(u->gsts & B(26));
}

static void
write_ccmd(FakeUnit *u, uint64_t v)
{
	if (u->ccmd >> 63)
		bad(u, "CCMD written while ICC is set");
	if (BITS(v, 62, 61) == 0 || v & 0x07fffffc00000000ull)
		bad(u, "CCMD %016llx", (unsigned long long)v);
	u->ccmd = v;
	u->ccmd_done = registers_usable(u, "CCMD") ? fake_time() + u->conf.latency
						   : UINT64_MAX;
}

static void
write_iotlb(FakeUnit *u, uint64_t v)
{
	if (u->iotlb >> 63)
		bad(u, "IOTLB written while IVT is set");
	if (v & 0x4ffc0000ffffffffull)
		bad(u, "IOTLB %016llx", (unsigned long long)v);
	if (u->ccmd >> 63)
		bad(u, "IOTLB command before the context command completed");
	u->iotlb = u->last_iotlb = v;
	u->descriptors++;
	u->iotlb_done = registers_usable(u, "IOTLB") ? fake_time() + u->conf.latency
						     : UINT64_MAX;
}

static void
write_fsts(FakeUnit *u, uint32_t v)
{
	if (v & ~FSTS_W1C)
		bad(u, "FSTS %08x: read-only bits written", v);
	if (v & 0x70 && fake_lock_held("iommu faults"))
		bad(u, "the fault handler clears the queue's errors");
	if (v & 1 && u->fsts & 1 && u->fsts & 2 && u->gsts & B(31))
		bad(u, "PFO cleared before the records");
	u->fsts &= ~(v & FSTS_W1C);
	u->had_status = (u->fsts & 0xff) != 0;
}

static void
write_fectl(FakeUnit *u, uint32_t v)
{
	bool was = u->fectl >> 31;

	if (v & 0x7fffffff)
		bad(u, "FECTL %08x", v);
	if (!(v >> 31) && (u->feaddr >> 20 != 0xfee))
		bad(u, "fault events on with no address");
	u->fectl = (u->fectl & B(30)) | v;
	if (was && !(v >> 31) && u->fectl & B(30)) {
		u->fectl &= ~B(30);
		fake_fire((uint64_t)u->feuaddr << 32 | u->feaddr, u->fedata);
	}
}

static void
write_frcd(FakeUnit *u, uint32_t off, uint64_t v, bool wide)
{
	uint32_t i = off / 16;

	if (i >= u->nfault ||
		!((!wide && off % 16 == 12 && v == B(31)) ||
			(wide && off % 16 == 8 && v == 1ull << 63)))
		bad(u, "fault record write at +%x of %llx", off, (unsigned long long)v);
	else
		u->frcd[i].hi &= ~(1ull << 63);
	update_ppf(u);
}

static bool
is_frcd(const FakeUnit *u, uint32_t off)
{
	return off >= u->frcd_off && off < u->frcd_off + 16 * u->nfault;
}

static void
access_ok(FakeUnit *u, uint32_t off, uint32_t n)
{
	if (off % n != 0 || off + n > u->mapped)
		bad(u, "register access of %u at %x, window %zx", n, off, u->mapped);
}

void
mmio_put32(volatile Regs *r, uint32_t off, uint32_t v)
{
	FakeUnit *u = (FakeUnit *)r;

	if (u == &nobody)
		return;
	fake_did((FakeDid){ .kind = FAKE_WROTE, .unit = u, .at = off, .lo = v });
	access_ok(u, off, 4);
	switch (off) {
	case 0x18:
		write_gcmd(u, v);
		break;
	case 0x34:
		write_fsts(u, v);
		break;
	case 0x38:
		write_fectl(u, v);
		break;
	case 0x3c:
		u->fedata = v;
		break;
	case 0x40:
		u->feaddr = v;
		break;
	case 0x44:
		u->feuaddr = v;
		break;
	case 0x64:
		u->pmen = (u->pmen & 1) | (v & B(31));
		u->pmen_done = fake_time() + u->conf.latency;
		break;
	case 0xa0:
	case 0xe0:
		if (v != B(31) || (off == 0xa0 ? !u->qi : !(u->conf.ecap >> 29 & 1)))
			bad(u, "event control %x: %08x", off, v);
		break;
	default:
		if (is_frcd(u, off))
			write_frcd(u, off - u->frcd_off, v, false);
		else
			bad(u, "32-bit write to register %x", off);
	}
	fake_spend(10);
	fake_stepped();
}

static void
write_iqt(FakeUnit *u, uint64_t v)
{
	if (v & ~0x7fff0ull || v >= 4096ull << (u->iqa & 7) || v % stride(u) != 0) {
		bad(u, "IQT %llx", (unsigned long long)v);
		return;
	}
	u->iqt = v;
	u->q_ready = fake_time() + u->conf.latency;
	if (!(u->fsts & B(4)))
		u->q_error = false; /* IQE cleared and the tail written: goes on */
}

void
mmio_put64(volatile Regs *r, uint32_t off, uint64_t v)
{
	FakeUnit *u = (FakeUnit *)r;

	if (u == &nobody)
		return;
	fake_did((FakeDid){ .kind = FAKE_WROTE, .unit = u, .at = off, .lo = v });
	access_ok(u, off, 8);
	if (off == 0x20)
		u->rtaddr = v;
	else if (off == 0x28)
		write_ccmd(u, v);
	else if (off == 0x88 && u->qi)
		write_iqt(u, v);
	else if (off == 0x90 && u->qi && !(u->gsts & B(26)))
		u->iqa = v;
	else if (off == 0xb8)
		ir_write_irta(u->ir, v);
	else if (off == u->iotlb_off)
		u->iva = v;
	else if (off == u->iotlb_off + 8)
		write_iotlb(u, v);
	else if (is_frcd(u, off))
		write_frcd(u, off - u->frcd_off, v, true);
	else
		bad(u, "64-bit write to register %x", off);
	fake_spend(10);
	fake_stepped();
}

uint32_t
mmio_read32(const volatile Regs *r, uint32_t off)
{
	FakeUnit *u = (FakeUnit *)(uintptr_t)r;

	if (u == &nobody)
		return ~0u;
	access_ok(u, off, 4);
	fake_spend(10);
	switch (off) {
	case 0x00:
		return u->conf.ver;
	case 0x1c:
		return u->gsts;
	case 0x34:
		return u->fsts;
	case 0x38:
		return u->fectl;
	case 0x64:
		return u->pmen;
	}
	bad(u, "32-bit read of register %x", off); /* GCMD among them: it is write-only */
	return 0;
}

uint64_t
mmio_read64(const volatile Regs *r, uint32_t off)
{
	FakeUnit *u = (FakeUnit *)(uintptr_t)r;

	if (u == &nobody)
		return ~0ull;
	access_ok(u, off, 8);
	fake_spend(10);
	switch (off) {
	case 0x08:
		return u->conf.cap;
	case 0x10:
		return u->conf.ecap;
	case 0x20:
		return u->rtaddr;
	case 0x28:
		return u->ccmd;
	case 0x80:
		return u->q_error ? u->iqh : u->iqt; /* fetched, which is not done */
	case 0x88:
		return u->iqt;
	case 0x90:
		return u->iqa;
	case 0xb8:
		return ir_read_irta(u->ir);
	}
	if (off == u->iotlb_off + 8)
		return u->iotlb;
	if (is_frcd(u, off))
		return (off - u->frcd_off) % 16 ? u->frcd[(off - u->frcd_off) / 16].hi
						: u->frcd[(off - u->frcd_off) / 16].lo;
	bad(u, "64-bit read of register %x", off);
	return 0;
}

/* ---- making and poking ---- */

FakeUnit *
fake_unit(const FakeConf *c)
{
	FakeUnit *u = calloc(1, sizeof *u);

	u->base = c->base;
	u->conf = *c;
	u->coherent = c->ecap & 1;
	u->qi = c->ecap >> 1 & 1;
	u->cm = c->cap >> 7 & 1;
	u->rwbf = c->cap >> 4 & 1;
	u->regs_ok = (c->ver >> 4) < 6;
	u->iotlb_off = (uint32_t)BITS(c->ecap, 17, 8) * 16;
	u->frcd_off = (uint32_t)BITS(c->cap, 33, 24) * 16;
	u->nfault = (uint32_t)BITS(c->cap, 47, 40) + 1;
	u->mamv = (uint32_t)BITS(c->cap, 53, 48);
	u->ndid = 1u << (4 + 2 * (c->cap & 7));
	u->gsts = c->gsts;
	u->pmen = c->pmen ? B(31) | 1 : 0;
	u->fectl = B(31);
	u->gen = u->pasid_gen = 1;
	u->known = calloc(FAKE_PAGES, 1);
	u->ir = ir_new(u, c);
	u->devtlb = tlb_new(u, c);
	u->root_ok = c->gsts & B(30);
	u->iqh = u->iqt = c->gsts & B(26) ? 0x40 : 0; /* somebody used the queue */
	if (u->rwbf)
		u->view = malloc((size_t)FAKE_PAGES * 4096);
	if (u->rwbf)
		memset(u->view, 0xa7, (size_t)FAKE_PAGES * 4096);
	units[nunits++] = u;
	return u;
}

void *
units_map(paddr_t pa, size_t len)
{
	for (unsigned i = 0; i < nunits; i++)
		if (units[i]->base == pa) {
			units[i]->mapped = len;
			return units[i];
		}
	return &nobody;
}

unsigned
units_count(void)
{
	return nunits;
}

paddr_t
units_base(unsigned i)
{
	return units[i]->base;
}

void
fake_stuck(FakeUnit *u, unsigned what)
{
	u->stuck = what;
}

void
fake_latency(FakeUnit *u, uint32_t ns)
{
	u->conf.latency = ns;
}

void
fake_bad_descriptor(FakeUnit *u, uint32_t n)
{
	u->bad_at = n;
}

void
fake_queue_error(FakeUnit *u, uint32_t fsts_bit)
{
	u->q_inject = fsts_bit;
}

void
fake_status(FakeUnit *u, uint32_t fsts_bits)
{
	u->fsts |= fsts_bits;
	event(u);
}

void
fake_merge_faults(FakeUnit *u, bool on)
{
	u->merge = on;
}

FakeTlb *
fake_tlb(FakeUnit *u)
{
	return u->devtlb;
}

FakeIr *
fake_ir(FakeUnit *u)
{
	return u->ir;
}

uint32_t
fake_gsts(const FakeUnit *u)
{
	return u->gsts;
}

uint32_t
fake_fsts(const FakeUnit *u)
{
	return u->fsts;
}

uint32_t
fake_pmen(const FakeUnit *u)
{
	return u->pmen;
}

unsigned
fake_descriptors(const FakeUnit *u)
{
	return u->descriptors;
}

uint64_t
fake_last_iotlb(const FakeUnit *u)
{
	return u->last_iotlb;
}

/*
 * A tree of second-level tables of our own (VT-d 3.7, 9.8): mapping and unmapping ranges.
 *
 *	root (level n) -> ... -> level 3 -> level 2 -> level 1 -> page
 *	                          | PS: 1 GiB  | PS: 2 MiB
 *
 * What holds between calls:
 *  - An entry that is not present is the number 0.
 *  - Only the root can be empty. So below an entry that leads to a table something is
 *    mapped, and a large page cannot be put in its place.
 *  - A table that is full, uniform and aligned becomes a large page, where units have it.
 *  - The word of a table's page (os_page_word) counts its entries that are not 0.
 *  - The pages on `clean` are zeros in memory, too. After a map there are never fewer
 *    than SL_RESERVE of them, so that no unmap needs memory.
 *
 * A table page that unmap takes out of the tree is on the list `gone`. The caller
 * invalidates, and then calls slpt_sync, which frees what is on the list. There is no
 * lock here: the caller makes one change at a time. Hardware and slwalk_lookup may walk
 * the tree meanwhile.
 */
#pragma once

#include <stdbool.h>

#include "dev/vtd/iommu.h"
#include "dev/vtd/ent.h"
#include "dev/vtd/mmio.h"
#include "dev/vtd/os.h"

#define SL_RESERVE 4  /* two ends that split a 1 GiB page down to 4 KiB pages */
#define SL_CLEAN   32 /* clean pages beyond these go back */

typedef struct PageList { /* through os_page_word: nothing is written into the pages */
	uint32_t head, n; /* page number; 0 ends */
} PageList;

/* What entries look like, and which there may be. */
typedef struct SlFormat {
	uint64_t link, leaf; /* bits of every entry that leads to a table, to a page */
	uint32_t big;        /* bit n: a page at level n, 2 or 3 */
	/* level of the last tables that are ours: 1, or more when what is mapped are
	 * tables of somebody else's */
	uint32_t floor;
	bool flush; /* some unit does not snoop */
} SlFormat;

/*
 * The tables on the way to an address, from the root down to `level`. The path of the
 * last change is kept, because the next change is most often near it.
 */
typedef struct SlPath {
	uint32_t level;
	uint32_t shift; /* SL_SHIFT(level) */
	iova_t base;    /* the last table translates from here on */
	uint64_t span;  /* bytes of a page in the last table, 0: it cannot have pages */
	uint64_t bits;  /* of every page there, besides address and rights */
	uint32_t big;   /* 1: these are large pages, 0: the last table is at the floor */
	uint64_t *last; /* its entries, */
	uint32_t *live; /* and how many of them are not 0 */
	paddr_t pa[7];  /* all tables, by level */
	uint64_t *e[7]; /* their entries */
} SlPath;

typedef struct Slpt {
	SlFormat fmt;
	uint32_t levels;
	paddr_t root;
	uint32_t pages, quota; /* tables in the tree, root included */
	uint32_t nbig;         /* large pages in it */
	PageList clean, gone;
	SlPath path;
} Slpt;

/* What changes leave to be invalidated: [lo, hi), empty when lo >= hi. Each adds its
 * own. */
typedef struct SlChange {
	iova_t lo, hi;
	bool tables; /* not only last-level entries */
} SlChange;
#define SL_UNCHANGED ((SlChange){ .lo = ~0ull })

/* slpt.c */
int slpt_init(Slpt *t, const SlFormat *f, uint32_t levels, uint32_t quota); /* -ENOMEM */
/* Every page of the tree: back to the host, or withheld for ever. */
void slpt_free(Slpt *t, bool withhold);
/* After the invalidation a change asked for: may its tables be used again? */
void slpt_sync(Slpt *t, bool confirmed);

/*
 * slmap.c: [iova, iova+len) to [pa, pa+len), whole pages below 2^(12 + 9 levels), with
 * rights SL_R, SL_W. -EEXIST some of it is mapped, -ENOMEM, -EDQUOT more tables than the
 * quota: then nothing has changed. c grows only if something present changed.
 */
int slpt_map(Slpt *t, iova_t iova, paddr_t pa, uint64_t len, uint64_t rights,
	SlChange *c);

/*
 * slunmap.c: nothing of [iova, iova+len) is mapped any more; large pages that reach out
 * of it are split. -ENOENT nothing was, -ENOMEM a page cannot be split: nothing has
 * changed.
 */
int slpt_unmap(Slpt *t, iova_t iova, uint64_t len, SlChange *c);
/* All of it. Needs no memory. False: there was nothing. */
bool slpt_clear(Slpt *t, SlChange *c);

/* ---- for slmap.c and slunmap.c ---- */

/* Leads the path to iova, down to `level` or to the table whose entry for iova is a page
 * or nothing. Returns the level of the last table. */
uint32_t sl_descend(Slpt *t, iova_t iova, uint32_t level);

/* Is [iova, iova+len) one page of the path's last table? Then *i is its entry's index. */
static inline bool
sl_near(const Slpt *t, iova_t iova, uint64_t len, uint32_t *i)
{
	uint64_t n = (iova - t->path.base) >> t->path.shift;

	*i = (uint32_t)n;
	return n < SL_ENTRIES && len == t->path.span && (iova & (len - 1)) == 0;
}

/* Has at least n clean pages at hand; false: no memory. */
bool sl_get(Slpt *t, uint32_t n);

static inline bool
sl_reserve(Slpt *t, uint32_t n)
{
	return t->clean.n >= n || sl_get(t, n);
}

/* A clean page of which `live` entries are to be used. There is one: see sl_reserve. */
paddr_t sl_take(Slpt *t, uint32_t live);
/* The path to iova goes on to this table, to which the entry for iova leads. */
void sl_enter(Slpt *t, iova_t iova, paddr_t table);
/* The last table of the path, to which nothing leads any more, goes out of the tree. */
void sl_drop(Slpt *t);

/* Stores v as the entry for iova in the path's table of this level. */
void sl_link(const Slpt *t, uint32_t level, iova_t iova, uint64_t v);
/* Stores n entries without telling the trace: sl_put does both. */
void sl_fill(const Slpt *t, uint64_t *e, uint64_t v, uint64_t step, uint32_t n);

/* Stores v, v + step, ... into the n entries from e on, of which the first is for iova,
 * of a table of `level`. */
static inline void
sl_put(const Slpt *t, uint32_t level, iova_t iova, uint64_t *e, uint64_t v, uint64_t step,
	uint32_t n)
{
	TRACE(trace_level(level, iova, e, v, step, n));
	if (n == 1)
		mem_store64(e, v, t->fmt.flush);
	else
		sl_fill(t, e, v, step, n);
}

/* [lo, hi) is to be invalidated, too. */
static inline void
sl_note(SlChange *c, iova_t lo, iova_t hi)
{
	c->lo = lo < c->lo ? lo : c->lo;
	c->hi = hi > c->hi ? hi : c->hi;
}

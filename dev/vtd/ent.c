/*
 * Building entries, and the order in which they become visible (VT-d 6.2, 9.1, 9.3, 9.8).
 * A unit may fetch a 128-bit entry at any moment, so an entry that is present is never
 * changed: it is taken away, invalidated, and published anew. FPD and SNP are never set:
 * a fault is always recorded, and bit 11 is reserved on units without snoop control.
 */
#include "dev/vtd/ent.h"

#include "dev/vtd/mmio.h"

Ent
ent_root(uint64_t context_table)
{
	Ent e = { 0, 0 };

	EPUT(e, ROOT_CTP, context_table >> 12);
	EPUT(e, ROOT_P, 1);
	return e;
}

Ent
ent_context(uint64_t top, uint32_t levels, uint32_t did)
{
	Ent e = { 0, 0 };

	EPUT(e, CTX_SLPT, top >> 12);
	EPUT(e, CTX_TT, TT_TABLES);
	EPUT(e, CTX_AW, levels - 2);
	EPUT(e, CTX_DID, did);
	EPUT(e, CTX_P, 1);
	return e;
}

Ent
ent_pass(uint32_t most, uint32_t did)
{
	Ent e = { 0, 0 };

	EPUT(e, CTX_TT, TT_PASS);
	/* the largest there is, though no table is walked: 9.3 */
	EPUT(e, CTX_AW, most - 2);
	EPUT(e, CTX_DID, did);
	EPUT(e, CTX_P, 1);
	return e;
}

Ent
ent_root2(uint64_t lower, uint64_t upper)
{
	return (Ent){ ent_root(lower).lo, ent_root(upper).lo };
}

Ent
ent_context2(uint64_t directory)
{
	Ent e = { 0, 0 };

	EPUT(e, SM_DIR, directory >> 12);
	EPUT(e, CTX_P, 1);
	return e;
}

uint64_t
ent_directory(uint64_t table)
{
	return FVAL(DIR_TABLE, table >> 12) | FMASK(DIR_P);
}

Pasid
ent_pasid(uint32_t pgtt, uint64_t top, uint32_t levels, uint32_t did)
{
	Pasid p = { 0 };

	EPUT(p.e, PASID_PGTT, pgtt);
	EPUT(p.e, PASID_AW,
		levels - 2); /* QEMU takes the width from it in the first level too */
	EPUT(p.e, PASID_DID, did);
	EPUT(p.e, PASID_P, 1);
	if (pgtt == PGTT_FIRST)
		FPUT(p.first, PASID_FLPT, top >> 12);
	else if (pgtt == PGTT_SECOND)
		EPUT(p.e, PASID_SLPT, top >> 12);
	return p;
}

/* A word of an entry that hardware may be reading. */
static void
word_store(uint64_t *slot, uint64_t v, bool flush)
{
	TRACE(trace_entry(slot, v));
	mem_store64(slot, v, flush);
}

void
ent_publish(Ent *slot, Ent v, bool flush)
{
	TRACE(trace_entry(&slot->hi, v.hi));
	mem_store64(&slot->hi, v.hi, false);     /* the same line */
	__atomic_thread_fence(__ATOMIC_RELEASE); /* P must not be seen before the rest */
	TRACE(trace_entry(&slot->lo, v.lo));
	mem_store64(&slot->lo, v.lo, flush);
}

void
ent_publish_pasid(uint64_t *slot, const Pasid *p, bool flush)
{
	mem_store64(slot + 2, p->first, false); /* the same line, all of it */
	mem_store64(slot + 1, p->e.hi, false);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	mem_store64(slot, p->e.lo, flush);
}

void
ent_publish_directory(uint64_t *slot, uint64_t table, bool flush)
{
	mem_store64(slot, ent_directory(table), flush);
}

void
ent_unpublish(Ent *slot, bool flush)
{
	word_store(&slot->lo, 0, flush);
}

void
ent_wipe(Ent *slot, bool flush)
{
	word_store(&slot->hi, 0, flush);
}

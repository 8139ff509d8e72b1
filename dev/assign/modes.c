/*
 * The modes shared and private, and the table of all modes that a process can have a
 * function in. In both of these a device uses the process's own addresses. Its tables are
 * the process's page tables (shared) or lead to those pages of them that the process
 * asked to be for DMA (private), so whatever the process maps or gives up reaches the
 * device without a mapping of ours: only what units have cached must be invalidated.
 * Locks: domain_new under assign_lock, the other calls under the address space's.
 */

#include "dev/assign/modes.h"

static uint
rights_of(const Owner *o)
{
	return o->ro ? DOMAIN_R : DOMAIN_R | DOMAIN_W;
}

static int
shared_domain(const Owner *o, Aspace *as, Domain **out)
{
	return domain_new_shared(aspace_pdpt(as), rights_of(o), out);
}

static int
private_domain(const Owner *o, Aspace *as, Domain **out)
{
	return domain_new_private(aspace_pdpt(as), rights_of(o), out);
}

static int
shared_added(Owner *o, vaddr_t va, size_t len, bool dma)
{
	(void)dma;
	return domain_added(o->domain, va, len);
}

static int
private_added(Owner *o, vaddr_t va, size_t len, bool dma)
{
	return dma ? domain_added(o->domain, va, len) : 0;
}

static int
pages_removed(Owner *o, vaddr_t va, size_t len, int prot, bool tables)
{
	(void)prot;
	return domain_flush(o->domain, va, len, tables);
}

static const Mode shared_mode = {
	.word = ATTACH_SHARED,
	.taken = ON_ATTACH,
	.domain_new = shared_domain,
	.added = shared_added,
	.removed = pages_removed,
};

static const Mode private_mode = {
	.word = ATTACH_PRIVATE,
	.taken = ON_ATTACH,
	.domain_new = private_domain,
	.added = private_added,
	.removed = pages_removed,
};

const Mode *const mode_of[] = {
	[ATTACH_SHARED] = &shared_mode,
	[ATTACH_PRIVATE] = &private_mode,
	[ATTACH_GUEST] = &guest_mode,
};

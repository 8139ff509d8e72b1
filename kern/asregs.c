/*
 * Windows on device registers. They lie in PML4[1], where no device's domain reaches.
 * When the device is taken away its windows go too, on every CPU at once. The region then
 * stays in the list, with the sentence that the process dies with if it touches the
 * window later. Locks: Aspace.lock, taken by the public functions.
 */

#include "arch/arch.h"
#include "kern/asinner.h"
#include "kern/errno.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/page.h"

static int
clear_leaf(vaddr_t va, pte_t *e, void *arg)
{
	(void)va;
	(void)arg;
	pte_store(e, 0);
	return 0;
}

/* Removes windows: entries, then what CPUs remember, then table pages. No device walks
 * PML4[1], and no frame is freed, so nobody else is asked. */
static void
depopulate_regs(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	paddr_t tables = 0;

	pt_each(as->root, va, len, clear_leaf, NULL);
	pt_trim(as->root, va, len, &tables);
	arch_shootdown(as->root, va, len);
	as_release(tables, false);
}

int
as_unmap_regs(Aspace *as, vaddr_t va, size_t len)
{
	if (region_reserve(&as->regions, 2) != 0)
		return fail(-ENOMEM, "out of memory");
	depopulate_regs(as, va, len);
	region_cut(&as->regions, va, len);
	return 0;
}

int
aspace_map_regs(Aspace *as, paddr_t pa, size_t len, int prot, const void *token,
	vaddr_t *out)
{
	Region r = { .kind = REGION_REGS, .prot = prot, .token = token };
	int err = 0;

	assert(pa % PAGE_SIZE == 0 && len % PAGE_SIZE == 0 && len > 0);
	mutex_lock(&as->lock);
	/* One page more than needed, never mapped, keeps windows apart. */
	r.va = layout_gap(&as->regions, LAYOUT_MEMTOP, LAYOUT_REGTOP, len + PAGE_SIZE,
		PAGE_SIZE);
	r.len = len;
	if (r.va == 0 || region_reserve(&as->regions, 1) != 0)
		err = -ENOMEM;
	for (size_t o = 0; o < len && err == 0; o += PAGE_SIZE) {
		pte_t *e = pt_leaf(as->root, r.va + o, true);

		if (e == NULL)
			err = -ENOMEM;
		else
			pte_store(e,
				(as_entry(pa + o, prot) | PTE_NX) | PTE_PCD | PTE_PWT);
	}
	if (err == 0)
		region_add(&as->regions, &r);
	else if (r.va != 0)
		depopulate_regs(as, r.va, len);
	mutex_unlock(&as->lock);
	*out = r.va;
	return err != 0 ? fail(err, "out of memory for a register window") : 0;
}

void
aspace_revoke_regs(Aspace *as, const void *token, const char *why)
{
	mutex_lock(&as->lock);
	for (Region *r = as->regions.head; r != NULL; r = r->next) {
		if (r->kind != REGION_REGS || r->token != token)
			continue;
		depopulate_regs(as, r->va, r->len);
		r->kind = REGION_REVOKED;
		r->token = NULL;
		r->why = why;
	}
	mutex_unlock(&as->lock);
}

bool
aspace_has_regs(Aspace *as, const void *token)
{
	bool has = false;

	mutex_lock(&as->lock);
	for (Region *r = as->regions.head; r != NULL; r = r->next)
		has |= r->kind == REGION_REGS && r->token == token;
	mutex_unlock(&as->lock);
	return has;
}

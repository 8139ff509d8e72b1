/*
 * mprotect. Frames whose rights are all gone wait in the parked tree (kern/asinner.h).
 * Whatever may fail is done before the first right changes. The observers are told of a
 * right that is gained as of one that is lost, because hardware may hold the old entry.
 * Locks: Aspace.lock, taken by aspace_protect.
 */

#include "arch/arch.h"
#include "kern/asinner.h"
#include "kern/errno.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/page.h"

/* Takes the frame of va out of the parked tree. Returns 0 when there is none. */
static paddr_t
frame_unpark(Aspace *as, vaddr_t va) REQUIRES(as->lock)
{
	pte_t *e = as->parked != 0 ? pt_leaf(as->parked, va, false) : NULL;
	paddr_t pa = e != NULL ? *e & PTE_ADDR : 0;

	if (pa != 0)
		pte_store(e, 0);
	return pa;
}

/* Makes room in the parked tree for every page of the range, so that parking cannot fail.
 * -ENOMEM: some of the room may have been made. */
static int
park_reserve(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	if (as->parked == 0 && (as->parked = pt_root_new()) == 0)
		return -ENOMEM;
	for (size_t o = 0; o < len; o += PAGE_SIZE)
		if (pt_leaf(as->parked, va + o, true) == NULL)
			return -ENOMEM;
	return 0;
}

/* Makes sure that every page of the range has a frame: pages that were mapped without
 * rights get one in the parked tree. -ENOMEM: no right has changed, and the frames made
 * so far stay parked. */
static int
range_back(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	for (size_t o = 0; o < len; o += PAGE_SIZE) {
		pte_t *e = pt_leaf(as->root, va + o, true);
		pte_t *k;
		paddr_t pa;

		if (e == NULL ||
			(!(*e & PTE_P) && park_reserve(as, va + o, PAGE_SIZE) != 0))
			return -ENOMEM;
		if (*e & PTE_P)
			continue;
		k = pt_leaf(as->parked, va + o, false);
		if (*k & PTE_P)
			continue;
		if ((pa = page_alloc(0, PAGE_USER)) == 0)
			return -ENOMEM;
		pte_store(k, pa | PTE_P);
		as->frames++;
	}
	return 0;
}

/* Stores the entries of the range with their new rights. Without rights a frame moves to
 * the parked tree, and with rights it comes back. Nothing here can fail: park_reserve or
 * range_back has made sure that every entry and every frame is there. */
static void
range_set_rights(Aspace *as, vaddr_t va, size_t len, int prot) REQUIRES(as->lock)
{
	for (size_t o = 0; o < len; o += PAGE_SIZE) {
		pte_t *e = pt_leaf(as->root, va + o, false);
		paddr_t pa;

		if (e == NULL)
			continue; /* mapped without rights, and staying so */
		pa = *e & PTE_P     ? *e & PTE_ADDR
			: prot != 0 ? frame_unpark(as, va + o)
				    : 0;
		if (pa == 0)
			continue;
		if (prot == 0) {
			pte_store(pt_leaf(as->parked, va + o, false), pa | PTE_P);
			pte_store(e, 0);
		} else {
			pte_store(e, as_entry(pa, prot));
		}
	}
}

/* Tells the observers that the range is there again, region by region. -ENOMEM: one of
 * them could not follow. */
static int
protect_tell(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	vaddr_t end = va + len, to;
	int err = 0;

	for (const Region *r; va < end && err == 0; va = to) {
		r = region_find(&as->regions, va);
		to = r->va + r->len < end ? r->va + r->len : end;
		err = as_tell_added(as, va, to - va, r->kind == REGION_DMA);
	}
	return err;
}

/* Does mprotect for a range without holes. Everything that may fail for want of memory is
 * done before the first right changes. */
static int
range_protect(Aspace *as, vaddr_t va, size_t len, int prot) REQUIRES(as->lock)
{
	int err = prot == 0 ? park_reserve(as, va, len) : range_back(as, va, len);

	if (err != 0 || region_reserve(&as->regions, 2) != 0)
		return fail(-ENOMEM, "out of memory");
	range_set_rights(as, va, len, prot);
	region_protect(&as->regions, va, len, prot);
	arch_shootdown(as->root, va, len);
	if (prot != 0 && protect_tell(as, va, len) != 0)
		err = fail(-ENOMEM, "its device does not see all of it: out of memory");
	if (as_tell_removed(as, va, len, prot, false) == 0)
		return err;
	return fail(-EIO, "the IOMMU did not confirm: its device is out of use");
}

int
aspace_protect(Aspace *as, vaddr_t addr, size_t len, int prot)
{
	int err;

	if (addr % PAGE_SIZE != 0 || len == 0 || len > LAYOUT_MEMTOP ||
		addr > LAYOUT_MEMTOP - len ||
		(prot & ~(SPROT_READ | SPROT_WRITE | SPROT_EXEC)))
		return fail(-EINVAL, "mprotect: 0x%lx bytes at 0x%lx", len, addr);
	if ((prot & SPROT_WRITE) && (prot & SPROT_EXEC))
		return fail(-EINVAL, "memory is writable or executable, not both");
	len = roundup(len, PAGE_SIZE);
	mutex_lock(&as->lock);
	if (!region_covered(&as->regions, addr, len) ||
		as_any_kind(as, addr, len, REGION_GUARD))
		err = fail(-ENOMEM, "0x%lx: not all of it is mapped", addr);
	else
		err = range_protect(as, addr, len, prot);
	mutex_unlock(&as->lock);
	return err;
}

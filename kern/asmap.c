/*
 * mmap, munmap and brk: where memory goes, and what may be asked for. DMA memory comes in
 * stretches of 2 MiB that hold nothing else, with a guard page at both ends, so that a
 * domain can show a device the last-level tables of a stretch and nothing of its
 * neighbours. Locks: Aspace.lock, taken by the public functions.
 */

#include "kern/asinner.h"
#include "kern/errno.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/page.h"

/* ---- mmap, munmap ---- */

static vaddr_t
dma_limit(int flags)
{
	switch (flags & (SMAP_DMA28 | SMAP_DMA32)) {
	case SMAP_DMA28:
		return LAYOUT_BRK;
	case SMAP_DMA32:
		return 1ull << 32;
	}
	return LAYOUT_TOP;
}

/* Maps DMA memory in whole stretches of its own. Their first and their last page are
 * guards. */
static int
map_dma(Aspace *as, size_t len, int prot, int flags, vaddr_t *out) REQUIRES(as->lock)
{
	size_t total = roundup(len + 2 * PAGE_SIZE, LAYOUT_STRETCH);
	vaddr_t s = layout_gap(&as->regions, LAYOUT_DMA28, dma_limit(flags), total,
		LAYOUT_STRETCH);
	Region low = { .va = s, .len = PAGE_SIZE, .kind = REGION_GUARD };
	Region high = { .kind = REGION_GUARD };
	int err;

	if (s == 0)
		return fail(-ENOMEM, "no address below 0x%lx for %lu KiB of DMA memory",
			dma_limit(flags), len >> 10);
	if (region_reserve(&as->regions, 3) != 0)
		return fail(-ENOMEM, "out of memory");
	*out = s + PAGE_SIZE;
	if ((err = as_place(as, *out, len, prot, REGION_DMA)) != 0)
		return err;
	high.va = *out + len;
	high.len = s + total - high.va;
	region_add(&as->regions, &low);
	region_add(&as->regions, &high);
	return 0;
}

/* Maps memory at va, which the process has chosen. -EINVAL and -EEXIST: it cannot be
 * there. */
static int
map_fixed(Aspace *as, vaddr_t va, size_t len, int prot) REQUIRES(as->lock)
{
	if (va % PAGE_SIZE != 0 || va + len > LAYOUT_MEMTOP)
		return fail(-EINVAL, "memory cannot be at 0x%lx", va);
	if (layout_window(va, len) != NULL)
		return fail(-EINVAL, "0x%lx is kept out: %s", va, layout_window(va, len));
	if (region_overlap(&as->regions, va, len) != NULL)
		return fail(-EEXIST, "0x%lx is mapped already", va);
	return as_place(as, va, len, prot, REGION_ANON);
}

int
aspace_map(Aspace *as, vaddr_t addr, size_t len, int prot, int flags, vaddr_t *out)
{
	int err;

	if (len == 0 || len > LAYOUT_MEMTOP ||
		(prot & ~(SPROT_READ | SPROT_WRITE | SPROT_EXEC)))
		return fail(-EINVAL, "mmap: length 0x%lx, protection %d", len, prot);
	if ((prot & SPROT_WRITE) && (prot & SPROT_EXEC))
		return fail(-EINVAL, "memory is writable or executable, not both");
	len = roundup(len, PAGE_SIZE);
	mutex_lock(&as->lock);
	if (flags & SMAP_FIXED) {
		*out = addr;
		err = addr <= LAYOUT_MEMTOP
			? map_fixed(as, addr, len, prot)
			: fail(-EINVAL, "memory cannot be at 0x%lx", addr);
	} else if ((flags & SMAP_DMA) && (prot & SPROT_EXEC)) {
		err = fail(-EINVAL, "DMA memory cannot be executable");
	} else if (flags & SMAP_DMA) {
		err = map_dma(as, len, prot, flags, out);
	} else {
		*out = layout_gap(&as->regions, LAYOUT_BRK, LAYOUT_TOP, len, PAGE_SIZE);
		err = *out != 0 ? as_place(as, *out, len, prot, REGION_ANON)
				: fail(-ENOMEM, "no address for %lu KiB", len >> 10);
	}
	mutex_unlock(&as->lock);
	return err;
}

void
as_drop_guards(Aspace *as, vaddr_t va, size_t len)
{
	vaddr_t end = roundup(va + len, LAYOUT_STRETCH);

	for (vaddr_t s = rounddown(va, LAYOUT_STRETCH); s < end; s += LAYOUT_STRETCH) {
		Region *r = region_overlap(&as->regions, s, LAYOUT_STRETCH);

		while (r != NULL && r->va < s + LAYOUT_STRETCH && r->kind == REGION_GUARD)
			r = r->next;
		if (r == NULL || r->va >= s + LAYOUT_STRETCH)
			region_cut(&as->regions, s, LAYOUT_STRETCH);
	}
}

bool
as_any_kind(const Aspace *as, vaddr_t va, size_t len, RegionKind kind)
{
	for (Region *r = region_overlap(&as->regions, va, len);
		r != NULL && r->va < va + len; r = r->next)
		if (r->kind == kind)
			return true;
	return false;
}

static int
unmap_memory(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	bool dma = as_any_kind(as, va, len, REGION_DMA);
	int err;

	/* The cut splits one region, and dropping guards one at each end. */
	if (region_reserve(&as->regions, 4) != 0)
		return fail(-ENOMEM, "out of memory");
	err = as_depopulate(as, va, len);
	region_cut(&as->regions, va, len);
	if (dma)
		as_drop_guards(as, va, len);
	return err;
}

int
aspace_unmap(Aspace *as, vaddr_t addr, size_t len)
{
	int err;

	if (addr % PAGE_SIZE != 0 || len == 0 || len > LAYOUT_REGTOP ||
		addr > LAYOUT_REGTOP - len ||
		(addr < LAYOUT_MEMTOP && addr + len > LAYOUT_MEMTOP))
		return fail(-EINVAL, "munmap: 0x%lx bytes at 0x%lx", len, addr);
	mutex_lock(&as->lock);
	if (addr >= LAYOUT_MEMTOP)
		err = as_unmap_regs(as, addr, roundup(len, PAGE_SIZE));
	else
		err = unmap_memory(as, addr, roundup(len, PAGE_SIZE));
	mutex_unlock(&as->lock);
	return err;
}

/* ---- brk ---- */

static int
brk_grow(Aspace *as, vaddr_t from, vaddr_t to) REQUIRES(as->lock)
{
	if (to > LAYOUT_TOP || layout_window(from, to - from) != NULL ||
		region_overlap(&as->regions, from, to - from) != NULL)
		return fail(-ENOMEM, "the heap cannot grow to 0x%lx", to);
	return as_place(as, from, to - from, SPROT_READ | SPROT_WRITE, REGION_BRK);
}

int
aspace_brk(Aspace *as, vaddr_t want, vaddr_t *now)
{
	vaddr_t have,
		need = want <= LAYOUT_MEMTOP ? roundup(want, PAGE_SIZE)
					     : LAYOUT_MEMTOP + 1;
	int err = 0;

	mutex_lock(&as->lock);
	have = roundup(as->brk, PAGE_SIZE);
	if (want >= LAYOUT_BRK && need > have)
		err = brk_grow(as, have, need);
	else if (want >= LAYOUT_BRK && need < have)
		err = unmap_memory(as, need, have - need);
	if (want >= LAYOUT_BRK && err == 0)
		as->brk = want;
	*now = as->brk;
	mutex_unlock(&as->lock);
	return err;
}

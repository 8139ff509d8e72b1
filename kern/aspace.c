/*
 * Address spaces: see aspace.h. Regions say what is where, the page tables say what the CPU
 * and a shared domain's devices may touch; both change together under the lock.
 *
 * Memory whose rights are all taken away keeps its frames in a second tree of the same
 * shape (`parked`) that no CPU and no unit ever walks: in the live tree its entries are 0.
 * Frames and table pages that leave are collected on lists through the frame table, so
 * taking away needs no memory and writes nothing into what a device may still see.
 */

#include "kern/aspace.h"
#include "arch/arch.h"
#include "arch/pt.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/string.h"

struct Aspace {
	paddr_t root; /* const */
	uint    refs; /* atomic */

	Mutex      lock; /* guards down to the end */
	RegionList regions;
	paddr_t    parked; /* root of the tree of frames without rights; 0: none yet */
	vaddr_t    brk;    /* first byte past the heap */
	size_t     frames; /* of RAM it owns */
	bool       withheld; /* some device may still reach it: nothing of it is freed */
	const AsObserver *observer;
};

typedef unsigned long long ull;

static uint64_t
whole(uint64_t n)
{
	return roundup(n, PAGE_SIZE);
}

static pte_t
entry(paddr_t pa, int prot)
{
	return pa | PTE_P | PTE_US | (prot & SPROT_WRITE ? PTE_RW : 0) |
	       (prot & SPROT_EXEC ? 0 : PTE_NX);
}

/* ---- birth and death ---- */

Aspace *
aspace_new(void)
{
	Aspace *as = kalloc(sizeof *as);

	if (as == NULL)
		return NULL;
	if ((as->root = pt_root_new()) == 0) {
		kfree(as);
		return NULL;
	}
	as->refs = 1;
	mutex_init(&as->lock, RANK_ASPACE, "aspace");
	as->brk = LAYOUT_BRK;
	return as;
}

/* What one operation takes out of the tables. */
typedef struct Taken {
	paddr_t frames, tables; /* page_push lists */
	size_t  n;
} Taken;

static int
take_leaf(vaddr_t va, pte_t *e, void *arg)
{
	Taken *t = arg;

	(void)va;
	page_push(&t->frames, *e & PTE_ADDR);
	t->n++;
	pte_store(e, 0);
	return 0;
}

static void
release(paddr_t list, bool withhold)
{
	paddr_t pa;

	while ((pa = page_pop(&list)) != 0) {
		if (withhold)
			page_withhold(pa);
		else
			page_put(pa);
	}
}

void
aspace_withhold(Aspace *as)
{
	as->withheld = true;
}

Aspace *
aspace_get(Aspace *as)
{
	__atomic_add_fetch(&as->refs, 1, __ATOMIC_RELAXED);
	return as;
}

static void
aspace_free(Aspace *as)
{
	Taken t = { 0 };

	assert(as->observer == NULL);
	if (as->withheld) { /* leaves, tables and root stay as they are, unreachable to us */
		region_free_all(&as->regions);
		kfree(as);
		return;
	}
	pt_each(as->root, 0, LAYOUT_MEMTOP, take_leaf, &t);
	if (as->parked != 0) {
		pt_each(as->parked, 0, LAYOUT_MEMTOP, take_leaf, &t);
		pt_root_free(as->parked);
	}
	release(t.frames, false);
	pt_root_free(as->root);
	region_free_all(&as->regions);
	kfree(as);
}

void
aspace_put(Aspace *as)
{
	if (__atomic_sub_fetch(&as->refs, 1, __ATOMIC_ACQ_REL) == 0)
		aspace_free(as);
}

paddr_t
aspace_root(const Aspace *as)
{
	return as->root;
}

paddr_t
aspace_pdpt(const Aspace *as)
{
	return pt_pdpt(as->root);
}

void
aspace_switch(Aspace *as)
{
	arch_load_root(as != NULL ? as->root : arch_kernel_root());
}

void
aspace_observe(Aspace *as, const AsObserver *o)
{
	mutex_lock(&as->lock);
	as->observer = o;
	mutex_unlock(&as->lock);
}

/* ---- taking away ---- */

/*
 * Empty [va, va+len) of memory: entries, CPUs, devices, and only then the frames and table
 * pages. -EIO: some device may still reach them, so they are withheld for ever.
 */
static int
depopulate(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	Taken t = { 0 };
	bool tables;
	int err = 0;

	pt_each(as->root, va, len, take_leaf, &t);
	tables = pt_trim(as->root, va, len, &t.tables) > 0;
	if (t.n > 0 || tables) {
		arch_shootdown(as->root, va, len);
		if (as->observer != NULL)
			err = as->observer->removed(as->observer->arg, as, va, len, tables);
		as->withheld |= err != 0;
	}
	if (as->parked != 0)
		pt_each(as->parked, va, len, take_leaf, &t);
	as->frames -= t.n;
	release(t.frames, err != 0);
	release(t.tables, err != 0);
	return err != 0 ? fail(-EIO, "memory withheld: the IOMMU did not confirm") : 0;
}

/* ---- giving ---- */

static int
populate_page(Aspace *as, vaddr_t va, int prot) REQUIRES(as->lock)
{
	pte_t *e = pt_leaf(as->root, va, true);
	paddr_t pa = e != NULL ? page_alloc(0, PAGE_USER) : 0;

	if (pa == 0)
		return -ENOMEM;
	pte_store(e, entry(pa, prot));
	as->frames++;
	return 0;
}

static void
announce(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	if (as->observer != NULL)
		as->observer->added(as->observer->arg, as, va, len);
}

/* Fresh zeroed frames for [va, va+len), or nothing changed. */
static int
populate(Aspace *as, vaddr_t va, size_t len, int prot) REQUIRES(as->lock)
{
	if (prot == 0)
		return 0;
	for (size_t o = 0; o < len; o += PAGE_SIZE)
		if (populate_page(as, va + o, prot) != 0) {
			depopulate(as, va, o + PAGE_SIZE);
			return fail(-ENOMEM, "out of memory: %llu KiB wanted", (ull)len >> 10);
		}
	announce(as, va, len);
	return 0;
}

static int
place(Aspace *as, vaddr_t va, size_t len, int prot, RegionKind kind) REQUIRES(as->lock)
{
	Region r = { .va = va, .len = len, .prot = prot, .kind = kind };
	int err;

	if (region_reserve(&as->regions, 1) != 0)
		return fail(-ENOMEM, "out of memory");
	if ((err = populate(as, va, len, prot)) == 0)
		region_add(&as->regions, &r);
	return err;
}

int
aspace_place(Aspace *as, vaddr_t va, size_t len, int prot, RegionKind kind)
{
	int err;

	mutex_lock(&as->lock);
	if (va % PAGE_SIZE != 0 || len == 0 || va + len > LAYOUT_MEMTOP || va + len < va)
		err = fail(-EINVAL, "memory cannot be at 0x%llx", (ull)va);
	else if (layout_window(va, len) != NULL)
		err = fail(-EINVAL, "0x%llx is kept out: %s", (ull)va, layout_window(va, len));
	else if (region_overlap(&as->regions, va, len) != NULL)
		err = fail(-EEXIST, "0x%llx is mapped already", (ull)va);
	else
		err = place(as, va, whole(len), prot, kind);
	mutex_unlock(&as->lock);
	return err;
}

int
aspace_write(Aspace *as, vaddr_t va, const void *buf, size_t n)
{
	const char *s = buf;

	while (n > 0) {
		pte_t *e = va < LAYOUT_MEMTOP ? pt_leaf(as->root, va, false) : NULL;
		size_t o = va & PAGE_MASK, k = PAGE_SIZE - o < n ? PAGE_SIZE - o : n;

		if (e == NULL || !(*e & PTE_P))
			return -EFAULT;
		memcpy((char *)page_ptr(*e & PTE_ADDR) + o, s, k);
		va += k;
		s += k;
		n -= k;
	}
	return 0;
}

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

/* DMA memory: whole stretches of its own, the first and the last page of them guards. */
static int
map_dma(Aspace *as, size_t len, int prot, int flags, vaddr_t *out) REQUIRES(as->lock)
{
	size_t total = roundup(len + 2 * PAGE_SIZE, LAYOUT_STRETCH);
	vaddr_t s = layout_gap(&as->regions, LAYOUT_DMA28, dma_limit(flags), total, LAYOUT_STRETCH);
	Region low = { .va = s, .len = PAGE_SIZE, .kind = REGION_GUARD };
	Region high = { .kind = REGION_GUARD };
	int err;

	if (s == 0)
		return fail(-ENOMEM, "no address below 0x%llx for %llu KiB of DMA memory",
			    (ull)dma_limit(flags), (ull)len >> 10);
	if (region_reserve(&as->regions, 3) != 0)
		return fail(-ENOMEM, "out of memory");
	*out = s + PAGE_SIZE;
	if ((err = place(as, *out, len, prot, REGION_DMA)) != 0)
		return err;
	high.va = *out + len;
	high.len = s + total - high.va;
	region_add(&as->regions, &low);
	region_add(&as->regions, &high);
	return 0;
}

static int
map_fixed(Aspace *as, vaddr_t va, size_t len, int prot) REQUIRES(as->lock)
{
	if (va % PAGE_SIZE != 0 || va + len > LAYOUT_MEMTOP)
		return fail(-EINVAL, "memory cannot be at 0x%llx", (ull)va);
	if (layout_window(va, len) != NULL)
		return fail(-EINVAL, "0x%llx is kept out: %s", (ull)va, layout_window(va, len));
	if (region_overlap(&as->regions, va, len) != NULL)
		return fail(-EEXIST, "0x%llx is mapped already", (ull)va);
	return place(as, va, len, prot, REGION_ANON);
}

int
aspace_map(Aspace *as, vaddr_t addr, size_t len, int prot, int flags, vaddr_t *out)
{
	int err;

	if (len == 0 || len > LAYOUT_MEMTOP || (prot & ~(SPROT_READ | SPROT_WRITE | SPROT_EXEC)))
		return fail(-EINVAL, "mmap: length 0x%llx, protection %d", (ull)len, prot);
	if ((prot & SPROT_WRITE) && (prot & SPROT_EXEC))
		return fail(-EINVAL, "memory is writable or executable, not both");
	len = whole(len);
	mutex_lock(&as->lock);
	if (flags & SMAP_FIXED) {
		*out = addr;
		err = addr <= LAYOUT_MEMTOP ? map_fixed(as, addr, len, prot)
					    : fail(-EINVAL, "memory cannot be at 0x%llx", (ull)addr);
	} else if ((flags & SMAP_DMA) && (prot & SPROT_EXEC)) {
		err = fail(-EINVAL, "DMA memory cannot be executable");
	} else if (flags & SMAP_DMA) {
		err = map_dma(as, len, prot, flags, out);
	} else {
		*out = layout_gap(&as->regions, LAYOUT_BRK, LAYOUT_TOP, len, PAGE_SIZE);
		err = *out != 0 ? place(as, *out, len, prot, REGION_ANON)
				: fail(-ENOMEM, "no address for %llu KiB", (ull)len >> 10);
	}
	mutex_unlock(&as->lock);
	return err;
}

/* Guards of stretches whose DMA memory is gone go too. */
static void
drop_guards(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
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

static bool
any_kind(const Aspace *as, vaddr_t va, size_t len, RegionKind kind) REQUIRES(as->lock)
{
	for (Region *r = region_overlap(&as->regions, va, len); r != NULL && r->va < va + len; r = r->next)
		if (r->kind == kind)
			return true;
	return false;
}

static int
unmap_memory(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	bool dma = any_kind(as, va, len, REGION_DMA);
	int err;

	/* A cut splits once; guards of up to both ends' stretches split twice more. */
	if (region_reserve(&as->regions, 4) != 0)
		return fail(-ENOMEM, "out of memory");
	err = depopulate(as, va, len);
	region_cut(&as->regions, va, len);
	if (dma)
		drop_guards(as, va, len);
	return err;
}

static int
clear_leaf(vaddr_t va, pte_t *e, void *arg)
{
	(void)va;
	(void)arg;
	pte_store(e, 0);
	return 0;
}

/* Registers: entries, CPUs, table pages. No device walks PML4[1], no frame is freed. */
static void
depopulate_regs(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	paddr_t tables = 0;

	pt_each(as->root, va, len, clear_leaf, NULL);
	pt_trim(as->root, va, len, &tables);
	arch_shootdown(as->root, va, len);
	release(tables, false);
}

static int
unmap_regs(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	if (region_reserve(&as->regions, 2) != 0)
		return fail(-ENOMEM, "out of memory");
	depopulate_regs(as, va, len);
	region_cut(&as->regions, va, len);
	return 0;
}

int
aspace_unmap(Aspace *as, vaddr_t addr, size_t len)
{
	int err;

	if (addr % PAGE_SIZE != 0 || len == 0 || len > LAYOUT_REGTOP || addr > LAYOUT_REGTOP - len ||
	    (addr < LAYOUT_MEMTOP && addr + len > LAYOUT_MEMTOP))
		return fail(-EINVAL, "munmap: 0x%llx bytes at 0x%llx", (ull)len, (ull)addr);
	mutex_lock(&as->lock);
	if (addr >= LAYOUT_MEMTOP)
		err = unmap_regs(as, addr, whole(len));
	else
		err = unmap_memory(as, addr, whole(len));
	mutex_unlock(&as->lock);
	return err;
}

/* ---- mprotect ---- */

/* The parked frame for va, put back into nothing; 0 when there is none. */
static paddr_t
unpark(Aspace *as, vaddr_t va) REQUIRES(as->lock)
{
	pte_t *e = as->parked != 0 ? pt_leaf(as->parked, va, false) : NULL;
	paddr_t pa = e != NULL ? *e & PTE_ADDR : 0;

	if (pa != 0)
		pte_store(e, 0);
	return pa;
}

/* Room in the parked tree for every page of the range, so that parking cannot fail. */
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

/* Pages without a frame (mapped without rights) get one, before anything is changed. */
static int
back_range(Aspace *as, vaddr_t va, size_t len) REQUIRES(as->lock)
{
	for (size_t o = 0; o < len; o += PAGE_SIZE) {
		pte_t *e = pt_leaf(as->root, va + o, true);
		pte_t *k;
		paddr_t pa;

		if (e == NULL || (!(*e & PTE_P) && park_reserve(as, va + o, PAGE_SIZE) != 0))
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

static void
set_rights(Aspace *as, vaddr_t va, size_t len, int prot) REQUIRES(as->lock)
{
	for (size_t o = 0; o < len; o += PAGE_SIZE) {
		pte_t *e = pt_leaf(as->root, va + o, false);
		paddr_t pa;

		if (e == NULL)
			continue; /* mapped without rights, and staying so */
		pa = *e & PTE_P ? *e & PTE_ADDR : prot != 0 ? unpark(as, va + o) : 0;
		if (pa == 0)
			continue;
		if (prot == 0) {
			pte_store(pt_leaf(as->parked, va + o, false), pa | PTE_P);
			pte_store(e, 0);
		} else {
			pte_store(e, entry(pa, prot));
		}
	}
}

static int
protect(Aspace *as, vaddr_t va, size_t len, int prot) REQUIRES(as->lock)
{
	int err = prot == 0 ? park_reserve(as, va, len) : back_range(as, va, len);

	if (err != 0 || region_reserve(&as->regions, 2) != 0)
		return fail(-ENOMEM, "out of memory");
	set_rights(as, va, len, prot);
	region_protect(&as->regions, va, len, prot);
	arch_shootdown(as->root, va, len);
	if (prot != 0)
		announce(as, va, len);
	if (as->observer == NULL ||
	    as->observer->removed(as->observer->arg, as, va, len, false) == 0)
		return 0;
	as->withheld = true;
	return fail(-EIO, "the IOMMU did not confirm: its device is out of use");
}

int
aspace_protect(Aspace *as, vaddr_t addr, size_t len, int prot)
{
	int err;

	if (addr % PAGE_SIZE != 0 || len == 0 || len > LAYOUT_MEMTOP || addr > LAYOUT_MEMTOP - len ||
	    (prot & ~(SPROT_READ | SPROT_WRITE | SPROT_EXEC)))
		return fail(-EINVAL, "mprotect: 0x%llx bytes at 0x%llx", (ull)len, (ull)addr);
	if ((prot & SPROT_WRITE) && (prot & SPROT_EXEC))
		return fail(-EINVAL, "memory is writable or executable, not both");
	len = whole(len);
	mutex_lock(&as->lock);
	if (!region_covered(&as->regions, addr, len) || any_kind(as, addr, len, REGION_GUARD))
		err = fail(-ENOMEM, "0x%llx: not all of it is mapped", (ull)addr);
	else
		err = protect(as, addr, len, prot);
	mutex_unlock(&as->lock);
	return err;
}

/* ---- brk ---- */

static int
brk_grow(Aspace *as, vaddr_t from, vaddr_t to) REQUIRES(as->lock)
{
	if (to > LAYOUT_TOP || layout_window(from, to - from) != NULL ||
	    region_overlap(&as->regions, from, to - from) != NULL)
		return fail(-ENOMEM, "the heap cannot grow to 0x%llx", (ull)to);
	return place(as, from, to - from, SPROT_READ | SPROT_WRITE, REGION_BRK);
}

int
aspace_brk(Aspace *as, vaddr_t want, vaddr_t *now)
{
	vaddr_t have, need = want <= LAYOUT_MEMTOP ? whole(want) : LAYOUT_MEMTOP + 1;
	int err = 0;

	mutex_lock(&as->lock);
	have = whole(as->brk);
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

/* ---- fork ---- */

typedef struct Copy {
	Aspace *to;
	paddr_t root; /* the tree of `to` that is being filled */
} Copy;

static int
copy_leaf(vaddr_t va, pte_t *e, void *arg)
{
	Copy *c = arg;
	pte_t *n = pt_leaf(c->root, va, true);
	paddr_t pa = n != NULL ? page_alloc(0, PAGE_USER) : 0;

	if (pa == 0)
		return -ENOMEM;
	memcpy(page_ptr(pa), page_ptr(*e & PTE_ADDR), PAGE_SIZE);
	pte_store(n, pa | (*e & ~(PTE_ADDR | PTE_A | PTE_D)));
	c->to->frames++;
	return 0;
}

static bool
inherited(const Region *r)
{
	return r->kind != REGION_DMA && r->kind != REGION_REGS && r->kind != REGION_REVOKED;
}

static int
copy_region(Aspace *from, Aspace *to, const Region *r)
{
	Copy c = { to, to->root };
	Region n = *r;
	int err;

	if (region_reserve(&to->regions, 4) != 0) /* drop_guards splits */
		return -ENOMEM;
	region_add(&to->regions, &n);
	if ((err = pt_each(from->root, r->va, r->len, copy_leaf, &c)) != 0 || from->parked == 0)
		return err;
	if (to->parked == 0 && (to->parked = pt_root_new()) == 0)
		return -ENOMEM;
	c.root = to->parked;
	return pt_each(from->parked, r->va, r->len, copy_leaf, &c);
}

/* `to` is nobody else's yet: its lock is not taken. */
int
aspace_fork(Aspace *from, Aspace **out) NO_ANALYSIS
{
	Aspace *to = aspace_new();
	int err = to != NULL ? 0 : -ENOMEM;

	mutex_lock(&from->lock);
	for (Region *r = from->regions.head; r != NULL && err == 0; r = r->next)
		if (inherited(r))
			err = copy_region(from, to, r);
	for (Region *r = from->regions.head; r != NULL && err == 0; r = r->next)
		if (r->kind == REGION_DMA)
			drop_guards(to, r->va, r->len);
	if (err == 0)
		to->brk = from->brk;
	mutex_unlock(&from->lock);
	if (err != 0) {
		if (to != NULL)
			aspace_put(to);
		return fail(-ENOMEM, "out of memory: a copy needs %llu KiB",
			    (ull)aspace_size(from) >> 10);
	}
	*out = to;
	return 0;
}

/* ---- device registers ---- */

int
aspace_map_regs(Aspace *as, paddr_t pa, size_t len, int prot, const void *token, vaddr_t *out)
{
	Region r = { .kind = REGION_REGS, .prot = prot, .token = token };
	int err = 0;

	assert(pa % PAGE_SIZE == 0 && len % PAGE_SIZE == 0 && len > 0);
	mutex_lock(&as->lock);
	/* One page more than needed, never mapped, keeps windows apart. */
	r.va = layout_gap(&as->regions, LAYOUT_MEMTOP, LAYOUT_REGTOP, len + PAGE_SIZE, PAGE_SIZE);
	r.len = len;
	if (r.va == 0 || region_reserve(&as->regions, 1) != 0)
		err = -ENOMEM;
	for (size_t o = 0; o < len && err == 0; o += PAGE_SIZE) {
		pte_t *e = pt_leaf(as->root, r.va + o, true);

		if (e == NULL)
			err = -ENOMEM;
		else
			pte_store(e, (entry(pa + o, prot) | PTE_NX) | PTE_PCD | PTE_PWT);
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

/* ---- looking ---- */

paddr_t
aspace_lookup(Aspace *as, vaddr_t va, int prot)
{
	paddr_t pa = 0;
	pte_t *e;

	if (va >= LAYOUT_MEMTOP)
		return 0;
	mutex_lock(&as->lock);
	e = pt_leaf(as->root, va, false);
	if (e != NULL && (*e & PTE_P) && (!(prot & SPROT_WRITE) || (*e & PTE_RW)) &&
	    (!(prot & SPROT_EXEC) || !(*e & PTE_NX)))
		pa = *e & PTE_ADDR;
	mutex_unlock(&as->lock);
	return pa;
}

size_t
aspace_size(Aspace *as)
{
	return __atomic_load_n(&as->frames, __ATOMIC_RELAXED) * PAGE_SIZE;
}

void
aspace_print(Aspace *as, Text *t)
{
	mutex_lock(&as->lock);
	for (Region *r = as->regions.head; r != NULL; r = r->next)
		text_printf(t, "0x%012llx 0x%012llx %c%c%c %s\n", (ull)r->va, (ull)(r->va + r->len),
			    r->prot & SPROT_READ ? 'r' : '-', r->prot & SPROT_WRITE ? 'w' : '-',
			    r->prot & SPROT_EXEC ? 'x' : '-', region_name[r->kind]);
	mutex_unlock(&as->lock);
}

bool
aspace_explain(Aspace *as, vaddr_t va, bool write, char *buf, size_t n)
{
	const Region *r;
	const char *win;

	mutex_lock(&as->lock);
	r = region_find(&as->regions, va);
	win = va < LAYOUT_MEMTOP ? layout_window(va, 1) : NULL;
	if (r == NULL && win != NULL)
		snprint(buf, n, "0x%llx is kept out: %s", (ull)va, win);
	else if (r == NULL)
		snprint(buf, n, "nothing is mapped at 0x%llx", (ull)va);
	else if (r->kind == REGION_REVOKED)
		snprint(buf, n, "%s", r->why);
	else if (r->kind == REGION_GUARD)
		snprint(buf, n, "0x%llx is a guard page", (ull)va);
	else
		snprint(buf, n, "0x%llx (%s) may not be %s", (ull)va, region_name[r->kind],
			write ? "written" : r->prot & SPROT_READ ? "executed" : "read");
	mutex_unlock(&as->lock);
	return r != NULL;
}

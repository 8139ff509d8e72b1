/*
 * The life of an address space, giving and taking away memory, fork, and looking up
 * pages. Regions say what is where, and the page tables say what the CPU and the
 * process's devices may touch. Both change together under the lock.
 *
 * Frames and table pages that leave are collected on lists in the frame table
 * (page_push). So memory can be taken away when none is free, and nothing is written into
 * a frame that a device may still read. Locks: Aspace.lock (RANK_ASPACE), held while
 * observers are called. aspace_size reads without it.
 */

#include "arch/arch.h"
#include "kern/asinner.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/string.h"

/* A is set, and D where the page can be written. Nobody looks at these bits, and if they
 * are set neither a CPU nor a unit that walks these tables as its first level writes
 * them. */
pte_t
as_entry(paddr_t pa, int prot)
{
	return pa | PTE_P | PTE_US | PTE_A | pt_leaf_bits() |
		(prot & SPROT_WRITE ? PTE_RW | PTE_D : 0) |
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
	size_t n;
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

void
as_release(paddr_t list, bool withhold)
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

/* Frees an address space that nobody has any more. If it is withheld, leaves, table pages
 * and root stay as they are and are never found again. */
static void
aspace_free(Aspace *as)
{
	Taken t = { 0 };

	assert(as->observers == NULL);
	/* leaves, tables and root stay as they are, unreachable to us */
	if (as->withheld) {
		region_free_all(&as->regions);
		kfree(as);
		return;
	}
	pt_each(as->root, 0, LAYOUT_MEMTOP, take_leaf, &t);
	if (as->parked != 0) {
		pt_each(as->parked, 0, LAYOUT_MEMTOP, take_leaf, &t);
		pt_root_free(as->parked);
	}
	as_release(t.frames, false);
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
aspace_pdpt(const Aspace *as)
{
	return pt_pdpt(as->root);
}

void
aspace_switch(Aspace *as)
{
	arch_load_root(as != NULL ? as->root : arch_kernel_root());
}

/* ---- observers ---- */

int
as_tell_added(Aspace *as, vaddr_t va, size_t len, bool dma)
{
	int err = 0;

	for (AsObserver *o = as->observers; o != NULL && err == 0; o = o->next)
		err = o->added(o->arg, as, va, len, dma);
	return err;
}

int
as_tell_removed(Aspace *as, vaddr_t va, size_t len, int prot, bool tables)
{
	int err = 0;

	for (AsObserver *o = as->observers; o != NULL; o = o->next)
		if (o->removed(o->arg, as, va, len, prot, tables) != 0)
			err = -EIO;
	as->withheld |= err != 0;
	return err;
}

int
aspace_observe(Aspace *as, AsObserver *o)
{
	int err = 0;

	mutex_lock(&as->lock);
	for (const Region *r = as->regions.head; r != NULL && err == 0; r = r->next)
		if (r->prot != 0 && r->va < LAYOUT_MEMTOP)
			err = o->added(o->arg, as, r->va, r->len, r->kind == REGION_DMA);
	if (err == 0) {
		o->next = as->observers;
		as->observers = o;
	}
	mutex_unlock(&as->lock);
	return err;
}

void
aspace_unobserve(Aspace *as, AsObserver *o)
{
	AsObserver **p;

	mutex_lock(&as->lock);
	for (p = &as->observers; *p != NULL && *p != o; p = &(*p)->next)
		;
	if (*p == o)
		*p = o->next;
	mutex_unlock(&as->lock);
}

void
aspace_lock(Aspace *as) NO_ANALYSIS
{
	mutex_lock(&as->lock);
}

void
aspace_unlock(Aspace *as) NO_ANALYSIS
{
	mutex_unlock(&as->lock);
}

/* ---- taking away ---- */

int
as_depopulate(Aspace *as, vaddr_t va, size_t len)
{
	Taken t = { 0 };
	bool tables;

	pt_each(as->root, va, len, take_leaf, &t);
	tables = pt_trim(as->root, va, len, &t.tables) > 0;
	if (t.n > 0 || tables) {
		arch_shootdown(as->root, va, len);
		as_tell_removed(as, va, len, 0, tables);
	}
	/* no observer is asked about these again, but they may be unconfirmed */
	if (as->parked != 0)
		pt_each(as->parked, va, len, take_leaf, &t);
	as->frames -= t.n;
	as_release(t.frames, as->withheld);
	as_release(t.tables, as->withheld);
	if (!as->withheld || (t.frames == 0 && t.tables == 0))
		return 0;
	return fail(-EIO, "memory withheld: the IOMMU did not confirm");
}

/* ---- giving ---- */

static int
page_populate(Aspace *as, vaddr_t va, int prot) REQUIRES(as->lock)
{
	pte_t *e = pt_leaf(as->root, va, true);
	paddr_t pa = e != NULL ? page_alloc(0, PAGE_USER) : 0;

	if (pa == 0)
		return -ENOMEM;
	pte_store(e, as_entry(pa, prot));
	as->frames++;
	return 0;
}

/* Fresh zeroed frames for [va, va+len), or nothing changed. */
static int
range_populate(Aspace *as, vaddr_t va, size_t len, int prot, bool dma) REQUIRES(as->lock)
{
	size_t o = 0;

	if (prot == 0)
		return 0;
	while (o < len && page_populate(as, va + o, prot) == 0)
		o += PAGE_SIZE;
	if (o == len && as_tell_added(as, va, len, dma) == 0)
		return 0;
	as_depopulate(as, va, o < len ? o + PAGE_SIZE : len);
	return fail(-ENOMEM, "out of memory: %lu KiB wanted", len >> 10);
}

int
as_place(Aspace *as, vaddr_t va, size_t len, int prot, RegionKind kind)
{
	Region r = { .va = va, .len = len, .prot = prot, .kind = kind };
	int err;

	if (region_reserve(&as->regions, 1) != 0)
		return fail(-ENOMEM, "out of memory");
	if ((err = range_populate(as, va, len, prot, kind == REGION_DMA)) == 0)
		region_add(&as->regions, &r);
	return err;
}

int
aspace_place(Aspace *as, vaddr_t va, size_t len, int prot, RegionKind kind)
{
	int err;

	mutex_lock(&as->lock);
	if (va % PAGE_SIZE != 0 || len == 0 || va + len > LAYOUT_MEMTOP || va + len < va)
		err = fail(-EINVAL, "memory cannot be at 0x%lx", va);
	else if (layout_window(va, len) != NULL)
		err = fail(-EINVAL, "0x%lx is kept out: %s", va, layout_window(va, len));
	else if (region_overlap(&as->regions, va, len) != NULL)
		err = fail(-EEXIST, "0x%lx is mapped already", va);
	else
		err = as_place(as, va, roundup(len, PAGE_SIZE), prot, kind);
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
	pte_store(n, pa | (*e & ~PTE_ADDR));
	c->to->frames++;
	return 0;
}

static bool
region_inherited(const Region *r)
{
	return r->kind != REGION_DMA && r->kind != REGION_REGS &&
		r->kind != REGION_REVOKED;
}

/* Adds a copy of r, with the frames in it, to the address space `to`, which nobody else
 * has yet. -ENOMEM: a part is there, and the caller frees `to`. */
static int
copy_region(Aspace *from, Aspace *to, const Region *r)
{
	Copy c = { to, to->root };
	Region n = *r;
	int err;

	if (region_reserve(&to->regions, 4) != 0) /* drop_guards splits */
		return -ENOMEM;
	region_add(&to->regions, &n);
	if ((err = pt_each(from->root, r->va, r->len, copy_leaf, &c)) != 0 ||
		from->parked == 0)
		return err;
	if (to->parked == 0 && (to->parked = pt_root_new()) == 0)
		return -ENOMEM;
	c.root = to->parked;
	return pt_each(from->parked, r->va, r->len, copy_leaf, &c);
}

/* Nobody else knows `to` yet, so its lock is not taken. */
int
aspace_fork(Aspace *from, Aspace **out) NO_ANALYSIS
{
	Aspace *to = aspace_new();
	int err = to != NULL ? 0 : -ENOMEM;

	mutex_lock(&from->lock);
	for (Region *r = from->regions.head; r != NULL && err == 0; r = r->next)
		if (region_inherited(r))
			err = copy_region(from, to, r);
	for (Region *r = from->regions.head; r != NULL && err == 0; r = r->next)
		if (r->kind == REGION_DMA)
			as_drop_guards(to, r->va, r->len);
	if (err == 0)
		to->brk = from->brk;
	mutex_unlock(&from->lock);
	if (err != 0) {
		if (to != NULL)
			aspace_put(to);
		return fail(-ENOMEM, "out of memory: a copy needs %lu KiB",
			aspace_size(from) >> 10);
	}
	*out = to;
	return 0;
}

/* ---- looking ---- */

paddr_t
aspace_frame(Aspace *as, vaddr_t va, int prot)
{
	pte_t *e = va < LAYOUT_MEMTOP ? pt_leaf(as->root, va, false) : NULL;

	if (e == NULL || !(*e & PTE_P) || ((prot & SPROT_WRITE) && !(*e & PTE_RW)) ||
		((prot & SPROT_EXEC) && (*e & PTE_NX)))
		return 0;
	return *e & PTE_ADDR;
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
		text_printf(t, "0x%012lx 0x%012lx %c%c%c %s\n", r->va, (r->va + r->len),
			r->prot & SPROT_READ ? 'r' : '-',
			r->prot & SPROT_WRITE ? 'w' : '-',
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
		snprint(buf, n, "0x%lx is kept out: %s", va, win);
	else if (r == NULL)
		snprint(buf, n, "nothing is mapped at 0x%lx", va);
	else if (r->kind == REGION_REVOKED)
		snprint(buf, n, "%s", r->why);
	else if (r->kind == REGION_GUARD)
		snprint(buf, n, "0x%lx is a guard page", va);
	else
		snprint(buf, n, "0x%lx (%s) may not be %s", va, region_name[r->kind],
			write                          ? "written"
				: r->prot & SPROT_READ ? "executed"
						       : "read");
	mutex_unlock(&as->lock);
	return r != NULL;
}

/*
 * Physical frames. There is one Frame of 12 bytes per frame of RAM, in an array that is
 * cut from the first free range. Free blocks of 2^order frames are in doubly linked lists
 * through this array, and two halves of a block become one when both are free. Nothing of
 * ours is in the frames themselves, so a free frame can be full of poison.
 *
 * Boot touches only the array. A frame is zeroed when it is handed out, poisoned when it
 * comes back, and never looked at in between. Locks: page_lock guards the array, the
 * lists and the counts. Zeroing and poisoning happen outside of it, while nobody else can
 * have the frame.
 */

#include "kern/page.h"
#include "arch/arch.h"
#include "kern/lock.h"
#include "kern/log.h"
#include "kern/string.h"

typedef struct Frame {
	/* for the free lists, and next also for page_push; 0 ends a list */
	uint32_t next, prev;
	uint16_t refs;
	uint8_t order; /* of the free block that begins here, or page_set_order's */
	uint8_t kind : 4;
	uint8_t head : 1; /* first frame of a free block, on a list */
	uint8_t used : 1; /* handed out at least once: poisoned when free */
} Frame;

static Lock page_lock = LOCK_INIT(RANK_PAGE, "page");
static Frame *frame;
static uint32_t nframe; /* highest RAM frame + 1 */
static uint32_t freelist[PAGE_MAXORDER + 1];
static size_t count[PAGE_WITHHELD + 1];

void *
page_ptr(paddr_t pa)
{
	return arch_direct(pa);
}

paddr_t
page_addr(const void *p)
{
	return arch_direct_pa(p);
}

static void
list_add(uint32_t i, uint order)
{
	Frame *f = &frame[i];

	f->head = 1;
	f->order = order;
	f->prev = 0;
	f->next = freelist[order];
	if (f->next != 0)
		frame[f->next].prev = i;
	freelist[order] = i;
}

static void
list_del(uint32_t i)
{
	Frame *f = &frame[i];

	f->head = 0;
	if (f->prev != 0)
		frame[f->prev].next = f->next;
	else
		freelist[f->order] = f->next;
	if (f->next != 0)
		frame[f->next].prev = f->prev;
}

/* Puts a block into the lists. As long as its other half is free too, both become one
 * block. */
static void
block_free(uint32_t i, uint order)
{
	for (; order < PAGE_MAXORDER; order++) {
		uint32_t b = i ^ 1u << order;

		if (b >= nframe || !frame[b].head || frame[b].order != order)
			break;
		list_del(b);
		i &= ~(1u << order);
	}
	list_add(i, order);
}

/* Finds the smallest block in the lists that is large enough and ends at or below frame
 * `limit`. 0: there is none. */
static uint32_t
block_find(uint order, uint32_t limit)
{
	for (uint o = order; o <= PAGE_MAXORDER; o++)
		for (uint32_t i = freelist[o]; i != 0; i = frame[i].next)
			if (i + (1u << order) <= limit)
				return i;
	return 0;
}

static uint32_t
block_alloc(uint order, uint32_t limit)
{
	uint32_t i = block_find(order, limit);

	if (i == 0)
		return 0;
	list_del(i);
	for (uint o = frame[i].order; o > order; o--)
		list_add(i + (1u << (o - 1)),
			o - 1); /* keep the low half, it fits the limit */
	return i;
}

/* Finds a place for the frame table: the first unused RAM above 1 MiB that is large
 * enough. */
static MemRange *
table_home(size_t need)
{
	for (uint i = 0; i < bootinfo.nmem; i++) {
		MemRange *m = &bootinfo.mem[i];

		if (m->kind == MEM_RAM && !m->used && m->base >= 0x100000 &&
			m->len >= need)
			return m;
	}
	panic("no room for the frame table: %zu bytes", need);
}

/* Enters a range of RAM into the frame table. What lies below frame `from`, and all of it
 * if the boot has used it, is the kernel's. The rest becomes free blocks, each as large
 * as its address allows. */
static void
range_add(const MemRange *m, uint32_t from)
{
	uint32_t i = from, end = (m->base + m->len) >> PAGE_SHIFT;

	for (uint32_t j = m->base >> PAGE_SHIFT; j < end; j++)
		frame[j].kind = m->used || j < from || j == 0 ? PAGE_KERNEL : PAGE_FREE;
	if (m->used)
		return;
	while (i < end) {
		uint order = i == 0 ? 0 : __builtin_ctz(i);

		if (order > PAGE_MAXORDER)
			order = PAGE_MAXORDER;
		while (i + (1u << order) > end)
			order--;
		if (i != 0) /* frame 0 means "none" in the lists */
			list_add(i, order);
		i += 1u << order;
	}
}

void
page_init(void)
{
	size_t need;
	MemRange *home;

	for (uint i = 0; i < bootinfo.nmem; i++)
		if (bootinfo.mem[i].kind == MEM_RAM)
			nframe = (bootinfo.mem[i].base + bootinfo.mem[i].len) >>
				PAGE_SHIFT;
	need = roundup(nframe * sizeof(Frame), PAGE_SIZE);
	home = table_home(need);
	frame = page_ptr(home->base);
	memset(frame, 0, need);
	for (uint i = 0; i < bootinfo.nmem; i++) {
		const MemRange *m = &bootinfo.mem[i];

		if (m->kind == MEM_RAM)
			range_add(m, (m->base + (m == home ? need : 0)) >> PAGE_SHIFT);
	}
	for (uint32_t i = 0; i < nframe; i++)
		count[frame[i].kind]++;
}

static void
frame_poison(paddr_t pa)
{
	uint64_t *p = page_ptr(pa);

	for (uint i = 0; i < PAGE_SIZE / sizeof *p; i += 8) {
		p[i] = p[i + 1] = p[i + 2] = p[i + 3] = PAGE_POISON;
		p[i + 4] = p[i + 5] = p[i + 6] = p[i + 7] = PAGE_POISON;
	}
}

paddr_t
page_alloc_below(uint order, PageKind kind, paddr_t limit)
{
	uint32_t i, n = 1u << order,
		    top = limit >> PAGE_SHIFT < nframe ? limit >> PAGE_SHIFT : nframe;

	if (order > PAGE_MAXORDER)
		return 0;
	lock(&page_lock);
	i = block_alloc(order, top);
	for (uint32_t j = i; i != 0 && j < i + n; j++) {
		frame[j].kind = kind;
		frame[j].refs = 1;
		frame[j].used = 1;
	}
	if (i != 0) {
		count[PAGE_FREE] -= n;
		count[kind] += n;
	}
	unlock(&page_lock);
	if (i != 0)
		memset(page_ptr((paddr_t)i << PAGE_SHIFT), 0, PAGE_SIZE << order);
	return (paddr_t)i << PAGE_SHIFT;
}

paddr_t
page_alloc(uint order, PageKind kind)
{
	return page_alloc_below(order, kind, ~0ull);
}

static Frame *
frame_of(paddr_t pa)
{
	assert(pa >> PAGE_SHIFT < nframe && pa != 0);
	return &frame[pa >> PAGE_SHIFT];
}

void
page_get(paddr_t pa)
{
	Frame *f = frame_of(pa);

	lock(&page_lock);
	assert(f->refs > 0 && f->refs < UINT16_MAX);
	f->refs++;
	unlock(&page_lock);
}

void
page_put(paddr_t pa)
{
	Frame *f = frame_of(pa);
	bool last;

	lock(&page_lock);
	assert(f->refs > 0 && f->kind != PAGE_FREE);
	last = f->refs == 1 && f->kind != PAGE_WITHHELD;
	if (!last && f->refs > 1)
		f->refs--;
	unlock(&page_lock);
	if (!last)
		return;
	frame_poison(pa); /* still ours: nobody else has a reference */
	lock(&page_lock);
	f->refs = 0;
	count[f->kind]--;
	count[PAGE_FREE]++;
	f->kind = PAGE_FREE;
	block_free(pa >> PAGE_SHIFT, 0);
	unlock(&page_lock);
}

void
page_free(paddr_t pa, uint order)
{
	for (uint32_t i = 0; i < 1u << order; i++)
		page_put(pa + i * PAGE_SIZE);
}

void
page_withhold(paddr_t pa)
{
	Frame *f = frame_of(pa);

	lock(&page_lock);
	count[f->kind]--;
	count[PAGE_WITHHELD]++;
	f->kind = PAGE_WITHHELD;
	unlock(&page_lock);
}

void
page_push(paddr_t *list, paddr_t pa)
{
	frame_of(pa)->next = *list >> PAGE_SHIFT;
	*list = pa;
}

paddr_t
page_pop(paddr_t *list)
{
	paddr_t pa = *list;

	if (pa != 0)
		*list = (paddr_t)frame_of(pa)->next << PAGE_SHIFT;
	return pa;
}

void
page_set_order(paddr_t pa, uint order)
{
	frame_of(pa)->order = order;
}

uint
page_order(paddr_t pa)
{
	return frame_of(pa)->order;
}

uint32_t *
page_note(paddr_t pa)
{
	return &frame[pa >> PAGE_SHIFT].next;
}

PageKind
page_kind(paddr_t pa)
{
	return pa >> PAGE_SHIFT < nframe ? (PageKind)frame[pa >> PAGE_SHIFT].kind
					 : PAGE_NONE;
}

uint
page_refs(paddr_t pa)
{
	return pa >> PAGE_SHIFT < nframe ? frame[pa >> PAGE_SHIFT].refs : 0;
}

PageStat
page_stat(void)
{
	PageStat s;

	lock(&page_lock);
	s = (PageStat){
		.free = count[PAGE_FREE],
		.kernel = count[PAGE_KERNEL],
		.user = count[PAGE_USER],
		.table = count[PAGE_TABLE],
		.withheld = count[PAGE_WITHHELD],
	};
	unlock(&page_lock);
	s.total = s.free + s.kernel + s.user + s.table + s.withheld;
	return s;
}

static bool
poison_whole(uint32_t i)
{
	const uint64_t *p = page_ptr((paddr_t)i << PAGE_SHIFT);

	for (uint j = 0; j < PAGE_SIZE / sizeof *p; j++)
		if (p[j] != PAGE_POISON)
			return false;
	return true;
}

paddr_t
page_check_poison(void)
{
	paddr_t bad = 0;

	for (uint32_t i = 1; i < nframe && bad == 0; i++) {
		lock(&page_lock); /* a frame at a time: interrupts stay possible */
		if (frame[i].kind == PAGE_FREE && frame[i].used && !poison_whole(i))
			bad = (paddr_t)i << PAGE_SHIFT;
		unlock(&page_lock);
	}
	return bad;
}

/*
 * The kernel's heap: slabs of one page for objects up to 1024 bytes, whole frames above.
 *
 * A slab begins with its header, so an object never lies on a page boundary, and kfree
 * can tell: a pointer to the start of a page is a block of frames, and any other belongs
 * to the slab of its page. A slab whose last object is freed goes back to the frames, so
 * that a system that has let go of everything has the pages it began with. Locks:
 * heap_lock (RANK_HEAP) guards the slabs; frames are taken and given back outside of it.
 */

#include "kern/heap.h"
#include "kern/lock.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/string.h"

#define MINSHIFT 5
#define NCLASS   6 /* 32 .. 1024 */

typedef struct Slab {
	struct Slab *next, *prev; /* slabs of the class with room */
	void *free;
	uint16_t used, cls, room;
} Slab;

_Static_assert(sizeof(Slab) <= 1 << MINSHIFT,
	"objects start at the next multiple of their size");

static Lock heap_lock = LOCK_INIT(RANK_HEAP, "heap");
static Slab *partial[NCLASS];
static size_t in_use; /* bytes handed out; atomic */

static void
heap_account(long bytes)
{
	__atomic_add_fetch(&in_use, bytes, __ATOMIC_RELAXED);
}

static uint
class_of(size_t n)
{
	uint c = 0;

	while (c < NCLASS && n > 1ul << (c + MINSHIFT))
		c++;
	return c;
}

static uint
order_of(size_t n)
{
	uint order = 0;

	while (PAGE_SIZE << order < n)
		order++;
	return order;
}

static void
link_slab(Slab *s)
{
	s->prev = NULL;
	s->next = partial[s->cls];
	if (s->next != NULL)
		s->next->prev = s;
	partial[s->cls] = s;
}

static void
unlink_slab(Slab *s)
{
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		partial[s->cls] = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
}

/* A slab of a class with all its objects free, from a fresh frame. It is on no list yet.
 * NULL without memory. heap_lock is not held. */
static Slab *
slab_new(uint cls)
{
	paddr_t pa = page_alloc(0, PAGE_KERNEL);
	size_t size = 1ul << (cls + MINSHIFT);
	Slab *s;

	if (pa == 0)
		return NULL;
	s = page_ptr(pa);
	s->cls = cls;
	for (size_t o = PAGE_SIZE - size; o >= sizeof(Slab); o -= size) {
		*(void **)((char *)s + o) = s->free;
		s->free = (char *)s + o;
		s->room++;
		if (o < size)
			break;
	}
	return s;
}

static void *
slab_take(Slab *s)
{
	void *p = s->free;

	s->free = *(void **)p;
	if (++s->used == s->room)
		unlink_slab(s);
	heap_account(1l << (s->cls + MINSHIFT));
	return p;
}

void *
kalloc(size_t n)
{
	uint cls = class_of(n);
	Slab *s;
	void *p;

	if (cls == NCLASS) {
		paddr_t pa = n <= PAGE_SIZE << PAGE_MAXORDER
			? page_alloc(order_of(n), PAGE_KERNEL)
			: 0;

		if (pa == 0)
			return NULL;
		page_set_order(pa, order_of(n));
		heap_account(PAGE_SIZE << order_of(n));
		return page_ptr(pa);
	}
	lock(&heap_lock);
	s = partial[cls];
	if (s == NULL) {
		unlock(&heap_lock);
		if ((s = slab_new(cls)) == NULL)
			return NULL;
		lock(&heap_lock);
		link_slab(s);
	}
	p = slab_take(s);
	unlock(&heap_lock);
	return memset(p, 0, 1ul << (cls + MINSHIFT));
}

void
kfree(void *p)
{
	Slab *s = (Slab *)((uintptr_t)p & ~PAGE_MASK);
	bool empty;

	if (p == NULL)
		return;
	if ((void *)s == p) {
		uint order = page_order(page_addr(p));

		heap_account(-(long)(PAGE_SIZE << order));
		page_free(page_addr(p), order);
		return;
	}
	lock(&heap_lock);
	assert(s->used > 0);
	*(void **)p = s->free;
	s->free = p;
	if (s->used-- == s->room)
		link_slab(s);
	heap_account(-(1l << (s->cls + MINSHIFT)));
	empty = s->used == 0;
	if (empty)
		unlink_slab(s);
	unlock(&heap_lock);
	if (empty)
		page_put(page_addr(s));
}

/* Bytes that can be used behind p. */
static size_t
room_of(const void *p)
{
	const Slab *s = (const Slab *)((uintptr_t)p & ~PAGE_MASK);

	if ((const void *)s == p)
		return PAGE_SIZE << page_order(page_addr(p));
	return 1ul << (s->cls + MINSHIFT);
}

void *
krealloc(void *p, size_t old, size_t n)
{
	void *q;

	if (p != NULL && n <= room_of(p)) {
		if (n > old)
			memset((char *)p + old, 0, n - old);
		return p;
	}
	if ((q = kalloc(n)) == NULL)
		return NULL;
	if (p != NULL)
		memcpy(q, p, old);
	kfree(p);
	return q;
}

char *
kstrdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = kalloc(n);

	return p == NULL ? NULL : memcpy(p, s, n);
}

size_t
heap_in_use(void)
{
	return __atomic_load_n(&in_use, __ATOMIC_RELAXED);
}

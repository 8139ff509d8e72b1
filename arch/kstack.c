/*
 * Kernel stacks of KSTACK_SIZE bytes. They have a region of their own, and the page below
 * each is never mapped, so that an overflow is a fault and does not reach a neighbour. A
 * stack that is given back keeps its frames and waits in a list for the next taker. So
 * nothing is unmapped, and no CPU has anything to forget. The frames held are those of
 * the largest number of processes there ever was at once. Locks: kstack_lock (RANK_KMAP).
 */
#include "arch/kstack.h"

#include "arch/kmap.h"
#include "arch/layout.h"
#include "kern/log.h"
#include "kern/proc.h"

#define STRIDE (KSTACK_SIZE + PAGE_SIZE)
#define NSTACK ((WINDOW_BASE - STACK_BASE) / 2 / STRIDE)

static Lock kstack_lock = LOCK_INIT(RANK_KMAP, "kstack");
static void **pool;   /* each free stack's first word points at the next */
static size_t nstack; /* places handed out so far */
/* memory ran out half way here, so it is tried again first */
static size_t unmade[MAXCPU];
static uint nunmade;

/* Gives the number of a place for a stack; NSTACK: there is none. */
static size_t
place_take(void)
{
	size_t i = NSTACK;

	lock(&kstack_lock);
	if (nunmade > 0)
		i = unmade[--nunmade];
	else if (nstack < NSTACK)
		i = nstack++;
	unlock(&kstack_lock);
	return i;
}

/* At most one stack per CPU is being made, so unmade[] has room for all that fail. */
static void
place_return(size_t i)
{
	lock(&kstack_lock);
	assert(nunmade < MAXCPU);
	unmade[nunmade++] = i;
	unlock(&kstack_lock);
}

static void *
stack_make(void)
{
	size_t i = place_take();
	vaddr_t base = STACK_BASE + i * STRIDE + PAGE_SIZE;

	if (i == NSTACK)
		return NULL;
	for (size_t off = 0; off < KSTACK_SIZE; off += PAGE_SIZE)
		if (kmap_page(base + off) != 0) {
			place_return(i);
			return NULL;
		}
	return (void *)base;
}

void *
arch_kstack_alloc(void)
{
	void **s;

	lock(&kstack_lock);
	s = pool;
	if (s != NULL)
		pool = *s;
	unlock(&kstack_lock);
	return s != NULL ? s : stack_make();
}

void
arch_kstack_free(void *base)
{
	void **s = base;

	lock(&kstack_lock);
	*s = pool;
	pool = s;
	unlock(&kstack_lock);
}

bool
kstack_guard(vaddr_t va)
{
	return va >= STACK_BASE && va < STACK_BASE + nstack * STRIDE &&
		(va - STACK_BASE) % STRIDE < PAGE_SIZE;
}

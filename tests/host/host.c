/*
 * Stand-ins for the kernel around a file under test: heap, frames, errors, log, locks,
 * time, the running process. One thread, so locks only check their own use: taking a held
 * lock or freeing a free one aborts the test. Frames are ordinary memory whose physical
 * address is their address. All weak (see host.h).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev/vtd/os.h"
#include "dev/vtd/trace.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/lock.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/proc.h"
#include "kern/string.h"

#define WEAK __attribute__((weak))

/* Declared here again and not by host.h, which would bring cmocka into this file. */
extern char host_errstr[SYS_ERRMAX];
extern Proc host_self;
extern long host_alloc_left, host_blocks, host_frames;
extern ns_t host_now;
extern uint64_t host_wall;
extern bool (*host_while_asleep)(Waitq *q);
extern char host_log[8192];

ns_t arch_now(void);
uint64_t arch_wall(void);
void *arch_direct(paddr_t pa);

char host_errstr[SYS_ERRMAX];
Proc host_self = { .pid = 1, .refs = 1, .name = "test", .cwd = "/" };
long host_alloc_left = -1, host_blocks, host_frames;
ns_t host_now;
uint64_t host_wall = 1000000000;
bool (*host_while_asleep)(Waitq *q);
char host_log[8192];

/* ---- heap: a header remembers the size for heap_in_use ---- */

typedef union Head {
	size_t n;
	max_align_t align;
} Head;

static size_t in_use;

static bool
alloc_allowed(void)
{
	if (host_alloc_left == 0)
		return false;
	if (host_alloc_left > 0)
		host_alloc_left--;
	return true;
}

WEAK void *
kalloc(size_t n)
{
	Head *h = alloc_allowed() ? calloc(1, sizeof(*h) + n) : NULL;

	if (h == NULL)
		return NULL;
	h->n = n;
	in_use += n;
	host_blocks++;
	return h + 1;
}

WEAK void
kfree(void *p)
{
	if (p == NULL)
		return;
	in_use -= ((Head *)p - 1)->n;
	host_blocks--;
	free((Head *)p - 1);
}

/* dev/vtd/os.h */
WEAK void *
os_alloc(size_t n)
{
	return kalloc(n);
}

WEAK void
os_free(void *p)
{
	kfree(p);
}

WEAK void *
krealloc(void *p, size_t old, size_t n)
{
	void *q = kalloc(n);

	if (q == NULL)
		return NULL;
	if (p != NULL)
		memcpy(q, p, old < n ? old : n);
	kfree(p);
	return q;
}

WEAK char *
kstrdup(const char *s)
{
	char *p = kalloc(strlen(s) + 1);

	return p == NULL ? NULL : strcpy(p, s);
}

WEAK size_t
heap_in_use(void)
{
	return in_use;
}

/* ---- frames ---- */

WEAK paddr_t
page_alloc(uint order, PageKind kind)
{
	size_t n = PAGE_SIZE << order;
	void *p = alloc_allowed() ? aligned_alloc(n, n) : NULL;

	(void)kind;
	if (p == NULL)
		return 0;
	memset(p, 0, n);
	host_frames += 1l << order;
	return (paddr_t)p;
}

WEAK void
page_free(paddr_t pa, uint order)
{
	host_frames -= 1l << order;
	free((void *)pa);
}

WEAK void
page_put(paddr_t pa)
{
	page_free(pa, 0);
}

WEAK void *
page_ptr(paddr_t pa)
{
	return (void *)pa;
}

WEAK paddr_t
page_addr(const void *p)
{
	return (paddr_t)p;
}

WEAK PageStat
page_stat(void)
{
	return (PageStat){ .total = 1 << 20, .free = (1 << 20) - (size_t)host_frames };
}

WEAK void *
arch_direct(paddr_t pa)
{
	return (void *)pa;
}

/* ---- words ---- */

WEAK int
fail(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(host_errstr, sizeof(host_errstr), fmt, ap);
	va_end(ap);
	strcopy(host_self.errstr, host_errstr, sizeof(host_self.errstr));
	return err;
}

WEAK void
kprint(const char *fmt, ...)
{
	size_t n = strlen(host_log);
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	vsnprintf(host_log + n, sizeof(host_log) - n, fmt, ap);
	va_end(ap);
}

WEAK void
panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	abort();
}

WEAK void
assert_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expr);
	abort();
}

WEAK int
vsnprint(char *buf, size_t n, const char *fmt, va_list ap)
{
	return vsnprintf(buf, n, fmt, ap);
}

WEAK int
snprint(char *buf, size_t n, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vsnprint(buf, n, fmt, ap);
	va_end(ap);
	return r;
}

WEAK size_t
strcopy(char *d, const char *s, size_t n)
{
	size_t len = strlen(s);

	if (n > 0) {
		size_t k = len < n ? len : n - 1;
		memcpy(d, s, k);
		d[k] = 0;
	}
	return len;
}

/* ---- locks, sleep, time ---- */

WEAK void
lock_init(Lock *l, int rank, const char *name)
{
	*l = (Lock)LOCK_INIT(rank, name);
}

WEAK void NO_ANALYSIS
lock(Lock *l)
{
	if (l->locked)
		panic("lock %s taken twice\n", l->name);
	l->locked = 1;
	l->cpu = 0;
}

WEAK void NO_ANALYSIS
unlock(Lock *l)
{
	if (!l->locked)
		panic("lock %s is not held\n", l->name);
	l->locked = 0;
	l->cpu = -1;
}

WEAK bool
lock_held(const Lock *l)
{
	return l->locked;
}

WEAK void
mutex_init(Mutex *m, int rank, const char *name)
{
	*m = (Mutex)MUTEX_INIT(rank, name);
}

WEAK void NO_ANALYSIS
mutex_lock(Mutex *m)
{
	for (Mutex *h = host_self.held; h != NULL; h = h->held_next)
		if (h->rank >= m->rank)
			panic("mutex %s taken while %s is held\n", m->name, h->name);
	m->owner = &host_self;
	m->held_next = host_self.held;
	host_self.held = m;
}

WEAK void NO_ANALYSIS
mutex_unlock(Mutex *m)
{
	Mutex **h = &host_self.held;

	while (*h != NULL && *h != m)
		h = &(*h)->held_next;
	if (*h == NULL)
		panic("mutex %s is not held\n", m->name);
	*h = m->held_next;
	m->owner = NULL;
}

WEAK bool
mutex_held(const Mutex *m)
{
	return m->owner == &host_self;
}

WEAK int NO_ANALYSIS
waitq_sleep(Waitq *q, Lock *l, ns_t deadline)
{
	bool woken;

	unlock(l);
	woken = host_while_asleep != NULL && host_while_asleep(q);
	lock(l);
	if (woken)
		return 0;
	if (deadline == NEVER)
		return -EINTR;
	host_now = deadline;
	return -ETIMEDOUT;
}

WEAK int NO_ANALYSIS
waitq_sleep_uninterruptible(Waitq *q, Lock *l, ns_t deadline)
{
	return waitq_sleep(q, l, deadline);
}

static uint64_t poll_gen;

WEAK void
waitq_wake(Waitq *q)
{
	if (q->polled)
		poll_gen++;
	q->polled = false;
}

WEAK uint64_t
waitq_poll_gen(void)
{
	return poll_gen;
}

WEAK int
waitq_poll_sleep(uint64_t gen, ns_t deadline)
{
	if (gen != poll_gen || (host_while_asleep != NULL && host_while_asleep(NULL)))
		return 0;
	if (deadline == NEVER)
		return -EINTR;
	host_now = deadline;
	return -ETIMEDOUT;
}

WEAK ns_t
arch_now(void)
{
	return host_now;
}

WEAK uint64_t
arch_wall(void)
{
	return host_wall;
}

/* ---- the process ---- */

WEAK Proc *
proc_self(void)
{
	return &host_self;
}

WEAK void
proc_kill(Proc *p, int sig, const char *why)
{
	(void)why;
	p->killed = true;
	p->killsig = sig;
}

WEAK int
copy_in(void *dst, vaddr_t src, size_t n)
{
	memcpy(dst, (const void *)src, n);
	return 0;
}

WEAK int
copy_in_str(char *dst, vaddr_t src, size_t n)
{
	return strcopy(dst, (const char *)src, n) >= n ? -ENAMETOOLONG : 0;
}

WEAK int
copy_out(vaddr_t dst, const void *src, size_t n)
{
	memcpy((void *)dst, src, n);
	return 0;
}

/* ---- the trace of dev/vtd: off ---- */

WEAK bool trace_on;

WEAK void
trace_entry(const uint64_t *slot, uint64_t v)
{
	(void)slot;
	(void)v;
}

WEAK void
trace_level(uint32_t level, iova_t iova, const uint64_t *e, uint64_t v, uint64_t step,
	uint32_t n)
{
	(void)level;
	(void)iova;
	(void)e;
	(void)v;
	(void)step;
	(void)n;
}

/*
 * The part of the third host that is a kernel's: a freestanding file, with headers of its
 * own, in which a length is an unsigned int. os.h goes beside them.
 */
#include "tests/port/kernel.h"

#include "dev/vtd/os.h"

static char heap[1 << 18];
static unsigned used;

void *
os_alloc(size_t n)
{
	void *p = &heap[used];

	if (n > sizeof heap - used)
		return NULL;
	used += ((unsigned)n + 15) & ~15u;
	return memset(p, 0, (unsigned)n);
}

void
os_free(void *p)
{
	(void)p; /* a heap that only grows */
}

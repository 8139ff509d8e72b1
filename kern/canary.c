/*
 * Canaries: pages of the kernel that hold a pattern and that nobody ever writes. They are
 * taken at boot, among the pages the kernel lives in. The poison of free frames (page.h)
 * shows what a device does to memory that was given back, and these show what it does to
 * memory of the kernel. The pattern differs from word to word, so that a copy of another
 * page shows too. Locks: none; const after boot.
 */

#include "kern/canary.h"
#include "kern/page.h"

#define NCANARY 16

static paddr_t canary[NCANARY]; /* 0: there was no memory */

static uint64_t
canary_word(paddr_t pa, uint i)
{
	return (pa + 8 * i) * 0x9e3779b97f4a7c15ull | 1;
}

void
canary_init(void)
{
	for (uint n = 0; n < NCANARY; n++) {
		uint64_t *p;

		if ((canary[n] = page_alloc(0, PAGE_KERNEL)) == 0)
			return;
		p = page_ptr(canary[n]);
		for (uint i = 0; i < PAGE_SIZE / sizeof *p; i++)
			p[i] = canary_word(canary[n], i);
	}
}

/* The pages are read through volatile, because a compiler would know what was left
 * there. */
paddr_t
canary_check(void)
{
	for (uint n = 0; n < NCANARY && canary[n] != 0; n++) {
		const volatile uint64_t *p = page_ptr(canary[n]);

		for (uint i = 0; i < PAGE_SIZE / sizeof *p; i++)
			if (p[i] != canary_word(canary[n], i))
				return canary[n] + i * sizeof *p;
	}
	return 0;
}

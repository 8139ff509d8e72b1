/*
 * What is kept out of every process, and finding room. A device that may reach all memory
 * of a process must find no register behind it, because bridges may route an address in
 * their windows to another device before any unit sees it. So those windows, the first
 * MiB, and the range of interrupts and platform devices below 4 GiB are never memory of a
 * process. Locks: none; const after boot.
 */

#include "kern/layout.h"
#include "kern/aspace.h"
#include "kern/log.h"
#include "kern/text.h"

#define MAXWINDOW 128

typedef struct Window {
	uint64_t base, len;
	const char *what;
} Window;

static Window window[MAXWINDOW] = {
	{ 0, LAYOUT_LOW, "first MiB" },
	{ 0xfe000000, 0x02000000, "interrupts and platform" },
};
static uint nwindow = 2;

void
layout_keep_out(paddr_t base, uint64_t len, const char *what)
{
	uint64_t end = roundup(base + len, PAGE_SIZE);

	base = rounddown(base, PAGE_SIZE);
	if (len == 0 || base >= LAYOUT_MEMTOP)
		return; /* beyond every process's memory anyway */
	for (uint i = 0; i < nwindow; i++)
		if (base >= window[i].base && end <= window[i].base + window[i].len)
			return;
	if (nwindow == MAXWINDOW) {
		/* An entry that covers too much is safe, and a window that is forgotten
		 * is not. */
		Window *w = &window[MAXWINDOW - 1];
		uint64_t hi = w->base + w->len > end ? w->base + w->len : end;

		w->base = w->base < base ? w->base : base;
		w->len = hi - w->base;
		w->what = "device windows";
		return;
	}
	window[nwindow++] = (Window){ base, end - base, what };
}

static const Window *
window_touching(vaddr_t va, uint64_t len, uint first)
{
	for (uint i = first; i < nwindow; i++)
		if (va < window[i].base + window[i].len && window[i].base < va + len)
			return &window[i];
	return NULL;
}

const char *
layout_window(vaddr_t va, uint64_t len)
{
	const Window *w = window_touching(va, len, 0);

	return w != NULL ? w->what : NULL;
}

/* The first window is the first MiB. It is kept from processes only so that small numbers
 * are no pointers. */
const char *
layout_device_window(vaddr_t va, uint64_t len)
{
	const Window *w = window_touching(va, len, 1);

	return w != NULL ? w->what : NULL;
}

vaddr_t
layout_gap(const RegionList *l, vaddr_t low, vaddr_t high, uint64_t len, uint64_t align)
{
	if (len > high || high - len < low)
		return 0;
	for (vaddr_t a = rounddown(high - len, align); a >= low && a != 0;) {
		const Region *r = region_overlap(l, a, len);
		const Window *w = window_touching(a, len, 0);
		uint64_t below; /* the lowest thing in the way */

		if (r == NULL && w == NULL)
			return a;
		below = r != NULL ? r->va : w->base;
		if (w != NULL && w->base < below)
			below = w->base;
		if (below < len)
			return 0;
		a = rounddown(below - len, align);
	}
	return 0;
}

void
layout_print(Text *t)
{
	for (uint i = 0; i < nwindow; i++)
		text_printf(t, "0x%016lx 0x%016lx %s\n", window[i].base,
			(window[i].base + window[i].len - 1), window[i].what);
}

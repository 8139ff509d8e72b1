/*
 * Time. arch_now() is the time-stamp counter's distance from the first instruction,
 * scaled. The rate of this counter and that of the local APIC's timer are measured
 * together, in a window of about a millisecond, against the ACPI PM timer (3.579545 MHz),
 * or without one against the PIT (1.193182 MHz). With the PM timer the window begins and
 * ends where the timer is seen to change, so that a short one is exact to a fraction of a
 * microsecond.
 *
 * It is assumed that the counters of all CPUs run at one constant rate and agree, as they
 * do on every CPU with an IOMMU. A reading below the start counts as zero. Locks:
 * arch_sleep has one of its own, because waiting needs one; the rest is const after
 * clock_init.
 */
#include "arch/clock.h"

#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/io.h"
#include "kern/log.h"

#define NS        1000000000ull
#define PM_HZ     3579545
#define PM_TICKS  3600 /* the window, about 1 ms */
#define PIT_HZ    1193182
#define PIT_TICKS 1200
#define PATIENCE  2000000 /* polls until a reference counts as dead */

typedef struct Window {
	uint64_t tsc, apic; /* ticks of each ... */
	uint64_t ref, hz;   /* ... in so many of the reference's */
} Window;

/* Const after clock_init. */
static uint64_t tsc_mult = 1ull << 32; /* ns per tick, 32 bits of fraction */
static uint32_t tick_count;            /* local APIC timer ticks per 1/TICK_HZ s */

/* ---- the ACPI PM timer ---- */

static uint16_t pm_port;
static uint32_t pm_mask;

/* All three counters at one moment. */
typedef struct Mark {
	uint64_t tsc;
	uint32_t apic, ref;
} Mark;

/* Reads all counters at the moment the reference changes. It looks four times and keeps
 * the closest look, because a virtual CPU may lose its host in the middle of one. Returns
 * false when the reference does not change. */
static bool
pm_mark(Mark *m)
{
	uint64_t closest = UINT64_MAX;

	for (uint n = 0; n < 4; n++) {
		uint32_t start = inl(pm_port) & pm_mask, now, apic;
		uint64_t before, after = rdtsc();
		uint i = 0;
		do {
			before = after;
			now = inl(pm_port) & pm_mask;
			apic = apic_timer_left();
			after = rdtsc();
		} while (now == start && i++ < PATIENCE);
		if (now == start)
			return false;
		if (after - before < closest) {
			closest = after - before;
			*m = (Mark){ after, apic, now };
		}
	}
	return true;
}

/* Measures a window of the PM timer. Returns false when there is no such timer or it does
 * not run. */
static bool
pm_window(Window *w)
{
	Mark a, b;
	uint i = 0;

	if (pm_port == 0 || !pm_mark(&a))
		return false;
	while (((inl(pm_port) - a.ref) & pm_mask) < PM_TICKS && i < PATIENCE)
		i++;
	if (i == PATIENCE || !pm_mark(&b))
		return false;
	*w = (Window){ b.tsc - a.tsc, a.apic - b.apic, (b.ref - a.ref) & pm_mask, PM_HZ };
	return true;
}

/* ---- the PIT: channel 2 counts once; its output is bit 5 of port 0x61 ---- */

/* Measures a window of the PIT with its channel 2, whose output is bit 5 of port 0x61.
 * Returns false when the output does not come. */
static bool
pit_window(Window *w)
{
	uint8_t gate = inb(0x61) & 0xfc;
	uint64_t tsc, apic;
	uint i;

	outb(0x61, gate);
	outb(0x43, 0xb0); /* channel 2, both bytes, mode 0 */
	outb(0x42, PIT_TICKS & 0xff);
	outb(0x42, PIT_TICKS >> 8);
	outb(0x61, gate | 1); /* go */
	tsc = rdtsc();
	apic = apic_timer_left();
	for (i = 0; i < PATIENCE && !(inb(0x61) & 0x20); i++)
		;
	*w = (Window){ rdtsc() - tsc, apic - apic_timer_left(), PIT_TICKS, PIT_HZ };
	outb(0x61, gate);
	return i < PATIENCE;
}

/* ---- */

/* Ticks per second of a counter that made `ticks` of them in the window. */
static uint64_t
window_rate(uint64_t ticks, const Window *w)
{
	return ticks * w->hz / w->ref;
}

void
clock_init(void)
{
	Window w = { 1000000, 1000000, 1, 1000 }; /* no reference: 1 GHz is a guess */
	const char *by = "nothing";
	Fadt f;

	if (acpi_fadt(&f)) {
		pm_port = f.pm_timer;
		pm_mask = f.pm_timer_32 ? 0xffffffff : 0xffffff;
	}
	apic_timer_probe(0xffffffff);
	if (pm_window(&w))
		by = "the ACPI timer";
	else if (pit_window(&w))
		by = "the PIT";
	else
		w = (Window){ 1000000, 1000000, 1, 1000 };
	apic_timer_probe(0);
	if (w.tsc == 0 || w.apic == 0 || w.ref == 0)
		w = (Window){ 1000000, 1000000, 1, 1000 };
	tsc_mult = (NS << 32) / window_rate(w.tsc, &w);
	tick_count = window_rate(w.apic, &w) / TICK_HZ;
	kprint("clock: %lu MHz by %s\n", (window_rate(w.tsc, &w) + 500000) / 1000000, by);
}

void
clock_start(void)
{
	apic_timer_start(tick_count);
}

uint64_t
arch_tsc(void)
{
	return rdtsc();
}

ns_t
arch_now(void)
{
	int64_t ticks = rdtsc() - bootinfo.entry_tsc;

	if (ticks < 0)
		return 0;
	return (unsigned __int128)(uint64_t)ticks * tsc_mult >> 32;
}

void
arch_sleep(ns_t ns)
{
	ns_t end = arch_now() + ns;
	Lock l = LOCK_INIT(RANK_DEV, "sleep");
	Waitq q = { NULL, false };

	lock(&l);
	while (arch_now() < end)
		waitq_sleep_uninterruptible(&q, &l, end);
	unlock(&l);
}

/*
 * Who owns which interrupt vector. A device can send any vector, unless interrupt
 * remapping stops it. So each handler must bear being called for nothing, and an
 * interrupt that nobody owns is counted and survived.
 *
 * All interrupts of devices go to the boot CPU. A vector that was freed is given out
 * again last, so that a late message of its former owner is seen as stray and not as the
 * next owner's. Locks: irq_lock (RANK_IRQ) guards the table; a handler runs without it,
 * and irq_free waits until Slot.busy is 0.
 */
#include "arch/irq.h"

#include "arch/apic.h"
#include "arch/arch.h"
#include "arch/cpu.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/sched.h"

typedef struct Slot {
	void (*fn)(void *arg); /* NULL: free */
	void *arg;
	const char *name;
	volatile uint busy; /* handlers running now */
} Slot;

static Slot slots[VEC_DEVICE_END - VEC_DEVICE];
static uint last; /* slot given out last */
static uint64_t strays;
static Lock irq_lock = LOCK_INIT(RANK_IRQ, "irq");

int
irq_alloc(void (*fn)(void *arg), void *arg, const char *name, uint *vector)
{
	int err = -ENOSPC;

	lock(&irq_lock);
	for (uint n = 0; n < nelem(slots) && err != 0; n++) {
		Slot *s = &slots[last = (last + 1) % nelem(slots)];
		if (s->fn != NULL)
			continue;
		s->arg = arg;
		s->name = name;
		__atomic_store_n(&s->fn, fn, __ATOMIC_RELEASE);
		*vector = VEC_DEVICE + last;
		err = 0;
	}
	unlock(&irq_lock);
	return err;
}

/* On return the handler is not running and will not run again. */
void
irq_free(uint vector)
{
	Slot *s = &slots[vector - VEC_DEVICE];

	assert(vector >= VEC_DEVICE && vector < VEC_DEVICE_END);
	__atomic_store_n(&s->fn, NULL, __ATOMIC_SEQ_CST);
	/* handlers are short */
	while (__atomic_load_n(&s->busy, __ATOMIC_SEQ_CST) != 0) {
		arch_poll_shootdown();
		arch_relax();
	}
}

void
irq_message(uint vector, uint64_t *addr, uint32_t *data)
{
	/* Fixed, edge, physical destination: SDM vol. 3, 11.11. */
	*addr = 0xfee00000 | cpus[0].apic_id << 12;
	*data = vector;
}

uint64_t
irq_stray(void)
{
	return __atomic_load_n(&strays, __ATOMIC_RELAXED);
}

/* Printed at 1, 2, 4, 8, ... so that a device that floods us does not flood the log. */
void
irq_stray_count(uint vector)
{
	uint64_t n = __atomic_add_fetch(&strays, 1, __ATOMIC_RELAXED);

	if ((n & (n - 1)) == 0)
		kprint("interrupt %u has no owner (%lu so far)\n", vector, n);
}

static void
device_interrupt(uint vector)
{
	Slot *s = &slots[vector - VEC_DEVICE];
	void (*fn)(void *arg);

	__atomic_add_fetch(&s->busy, 1, __ATOMIC_SEQ_CST);
	fn = __atomic_load_n(&s->fn, __ATOMIC_SEQ_CST);
	if (fn != NULL)
		fn(s->arg);
	__atomic_sub_fetch(&s->busy, 1, __ATOMIC_SEQ_CST);
	if (fn == NULL)
		irq_stray_count(vector);
}

static void
nmi_report(Cpu *c)
{
	uint64_t n = c->nmis;

	if (n == c->nmis_seen)
		return;
	kprint("cpu %u: %lu unexpected NMI\n", c->id, n - c->nmis_seen);
	c->nmis_seen = n;
}

void
irq_dispatch(uint vector)
{
	/* A real spurious interrupt is not in service and must not be acknowledged. */
	if (vector == VEC_SPURIOUS && !apic_in_service(vector))
		return;
	if (vector >= VEC_DEVICE && vector < VEC_DEVICE_END) {
		device_interrupt(vector);
	} else if (vector == VEC_TIMER) {
		nmi_report(this_cpu());
		sched_tick();
	} else if (vector == VEC_SHOOT) {
		arch_poll_shootdown();
	} else if (vector != VEC_POKE) {
		irq_stray_count(vector);
	}
	/* Legacy spurious interrupts come by a line that the local APIC does not
	 * count. */
	if (vector >= VEC_DEVICE || apic_in_service(vector))
		apic_eoi();
}

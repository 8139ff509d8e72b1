/*
 * Starts the other CPUs, one after the other. Each gets INIT, then a start-up interrupt
 * that points at a page below 1 MiB, and a second one if the first had no effect (SDM
 * vol. 3, 8.4.4). A CPU takes its Ticket with one exchange. If it does not come in time
 * the boot CPU takes the ticket back in the same way, and a CPU that comes later finds
 * none and halts. The boot CPU waits in HLT. Locks: none; one CPU starts another, and
 * only through the ticket.
 */
#include "arch/smp.h"

#include "arch/apic.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/entry.h"
#include "arch/memmap.h"
#include "kern/log.h"
#include "kern/proc.h"
#include "kern/sched.h"
#include "kern/string.h"

#define MS 1000000ull

/* What tramp.S reads, in this order. */
typedef struct Ticket {
	paddr_t root;
	uint64_t stack;
	Cpu *cpu;
} Ticket;

Ticket *smp_ticket; /* exchanged atomically */

static paddr_t tramp;
static uint8_t apic_ids[MAXCPU];
static uint nfound;

void
smp_reserve(void)
{
	tramp = memmap_carve(&bootinfo, PAGE_SIZE, 0xa0000);
}

void
smp_init(const Madt *m)
{
	uint32_t self = apic_id();

	cpus[0].apic_id = self;
	for (uint i = 0; i < m->ncpu; i++)
		if (m->apic_id[i] != self)
			apic_ids[nfound++] = m->apic_id[i];
	if (m->nignored > 0)
		kprint("smp: %u CPUs more than can be used\n", m->nignored);
}

/* The stacks of the CPU that is being started: three for #DF, NMI and #MC, and the one it
 * runs on. */
static void *stack[NIST + 1];
static uint64_t ap_ist[NIST];

static void
start_unprepare(void)
{
	for (uint i = 0; i <= NIST; i++)
		if (stack[i] != NULL)
			arch_kstack_free(stack[i]);
}

/* Gets the stacks for CPU c and writes its ticket. Returns false without memory. */
static bool
start_prepare(Cpu *c, Ticket *t)
{
	bool whole = true;

	for (uint i = 0; i <= NIST; i++) {
		stack[i] = arch_kstack_alloc();
		whole = whole && stack[i] != NULL;
	}
	if (!whole) {
		start_unprepare();
		return false;
	}
	for (uint i = 0; i < NIST; i++)
		ap_ist[i] = (uint64_t)stack[i] + KSTACK_SIZE;
	*t = (Ticket){ arch_kernel_root(), (uint64_t)stack[NIST] + KSTACK_SIZE, c };
	return true;
}

/* Waits at most ms milliseconds until the ticket is taken. If that does not happen, takes
 * it back and returns false. */
static bool
ticket_taken(uint ms)
{
	ns_t end = arch_now() + ms * MS;

	while (__atomic_load_n(&smp_ticket, __ATOMIC_ACQUIRE) != NULL)
		if (arch_now() >= end)
			return __atomic_exchange_n(&smp_ticket, NULL, __ATOMIC_ACQ_REL) ==
				NULL;
		else
			arch_idle();
	return true;
}

/* Starts one CPU with ticket t and waits until it runs. Returns false when it has not
 * taken the ticket; then it never will. Sleeps. */
static bool
cpu_start(Cpu *c, Ticket *t)
{
	apic_send_init(c->apic_id);
	arch_sleep(10 * MS);
	__atomic_store_n(&smp_ticket, t, __ATOMIC_RELEASE);
	apic_send_startup(c->apic_id, tramp);
	if (!ticket_taken(20)) {
		__atomic_store_n(&smp_ticket, t, __ATOMIC_RELEASE);
		apic_send_startup(c->apic_id, tramp);
		if (!ticket_taken(200))
			return false;
	}
	/* It holds the ticket, so it runs our code, and gets there. */
	for (ns_t end = arch_now() + 10000 * MS; !c->online;) {
		if (arch_now() > end)
			panic("cpu %u began to start and did not finish", c->id);
		arch_idle();
	}
	return true;
}

void
arch_start_cpus(void)
{
	static Ticket t;

	if (nfound > 0 && tramp == 0) {
		kprint("smp: no memory below 640 KiB: one CPU\n");
		return;
	}
	memcpy(arch_direct(tramp), tramp_start, tramp_end - tramp_start);
	for (uint i = 0; i < nfound && ncpu < MAXCPU; i++) {
		Cpu *c = &cpus[ncpu];
		c->id = ncpu;
		c->apic_id = apic_ids[i];
		if (!start_prepare(c, &t)) {
			kprint("smp: no memory for cpu %u\n", ncpu);
			break;
		}
		if (cpu_start(c, &t)) {
			ncpu++;
			continue;
		}
		kprint("smp: the CPU with APIC id %u does not start\n", c->apic_id);
		start_unprepare();
	}
	kprint("smp: %u CPU%s\n", ncpu, ncpu == 1 ? "" : "s");
}

void
smp_enter(Cpu *c)
{
	cpu_init(c, ap_ist);
	arch_load_root(arch_kernel_root());
	apic_init();
	clock_start();
	c->online = true;
	arch_poke(0); /* it waits in HLT */
	sched_start();
}

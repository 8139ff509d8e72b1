/*
 * How other CPUs are made to forget addresses. Each CPU has one request (Cpu.shoot), in
 * which `pending` has a bit for each CPU that has still to answer. A CPU answers by
 * interrupt, or by polling wherever it spins with interrupts off. So two CPUs that ask
 * each other cannot deadlock, and neither can one that spins for a lock that the other
 * holds.
 *
 * Only CPUs that run the root are asked. A CPU says in next_root which root it is about
 * to load before it loads it, and changes `root` after. One that is missed here walks the
 * new tables, because our stores came before our look. Locks: none; what is shared is
 * atomic.
 */
#include "arch/apic.h"
#include "arch/arch.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/irq.h"
#include "kern/log.h"

#define FEW_PAGES 32             /* above this, forget everything */
#define PATIENCE  10000000000ull /* ns until a silent CPU is taken for dead */

static void
tlb_forget(vaddr_t va, size_t len)
{
	if (len == 0 || len > FEW_PAGES * PAGE_SIZE) {
		write_cr3(read_cr3());
		return;
	}
	for (vaddr_t at = rounddown(va, PAGE_SIZE); at < va + len; at += PAGE_SIZE)
		invlpg(at);
}

void
arch_load_root(paddr_t root)
{
	bool irq = arch_irq_off();
	Cpu *c = this_cpu();

	c->next_root = root;
	write_cr3(root); /* serialising: next_root is visible before any walk */
	c->root = root;
	arch_irq_restore(irq);
}

/* Interrupts are off, because an interrupt in between would answer this request, and what
 * is read here could then be the next one, half written. */
void
arch_poll_shootdown(void)
{
	bool irq = arch_irq_off();
	uint32_t me = 1u << this_cpu()->id;

	for (uint i = 0; i < ncpu; i++) {
		Shoot *s = &cpus[i].shoot;
		if (!(__atomic_load_n(&s->pending, __ATOMIC_ACQUIRE) & me))
			continue;
		tlb_forget(s->va, s->len);
		__atomic_fetch_and(&s->pending, ~me, __ATOMIC_RELEASE);
	}
	arch_irq_restore(irq);
}

/* Asks every other CPU that runs root, or is about to, and returns a bit for each of
 * them. */
static uint32_t
shoot_ask(Cpu *me, paddr_t root, vaddr_t va, size_t len)
{
	uint32_t who = 0;

	me->shoot.va = va;
	me->shoot.len = len;
	/* entries before the look at the roots */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (uint i = 0; i < ncpu; i++)
		if (&cpus[i] != me && (cpus[i].root == root || cpus[i].next_root == root))
			who |= 1u << i;
	__atomic_store_n(&me->shoot.pending, who, __ATOMIC_SEQ_CST);
	for (uint i = 0; i < ncpu; i++)
		if (who >> i & 1)
			apic_send(cpus[i].apic_id, VEC_SHOOT);
	return who;
}

/* Waits until all have answered. A CPU that does not answer still has the old entries, so
 * nothing that depends on their being gone may go on: the system stops. Only a CPU that
 * was reset behind our back can be that silent. */
static void
shoot_await(Cpu *me)
{
	ns_t end = arch_now() + PATIENCE;

	while (__atomic_load_n(&me->shoot.pending, __ATOMIC_ACQUIRE) != 0) {
		arch_poll_shootdown();
		arch_relax();
		if (arch_now() > end)
			panic("shoot-down: no answer from CPUs %x", me->shoot.pending);
	}
}

void
arch_shootdown(paddr_t root, vaddr_t va, size_t len)
{
	bool irq = arch_irq_off();
	Cpu *me = this_cpu();

	if (me->root == root)
		tlb_forget(va, len);
	if (shoot_ask(me, root, va, len) != 0)
		shoot_await(me);
	arch_irq_restore(irq);
}

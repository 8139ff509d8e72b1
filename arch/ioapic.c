/*
 * The I/O APICs (82093AA and its successors): inputs of legacy lines to vectors. Two
 * registers in memory, an index and a window; under ioapic_lock. Everything is masked but
 * what irq_route_isa asks for; devices use messages. The older pair of 8259s is masked for
 * good, its spurious interrupts moved out of the way of exceptions.
 */
#include "arch/ioapic.h"

#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/irq.h"
#include "kern/errno.h"
#include "kern/log.h"

#define INDEX  (0x00 / 4)
#define WINDOW (0x10 / 4)
#define REG_VERSION   1
#define REG_ENTRY(n)  (0x10 + 2 * (n))
#define ENTRY_LOW     0x2000
#define ENTRY_LEVEL   0x8000
#define ENTRY_MASKED  0x10000

typedef struct Ioapic {
	volatile uint32_t *regs;
	uint32_t gsi, n;
} Ioapic;

static Ioapic ioapics[MADT_MAXIOAPIC];
static uint nioapic;
static IsaLine isa_line[NISA];
static Lock ioapic_lock = LOCK_INIT(RANK_IRQ, "ioapic");

static uint32_t
get(const Ioapic *a, uint reg)
{
	a->regs[INDEX] = reg;
	return a->regs[WINDOW];
}

static void
set(const Ioapic *a, uint reg, uint32_t v)
{
	a->regs[INDEX] = reg;
	a->regs[WINDOW] = v;
}

void
legacy_off(void)
{
	outb(0x20, 0x11); /* ICW1..4, master then slave */
	outb(0xa0, 0x11);
	outb(0x21, VEC_LEGACY);
	outb(0xa1, VEC_LEGACY + 8);
	outb(0x21, 4);
	outb(0xa1, 2);
	outb(0x21, 1);
	outb(0xa1, 1);
	outb(0x21, 0xff); /* all masked */
	outb(0xa1, 0xff);
}

void
ioapic_init(const Madt *m)
{
	for (uint i = 0; i < NISA; i++)
		isa_line[i] = m->isa[i];
	for (uint i = 0; i < m->nioapic; i++) {
		Ioapic *a = &ioapics[nioapic];
		a->regs = arch_map_mmio(m->ioapic[i].base, 32);
		if (a->regs == NULL) {
			kprint("ioapic at %lx: not usable\n", m->ioapic[i].base);
			continue;
		}
		a->gsi = m->ioapic[i].gsi;
		a->n = (get(a, REG_VERSION) >> 16 & 0xff) + 1;
		for (uint k = 0; k < a->n; k++)
			set(a, REG_ENTRY(k), ENTRY_MASKED);
		nioapic++;
	}
}

int
irq_route_isa(uint isa, uint vector)
{
	const IsaLine *l = &isa_line[isa % NISA];
	uint32_t low = vector | (l->low ? ENTRY_LOW : 0) | (l->level ? ENTRY_LEVEL : 0);
	int err = -ENODEV;

	if (isa >= NISA)
		return -EINVAL;
	lock(&ioapic_lock);
	for (uint i = 0; i < nioapic && err != 0; i++) {
		const Ioapic *a = &ioapics[i];
		if (l->gsi < a->gsi || l->gsi - a->gsi >= a->n)
			continue;
		set(a, REG_ENTRY(l->gsi - a->gsi) + 1, cpus[0].apic_id << 24);
		set(a, REG_ENTRY(l->gsi - a->gsi), low);
		err = 0;
	}
	unlock(&ioapic_lock);
	return err;
}

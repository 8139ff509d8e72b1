/*
 * The I/O APICs (82093AA and its successors), which turn the lines of old devices into
 * interrupt vectors. Each has two registers in memory, an index and a window. All inputs
 * are masked but those that irq_route_isa opens, because newer devices send messages.
 * Lines are opened at boot only, by one CPU. With interrupt remapping what is written for
 * a line is not ours to say (irq_lines_go). The older pair of 8259s is masked for good,
 * and its spurious interrupts are moved out of the way of exceptions. Locks: ioapic_lock
 * (RANK_IRQ) keeps index and window together.
 */
#include "arch/ioapic.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/irq.h"
#include "kern/errno.h"
#include "kern/log.h"

#define INDEX        (0x00 / 4)
#define WINDOW       (0x10 / 4)
#define REG_VERSION  1
#define REG_ENTRY(n) (0x10 + 2 * (n))
#define ENTRY_LOW    0x2000
#define ENTRY_LEVEL  0x8000
#define ENTRY_MASKED 0x10000
#define ENTRY_DEST   56

typedef struct Ioapic {
	volatile uint32_t *regs;
	uint32_t gsi, n;
	uint id;
} Ioapic;

static Ioapic ioapics[MADT_MAXIOAPIC];
static uint nioapic;
static IsaLine isa_line[NISA];
static uint isa_vector[NISA]; /* 0: not open; const after boot, like remap */
static int (*remap)(const IrqLine *l, uint64_t *out);
static Lock ioapic_lock = LOCK_INIT(RANK_IRQ, "ioapic");

static uint32_t
ioapic_read(const Ioapic *a, uint reg)
{
	a->regs[INDEX] = reg;
	return a->regs[WINDOW];
}

static void
ioapic_write(const Ioapic *a, uint reg, uint32_t v)
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
		a->id = m->ioapic[i].id;
		a->n = (ioapic_read(a, REG_VERSION) >> 16 & 0xff) + 1;
		for (uint k = 0; k < a->n; k++)
			ioapic_write(a, REG_ENTRY(k), ENTRY_MASKED);
		nioapic++;
	}
}

/* The IO-APIC of an ISA line, and its input there. NULL: no IO-APIC has this line. */
static const Ioapic *
line_find(uint isa, uint *input)
{
	uint32_t gsi = isa_line[isa].gsi;

	for (uint i = 0; i < nioapic; i++)
		if (gsi >= ioapics[i].gsi && gsi - ioapics[i].gsi < ioapics[i].n) {
			*input = gsi - ioapics[i].gsi;
			return &ioapics[i];
		}
	return NULL;
}

/* The redirection entry of a line, as `remap` says or in the old form. */
static int
line_entry(const Ioapic *a, uint isa, uint vector, uint64_t *e)
{
	const IsaLine *l = &isa_line[isa];
	int err = -ENOTSUP;

	if (remap != NULL)
		err = remap(&(IrqLine){ a->id, vector, l->level, l->low }, e);
	if (err != -ENOTSUP)
		return err;
	*e = vector | (l->low ? ENTRY_LOW : 0) | (l->level ? ENTRY_LEVEL : 0) |
		(uint64_t)cpus[0].apic_id << ENTRY_DEST;
	return 0;
}

static void
line_mask(uint isa)
{
	uint input = 0;
	const Ioapic *a = line_find(isa, &input);

	lock(&ioapic_lock);
	ioapic_write(a, REG_ENTRY(input), ENTRY_MASKED);
	unlock(&ioapic_lock);
}

/* The line is masked until the low half is there. */
static void
line_set(const Ioapic *a, uint input, uint64_t e)
{
	lock(&ioapic_lock);
	ioapic_write(a, REG_ENTRY(input) + 1, e >> 32);
	ioapic_write(a, REG_ENTRY(input), e);
	unlock(&ioapic_lock);
}

int
irq_route_isa(uint isa, uint vector)
{
	const Ioapic *a;
	uint input = 0;
	uint64_t e;
	int err;

	if (isa >= NISA)
		return -EINVAL;
	if ((a = line_find(isa, &input)) == NULL)
		return -ENODEV;
	if ((err = line_entry(a, isa, vector, &e)) != 0)
		return err;
	line_set(a, input, e);
	isa_vector[isa] = vector;
	return 0;
}

bool
irq_ioapic(uint i, uint *id)
{
	if (i < nioapic)
		*id = ioapics[i].id;
	return i < nioapic;
}

void
irq_lines_hold(void)
{
	for (uint i = 0; i < NISA; i++)
		if (isa_vector[i] != 0)
			line_mask(i);
}

/* An edge that came meanwhile is lost, so each handler is made to look once for
 * itself. */
void
irq_lines_go(int (*entry)(const IrqLine *l, uint64_t *out))
{
	remap = entry;
	for (uint i = 0; i < NISA; i++) {
		if (isa_vector[i] == 0)
			continue;
		if (irq_route_isa(i, isa_vector[i]) == 0)
			apic_send(cpus[0].apic_id, isa_vector[i]);
		else
			kprint("ioapic: line %u is dead: it has no interrupt entry\n", i);
	}
}

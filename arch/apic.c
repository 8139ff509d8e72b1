/*
 * The local APIC in xAPIC mode: registers in memory, 32 bits each, 16 bytes apart (SDM
 * vol. 3, chapter 11). A unit that firmware left in x2APIC mode is switched back, which
 * limits us to ids below 255. Absent: logical destinations, error interrupts.
 */
#include "arch/apic.h"

#include "arch/arch.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/irq.h"
#include "kern/errno.h"
#include "kern/log.h"

#define MSR_APIC_BASE 0x1b
#define BASE_EXTD     (1u << 10)
#define BASE_EN       (1u << 11)
#define BASE_ADDR     0x000ffffffffff000ull

enum {
	APIC_ID = 0x020,
	APIC_VERSION = 0x030,
	APIC_TPR = 0x080,
	APIC_EOI = 0x0b0,
	APIC_SVR = 0x0f0,
	APIC_ISR = 0x100, /* 8 registers of 32 vectors */
	APIC_ESR = 0x280,
	APIC_CMCI = 0x2f0,
	APIC_ICR_LOW = 0x300,
	APIC_ICR_HIGH = 0x310,
	APIC_TIMER = 0x320, /* the local vector table, to APIC_ERROR */
	APIC_THERMAL = 0x330,
	APIC_PERF = 0x340,
	APIC_LINT0 = 0x350,
	APIC_LINT1 = 0x360,
	APIC_ERROR = 0x370,
	APIC_COUNT = 0x380, /* of the timer, as are these */
	APIC_LEFT = 0x390,
	APIC_DIVIDE = 0x3e0,
};

#define SVR_ENABLE   0x100
#define LVT_MASKED   0x10000
#define LVT_PERIODIC 0x20000
#define LVT_NMI      0x400
#define DIVIDE_BY_1  0xb

#define ICR_INIT    0x500
#define ICR_STARTUP 0x600
#define ICR_NMI     0x400
#define ICR_ASSERT  0x4000
#define ICR_PENDING 0x1000
#define ICR_OTHERS  0xc0000

static volatile uint32_t *regs; /* const after apic_map */

static uint32_t
apic_read(uint off)
{
	return regs[off / 4];
}

static void
apic_write(uint off, uint32_t v)
{
	regs[off / 4] = v;
}

int
apic_map(void)
{
	regs = arch_map_mmio(rdmsr(MSR_APIC_BASE) & BASE_ADDR, PAGE_SIZE);
	return regs == NULL ? -ENOMEM : 0;
}

static void
xapic_mode(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	if (base & BASE_EXTD) /* only by way of "disabled" */
		wrmsr(MSR_APIC_BASE, base & ~(uint64_t)(BASE_EXTD | BASE_EN));
	wrmsr(MSR_APIC_BASE, (base & ~(uint64_t)BASE_EXTD) | BASE_EN);
}

void
apic_init(void)
{
	uint nlvt;

	xapic_mode();
	nlvt = (apic_read(APIC_VERSION) >> 16 & 0xff) + 1;
	apic_write(APIC_SVR, SVR_ENABLE | VEC_SPURIOUS);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_TIMER, LVT_MASKED | VEC_TIMER);
	apic_write(APIC_LINT0, LVT_MASKED);
	apic_write(APIC_LINT1, this_cpu()->id == 0 ? LVT_NMI : LVT_MASKED);
	apic_write(APIC_ERROR, LVT_MASKED | VEC_SPURIOUS);
	if (nlvt >= 5)
		apic_write(APIC_PERF, LVT_MASKED | VEC_SPURIOUS);
	if (nlvt >= 6)
		apic_write(APIC_THERMAL, LVT_MASKED | VEC_SPURIOUS);
	if (nlvt >= 7)
		apic_write(APIC_CMCI, LVT_MASKED | VEC_SPURIOUS);
	apic_write(APIC_ESR, 0);
	apic_eoi(); /* whatever firmware left in service */
}

uint32_t
apic_id(void)
{
	return apic_read(APIC_ID) >> 24;
}

void
apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

bool
apic_in_service(uint vector)
{
	return regs != NULL &&
		(apic_read(APIC_ISR + vector / 32 * 16) >> vector % 32 & 1) != 0;
}

static void
icr_send(uint32_t dest, uint32_t command)
{
	bool irq = arch_irq_off(); /* the two halves belong together */

	apic_write(APIC_ICR_HIGH, dest << 24);
	apic_write(APIC_ICR_LOW, command);
	for (uint i = 0; i < 100000 && (apic_read(APIC_ICR_LOW) & ICR_PENDING); i++)
		arch_relax();
	arch_irq_restore(irq);
}

void
apic_send(uint32_t dest, uint vector)
{
	icr_send(dest, ICR_ASSERT | vector);
}

void
apic_send_init(uint32_t dest)
{
	icr_send(dest, ICR_ASSERT | ICR_INIT);
}

void
apic_send_startup(uint32_t dest, paddr_t page)
{
	icr_send(dest, ICR_ASSERT | ICR_STARTUP | page >> PAGE_SHIFT);
}

void
apic_nmi_others(void)
{
	if (regs != NULL)
		icr_send(0, ICR_OTHERS | ICR_ASSERT | ICR_NMI);
}

void
apic_timer_probe(uint32_t count)
{
	apic_write(APIC_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_TIMER, LVT_MASKED | VEC_TIMER);
	apic_write(APIC_COUNT, count);
}

uint32_t
apic_timer_left(void)
{
	return apic_read(APIC_LEFT);
}

void
apic_timer_start(uint32_t count)
{
	apic_write(APIC_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_TIMER, LVT_PERIODIC | VEC_TIMER);
	apic_write(APIC_COUNT, count);
}

void
arch_poke(uint cpu)
{
	apic_send(cpus[cpu].apic_id, VEC_POKE);
}

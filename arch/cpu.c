/*
 * Makes a CPU ours: its descriptor tables, protection bits, SYSCALL entry, and %gs. SMEP,
 * SMAP and UMIP are used where CPUID has them. Absent on purpose: PCID, global pages,
 * FSGSBASE (a user must not choose %gs), and XSAVE (the state is the 512 bytes of FXSAVE;
 * AVX stays off, so nothing of it can leak). Locks: none; a CPU changes only its own.
 */
#include "arch/cpu.h"

#include "arch/entry.h"
#include "arch/io.h"
#include "arch/trap.h"

#define MSR_STAR        0xc0000081
#define MSR_LSTAR       0xc0000082
#define MSR_FMASK       0xc0000084
#define MSR_KERNEL_GS   0xc0000102
#define CR4_OSFXSR      0x200
#define CR4_OSXMMEXCPT  0x400
#define CR4_UMIP        0x800
#define CR4_SMEP        0x100000
#define CR4_SMAP        0x200000
#define RFLAGS_AT_ENTRY 0x47700 /* cleared by SYSCALL: TF IF DF NT AC, IOPL */

Cpu cpus[MAXCPU];
uint ncpu = 1;
CpuFeatures cpu_features;
bool cpu_smap;

static void
features_read(void)
{
	uint32_t top = cpuid(0, 0).a, ext = cpuid(0x80000000, 0).a;
	Cpuid c1 = cpuid(1, 0), c7 = { 0, 0, 0, 0 };
	CpuFeatures *f = &cpu_features;

	if (top >= 7)
		c7 = cpuid(7, 0);
	f->smep = c7.b >> 7 & 1;
	f->smap = c7.b >> 20 & 1;
	f->umip = c7.c >> 2 & 1;
	f->clflush_line = c1.d >> 19 & 1 ? (c1.b >> 8 & 0xff) * 8 : 0;
	f->phys_bits = ext >= 0x80000008 ? cpuid(0x80000008, 0).a & 0xff : 36;
}

static void
control_registers(void)
{
	const CpuFeatures *f = &cpu_features;
	uint64_t cr0 = read_cr0(), cr4;

	cr0 |= CR0_WP | CR0_MP | CR0_NE;
	write_cr0(cr0 & ~(uint64_t)(CR0_EM | CR0_TS));
	cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | (f->smep ? CR4_SMEP : 0);
	cr4 |= (f->smap ? CR4_SMAP : 0) | (f->umip ? CR4_UMIP : 0);
	write_cr4(cr4); /* all else off, whatever firmware liked */
	cpu_smap = f->smap;
	__asm__ volatile("fninit");
}

/* Fills and loads the tables of this CPU: the segments that SYSCALL and SYSRET demand,
 * and a TSS with the stacks for #DF, NMI and #MC. */
static void
descriptor_tables(Cpu *c, const uint64_t ist[NIST])
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} ptr = { sizeof c->gdt - 1, (uint64_t)c->gdt };
	uint64_t tss = (uint64_t)&c->tss;

	c->gdt[SEL_KCODE / 8] = 0x00af9a000000ffff;
	c->gdt[SEL_KDATA / 8] = 0x00cf92000000ffff;
	c->gdt[SEL_UDATA / 8] = 0x00cff2000000ffff;
	c->gdt[SEL_UCODE / 8] = 0x00affa000000ffff;
	c->gdt[SEL_TSS / 8] = (sizeof(Tss) - 1) | (tss & 0xffffff) << 16 | 0x89ull << 40 |
		(tss >> 24 & 0xff) << 56;
	c->gdt[SEL_TSS / 8 + 1] = tss >> 32;
	c->tss.iomap = sizeof(Tss); /* no I/O bitmap: user mode reaches no port */
	for (uint i = 0; i < NIST; i++)
		c->tss.ist[i] = ist[i];

	__asm__ volatile("lgdt %0" : : "m"(ptr));
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
	segments_load();
}

void
cpu_init(Cpu *c, const uint64_t ist[NIST])
{
	c->self = c;
	if (c->id == 0)
		features_read();
	descriptor_tables(c, ist);
	wrmsr(MSR_GS_BASE, (uint64_t)c);
	wrmsr(MSR_KERNEL_GS, 0);
	trap_load();
	control_registers();
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE | EFER_NXE);
	/* SYSRET loads SS from +8 and CS from +16 of the upper half. */
	wrmsr(MSR_STAR, (SEL_UDATA - 8ull) << 48 | (uint64_t)SEL_KCODE << 32);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_FMASK, RFLAGS_AT_ENTRY);
}

uint
arch_ncpu(void)
{
	return ncpu;
}

uint32_t
arch_apic_id(uint cpu)
{
	return cpus[cpu].apic_id;
}

/* STI takes effect after the next instruction, so no wake-up is lost before HLT. The time
 * ends where an interrupt begins (trap.c), so that handlers do not count as idle. */
void
arch_idle(void)
{
	this_cpu()->idle_since = rdtsc();
	__asm__ volatile("sti; hlt; cli" : : : "memory");
	idle_end();
}

void
idle_end(void)
{
	Cpu *c = this_cpu();

	if (c->idle_since != 0) {
		c->idle_ticks += rdtsc() - c->idle_since;
		c->idle_since = 0;
	}
}

uint64_t
arch_idle_ticks(void)
{
	return this_cpu()->idle_ticks;
}

uint
arch_phys_bits(void)
{
	return cpu_features.phys_bits;
}

void
arch_clflush(const void *p, size_t len)
{
	uintptr_t line = cpu_features.clflush_line; /* a power of two */
	uintptr_t a = (uintptr_t)p & -line, end = (uintptr_t)p + len;

	if (line == 0) {
		__asm__ volatile("wbinvd" : : : "memory");
		return;
	}
	do {
		__asm__ volatile("clflush (%0)" : : "r"(a) : "memory");
		a += line;
	} while (a < end);
	__asm__ volatile("mfence" : : : "memory");
}

void
arch_set_kstack(void *top)
{
	Cpu *c = this_cpu();

	c->kstack = (uint64_t)top;
	c->tss.rsp[0] = (uint64_t)top;
}

void
arch_set_current(struct Proc *p)
{
	this_cpu()->current = p;
}

struct Proc *
arch_current(void)
{
	return this_cpu()->current;
}

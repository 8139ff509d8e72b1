/*
 * One per CPU, found through %gs while in the kernel. A field is touched only by its own
 * CPU with interrupts off, unless it says otherwise.
 */
#pragma once

#include "arch/arch.h"
#include "arch/layout.h"

typedef struct __attribute__((packed)) Tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, iomap;
} Tss;

enum { IST_DF = 1, IST_NMI, IST_MC, NIST = 3 };

/* A request to the other CPUs to forget addresses (arch/shoot.c). */
typedef struct Shoot {
	volatile uint32_t pending; /* a bit per CPU that has not answered; atomic */
	vaddr_t va;                /* const while pending != 0 */
	size_t len;
} Shoot;

typedef struct Cpu {
	struct Cpu *self;
	uint64_t kstack;   /* where system calls land */
	uint64_t user_rsp; /* scratch of the system call entry */

	uint id;          /* const */
	uint32_t apic_id; /* const */
	struct Proc *current;
	volatile bool online; /* set once by its own CPU, read by all */
	bool stopped;         /* reached the end of a panic */

	/* CR3, and what it is about to be; all CPUs read them */
	volatile paddr_t root, next_root;
	Shoot shoot; /* requests of this CPU */

	uint64_t idle_since; /* TSC when HLT began; 0 when not in HLT */
	uint64_t idle_ticks;
	uint64_t nmis; /* counted in the handler, reported by the timer */
	uint64_t nmis_seen;

	uint64_t gdt[7];
	Tss tss;
} Cpu;

_Static_assert(offsetof(Cpu, self) == CPU_SELF, "layout.h");
_Static_assert(offsetof(Cpu, kstack) == CPU_KSTACK, "layout.h");
_Static_assert(offsetof(Cpu, user_rsp) == CPU_USER_RSP, "layout.h");
_Static_assert(offsetof(Cpu, id) == CPU_ID, "layout.h");

extern Cpu cpus[MAXCPU];
extern uint ncpu; /* rises as they start; const after arch_start_cpus */

/* What this CPU model has; the boot CPU's answer serves for all. */
typedef struct CpuFeatures {
	bool smep, smap, umip;
	uint clflush_line; /* bytes; 0: no CLFLUSH */
	uint phys_bits;
} CpuFeatures;
extern CpuFeatures cpu_features;
extern bool cpu_smap; /* SMAP is on: entry.S and copy.S read it */

/* Volatile: a process may go to sleep on one CPU and wake up on another. */
static inline Cpu *
this_cpu(void)
{
	Cpu *c;
	__asm__ volatile("mov %%gs:0, %0" : "=r"(c));
	return c;
}

void idle_end(void); /* what this CPU does from here on does not count as idle */
/* Sets up the CPU it runs on: descriptor tables, control registers, SYSCALL. `ist` has
 * the tops of the NIST stacks for #DF, NMI and #MC. */
void cpu_init(Cpu *c, const uint64_t ist[NIST]);

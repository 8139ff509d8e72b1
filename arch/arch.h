/*
 * What the machine offers the rest of the kernel. Everything that another CPU would
 * change is behind this header.
 */
#pragma once

#include "kern/lock.h"
#include "kern/types.h"

/* ---- boot information, filled by arch before kmain, const after ---- */

typedef enum MemKind { MEM_RAM, MEM_RESERVED, MEM_ACPI, MEM_NVS, MEM_BAD } MemKind;
typedef struct MemRange {
	paddr_t base;
	uint64_t len;
	MemKind kind;
	bool used; /* RAM the boot has taken: kernel image, archive, early tables */
} MemRange;

#define BOOT_MAXRANGE 96
typedef struct BootInfo {
	MemRange mem[BOOT_MAXRANGE]; /* sorted, not overlapping, cut at page boundaries */
	uint nmem;
	paddr_t archive; /* cpio boot module; 0 when none */
	size_t archive_len;
	paddr_t rsdp; /* 0: none found */
	char cmdline[512];
	const char *loader; /* "multiboot2", "PVH" */
	uint64_t entry_tsc; /* counter at the first instruction in C's reach */
} BootInfo;
extern BootInfo bootinfo;

/* arch jumps here on the boot CPU: long mode, direct map, traps set, interrupts off. */
void kmain(void) __attribute__((noreturn));

/* After page_init: ACPI tables, local APIC, IO-APIC, timer. Then the other CPUs. */
void arch_init(void);
void arch_start_cpus(void); /* each ends in sched_start() */

/* ---- CPUs, interrupts, time ---- */

#define MAXCPU 32
static inline uint arch_cpu(void); /* this CPU, 0.. */
uint arch_ncpu(void);              /* running ones */
uint32_t arch_apic_id(uint cpu);

static inline bool arch_irq_off(void); /* returns whether they were on */
static inline void arch_irq_restore(bool on);
/* interrupts on, HLT until one, interrupts off; counted as idle ticks */
void arch_idle(void);
static inline void arch_relax(void); /* PAUSE */

uint64_t arch_tsc(void);
uint64_t arch_idle_ticks(void); /* of this CPU */
ns_t arch_now(void);            /* monotonic since boot */
/* seconds since 1970, from the RTC at boot plus arch_now */
uint64_t arch_wall(void);

/* The calling process sleeps at least ns (kernel code that may sleep); before the
 * scheduler runs, waits in HLT. Not interruptible. */
void arch_sleep(ns_t ns);

/* Interrupt vectors for devices. fn runs with interrupts off. -ENOSPC when none is
 * left. */
int irq_alloc(void (*fn)(void *arg), void *arg, const char *name, uint *vector);
void irq_free(uint vector); /* fn no longer runs when it returns: hold no lock fn takes */
/* The message a device must write for `vector` on the boot CPU (compatibility format). */
void irq_message(uint vector, uint64_t *addr, uint32_t *data);
uint64_t irq_stray(void); /* interrupts nobody owned */
/* The legacy ISA line through the IO-APIC (overrides honoured), to the boot CPU. */
int irq_route_isa(uint isa, uint vector);

/* Lines under interrupt remapping. An IO-APIC then writes messages of another form. */
typedef struct IrqLine {
	uint id; /* of the IO-APIC, as the MADT counts */
	uint vector;
	bool level, low;
} IrqLine;
/* the i'th IO-APIC's id; false: there are not so many */
bool irq_ioapic(uint i, uint *id);
void irq_lines_hold(void); /* mask what is open, while the form changes */
/* Open it again. entry, from now on: the redirection entry of a line; -ENOTSUP: the old
 * form will do; another code: the line stays masked. NULL: the old form for all. */
void irq_lines_go(int (*entry)(const IrqLine *l, uint64_t *out));

void arch_poke(uint cpu); /* make an idle CPU look at the run queue */
/* debug-exit when present, else ACPI */
void arch_poweroff(int status) __attribute__((noreturn));
void arch_reboot(void) __attribute__((noreturn));

/* For panic: the other CPUs stop where they are; this one halts; the system ends (leaves
 * the emulator with PANIC_STATUS when debug-exit is there, else halts). */
#define PANIC_STATUS 0x4d
void arch_stop_others(void);
void arch_halt(void) __attribute__((noreturn));
void arch_die(void) __attribute__((noreturn));

/* ---- memory ---- */

void *arch_direct(paddr_t pa); /* RAM as the kernel sees it */
paddr_t arch_direct_pa(const void *p);
/* Registers, uncached; NULL without memory, or when any of it is RAM. Never unmapped. */
volatile void *arch_map_mmio(paddr_t pa, size_t len);
/* Firmware tables and other memory outside RAM, cached, read-only; NULL without
 * memory. */
const void *arch_map_ro(paddr_t pa, size_t len);
uint arch_phys_bits(void);
void arch_clflush(const void *p, size_t len); /* write back and forget, then fence */
paddr_t arch_kernel_root(void);               /* CR3 of the kernel's own tables */
void arch_load_root(paddr_t root);
/* Forget [va, va+len) on every CPU that runs `root`; returns when they have. len 0:
 * all. */
void arch_shootdown(paddr_t root, vaddr_t va, size_t len);
void arch_poll_shootdown(void); /* answer now: for loops that spin with interrupts off */

/* A kernel stack with a guard page below; pooled. Returns the base of KSTACK_SIZE
 * bytes. */
void *arch_kstack_alloc(void);
void arch_kstack_free(void *base);

/* Copies that a bad user address makes fail with -EFAULT, never trap. The address must be
 * below 1 TiB; SMAP is opened only here. */
int arch_copy_user(void *dst, const void *src, size_t n);
/* length, -EFAULT, -ENAMETOOLONG */
int arch_copy_user_str(char *dst, const char *src, size_t n);

/* ---- processes ---- */

#define ARCH_FPU_SIZE 512
typedef struct Trapframe Trapframe; /* arch/trap.h */
struct Proc;

/* Save this stack in *save and run on `to`. */
void arch_switch(void **save, void *to);
/* Make a new process's kernel stack start in fn(arg), which does not return. */
void *arch_kstack_prepare(void *base, void (*fn)(void *), void *arg);
void arch_set_kstack(void *top); /* where traps and system calls from user mode land */
void arch_set_current(struct Proc *p);
struct Proc *arch_current(void);
void arch_fpu_init(void *area);
void arch_fpu_save(void *area);
void arch_fpu_restore(const void *area);
/* User registers at the top of a kernel stack. */
Trapframe *arch_tf(void *kstack_base);
/* a fresh program, all else 0 */
void arch_tf_init(Trapframe *tf, vaddr_t entry, vaddr_t sp);
void arch_tf_args(Trapframe *tf, uint64_t a0, uint64_t a1, uint64_t a2);
void arch_tf_result(Trapframe *tf, uint64_t v);
void arch_tf_copy(Trapframe *to, const Trapframe *from);
vaddr_t arch_tf_pc(const Trapframe *tf);
void arch_enter_user(Trapframe *tf) __attribute__((noreturn));

/* Called by arch. */
uint64_t syscall(uint64_t nr, const uint64_t arg[6]); /* kern/syscall.c */
/* A fault in user mode the CPU reported; returns when the process may go on. */
void user_fault(uint trap, uint64_t err, vaddr_t addr, Trapframe *tf); /* kern/fault.c */
/* Before every return to user mode: kills, switches. Called with interrupts off; may turn
 * them on and sleep. */
void user_return(void);

/* ---- firmware tables ---- */

/* The i'th table with this signature, mapped read-only, checksum verified; NULL none.
 * *len is its length, as bounded by what was mapped. */
const void *acpi_find(const char sig[4], uint i, size_t *len);
/* The last of them: a table that somebody adds to the firmware's own comes after it. */
const void *acpi_last(const char sig[4], size_t *len);
paddr_t acpi_addr(const void *table); /* physical, for messages */

/* ---- console hardware ---- */
/* Polled, from any context. "\n" goes out as "\r\n". */
void uart_write(const char *s, size_t n);
void uart_start(void (*rx)(int c)); /* interrupts from now on; rx runs in them */

/* ---- PCI configuration by the legacy ports, where MCFG is missing; one caller at a time
 * ---- */
uint32_t arch_pci_port_read(uint bus, uint devfn, uint off);
void arch_pci_port_write(uint bus, uint devfn, uint off, uint32_t v);

/* Where an address in kernel code is: "name+0x12". */
const char *arch_symbol(uint64_t addr, uint64_t *off);
void arch_backtrace(void);

#include "arch/inline.h"

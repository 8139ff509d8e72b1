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

/* The kernel's start. arch calls it on the boot CPU, in long mode with the direct map and
 * the traps set and interrupts off. */
void kmain(void) __attribute__((noreturn));

/* Finds the ACPI tables and starts the local APIC, the I/O APICs and the timer. To be
 * called after page_init. */
void arch_init(void);
void arch_start_cpus(void); /* starts the other CPUs; each ends in sched_start() */

/* ---- CPUs, interrupts, time ---- */

#define MAXCPU 32
static inline uint arch_cpu(void); /* this CPU's number, from 0 on */
uint arch_ncpu(void);              /* how many CPUs run */
uint32_t arch_apic_id(uint cpu);

static inline bool arch_irq_off(void); /* returns whether they were on */
static inline void arch_irq_restore(bool on);
/* Turns interrupts on, halts until one, and turns them off. The time counts as idle. */
void arch_idle(void);
static inline void arch_relax(void); /* PAUSE */

uint64_t arch_tsc(void);        /* the time-stamp counter */
uint64_t arch_idle_ticks(void); /* of this CPU */
ns_t arch_now(void);            /* monotonic since boot */
uint64_t arch_wall(void);       /* seconds since 1970 */

/* The calling process sleeps for at least ns nanoseconds, even if it is killed. Before
 * the scheduler runs the CPU waits in HLT. No lock is held. */
void arch_sleep(ns_t ns);

/* Gives a device an interrupt vector. From now on fn(arg) is called at each interrupt, on
 * the boot CPU with interrupts off, and perhaps when there is no cause. name stays valid.
 * -ENOSPC: no vector is left. */
int irq_alloc(void (*fn)(void *arg), void *arg, const char *name, uint *vector);
/* Takes the vector back. On return fn does not run and will not, so the caller must not
 * hold a lock that fn takes. */
void irq_free(uint vector);
/* The message that a device must write for `vector` on the boot CPU, in the format that
 * is not remapped. */
void irq_message(uint vector, uint64_t *addr, uint32_t *data);
uint64_t irq_stray(void); /* how many interrupts came that nobody owned */
/* Opens the ISA line at its I/O APIC, as `vector` for the boot CPU. -EINVAL or -ENODEV:
 * there is no such line. Another error: remapping has no entry for it. */
int irq_route_isa(uint isa, uint vector);

/* Lines under interrupt remapping. An I/O APIC then writes messages of another form. */
typedef struct IrqLine {
	uint id; /* of the I/O APIC, as in the MADT */
	uint vector;
	bool level, low;
} IrqLine;
/* The id of the i'th I/O APIC. Returns false when there are not so many. */
bool irq_ioapic(uint i, uint *id);
void irq_lines_hold(void); /* masks the open lines, while the form is changed */
/* Unmasks the lines. From now on entry(l, &out) gives the redirection entry of a line;
 * -ENOTSUP means that the old form is to be used, and any other error leaves the line
 * masked. With NULL the old form is used for all lines. */
void irq_lines_go(int (*entry)(const IrqLine *l, uint64_t *out));

void arch_poke(uint cpu); /* makes an idle CPU look at the run queue */
/* Switches the machine off. Under an emulator with debug-exit it ends with status. */
void arch_poweroff(int status) __attribute__((noreturn));
void arch_reboot(void) __attribute__((noreturn));

/* For panic. */
#define PANIC_STATUS 0x4d                       /* what the emulator ends with */
void arch_stop_others(void);                    /* the other CPUs stop where they are */
void arch_halt(void) __attribute__((noreturn)); /* this CPU does nothing any more */
/* The system ends: the emulator exits if it has debug-exit, else this CPU halts. */
void arch_die(void) __attribute__((noreturn));

/* ---- memory ---- */

void *arch_direct(paddr_t pa);         /* where the kernel sees this RAM */
paddr_t arch_direct_pa(const void *p); /* of an address there, or in the image */
/* Maps device registers, uncached, for ever. NULL without memory or addresses, or when
 * any of it is RAM. */
volatile void *arch_map_mmio(paddr_t pa, size_t len);
/* Maps firmware tables and other memory, cached and read-only, for ever. NULL without
 * memory or addresses. */
const void *arch_map_ro(paddr_t pa, size_t len);
uint arch_phys_bits(void); /* how wide physical addresses are */
/* Writes the cache lines back and forgets them, then waits for that (a fence). */
void arch_clflush(const void *p, size_t len);
paddr_t arch_kernel_root(void);    /* the root of the kernel's own tables */
void arch_load_root(paddr_t root); /* this CPU runs on it from now on */
/* Makes every CPU that runs on `root` forget [va, va+len), or (len 0) all addresses. On
 * return they have. May be called under locks: a CPU that spins for one answers too. */
void arch_shootdown(paddr_t root, vaddr_t va, size_t len);
/* Answers others now. For loops that spin with interrupts off. */
void arch_poll_shootdown(void);

/* A kernel stack of KSTACK_SIZE bytes with a guard page below it. Returns its lowest
 * address; NULL without memory. */
void *arch_kstack_alloc(void);
void arch_kstack_free(void *base); /* nobody runs on it any more */

/* Copies n bytes between the kernel and user memory, which lies below 1 TiB. -EFAULT:
 * some of it may not be touched, and a part may have been copied. SMAP is opened only
 * here. */
int arch_copy_user(void *dst, const void *src, size_t n);
/* Copies a string with its terminator and returns its length. -EFAULT, or -ENAMETOOLONG:
 * it does not fit into n bytes. */
int arch_copy_user_str(char *dst, const char *src, size_t n);

/* ---- processes ---- */

#define ARCH_FPU_SIZE 512
typedef struct Trapframe Trapframe; /* arch/trap.h */
struct Proc;

/* Saves this stack in *save and runs on `to`. Returns when somebody switches back. Only
 * for the scheduler. */
void arch_switch(void **save, void *to);
/* Lays out a new kernel stack so that a switch to it calls fn(arg), which does not
 * return. Returns what to switch to. */
void *arch_kstack_prepare(void *base, void (*fn)(void *), void *arg);
/* For this CPU: where traps and system calls from user mode find the stack, and which
 * process runs. */
void arch_set_kstack(void *top);
void arch_set_current(struct Proc *p);
struct Proc *arch_current(void); /* NULL before the first */
/* The FPU state of a process, in ARCH_FPU_SIZE bytes that are aligned to 16. */
void arch_fpu_init(void *area);
void arch_fpu_save(void *area);
void arch_fpu_restore(const void *area);
/* The user registers at the top of a kernel stack. */
Trapframe *arch_tf(void *kstack_base);
void arch_tf_init(Trapframe *tf, vaddr_t entry, vaddr_t sp); /* all others are 0 */
void arch_tf_args(Trapframe *tf, uint64_t a0, uint64_t a1, uint64_t a2);
void arch_tf_result(Trapframe *tf, uint64_t v); /* of the system call */
void arch_tf_copy(Trapframe *to, const Trapframe *from);
vaddr_t arch_tf_pc(const Trapframe *tf);
void arch_enter_user(Trapframe *tf) __attribute__((noreturn));

/* What arch calls. */
/* Does a system call and returns its result or -errno (kern/syscall.c). */
uint64_t syscall(uint64_t nr, const uint64_t arg[6]);
/* The CPU has reported a fault in user mode. It kills the process, which ends in
 * user_return (kern/fault.c). */
void user_fault(uint trap, uint64_t err, vaddr_t addr, Trapframe *tf);
/* Is called before every return to user mode, with interrupts off. It ends the process if
 * it was killed, and lets others run if its slice is over; so it may sleep. */
void user_return(void);

/* ---- firmware tables ---- */

/* The i'th table with this signature, mapped read-only, with its checksum verified. *len
 * bytes of it can be read. NULL: there are not so many. */
const void *acpi_find(const char sig[4], uint i, size_t *len);
/* The last one: a table that somebody adds comes after the firmware's own. */
const void *acpi_last(const char sig[4], size_t *len);
paddr_t acpi_addr(const void *table); /* its physical address, for messages */

/* ---- console hardware ---- */

/* Sends n bytes, from any context, and waits until they are sent. "\n" becomes "\r\n". */
void uart_write(const char *s, size_t n);
/* From now on rx is called for each byte that comes in, in an interrupt. */
void uart_start(void (*rx)(int c));

/* ---- PCI configuration by the legacy ports, where MCFG is missing ---- */

/* Reads and writes 32 bits at a multiple of 4 below 256, in segment 0. The caller makes
 * sure that no other CPU does so at the same time. */
uint32_t arch_pci_port_read(uint bus, uint devfn, uint off);
void arch_pci_port_write(uint bus, uint devfn, uint off, uint32_t v);

/* The name of the kernel's function that addr is in, *off bytes behind its start. */
const char *arch_symbol(uint64_t addr, uint64_t *off);
void arch_backtrace(void); /* prints the callers, one a line */

#include "arch/inline.h"

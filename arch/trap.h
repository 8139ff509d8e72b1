/*
 * What the CPU and entry.S leave on a kernel stack. From user mode it always lies at the
 * very top of the process's stack, so arch_tf() finds it.
 */
#pragma once

#include "arch/layout.h"
#include "kern/types.h"

typedef struct Trapframe {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t trap; /* vector, or TRAP_SYSCALL */
	uint64_t err;
	uint64_t rip, cs, rflags, rsp, ss; /* pushed by the CPU */
} Trapframe;

_Static_assert(offsetof(Trapframe, cs) == TF_CS, "layout.h");
_Static_assert(sizeof(Trapframe) == TF_SIZE, "layout.h");

enum {
	TRAP_NMI = 2,
	TRAP_BREAK = 3,
	TRAP_DF = 8,
	TRAP_GP = 13,
	TRAP_PF = 14,
	TRAP_MC = 18
};

#define NEXCEPTION 32

static inline bool
trap_from_user(const Trapframe *tf)
{
	return (tf->cs & 3) != 0;
}

void trap_init(void); /* fills the interrupt table, once */
void trap_load(void); /* loads it, on each CPU */

/* Where entry.S enters C, with interrupts off. */
void trap(Trapframe *tf);
void trap_ist(Trapframe *tf);
void trap_syscall(Trapframe *tf);
void trap_leave(Trapframe *tf);

/* Prints a fault of the kernel and stops the system (arch/report.c). */
void report_fault(const Trapframe *tf, uint64_t cr2) __attribute__((noreturn));

/*
 * Where the kernel lives, and the numbers that assembly and C share. Only #defines:
 * assembly includes this file.
 *
 *	ffff800000000000  direct map: RAM at its physical address, never executable
 *	fffffe8000000000  kernel stacks, a guard page below each
 *	ffffff0000000000  windows: registers (uncached), firmware tables (read-only)
 *	ffffffff80000000  the image, loaded at physical 1 MiB
 */
#pragma once

#define DIRECT_BASE 0xffff800000000000
#define DIRECT_SIZE 0x0000400000000000 /* 64 TiB */
#define STACK_BASE  0xfffffe8000000000
#define WINDOW_BASE 0xffffff0000000000
#define WINDOW_END  0xffffff7fc0000000
#define IMAGE_BASE  0xffffffff80000000

#define USER_TOP 0x10000000000 /* PML4[0] and PML4[1] */

#define BOOT_STACK_SIZE 16384

/* Selectors, in the order SYSCALL and SYSRET demand. */
#define SEL_KCODE 0x08
#define SEL_KDATA 0x10
#define SEL_UDATA 0x1b
#define SEL_UCODE 0x23
#define SEL_TSS   0x28

/* Offsets in Cpu (arch/cpu.h), reached by %gs. */
#define CPU_SELF     0
#define CPU_KSTACK   8
#define CPU_USER_RSP 16
#define CPU_ID       24

/* Offsets in Trapframe (arch/trap.h). */
#define TF_CS   144
#define TF_SIZE 176

#define TRAP_SYSCALL  256 /* Trapframe.trap of a system call */
#define NO_ERROR_CODE -1  /* Trapframe.err when an error code was due and none came */

#define MSR_GS_BASE 0xc0000101
#define MSR_EFER    0xc0000080
#define EFER_SCE    0x001
#define EFER_LME    0x100
#define EFER_NXE    0x800
#define CR0_PE      0x00000001
#define CR0_MP      0x00000002
#define CR0_EM      0x00000004
#define CR0_TS      0x00000008
#define CR0_NE      0x00000020
#define CR0_WP      0x00010000
#define CR0_NW      0x20000000
#define CR0_CD      0x40000000
#define CR0_PG      0x80000000
#define CR4_PAE     0x020

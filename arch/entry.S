/*
 * Every way into the kernel and back out. A Trapframe (arch/trap.h) is built on the stack
 * that the CPU has chosen. From user mode this is the process's own kernel stack, from
 * kernel mode the one in use, and #DF, NMI and #MC have a stack each.
 *
 * A device can send any vector, 8..31 included, and an interrupt pushes no error code
 * where the exception of that number would. The CPU aligns the stack to 16 bytes before
 * it pushes 5 or 6 words, so one bit of %rsp tells the two apart and no frame can slip.
 */
#include "arch/layout.h"

	.text

	.macro	PUSH_REGS
	push	%rax
	push	%rbx
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rbp
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	.endm

	.macro	POP_REGS
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rbp
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rbx
	pop	%rax
	.endm

	/* A user may enter with AC set, a copy may be interrupted with it set. */
	.macro	CLOSE_SMAP
	cld
	cmpb	$0, cpu_smap
	je	.Lclosed\@
	clac
.Lclosed\@:
	.endm

	/* Exceptions that push an error code. */
#define HAS_ERROR(n) (n == 8 || (n >= 10 && n <= 14) || n == 17 || n == 21 || n == 29 || n == 30)

	.macro	STUB n, to
	.balign	32
	.if	HAS_ERROR(\n)
	test	$8, %spl
	jz	1f
	push	$NO_ERROR_CODE
	.else
	push	$0
	.endif
1:	push	$\n
	jmp	\to
	.endm

	.globl	trap_stubs
	.balign	32
trap_stubs:
	.altmacro
	.set	vector, 0
	.rept	256
	.if	vector == 2 || vector == 8 || vector == 18
	STUB	%vector, ist_common
	.else
	STUB	%vector, trap_common
	.endif
	.set	vector, vector + 1
	.endr
	.noaltmacro

	.balign	16
trap_common:
	PUSH_REGS
	testb	$3, TF_CS(%rsp)
	jz	1f
	swapgs
1:	CLOSE_SMAP
	mov	%rsp, %rdi
	call	trap
trap_return:
	testb	$3, TF_CS(%rsp)
	jz	1f
	swapgs
1:	POP_REGS
	add	$16, %rsp
	iretq

/* These arrive anywhere, also between an entry and its swapgs: ask which base is loaded.
 * The kernel's is in the upper half and a user cannot load one there. */
	.balign	16
ist_common:
	PUSH_REGS
	CLOSE_SMAP
	mov	$MSR_GS_BASE, %ecx
	rdmsr
	xor	%ebx, %ebx
	test	%edx, %edx
	js	1f
	swapgs
	inc	%ebx
1:	mov	%rsp, %rdi
	call	trap_ist
	test	%ebx, %ebx
	jz	1f
	swapgs
1:	POP_REGS
	add	$16, %rsp
	iretq

/* SYSCALL: user rip in %rcx, flags in %r11, still on the user's stack; interrupts off. */
	.globl	syscall_entry
	.balign	16
syscall_entry:
	swapgs
	mov	%rsp, %gs:CPU_USER_RSP
	mov	%gs:CPU_KSTACK, %rsp
	push	$SEL_UDATA
	push	%gs:CPU_USER_RSP
	push	%r11
	push	$SEL_UCODE
	push	%rcx
	push	$0
	push	$TRAP_SYSCALL
	PUSH_REGS
	mov	%rsp, %rdi
	call	trap_syscall
	/* trap_leave has seen to it that rip is canonical: with another, SYSRET would fault
	 * in the kernel on the user's stack. */
	POP_REGS
	mov	16(%rsp), %rcx		/* rip */
	mov	32(%rsp), %r11		/* flags */
	mov	40(%rsp), %rsp
	swapgs
	sysretq

	.globl	arch_enter_user
arch_enter_user:
	cli
	mov	%rdi, %rsp		/* and trap_leave's argument */
	xor	%ebp, %ebp
	call	trap_leave
	jmp	trap_return

	.globl	segments_load
segments_load:
	mov	$SEL_KDATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	pop	%rax
	push	$SEL_KCODE
	push	%rax
	lretq

	.section .note.GNU-stack, "", @progbits

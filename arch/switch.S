/*
 * Changes from one kernel stack to another. The registers that a C function must preserve
 * are put on the stack that is left. arch_kstack_prepare (context.c) lays out a new stack
 * in the same way.
 */
	.text

	.globl	arch_switch
arch_switch:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, (%rdi)
	mov	%rsi, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret

/* fn in %rbx, arg in %r12; fn does not return. */
	.globl	kstack_start
kstack_start:
	mov	%r12, %rdi
	call	*%rbx
	ud2

	.section .note.GNU-stack, "", @progbits

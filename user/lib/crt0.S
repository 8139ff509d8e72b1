/*
 * Where a program begins: argc at rsp, above it argv, NULL, the environment, NULL. Every
 * register is zero.
 */
	.section .text._start, "ax"
	.globl	_start
_start:
	xorl	%ebp, %ebp
	movq	(%rsp), %rdi
	leaq	8(%rsp), %rsi
	leaq	16(%rsp,%rdi,8), %rdx
	andq	$-16, %rsp
	call	start_c

/* newlib calls these around constructors; we have nothing to add. */
	.globl	_init, _fini
_init:
_fini:
	ret

	.section .note.GNU-stack, "", @progbits

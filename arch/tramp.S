/*
 * The way of a further CPU from real mode to C. smp.c copies the first part to a page
 * below 1 MiB, which is where a start-up interrupt can point; the rest runs in the image.
 * A CPU takes its ticket (struct Ticket, smp.c) with one exchange. A CPU that comes late or
 * was not asked finds none and halts.
 */
#include "arch/layout.h"

#define LOW(sym) (sym - IMAGE_BASE)

	.section .rodata
	.code16
	.globl	tramp_start, tramp_end
tramp_start:
	cli
	cld
	xor	%eax, %eax
	mov	%cs, %ax
	mov	%ax, %ds
	shl	$4, %eax
	lea	4096(%eax), %esp	/* the end of this page */
	lgdtl	tramp_gdt - tramp_start
	mov	%cr0, %eax
	or	$CR0_PE, %eax
	mov	%eax, %cr0
	ljmpl	$0x18, $ap32
	.balign	4
tramp_gdt:
	.short	4 * 8 - 1
	.long	LOW(boot_gdt)
tramp_end:

	.section .boot.text, "ax"
	.code32
ap32:	mov	$SEL_KDATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	call	long_mode
	ljmp	$SEL_KCODE, $ap64
	.code64
ap64:	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$ap_high, %rax
	jmp	*%rax

	.text
ap_high:
	xor	%eax, %eax
	xchg	%rax, smp_ticket
	test	%rax, %rax
	jz	1f
	mov	0(%rax), %rdi		/* root */
	mov	8(%rax), %rcx		/* stack */
	mov	16(%rax), %rdx		/* cpu */
	mov	%rdi, %cr3
	mov	%rcx, %rsp
	mov	%rdx, %rdi
	xor	%ebp, %ebp
	call	smp_enter
1:	cli
	hlt
	jmp	1b

	.section .note.GNU-stack, "", @progbits

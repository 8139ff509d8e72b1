/*
 * The only instructions that touch user memory, or memory that may not be there. Each that
 * can fault has a line in the table `extable`, which says where it is and where to go on
 * (trap.c). If SMAP is on, it is opened around them.
 */
#include "arch/layout.h"

	.macro	FIXUP at, go
	.pushsection .extable, "a"
	.quad	\at, \go
	.popsection
	.endm

	.macro	SMAP_OPEN
	cmpb	$0, cpu_smap
	je	.Lopen\@
	stac
.Lopen\@:
	.endm

	.macro	SMAP_CLOSE
	cmpb	$0, cpu_smap
	je	.Lclose\@
	clac
.Lclose\@:
	.endm

	.text

/* int copy_fixed(void *dst, const void *src, size_t n): 0 or -EFAULT */
	.globl	copy_fixed
copy_fixed:
	mov	%rdx, %rcx
	shr	$3, %rcx
	and	$7, %edx
	SMAP_OPEN
1:	rep movsq
	mov	%edx, %ecx
2:	rep movsb
	xor	%eax, %eax
3:	SMAP_CLOSE
	ret
4:	mov	$-14, %eax		/* EFAULT */
	jmp	3b
	FIXUP	1b, 4b
	FIXUP	2b, 4b

/* long copy_str_fixed(char *dst, const char *src, size_t n): bytes before the terminator,
 * n when there was none, -EFAULT. The terminator is copied. */
	.globl	copy_str_fixed
copy_str_fixed:
	xor	%eax, %eax
	SMAP_OPEN
1:	cmp	%rdx, %rax
	je	3f
2:	movzbl	(%rsi,%rax), %ecx
	mov	%cl, (%rdi,%rax)
	test	%cl, %cl
	jz	3f
	inc	%rax
	jmp	1b
3:	SMAP_CLOSE
	ret
4:	mov	$-14, %rax
	jmp	3b
	FIXUP	2b, 4b

/* int peek(uint64_t addr, uint64_t *out) */
	.globl	peek
peek:
1:	mov	(%rdi), %rax
	mov	%rax, (%rsi)
	xor	%eax, %eax
	ret
2:	mov	$-14, %eax
	ret
	FIXUP	1b, 2b

	.section .note.GNU-stack, "", @progbits

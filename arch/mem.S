/*
 * memcpy, memmove, memset and memcmp. String instructions move words of eight bytes, which
 * costs an emulated machine an eighth of the instructions. The rest is moved by bytes.
 */
	.text

	.globl	memcpy
memcpy:
	mov	%rdi, %rax
	mov	%rdx, %rcx
	shr	$3, %rcx
	rep movsq
	mov	%edx, %ecx
	and	$7, %ecx
	rep movsb
	ret

	.globl	memmove
memmove:
	mov	%rdi, %rcx
	sub	%rsi, %rcx
	cmp	%rdx, %rcx		/* unsigned dst - src >= n: forward is safe */
	jae	memcpy
	mov	%rdi, %rax
	lea	-1(%rdi,%rdx), %rdi	/* from the end: tail bytes, then words */
	lea	-1(%rsi,%rdx), %rsi
	mov	%edx, %ecx
	and	$7, %ecx
	std
	rep movsb
	sub	$7, %rdi
	sub	$7, %rsi
	mov	%rdx, %rcx
	shr	$3, %rcx
	rep movsq
	cld
	ret

	.globl	memset
memset:
	mov	%rdi, %r8
	movzbl	%sil, %eax
	mov	$0x0101010101010101, %rcx
	imul	%rcx, %rax
	mov	%rdx, %rcx
	shr	$3, %rcx
	rep stosq
	mov	%edx, %ecx
	and	$7, %ecx
	rep stosb
	mov	%r8, %rax
	ret

	.globl	memcmp
memcmp:
	xor	%eax, %eax
	xor	%ecx, %ecx
1:	cmp	%rdx, %rcx
	je	2f
	movzbl	(%rdi,%rcx), %eax
	movzbl	(%rsi,%rcx), %r8d
	inc	%rcx
	sub	%r8d, %eax
	jz	1b
2:	ret

	.section .note.GNU-stack, "", @progbits

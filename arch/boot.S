/*
 * From the loader to C on the boot CPU. A multiboot2 loader and PVH both enter boot_entry
 * in 32-bit protected mode without paging, with %ebx at their information. PVH leaves %eax
 * undefined, so its magic number is looked for in memory first. The tables that are built
 * here map the first 4 GiB as identity and as direct map, and 1 GiB of it at the image's
 * place. kmap.c replaces them on the boot CPU, and each other CPU uses them once, on its
 * way to C.
 */
#include "arch/layout.h"

#define MB2_HEADER 0xe85250d6
#define PVH_MAGIC  0x336ec578
#define LOW(sym)   (sym - IMAGE_BASE)

	.section .boot.head, "a"
	.balign 8
header:	.long	MB2_HEADER, 0, header_end - header
	.long	-(MB2_HEADER + (header_end - header))
	.short	6, 0		/* modules on page boundaries */
	.long	8
	.short	0, 0
	.long	8
header_end:

	.section .note.pvh, "a", @note
	.balign 4
	.long	4, 8, 18
	.asciz	"Xen"
	.quad	boot_entry

	.section .boot.text, "ax"
	.code32
	.globl	boot_entry
boot_entry:
	cli
	cld
	mov	%eax, %ebp
	rdtsc
	mov	%eax, LOW(boot_tsc)
	mov	%edx, LOW(boot_tsc) + 4
	cmpl	$PVH_MAGIC, (%ebx)
	jne	1f
	mov	$PVH_MAGIC, %ebp
1:	mov	%ebp, LOW(boot_magic)
	mov	%ebx, LOW(boot_info)
	mov	$LOW(boot_stack_top), %esp

	/* Long mode (29) and no-execute (20): everything below depends on both. */
	mov	$0x80000000, %eax
	cpuid
	cmp	$0x80000001, %eax
	jb	unfit
	mov	$0x80000001, %eax
	cpuid
	and	$0x20100000, %edx
	cmp	$0x20100000, %edx
	jne	unfit

	mov	$LOW(boot_pd), %edi
	mov	$0x83, %eax		/* present, writable, 2 MiB */
	mov	$2048, %ecx
1:	mov	%eax, (%edi)
	add	$8, %edi
	add	$0x200000, %eax
	loop	1b
	mov	$LOW(boot_pd) + 3, %eax
	mov	%eax, LOW(boot_pdpt_high) + 510 * 8
	mov	$LOW(boot_pdpt), %edi
	mov	$4, %ecx
1:	mov	%eax, (%edi)
	add	$8, %edi
	add	$4096, %eax
	loop	1b
	movl	$LOW(boot_pdpt) + 3, LOW(boot_pml4)
	movl	$LOW(boot_pdpt) + 3, LOW(boot_pml4) + 256 * 8
	movl	$LOW(boot_pdpt_high) + 3, LOW(boot_pml4) + 511 * 8

	call	long_mode
	lgdt	LOW(boot_gdt_pointer)
	ljmp	$SEL_KCODE, $boot64

/* Paging on, with the boot tables; used by the CPUs that start later as well. */
	.globl	long_mode
long_mode:
	mov	%cr4, %eax
	or	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$LOW(boot_pml4), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME | EFER_NXE, %eax
	wrmsr
	mov	%cr0, %eax
	and	$~(CR0_CD | CR0_NW), %eax
	or	$CR0_PG | CR0_WP, %eax
	mov	%eax, %cr0
	ret

unfit:	mov	$LOW(unfit_text), %esi
	mov	$0x3f8, %edx
1:	lodsb
	test	%al, %al
	jz	2f
	out	%al, %dx
	jmp	1b
2:	hlt
	jmp	2b

	.code64
boot64:	mov	$SEL_KDATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$boot_stack_top, %rsp
	xor	%ebp, %ebp
	mov	$start, %rax
	call	*%rax
1:	hlt
	jmp	1b

	.section .rodata
unfit_text:
	.asciz	"Bailey needs a 64-bit CPU with NX.\r\n"

	.data
	.balign	8
	.globl	boot_tsc, boot_info, boot_magic
boot_gdt:
	.quad	0
	.quad	0x00af9a000000ffff	/* 64-bit code */
	.quad	0x00cf92000000ffff	/* data */
	.quad	0x00cf9a000000ffff	/* 32-bit code, for arch/tramp.S */
	.globl	boot_gdt
boot_gdt_pointer:
	.short	4 * 8 - 1
	.quad	LOW(boot_gdt)
	.balign	8
boot_tsc:	.quad 0
boot_info:	.long 0
boot_magic:	.long 0

	.section .bss.page, "aw", @nobits
	.balign	4096
boot_pml4:	.skip 4096
boot_pdpt:	.skip 4096
boot_pdpt_high:	.skip 4096
boot_pd:	.skip 4 * 4096
	.globl	boot_stack_guard, boot_stack_top
boot_stack_guard:
	.skip	4096
	.skip	BOOT_STACK_SIZE
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

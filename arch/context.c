/*
 * The state of a process in the CPU: its user registers at the top of its kernel stack,
 * the FXSAVE area, and the first switch to a new stack. Locks: none; each process has its
 * own.
 */
#include "arch/arch.h"
#include "arch/entry.h"
#include "arch/trap.h"
#include "kern/proc.h"
#include "kern/string.h"

#define RFLAGS_USER   0x202 /* interrupts on; bit 1 is always set */
#define FCW_DEFAULT   0x037f
#define MXCSR_DEFAULT 0x1f80

/* What arch_switch pops. */
typedef struct Saved {
	uint64_t r15, r14, r13, r12, rbx, rbp, ret;
	uint64_t pad; /* keeps the stack aligned at the call in kstack_start */
} Saved;

void *
arch_kstack_prepare(void *base, void (*fn)(void *), void *arg)
{
	Saved *s = (Saved *)arch_tf(base) - 1;

	memset(s, 0, sizeof *s);
	s->rbx = (uint64_t)fn;
	s->r12 = (uint64_t)arg;
	s->ret = (uint64_t)kstack_start;
	return s;
}

Trapframe *
arch_tf(void *kstack_base)
{
	return (Trapframe *)((char *)kstack_base + KSTACK_SIZE) - 1;
}

/* rip may hold only an address that a user can have, because the way out depends on a
 * canonical one (entry.S). Any other becomes 0, where nothing is mapped. */
void
arch_tf_init(Trapframe *tf, vaddr_t entry, vaddr_t sp)
{
	memset(tf, 0, sizeof *tf);
	tf->rip = entry < USER_TOP ? entry : 0;
	tf->rsp = sp;
	tf->cs = SEL_UCODE;
	tf->ss = SEL_UDATA;
	tf->rflags = RFLAGS_USER;
}

void
arch_tf_args(Trapframe *tf, uint64_t a0, uint64_t a1, uint64_t a2)
{
	tf->rdi = a0;
	tf->rsi = a1;
	tf->rdx = a2;
}

void
arch_tf_result(Trapframe *tf, uint64_t v)
{
	tf->rax = v;
}

void
arch_tf_copy(Trapframe *to, const Trapframe *from)
{
	*to = *from;
}

vaddr_t
arch_tf_pc(const Trapframe *tf)
{
	return tf->rip;
}

/* Offsets: SDM vol. 1, table 10-2. */
void
arch_fpu_init(void *area)
{
	uint16_t fcw = FCW_DEFAULT;
	uint32_t mxcsr = MXCSR_DEFAULT;

	memset(area, 0, ARCH_FPU_SIZE);
	memcpy((char *)area + 0, &fcw, sizeof fcw);
	memcpy((char *)area + 24, &mxcsr, sizeof mxcsr);
}

void
arch_fpu_save(void *area)
{
	__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

void
arch_fpu_restore(const void *area)
{
	__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

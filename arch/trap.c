/*
 * What to do with a trap. Three kinds arrive at the vectors 0..31. Exceptions of user
 * mode are for kern to decide. An exception of the kernel is continued elsewhere if its
 * instruction is in a table; any other is reported and stops the system. And a device can
 * send an interrupt with an exception's number: the local APIC then has its bit in the
 * in-service register, and it is acknowledged, counted and forgotten. Locks: none; the
 * tables are const after boot.
 */
#include "arch/trap.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/entry.h"
#include "arch/io.h"
#include "arch/irq.h"
#include "kern/log.h"

typedef struct __attribute__((packed)) Gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset16;
	uint32_t offset32, reserved;
} Gate;

static Gate idt[256] __attribute__((aligned(4096)));

static uint8_t
ist_of(uint vector)
{
	switch (vector) {
	case TRAP_DF:
		return IST_DF;
	case TRAP_NMI:
		return IST_NMI;
	case TRAP_MC:
		return IST_MC;
	default:
		return 0;
	}
}

void
trap_init(void)
{
	for (uint v = 0; v < 256; v++) {
		uint64_t at = (uint64_t)trap_stubs + v * STUB_SIZE;
		/* Interrupt gates of privilege 0, INT3 alone open to users. */
		uint8_t type = v == TRAP_BREAK ? 0xee : 0x8e;
		idt[v] = (Gate){ at, SEL_KCODE, ist_of(v), type, at >> 16, at >> 32, 0 };
	}
}

void
trap_load(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} ptr = { sizeof idt - 1, (uint64_t)idt };

	__asm__ volatile("lidt %0" : : "m"(ptr));
}

static bool
bogus_exception(const Trapframe *tf)
{
	bool in_service = apic_in_service(tf->trap);

	if (!in_service && tf->err != (uint64_t)NO_ERROR_CODE)
		return false;
	if (in_service)
		apic_eoi();
	return true;
}

static bool
fixup_find(Trapframe *tf)
{
	for (const Fixup *f = extable; f < extable_end; f++) {
		if (f->at == tf->rip) {
			tf->rip = f->go;
			return true;
		}
	}
	return false;
}

static void
kernel_exception(Trapframe *tf, uint64_t cr2)
{
	if ((tf->trap == TRAP_PF || tf->trap == TRAP_GP) && fixup_find(tf))
		return;
	report_fault(tf, cr2);
}

static void
user_exception(Trapframe *tf, uint64_t cr2)
{
	irq_enable();
	user_fault(tf->trap, tf->err, cr2, tf);
	irq_disable();
}

void
trap(Trapframe *tf)
{
	uint64_t cr2 = read_cr2(); /* before anything can fault again */

	idle_end();
	if (tf->trap >= NEXCEPTION)
		irq_dispatch(tf->trap);
	else if (bogus_exception(tf))
		irq_stray_count(tf->trap);
	else if (trap_from_user(tf))
		user_exception(tf, cr2);
	else
		kernel_exception(tf, cr2);
	if (trap_from_user(tf))
		trap_leave(tf);
}

/* #DF, NMI and #MC come here, on stacks of their own. They may have interrupted anything,
 * even the holder of a lock, so an NMI is only counted, and the next tick prints that.
 * One that a device has sent is an interrupt, and no lock is held where interrupts are
 * on. */
void
trap_ist(Trapframe *tf)
{
	uint64_t cr2 = read_cr2();

	if (panic_begun() && tf->trap == TRAP_NMI)
		arch_halt();
	if (bogus_exception(tf))
		irq_stray_count(tf->trap);
	else if (tf->trap == TRAP_NMI)
		this_cpu()->nmis++;
	else
		report_fault(tf, cr2);
}

void
trap_syscall(Trapframe *tf)
{
	const uint64_t arg[6] = { tf->rdi, tf->rsi, tf->rdx, tf->r10, tf->r8, tf->r9 };
	uint64_t r;

	irq_enable();
	r = syscall(tf->rax, arg);
	irq_disable();
	tf->rax = r;
	trap_leave(tf);
}

/* The last thing before user mode. Interrupts stay off from here on, so a kill or a poke
 * that comes now is pending and brings the process back at once. An address that a user
 * cannot have must not reach IRETQ or SYSRET, which would fault in the kernel. (Some CPUs
 * jump to such an address first and fault then.) */
void
trap_leave(Trapframe *tf)
{
	if (tf->rip >= USER_TOP) {
		tf->trap = TRAP_GP;
		user_exception(tf, 0);
		tf->rip = 0;
	}
	user_return();
	irq_disable();
}

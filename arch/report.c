/*
 * Reports a fault in the kernel: what happened and where, the registers, and the callers.
 * Then the system stops. Locks: none; a panic has begun.
 */
#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/kstack.h"
#include "arch/entry.h"
#include "arch/symbol.h"
#include "arch/trap.h"
#include "kern/log.h"
#include "kern/proc.h"

/* clang-format off */
static const char *const name[NEXCEPTION] = {
	"divide error", "debug", "NMI", "breakpoint", "overflow", "bound range",
	"invalid opcode", "no coprocessor", "double fault", "coprocessor overrun",
	"invalid TSS", "segment not present", "stack segment", "general protection",
	"page fault", "reserved 15", "x87 error", "alignment check", "machine check",
	"SIMD error", "virtualization", "control protection", "reserved 22",
	"reserved 23", "reserved 24", "reserved 25", "reserved 26", "reserved 27",
	"hypervisor injection", "VMM communication", "security", "reserved 31",
};
/* clang-format on */

static bool
in_guard(uint64_t va)
{
	return kstack_guard(va) || rounddown(va, PAGE_SIZE) == (uint64_t)boot_stack_guard;
}

static void
print_page_fault(uint64_t err, uint64_t cr2)
{
	const char *what = err & 16 ? "execute" : err & 2 ? "write" : "read";
	const char *why = err & 1 ? "not allowed" : "not mapped";

	if (err & 8)
		why = "reserved bit set in an entry";
	kprint("%s of %016lx: %s%s\n", what, cr2, why,
		cr2 < USER_TOP ? ", a user address" : "");
	if (in_guard(cr2))
		kprint("this is a guard page: the kernel stack overflowed\n");
}

/* Selector error codes: SDM vol. 3, 6.13. */
static void
print_selector(uint64_t err)
{
	static const char *const table[] = { "GDT", "IDT", "LDT", "IDT" };

	if (err != 0)
		kprint("%s entry %lu%s\n", table[err >> 1 & 3], err >> 3 & 0x1fff,
			err & 1 ? ", external event" : "");
}

static void
print_cause(const Trapframe *tf, uint64_t cr2)
{
	kprint("kernel fault: %s (vector %lu, error %lx)\n", name[tf->trap % NEXCEPTION],
		tf->trap, tf->err);
	if (tf->trap == TRAP_PF || (tf->trap == TRAP_DF && in_guard(cr2)))
		print_page_fault(tf->trap == TRAP_DF ? 2 : tf->err, cr2);
	else if (tf->trap >= 10 && tf->trap <= 13)
		print_selector(tf->err);
}

static void
print_registers(const Trapframe *tf, uint64_t cr2)
{
	kprint("rip %016lx  cs  %016lx  flags %016lx\n", tf->rip, tf->cs, tf->rflags);
	kprint("rsp %016lx  ss  %016lx  cr2   %016lx\n", tf->rsp, tf->ss, cr2);
	kprint("rax %016lx  rbx %016lx  rcx   %016lx\n", tf->rax, tf->rbx, tf->rcx);
	kprint("rdx %016lx  rsi %016lx  rdi   %016lx\n", tf->rdx, tf->rsi, tf->rdi);
	kprint("rbp %016lx  r8  %016lx  r9    %016lx\n", tf->rbp, tf->r8, tf->r9);
	kprint("r10 %016lx  r11 %016lx  r12   %016lx\n", tf->r10, tf->r11, tf->r12);
	kprint("r13 %016lx  r14 %016lx  r15   %016lx\n", tf->r13, tf->r14, tf->r15);
	kprint("cr0 %016lx  cr3 %016lx  cr4   %016lx\n", read_cr0(), read_cr3(),
		read_cr4());
}

/* If a call went to where no code is, the caller is on the stack but not yet in the chain
 * of frames. */
static void
print_jump(const Trapframe *tf)
{
	uint64_t ret;

	if (tf->trap == TRAP_PF && tf->rip == read_cr2() && peek(tf->rsp, &ret) == 0)
		print_address(ret);
}

static void
print_process(void)
{
	Proc *p = arch_current();

	kprint("cpu %u", arch_cpu());
	if (p != NULL && p->pid != 0)
		kprint(", pid %d %s", p->pid, p->name);
	kprint("\n");
}

void
report_fault(const Trapframe *tf, uint64_t cr2)
{
	panic_begin();
	print_cause(tf, cr2);
	print_process();
	print_registers(tf, cr2);
	kprint("called from:\n");
	print_address(tf->rip);
	print_jump(tf);
	backtrace(tf->rbp);
	panic_end();
}

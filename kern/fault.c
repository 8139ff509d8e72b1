/*
 * Faults of programs. Each ends its process with one sentence on the console, which says
 * what it did and where. Faults of the kernel itself never come here (arch/trap.c).
 * Locks: none.
 */

#include "arch/arch.h"
#include "kern/aspace.h"
#include "kern/fmt.h"
#include "kern/proc.h"

#define TRAP_PF  14
#define PF_WRITE 2

static const char *const trap_text[] = {
	[0] = "divided by zero",
	[1] = "debug trap",
	[3] = "breakpoint",
	[4] = "overflow trap",
	[5] = "bound exceeded",
	[6] = "invalid instruction",
	[7] = "no coprocessor",
	[11] = "segment not present",
	[12] = "stack fault",
	[13] = "general protection fault",
	[16] = "floating-point error",
	[17] = "unaligned access",
	[19] = "SIMD floating-point error",
};

void
user_fault(uint trap, uint64_t err, vaddr_t addr, Trapframe *tf)
{
	Proc *p = proc_self();
	char what[SYS_ERRMAX - 40], why[SYS_ERRMAX];

	if (trap == TRAP_PF)
		aspace_explain(p->as, addr, err & PF_WRITE, what, sizeof what);
	else if (trap < nelem(trap_text) && trap_text[trap] != NULL)
		snprint(what, sizeof what, "%s", trap_text[trap]);
	else
		snprint(what, sizeof what, "trap %u", trap);
	snprint(why, sizeof why, "%s (at 0x%lx)", what, arch_tf_pc(tf));
	proc_kill(p, SSIGSEGV, why);
}

/*
 * The kernel's start, after arch has made a place to run in: memory, the machine, devices
 * in the order of devtab, the other CPUs, process 1. Locks: none; only one CPU runs until
 * then.
 */

#include "arch/arch.h"
#include "kern/dev.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/param.h"
#include "kern/proc.h"
#include "kern/sched.h"

void
kmain(void)
{
	const char *init;

	page_init();
	kprint("Bailey: %zu MiB, %s\n", page_stat().total >> 8, bootinfo.loader);
	param_init(bootinfo.cmdline);
	arch_init();
	for (Dev *const *d = devtab; *d != NULL; d++)
		if ((*d)->init != NULL)
			(*d)->init();
	arch_start_cpus();
	init = param_get("init");
	if (proc_spawn_init(init != NULL ? init : "/bin/init") != 0)
		panic("no memory for process 1");
	sched_start();
}

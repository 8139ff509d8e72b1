/*
 * Files of #cons about the machine as a whole: what the kernel has said, the time,
 * memory, processors, and the commands that end it. Locks: none.
 */

#include "dev/machine.h"
#include "arch/arch.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/sched.h"
#include "kern/string.h"

void
kmesg_show(Text *t)
{
	uint64_t pos = 0;
	char buf[256];
	size_t n;

	while ((n = log_read(&pos, buf, sizeof buf)) > 0)
		text_putn(t, buf, n);
}

void
time_show(Text *t)
{
	ns_t now = arch_now();

	text_printf(t, "real %lu\n", arch_wall());
	text_printf(t, "uptime %lu.%09lu\n", now / 1000000000, now % 1000000000);
}

int
sysctl_cmd(const Cmd *cmd)
{
	int status = 0;

	if (strcmp(cmd->f[0], "reboot") == 0 && cmd->n == 1)
		arch_reboot();
	if (strcmp(cmd->f[0], "poweroff") == 0 && cmd->n <= 2) {
		if (cmd->n == 2 && cmd_int(cmd->f[1], 0, 255, &status) != 0)
			return fail(-EINVAL, "'%s': want a status, 0 to 255", cmd->f[1]);
		arch_poweroff(status);
	}
	return fail(-EINVAL, "'%s': want poweroff [STATUS] or reboot",
		cmd->f[cmd->n - 1]);
}

void
meminfo_show(Text *t)
{
	PageStat s = page_stat();
	const struct {
		const char *what;
		size_t frames;
	} row[] = {
		{ "total", s.total },
		{ "free", s.free },
		{ "kernel", s.kernel },
		{ "user", s.user },
		{ "table", s.table },
		{ "withheld", s.withheld },
	};

	for (uint i = 0; i < nelem(row); i++)
		text_printf(t, "%s %zu\n", row[i].what, row[i].frames * PAGE_SIZE);
	text_printf(t, "heap %zu\n", heap_in_use());
}

void
sysinfo_show(Text *t)
{
	ns_t now = arch_now();

	text_printf(t, "cpus %u\n", arch_ncpu());
	text_printf(t, "switches %lu\n", sched_switches());
	text_printf(t, "strays %lu\n", irq_stray());
	text_printf(t, "uptime %lu.%03lu\n", now / 1000000000, now / 1000000 % 1000);
	text_printf(t, "boot_tsc %lu\n", bootinfo.entry_tsc);
	text_printf(t, "prompt_tsc %lu\n", cons_waited());
	text_printf(t, "loader %s\n", bootinfo.loader);
	text_printf(t, "cmdline %s\n", bootinfo.cmdline);
}

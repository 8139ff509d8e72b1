/* The table of system calls, from number to function. A number that has none fails with
 * -ENOSYS and a sentence, as calls do. */

#include "arch/arch.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/sys.h"
#include "kern/sysfile.h"
#include "kern/sysproc.h"

/* clang-format off */
static SysFn *const table[SYS_COUNT] = {
	[SYS_exit] = sys_exit,          [SYS_fork] = sys_fork,
	[SYS_execve] = sys_execve,      [SYS_wait] = sys_wait,
	[SYS_kill] = sys_kill,          [SYS_getpid] = sys_getpid,
	[SYS_getppid] = sys_getppid,    [SYS_setpgid] = sys_setpgid,
	[SYS_sleep] = sys_sleep,        [SYS_clock] = sys_clock,
	[SYS_brk] = sys_brk,            [SYS_mmap] = sys_mmap,
	[SYS_munmap] = sys_munmap,      [SYS_mprotect] = sys_mprotect,
	[SYS_open] = sys_open,          [SYS_close] = sys_close,
	[SYS_read] = sys_read,          [SYS_write] = sys_write,
	[SYS_pread] = sys_pread,        [SYS_pwrite] = sys_pwrite,
	[SYS_lseek] = sys_lseek,        [SYS_fstat] = sys_fstat,
	[SYS_stat] = sys_stat,          [SYS_wstat] = sys_wstat,
	[SYS_dirread] = sys_dirread,    [SYS_dup] = sys_dup,
	[SYS_fcntl] = sys_fcntl,        [SYS_pipe] = sys_pipe,
	[SYS_poll] = sys_poll,          [SYS_chdir] = sys_chdir,
	[SYS_getcwd] = sys_getcwd,      [SYS_mkdir] = sys_mkdir,
	[SYS_remove] = sys_remove,      [SYS_rename] = sys_rename,
	[SYS_bind] = sys_bind,          [SYS_unmount] = sys_unmount,
	[SYS_rfns] = sys_rfns,          [SYS_errstr] = sys_errstr,
	[SYS_signal] = sys_signal,      [SYS_uname] = sys_uname,
};
/* clang-format on */

uint64_t
syscall(uint64_t nr, const uint64_t arg[6])
{
	if (nr >= SYS_COUNT || table[nr] == NULL)
		return fail(-ENOSYS, "no system call %lu", nr);
	return table[nr](arg);
}

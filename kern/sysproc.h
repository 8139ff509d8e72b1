/* System calls about processes and memory, dispatched by kern/syscall.c. What each takes
 * and returns stands at its number in kern/sys.h. a[] are its arguments, of which every
 * value is possible. The result is not negative, or -errno with a sentence. */
#pragma once

#include "kern/types.h"

typedef int64_t SysFn(const uint64_t a[6]);

SysFn sys_exit, sys_fork, sys_execve, sys_wait, sys_kill, sys_getpid, sys_getppid,
	sys_setpgid, sys_sleep, sys_clock, sys_brk, sys_mmap, sys_munmap, sys_mprotect,
	sys_errstr, sys_signal, sys_uname;

/* System calls about files and the name space, dispatched by kern/syscall.c. What each
 * takes and returns stands at its number in kern/sys.h. a[] are its arguments, of which
 * every value is possible. The result is not negative, or -errno with a sentence. */
#pragma once

#include "kern/types.h"

typedef int64_t SysFn(const uint64_t a[6]);

SysFn sys_open, sys_close, sys_read, sys_write, sys_pread, sys_pwrite, sys_lseek,
	sys_fstat, sys_stat, sys_wstat, sys_dirread, sys_dup, sys_fcntl, sys_pipe,
	sys_poll, sys_chdir, sys_getcwd, sys_mkdir, sys_remove, sys_rename, sys_bind,
	sys_unmount, sys_rfns;

/*
 * How our C library reaches the kernel. SYS(number, arguments...) returns the kernel's
 * answer as it is; sys_ret turns a negative one into -1 and errno.
 */
#pragma once

#include <stdint.h>

#include "kern/sys.h"

#define PTR(p)       ((uint64_t)(uintptr_t)(p))
#define SYS(nr, ...) sys_call((nr), (const uint64_t[6]){ __VA_ARGS__ })

long sys_call(int nr, const uint64_t arg[6]);
long sys_ret(long r);
/* The errno the last failed call left: while errno still says so, the kernel's sentence
 * is about it. */
int sys_lasterr(void);

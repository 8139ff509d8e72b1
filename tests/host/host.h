/*
 * What every host test includes: cmocka, and the stand-ins of host.c for the kernel
 * services that pure and service files call. Every stand-in is weak: a test, or the real
 * file when it is linked, replaces it by defining a function of the same name.
 *
 * cmocka's fail() macro would hide the kernel's fail(): here fail_msg stands for it.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail
#undef fail_msg
#define fail_msg(...)                                                                    \
	(print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))

#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/lock.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/proc.h"
#include "kern/types.h"

/* TEST=pattern in the environment: run only the tests whose names match. */
static void __attribute__((constructor)) host_choose(void)
{
	if (getenv("TEST") != NULL)
		cmocka_set_test_filter(getenv("TEST"));
}

/* The last sentence fail() stored; also in proc_self()->errstr. */
extern char host_errstr[SYS_ERRMAX];
/* Who proc_self() is. Tests may change its fields; pid is 1. */
extern Proc host_self;
/* Allocations that still succeed; -1 for no limit. At 0 kalloc and page_alloc fail. */
extern long host_alloc_left;
/* Blocks kalloc gave out and nobody freed; frames likewise. */
extern long host_blocks, host_frames;
/* arch_now(); each waitq_sleep with a deadline moves it there. arch_wall() as well. */
extern ns_t host_now;
extern uint64_t host_wall;
/* Called while waitq_sleep "sleeps", the lock released, in place of other processes. With
 * none, or when it returns false, the sleep ends as a kill would end it: -EINTR. In
 * waitq_poll_sleep q is NULL. */
extern bool (*host_while_asleep)(Waitq *q);
/* Everything kprint has said, cut at the size of the buffer; host_log[0] = 0 forgets. */
extern char host_log[8192];

/*
 * Process 1. It begins as a kernel thread that has all a user process has but memory. It
 * opens the console as its descriptors 0 to 2 and execs the program that the boot asked
 * for. If that fails the system is switched off, because nobody could start another one.
 */

#include "arch/arch.h"
#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/procinner.h"
#include "kern/sched.h"
#include "kern/string.h"

static const char *program; /* set before the process is made */

/* The first code of process 1, on its own kernel stack. It does not return. */
static void
init_start(void *arg)
{
	static char *envp[] = { "PATH=/bin", "HOME=/", NULL };
	Proc *p = arg;
	char *argv[] = { (char *)program, NULL };
	Chan *cons;

	sched_entered();
	for (int fd = 0; fd < 3; fd++)
		if (ns_open(p->pgrp, "/", "#cons/cons", SO_RDWR, 0, &cons) == 0)
			fd_alloc(cons, false);
	if (proc_exec(program, argv, envp) != 0) {
		kprint("%s: %s\n", program, p->errstr);
		arch_poweroff(1);
	}
	user_return();
	arch_enter_user(arch_tf(p->kstack));
}

int
proc_spawn_init(const char *path)
{
	Proc *p = proc_new(true);

	if (p == NULL || (p->pgrp = pgrp_new()) == NULL)
		return -ENOMEM;
	program = path;
	strcopy(p->cwd, "/", sizeof p->cwd);
	proc_name(p, path);
	p->ksp = arch_kstack_prepare(p->kstack, init_start, p);
	proc_enter(p, NULL, PROC_INIT);
	sched_ready(p);
	return 0;
}

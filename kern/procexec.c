/*
 * exec: a process becomes another program. The new image is built beside the old one
 * (exec.c), so that whatever fails before the change leaves the process as it was. The
 * change itself is proc_move, in which drivers follow. After it, what the old program had
 * and the new one must not have is taken away.
 * Locks: none is held; a process execs itself.
 */

#include "arch/arch.h"
#include "kern/aspace.h"
#include "kern/errno.h"
#include "kern/exec.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/proc.h"
#include "kern/string.h"

/* Copies arguments and environment into one block of kernel memory, which the caller
 * frees. After an error (-ENOMEM, -E2BIG) there is none. */
static int
pack_args(ExecArgs *a, char *const argv[], char *const envp[])
{
	char *const *list[] = { argv, envp };
	uint *n[] = { &a->argc, &a->envc };

	*a = (ExecArgs){ .buf = kalloc(EXEC_ARGMAX) };
	if (a->buf == NULL)
		return fail(-ENOMEM, "out of memory");
	for (uint k = 0; k < nelem(list); k++)
		for (char *const *s = list[k]; s != NULL && *s != NULL; s++) {
			size_t len = strlen(*s) + 1;

			if (len > EXEC_ARGMAX - a->n) {
				kfree(a->buf);
				return fail(-E2BIG, "arguments longer than %d KiB",
					EXEC_ARGMAX / 1024);
			}
			memcpy(a->buf + a->n, *s, len);
			a->n += len;
			++*n[k];
		}
	return 0;
}

/* Opens the file at path and loads it into a new address space. Errors have a sentence,
 * and then there is none. */
static int
load_program(Proc *p, const char *path, const ExecArgs *args, Aspace **as, vaddr_t *entry,
	vaddr_t *sp)
{
	Chan *c;
	Stat st;
	int err = ns_open(p->pgrp, p->cwd, path, SO_RDONLY, 0, &c);

	if (err != 0)
		return err;
	if ((err = chan_stat(c, &st)) == 0 && (st.qid.dir || !(st.mode & 0111)))
		err = fail(-EACCES, "not a program");
	if (err == 0)
		err = exec_load(c, args, as, entry, sp);
	chan_put(c);
	return err;
}

static void
close_on_exec(Proc *p)
{
	for (int i = 0; i < NFD; i++)
		if (p->fd[i] != NULL && (p->cloexec & 1ull << i))
			fd_close(i);
}

int
proc_exec(const char *path, char *const argv[], char *const envp[])
{
	Proc *p = proc_self();
	Aspace *new, *old = p->as;
	vaddr_t entry, sp;
	ExecArgs args;
	int err;

	if ((err = pack_args(&args, argv, envp)) != 0)
		return err;
	err = load_program(p, path, &args, &new, &entry, &sp);
	kfree(args.buf);
	if (err != 0)
		return err;
	if ((err = proc_move(p, old, new)) != 0) {
		aspace_put(new);
		return err;
	}
	aspace_switch(new);
	if (old != NULL)
		aspace_put(old);
	close_on_exec(p);
	proc_name(p, path);
	arch_fpu_init(p->fpu);
	arch_fpu_restore(p->fpu);
	arch_tf_init(arch_tf(p->kstack), entry, sp);
	arch_tf_args(arch_tf(p->kstack), args.argc, sp + 8, sp + 8 + (args.argc + 1) * 8);
	return 0;
}

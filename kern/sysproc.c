/*
 * System calls about processes and memory. Arguments are checked and copied here, and
 * proc, aspace and sched do the work. Locks: sys_sleep has one of its own, because
 * waiting needs one; a process's own fields need none.
 */

#include "kern/sysproc.h"
#include "arch/arch.h"
#include "kern/aspace.h"
#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/exec.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/proc.h"
#include "kern/string.h"

#define MAXARGS 512

int64_t
sys_exit(const uint64_t a[6])
{
	proc_exit((a[0] & 0xff) << 8);
}

int64_t
sys_fork(const uint64_t a[6])
{
	(void)a;
	return proc_fork();
}

/* Copies a NULL-terminated vector of strings to *buf, of which *room bytes are left, and
 * moves both on. The pointers go to v. Errors leave a sentence. */
static int
copy_vector(vaddr_t src, char **v, char **buf, size_t *room)
{
	for (uint i = 0; i < MAXARGS; i++) {
		uint64_t s = 0;
		int err = src != 0 ? copy_in(&s, src + i * 8, 8) : 0;

		v[i] = NULL;
		if (err != 0 || s == 0)
			return err;
		if (*room == 0)
			break;
		if ((err = copy_in_str(*buf, s, *room)) != 0)
			return err;
		v[i] = *buf;
		*room -= strlen(*buf) + 1;
		*buf += strlen(*buf) + 1;
	}
	return fail(-E2BIG, "too many arguments");
}

typedef struct ExecCall {
	char path[SYS_PATHMAX];
	char *argv[MAXARGS], *envp[MAXARGS];
	char text[EXEC_ARGMAX];
} ExecCall;

int64_t
sys_execve(const uint64_t a[6])
{
	ExecCall *x = kalloc(sizeof *x);
	size_t room = sizeof x->text;
	char *buf;
	int err;

	if (x == NULL)
		return fail(-ENOMEM, "out of memory");
	buf = x->text;
	if ((err = copy_in_str(x->path, a[0], sizeof x->path)) == 0 &&
		(err = copy_vector(a[1], x->argv, &buf, &room)) == 0 &&
		(err = copy_vector(a[2], x->envp, &buf, &room)) == 0)
		err = proc_exec(x->path, x->argv, x->envp);
	kfree(x);
	return err;
}

int64_t
sys_wait(const uint64_t a[6])
{
	int status = 0, pid = proc_wait((int)a[0], (int)a[2], &status), err;

	if (pid > 0 && a[1] != 0 && (err = copy_out(a[1], &status, sizeof status)) != 0)
		return err;
	return pid;
}

static bool
known_signal(int sig)
{
	return sig == 0 || sig == SSIGINT || sig == SSIGKILL || sig == SSIGTERM ||
		sig == SSIGPIPE;
}

int64_t
sys_kill(const uint64_t a[6])
{
	int pid = (int)a[0], sig = (int)a[1];
	Proc *self = proc_self(), *p;
	int err = 0;

	if (!known_signal(sig))
		return fail(-EINVAL, "no signal %d", sig);
	if (pid < -1 && !pgrp_sealed(self->pgrp))
		return proc_kill_group(-pid, sig) > 0
			? 0
			: fail(-ESRCH, "no process group %d", -pid);
	if (pid <= 0)
		return fail(-EINVAL, "kill: process %d", pid);
	if ((p = proc_find(pid)) == NULL)
		return fail(-ESRCH, "no process %d", pid);
	if (pgrp_sealed(self->pgrp) && p->pgrp != self->pgrp)
		err = fail(-EPERM, "process %d is outside the seal", pid);
	else if (sig != 0)
		proc_kill(p, sig, NULL);
	proc_put(p);
	return err;
}

int64_t
sys_getpid(const uint64_t a[6])
{
	(void)a;
	return proc_self()->pid;
}

int64_t
sys_getppid(const uint64_t a[6])
{
	(void)a;
	return proc_parent(proc_self());
}

int64_t
sys_setpgid(const uint64_t a[6])
{
	int pid = (int)a[0], pgid = (int)a[1];

	return proc_setpgid(pid != 0 ? pid : proc_self()->pid, pgid);
}

int64_t
sys_sleep(const uint64_t a[6])
{
	static Lock l = LOCK_INIT(RANK_DEV, "sleep");
	static Waitq q; /* nobody wakes it: only time and kill do */
	ns_t now = arch_now();
	int err;

	lock(&l);
	err = waitq_sleep(&q, &l, a[0] < NEVER - now ? now + a[0] : NEVER);
	unlock(&l);
	return err == -ETIMEDOUT ? 0 : err;
}

int64_t
sys_clock(const uint64_t a[6])
{
	Proc *p = proc_self();

	switch (a[0]) {
	case CLK_MONO:
		return arch_now();
	case CLK_REAL:
		return arch_wall() * 1000000000ull + arch_now() % 1000000000ull;
	case CLK_CPU:
		return p->used + arch_now() - p->slice_start;
	case CLK_TICKS:
		return arch_tsc();
	case CLK_IDLE:
		return arch_idle_ticks();
	}
	return fail(-EINVAL, "no clock %lu", a[0]);
}

int64_t
sys_brk(const uint64_t a[6])
{
	vaddr_t now;
	int err = aspace_brk(proc_self()->as, a[0], &now);

	return err != 0 ? err : (int64_t)now;
}

static int64_t
map_file(int fd, const uint64_t a[6])
{
	Chan *c = fd_chan(fd);
	vaddr_t va;
	int err;

	if (c == NULL)
		return -EBADF;
	if (c->dev->mmap == NULL)
		return fail(-ENODEV, "cannot be mapped");
	if (a[1] == 0 || a[1] > 1ull << 38)
		return fail(-EINVAL, "mmap: length 0x%lx", a[1]);
	err = c->dev->mmap(c, proc_self()->as, a[5], a[1], (int)a[2], &va);
	return err != 0 ? err : (int64_t)va;
}

int64_t
sys_mmap(const uint64_t a[6])
{
	int flags = (int)a[3];
	vaddr_t va;
	int err;

	if (!(flags & SMAP_ANON))
		return map_file((int)a[4], a);
	err = aspace_map(proc_self()->as, a[0], a[1], (int)a[2], flags, &va);
	return err != 0 ? err : (int64_t)va;
}

int64_t
sys_munmap(const uint64_t a[6])
{
	return aspace_unmap(proc_self()->as, a[0], a[1]);
}

int64_t
sys_mprotect(const uint64_t a[6])
{
	return aspace_protect(proc_self()->as, a[0], a[1], (int)a[2]);
}

int64_t
sys_errstr(const uint64_t a[6])
{
	const char *s = proc_self()->errstr;
	size_t len = strlen(s), n = a[1] < len + 1 ? a[1] : len + 1;
	char cut[SYS_ERRMAX];
	int err;

	if (n == 0)
		return len;
	strcopy(cut, s, n); /* a short buffer gets a shorter sentence, terminated */
	err = copy_out(a[0], cut, n);
	return err != 0 ? err : (int64_t)len;
}

int64_t
sys_signal(const uint64_t a[6])
{
	Proc *p = proc_self();
	uint64_t bit;

	if ((a[0] != SSIGINT && a[0] != SSIGPIPE) || a[1] > SIGNAL_ASK)
		return fail(-EINVAL, "signal %lu cannot be set", a[0]);
	bit = 1ull << a[0];
	if (a[1] == SIGNAL_ASK)
		return a[0] == SSIGINT
			? __atomic_exchange_n(&p->ints, 0, __ATOMIC_RELAXED)
			: 0;
	p->ignored = a[1] != SIGNAL_DEFAULT ? p->ignored | bit : p->ignored & ~bit;
	return 0;
}

int64_t
sys_uname(const uint64_t a[6])
{
	char s[64];
	int n = snprint(s, sizeof s, "Bailey x86_64, %u CPU%s", arch_ncpu(),
			arch_ncpu() == 1 ? "" : "s") +
		1;
	int err;

	if (a[1] < (uint64_t)n)
		return fail(-ERANGE, "uname needs %d bytes", n);
	err = copy_out(a[0], s, n);
	return err != 0 ? err : n;
}

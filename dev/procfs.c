/*
 * #proc: a directory for each process, named by its pid. `status` is one line about it.
 * `ns`, `segment` and `fd` show its name space, its memory and its descriptors as they
 * are at open. `ctl` ends it. A process whose name space is sealed sees only itself. A
 * pid is not used again, so a Chan remembers the pid and looks the process up each time.
 * Locks: none of its own.
 */

#include "dev/devtab.h"
#include "kern/aspace.h"
#include "kern/chan.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/log.h"
#include "kern/proc.h"
#include "kern/string.h"

/* qid.path: pid << 4 | file, 0 for the directory; 0 for the root. */
#define FILE_BITS 4

static int
pid_of(const Chan *c)
{
	return (int)(c->qid.path >> FILE_BITS);
}

static uint
file_of(const Chan *c)
{
	return c->qid.path & ((1 << FILE_BITS) - 1);
}

static bool
may_see(const Proc *p)
{
	const Proc *self = proc_self();

	return p == self || self->pgrp == NULL || !pgrp_sealed(self->pgrp);
}

/* The process, with a reference for the caller; NULL, with a sentence: it has gone. */
static Proc *
proc_of(const Chan *c)
{
	Proc *p = proc_find(pid_of(c));

	if (p == NULL)
		fail(-ESRCH, "process %d has gone", pid_of(c));
	return p;
}

/* ---- what the files show ---- */

static const char *const state_name[] = {
	[PROC_READY] = "ready",
	[PROC_RUNNING] = "running",
	[PROC_SLEEPING] = "sleeping",
	[PROC_ZOMBIE] = "zombie",
};

static size_t
size_of(Proc *p)
{
	Aspace *as = proc_aspace(p);
	size_t n;

	if (as == NULL)
		return 0;
	n = aspace_size(as);
	aspace_put(as);
	return n;
}

/* One line. A blank in the name becomes _, so that the line stays words. */
static void
status_show(Proc *p, Text *t)
{
	char name[PROC_NAMELEN], cpu[12] = "-";
	uint64_t ms = p->used / 1000000;

	strcopy(name, p->name, sizeof name);
	for (char *s = name; *s != 0; s++)
		if (*s == ' ')
			*s = '_'; /* the line is words */
	if (p->cpu >= 0)
		snprint(cpu, sizeof cpu, "%d", p->cpu);
	text_printf(t,
		"name %s pid %d ppid %d state %s pgid %d size %zu cpu %s time "
		"%lu.%03lu\n",
		name, p->pid, proc_parent(p),
		p->finished ? "zombie" : state_name[p->state], p->pgid, size_of(p), cpu,
		ms / 1000, ms % 1000);
}

static void
ns_show(Proc *p, Text *t)
{
	Pgrp *g = proc_pgrp(p);

	if (g == NULL)
		return;
	ns_print(g, t);
	pgrp_put(g);
}

static void
segment_show(Proc *p, Text *t)
{
	Aspace *as = proc_aspace(p);

	if (as == NULL)
		return;
	aspace_print(as, t);
	aspace_put(as);
}

static void
fd_show(Proc *p, Text *t)
{
	static const char *const mode[] = { "r", "w", "rw" };

	for (int i = 0; i < NFD; i++) {
		Chan *c = fd_of(p, i);

		if (c == NULL)
			continue;
		text_printf(t, "%d %s %s\n", i, mode[c->flags & SO_ACCMODE], c->path);
		chan_put(c);
	}
}

static void
ctl_show(Proc *p, Text *t)
{
	(void)p;
	text_printf(t, "kill\nint\n");
}

static int
ctl_cmd(Chan *c, const Cmd *cmd)
{
	bool kill = strcmp(cmd->f[0], "kill") == 0;
	Proc *p;

	if (cmd->n != 1 || (!kill && strcmp(cmd->f[0], "int") != 0))
		return fail(-EINVAL, "'%s': want kill or int", cmd->f[cmd->n - 1]);
	if ((p = proc_of(c)) == NULL)
		return -ESRCH;
	proc_kill(p, kill ? SSIGKILL : SSIGINT, NULL);
	proc_put(p);
	return 0;
}

enum { ROW_CTL, ROW_FD, ROW_NS, ROW_SEGMENT, ROW_STATUS };

static void (*const shows[])(Proc *p, Text *t) = {
	[ROW_CTL] = ctl_show,
	[ROW_FD] = fd_show,
	[ROW_NS] = ns_show,
	[ROW_SEGMENT] = segment_show,
	[ROW_STATUS] = status_show,
};

static int
row_show(Chan *c, Text *t)
{
	Proc *p = proc_of(c);

	if (p == NULL)
		return -ESRCH;
	shows[file_of(c) - 1](p, t);
	proc_put(p);
	return 0;
}

static const Dirtab proc_tab[] = {
	[ROW_CTL] = { "ctl", 0644, .show_of = row_show, .cmd_of = ctl_cmd },
	[ROW_FD] = { "fd", 0444, .show_of = row_show },
	[ROW_NS] = { "ns", 0444, .show_of = row_show },
	[ROW_SEGMENT] = { "segment", 0444, .show_of = row_show },
	[ROW_STATUS] = { "status", 0444, .show_of = row_show },
};

_Static_assert(nelem(shows) == nelem(proc_tab), "a text for each file");

/* ---- the device ---- */

static int
walk_pid(Chan *c, const char *name)
{
	Proc *p;
	int pid;

	if (name[0] == '0' || cmd_int(name, 1, INT32_MAX, &pid) != 0)
		return -ENOENT;
	if ((p = proc_find(pid)) == NULL)
		return -ENOENT;
	if (may_see(p))
		c->qid = (Qid){ .path = (uint64_t)pid << FILE_BITS, .dir = true };
	else
		pid = 0;
	proc_put(p);
	return pid != 0 ? 0 : -ENOENT;
}

static int
proc_walk(Chan *c, const char *name)
{
	uint64_t dir = c->qid.path;
	int err;

	if (dir == 0)
		return walk_pid(c, name);
	err = dirtab_walk(c, name, proc_tab, nelem(proc_tab));
	if (err == 0)
		c->qid.path |= dir;
	return err;
}

static void
pid_stat(Stat *st, int pid)
{
	*st = (Stat){ .mode = 0555 };
	st->qid = (Qid){ .path = (uint64_t)pid << FILE_BITS, .dir = true };
	snprint(st->name, sizeof st->name, "%d", pid);
}

static int
proc_stat(Chan *c, Stat *st)
{
	uint file = file_of(c);

	if (c->qid.path == 0) {
		*st = (Stat){ .qid = c->qid, .mode = 0555 };
		strcopy(st->name, "proc", sizeof st->name);
	} else if (file == 0) {
		pid_stat(st, pid_of(c));
	} else {
		*st = (Stat){ .qid = c->qid, .mode = proc_tab[file - 1].mode };
		strcopy(st->name, proc_tab[file - 1].name, sizeof st->name);
	}
	return 0;
}

static int
list_one(Proc *p, void *arg)
{
	Stat st;

	if (may_see(p)) {
		pid_stat(&st, p->pid);
		dirsnap_add(arg, &st);
	}
	return 0;
}

static void
list_pids(Chan *c, Text *t)
{
	(void)c;
	proc_each(list_one, t);
}

static int
proc_open(Chan *c, int flags)
{
	if (c->qid.path == 0)
		return dirsnap_open(c, list_pids);
	return c->qid.dir ? 0 : dirtab_open(c, flags, &proc_tab[file_of(c) - 1]);
}

static int
proc_entry(Chan *c, uint i, Stat *st)
{
	int err;

	if (c->qid.path == 0)
		return dirsnap_entry(c, i, st);
	err = dirtab_entry(c, i, st, proc_tab, nelem(proc_tab));
	if (err == 0)
		st->qid.path |= c->qid.path;
	return err;
}

static long
proc_write(Chan *c, const void *buf, long n, off_k off)
{
	(void)off;
	return dirtab_write(c, buf, n, &proc_tab[file_of(c) - 1]);
}

Dev procdev = {
	.name = "proc",
	.attach = flat_attach,
	.walk = proc_walk,
	.stat = proc_stat,
	.open = proc_open,
	.entry = proc_entry,
	.read = dirtab_read,
	.write = proc_write,
};

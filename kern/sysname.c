/*
 * System calls about names: what is there, and what it is called. Arguments are checked
 * and copied here, and ns and the devices do the work. Locks: ns has its own; the
 * directory and the descriptors of a process are its own.
 */

#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/path.h"
#include "kern/proc.h"
#include "kern/string.h"
#include "kern/sysfile.h"
#include "kern/sysinner.h"

#define DIRMAX 256 /* entries a call gives at most */

static int
path_in(char path[SYS_PATHMAX], uint64_t addr)
{
	return copy_in_str(path, addr, SYS_PATHMAX);
}

/* ---- what is there ---- */

/* A text file is as long as the snapshot its reader sees. */
int
stat_open(Chan *c, Stat *st)
{
	int err = chan_stat(c, st);

	if (err == 0 && c->text != NULL && !c->qid.dir)
		st->length = c->text->n;
	return err;
}

static void
stat_fill(SysStat *s, const Stat *st, const Dev *dev, const char *name)
{
	*s = (SysStat){
		.qid_path = st->qid.path,
		.qid_vers = st->qid.vers,
		.mode = st->mode | (st->qid.dir ? SMODE_DIR : 0),
		.length = st->length,
		.mtime = st->mtime,
	};
	strcopy(s->dev, dev->name, sizeof s->dev);
	strcopy(s->name, name, sizeof s->name);
}

/* The name is the last element of the path that led here, so what is bound at /x is
 * called x. */
static int
stat_out(Chan *c, uint64_t to)
{
	SysStat s;
	Stat st;
	int err = stat_open(c, &st);

	if (err != 0)
		return err;
	stat_fill(&s, &st, c->dev, path_last(c->path));
	return copy_out(to, &s, sizeof s);
}

int64_t
sys_fstat(const uint64_t a[6])
{
	Chan *c = fd_chan((int)a[0]);

	return c == NULL ? -EBADF : stat_out(c, a[1]);
}

static int
walk_user(uint64_t addr, Chan **c)
{
	char path[SYS_PATHMAX];
	Proc *p = proc_self();
	int err = path_in(path, addr);

	return err != 0 ? err : ns_walk(p->pgrp, p->cwd, path, c);
}

int64_t
sys_stat(const uint64_t a[6])
{
	Chan *c;
	int err = walk_user(a[0], &c);

	if (err != 0)
		return err;
	err = stat_out(c, a[1]);
	chan_put(c);
	return err;
}

int64_t
sys_wstat(const uint64_t a[6])
{
	Chan *c;
	int err = walk_user(a[0], &c);

	if (err != 0)
		return err;
	if (c->dev->wstat == NULL)
		err = fail(-EROFS, "permissions cannot be changed here");
	else
		err = c->dev->wstat(c, (uint32_t)a[1] & 0777);
	chan_put(c);
	return err;
}

int64_t
sys_dirread(const uint64_t a[6])
{
	Chan *c = fd_chan((int)a[0]);
	uint64_t n = 0, max = a[2] < DIRMAX ? a[2] : DIRMAX;
	off_k from;
	int err = 0;

	if (c == NULL)
		return -EBADF;
	if (!c->qid.dir)
		return fail(-ENOTDIR, "not a directory");
	from = chan_offset(c);
	while (n < max && from + n < INT32_MAX) {
		SysStat s;
		Stat st;

		if ((err = ns_entry(proc_self()->pgrp, c, from + n, &st)) != 0)
			break;
		stat_fill(&s, &st, c->dev, st.name);
		if ((err = copy_out(a[1] + n * sizeof s, &s, sizeof s)) != 0)
			break;
		n++;
	}
	if (err != 0 && err != -ENOENT && n == 0)
		return err;
	chan_advance(c, n);
	return n;
}

/* ---- names ---- */

int64_t
sys_chdir(const uint64_t a[6])
{
	Chan *c;
	int err = walk_user(a[0], &c);

	if (err != 0)
		return err;
	if (!c->qid.dir)
		err = fail(-ENOTDIR, "not a directory");
	else
		strcopy(proc_self()->cwd, c->path, SYS_PATHMAX);
	chan_put(c);
	return err;
}

int64_t
sys_getcwd(const uint64_t a[6])
{
	const char *cwd = proc_self()->cwd;
	size_t n = strlen(cwd) + 1;
	int err;

	if (a[1] < n)
		return fail(-ERANGE, "the name needs %zu bytes", n);
	err = copy_out(a[0], cwd, n);
	return err != 0 ? err : (int64_t)n - 1;
}

int64_t
sys_mkdir(const uint64_t a[6])
{
	char path[SYS_PATHMAX];
	Proc *p = proc_self();
	int err = path_in(path, a[0]);

	return err != 0 ? err : ns_mkdir(p->pgrp, p->cwd, path, (uint32_t)a[1]);
}

int64_t
sys_remove(const uint64_t a[6])
{
	char path[SYS_PATHMAX];
	Proc *p = proc_self();
	int err = path_in(path, a[0]);

	return err != 0 ? err : ns_remove(p->pgrp, p->cwd, path);
}

typedef struct TwoPaths {
	char a[SYS_PATHMAX], b[SYS_PATHMAX];
} TwoPaths;

static int
paths_in(TwoPaths *t, const uint64_t a[6])
{
	int err = a[0] == 0 ? 0 : path_in(t->a, a[0]);

	return err != 0 ? err : path_in(t->b, a[1]);
}

int64_t
sys_rename(const uint64_t a[6])
{
	Proc *p = proc_self();
	TwoPaths t = { 0 };
	int err = paths_in(&t, a);

	return err != 0 ? err : ns_rename(p->pgrp, p->cwd, t.a, t.b);
}

int64_t
sys_bind(const uint64_t a[6])
{
	Proc *p = proc_self();
	TwoPaths t = { 0 };
	int err = paths_in(&t, a);

	return err != 0 ? err : ns_bind(p->pgrp, p->cwd, t.a, t.b, (int)a[2]);
}

int64_t
sys_unmount(const uint64_t a[6])
{
	Proc *p = proc_self();
	TwoPaths t = { 0 };
	int err = paths_in(&t, a);

	return err != 0 ? err : ns_unmount(p->pgrp, p->cwd, a[0] == 0 ? NULL : t.a, t.b);
}

/* What is asked for changes only the caller's name space. So a table that is shared is
 * copied first, even without RFNS_COPY. */
int64_t
sys_rfns(const uint64_t a[6])
{
	Proc *p = proc_self();
	Pgrp *g;

	if (a[0] == 0 || (a[0] & ~(uint64_t)(RFNS_COPY | RFNS_SEAL | RFNS_CLEAR)) != 0)
		return fail(-EINVAL, "rfns: no such flags");
	if (pgrp_shared(p->pgrp)) {
		if ((g = pgrp_copy(p->pgrp)) == NULL)
			return fail(-ENOMEM, "out of memory");
		proc_set_pgrp(p, g);
	}
	if (a[0] & RFNS_CLEAR)
		pgrp_clear(p->pgrp);
	if (a[0] & RFNS_SEAL)
		pgrp_seal(p->pgrp);
	return 0;
}

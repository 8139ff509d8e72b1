/*
 * System calls about files and names: arguments are checked and copied here, the work is
 * done by ns, chan and the devices. Data passes through kernel memory, at most 64 KiB a
 * call, so a device never sees a user's address; short counts are normal.
 *
 * The offset of a descriptor moves with the data under Chan.lock where the device is
 * plain (dev.h). Elsewhere a read may sleep or need any lock, so nothing is held across
 * it, and of two processes that read one descriptor at the same time either may be
 * first.
 */

#include "kern/sysfile.h"
#include "arch/arch.h"
#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/path.h"
#include "kern/pipe.h"
#include "kern/proc.h"
#include "kern/string.h"

#define SMALL   512   /* transfers up to this use the stack */
#define LARGEST 65536 /* bytes a call moves at most */
#define DIRMAX  256   /* entries, likewise */

#define OPEN_FLAGS                                                                       \
	(SO_ACCMODE | SO_APPEND | SO_CREAT | SO_TRUNC | SO_EXCL | SO_NONBLOCK |          \
		SO_DIRECTORY)

enum { F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL }; /* newlib's numbers */
#define FD_CLOEXEC 1

static int
path_in(char path[SYS_PATHMAX], uint64_t addr)
{
	return copy_in_str(path, addr, SYS_PATHMAX);
}

/* ---- data ---- */

static off_k
offset(Chan *c)
{
	off_k off;

	mutex_lock(&c->lock);
	off = c->off;
	mutex_unlock(&c->lock);
	return off;
}

static void
advance(Chan *c, long n)
{
	mutex_lock(&c->lock);
	c->off += n;
	mutex_unlock(&c->lock);
}

static long
read_to_user(Chan *c, vaddr_t to, uint64_t n, off_k off)
{
	char small[SMALL], *buf = small;
	long r;
	int err;

	if (n > LARGEST)
		n = LARGEST;
	if (n > SMALL && (buf = kalloc(n)) == NULL)
		return fail(-ENOMEM, "out of memory");
	r = chan_read(c, buf, n, off);
	if (r > 0 && (err = copy_out(to, buf, r)) != 0)
		r = err;
	if (buf != small)
		kfree(buf);
	return r;
}

static long
write_from_user(Chan *c, vaddr_t from, uint64_t n, off_k off)
{
	char small[SMALL], *buf = small;
	long r;

	if (n > LARGEST)
		n = LARGEST;
	if (n > SMALL && (buf = kalloc(n)) == NULL)
		return fail(-ENOMEM, "out of memory");
	r = copy_in(buf, from, n);
	if (r == 0)
		r = chan_write(c, buf, n, off);
	if (buf != small)
		kfree(buf);
	return r;
}

typedef long Transfer(Chan *c, vaddr_t user, uint64_t n, off_k off);

static long
transfer(Transfer *fn, const uint64_t a[6])
{
	Chan *c = fd_chan((int)a[0]);
	long r;

	if (c == NULL)
		return -EBADF;
	if (c->dev->plain) {
		mutex_lock(&c->lock);
		r = fn(c, a[1], a[2], c->off);
		if (r > 0)
			c->off += r;
		mutex_unlock(&c->lock);
		return r;
	}
	r = fn(c, a[1], a[2], c->stream ? 0 : offset(c));
	if (r > 0 && !c->stream)
		advance(c, r);
	return r;
}

static long
transfer_at(Transfer *fn, const uint64_t a[6])
{
	Chan *c = fd_chan((int)a[0]);

	return c == NULL ? -EBADF : fn(c, a[1], a[2], (off_k)a[3]);
}

int64_t
sys_read(const uint64_t a[6])
{
	return transfer(read_to_user, a);
}

int64_t
sys_write(const uint64_t a[6])
{
	return transfer(write_from_user, a);
}

int64_t
sys_pread(const uint64_t a[6])
{
	return transfer_at(read_to_user, a);
}

int64_t
sys_pwrite(const uint64_t a[6])
{
	return transfer_at(write_from_user, a);
}

/* A text file is as long as the snapshot its reader sees. */
static int
stat_open(Chan *c, Stat *st)
{
	int err = chan_stat(c, st);

	if (err == 0 && c->text != NULL && !c->qid.dir)
		st->length = c->text->n;
	return err;
}

int64_t
sys_lseek(const uint64_t a[6])
{
	Chan *c = fd_chan((int)a[0]);
	off_k base[3] = { 0, 0, 0 }, to;
	Stat st;
	int err;

	if (c == NULL)
		return -EBADF;
	if (c->stream)
		return fail(-ESPIPE, "has no offset");
	if (a[2] >= nelem(base))
		return fail(-EINVAL, "seek: no such origin");
	if ((err = stat_open(c, &st)) != 0)
		return err;
	base[2] = st.length;
	mutex_lock(&c->lock);
	base[1] = c->off;
	if (__builtin_add_overflow(base[a[2]], (off_k)a[1], &to) || to < 0)
		err = fail(-EINVAL, "seek: outside of any file");
	else
		c->off = to;
	mutex_unlock(&c->lock);
	return err != 0 ? err : to;
}

/* ---- descriptors ---- */

int64_t
sys_open(const uint64_t a[6])
{
	char path[SYS_PATHMAX];
	Proc *p = proc_self();
	Chan *c;
	int err, fd;

	if ((err = path_in(path, a[0])) != 0 ||
		(err = ns_open(p->pgrp, p->cwd, path, (int)a[1] & OPEN_FLAGS,
			 (uint32_t)a[2], &c)) != 0)
		return err;
	if ((fd = fd_alloc(c, (a[1] & SO_CLOEXEC) != 0)) < 0)
		chan_put(c);
	return fd;
}

int64_t
sys_close(const uint64_t a[6])
{
	return fd_close((int)a[0]);
}

int64_t
sys_dup(const uint64_t a[6])
{
	Chan *c = fd_chan((int)a[0]);
	int to = (int)a[1], fd;

	if (c == NULL)
		return -EBADF;
	if (to >= NFD)
		return fail(-EBADF, "descriptors end at %d", NFD - 1);
	if (to == (int)a[0])
		return to;
	chan_get(c);
	if (to >= 0)
		return fd_put(to, c, false);
	if ((fd = fd_alloc(c, false)) < 0)
		chan_put(c);
	return fd;
}

static int
dup_from(Chan *c, uint64_t lowest)
{
	while (lowest < NFD && proc_self()->fd[lowest] != NULL)
		lowest++;
	if (lowest >= NFD)
		return fail(-EMFILE, "too many open files");
	return fd_put((int)lowest, chan_get(c), false);
}

int64_t
sys_fcntl(const uint64_t a[6])
{
	const int settable = SO_APPEND | SO_NONBLOCK;
	Chan *c = fd_chan((int)a[0]);
	uint64_t *cloexec = &proc_self()->cloexec, bit = 1ull << (a[0] & 63);

	if (c == NULL)
		return -EBADF;
	switch (a[1]) {
	case F_DUPFD:
		return dup_from(c, a[2]);
	case F_GETFD:
		return *cloexec & bit ? FD_CLOEXEC : 0;
	case F_SETFD:
		*cloexec = a[2] & FD_CLOEXEC ? *cloexec | bit : *cloexec & ~bit;
		return 0;
	case F_GETFL:
		return c->flags;
	case F_SETFL:
		mutex_lock(&c->lock);
		__atomic_store_n(&c->flags,
			(c->flags & ~settable) | ((int)a[2] & settable),
			__ATOMIC_RELAXED);
		mutex_unlock(&c->lock);
		return 0;
	}
	return fail(-EINVAL, "fcntl: no such operation");
}

int64_t
sys_pipe(const uint64_t a[6])
{
	Chan *end[2];
	int fd[2], err;

	if ((err = pipe_new(&end[0], &end[1])) != 0)
		return err;
	if ((fd[0] = fd_alloc(end[0], false)) < 0) {
		chan_put(end[0]);
		chan_put(end[1]);
		return fd[0];
	}
	if ((fd[1] = fd_alloc(end[1], false)) < 0) {
		chan_put(end[1]);
		err = fd[1];
	} else if ((err = copy_out(a[0], fd, sizeof(fd))) != 0) {
		fd_close(fd[1]);
	}
	if (err != 0)
		fd_close(fd[0]);
	return err;
}

/* ---- poll ---- */

static int
poll_chan(Chan *c, int events, Waitq **q)
{
	*q = NULL;
	if (c->dev->poll == NULL || c->qid.dir)
		return events & (SPOLLIN | SPOLLOUT);
	return c->dev->poll(c, events, q);
}

/* Have a change to any of them move the poll generation. Done before the test: a change
 * between the two is then seen by one or the other. */
static void
poll_mark(const SysPoll *p, uint n)
{
	for (uint i = 0; i < n; i++) {
		Chan *c = p[i].fd < 0 ? NULL : fd_chan(p[i].fd);
		Waitq *q;

		if (c == NULL)
			continue;
		poll_chan(c, p[i].events, &q);
		if (q != NULL)
			__atomic_store_n(&q->polled, true, __ATOMIC_SEQ_CST);
	}
}

static uint
poll_test(SysPoll *p, uint n)
{
	uint ready = 0;

	for (uint i = 0; i < n; i++) {
		Waitq *q;

		p[i].revents = 0;
		if (p[i].fd < 0)
			continue;
		Chan *c = fd_chan(p[i].fd);
		p[i].revents = c == NULL ? SPOLLERR : poll_chan(c, p[i].events, &q);
		ready += p[i].revents != 0;
	}
	return ready;
}

static int
poll_wait(SysPoll *p, uint n, ns_t deadline)
{
	int err = 0;

	for (;;) {
		uint64_t gen = waitq_poll_gen();
		uint ready;

		poll_mark(p, n);
		ready = poll_test(p, n);
		if (ready > 0 || err == -ETIMEDOUT)
			return (int)ready;
		err = waitq_poll_sleep(gen, deadline);
		if (err == -EINTR)
			return fail(err, "interrupted");
	}
}

int64_t
sys_poll(const uint64_t a[6])
{
	SysPoll p[NFD];
	int ms = (int)a[2], ready, err;
	size_t size = a[1] * sizeof(p[0]);

	if (a[1] > NFD)
		return fail(-EINVAL, "poll: more than %d descriptors", NFD);
	if ((err = copy_in(p, a[0], size)) != 0)
		return err;
	ready = poll_wait(p, a[1], ms < 0 ? NEVER : arch_now() + (ns_t)ms * 1000000);
	if (ready < 0)
		return ready;
	err = copy_out(a[0], p, size);
	return err != 0 ? err : ready;
}

/* ---- stat ---- */

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
	strcopy(s->dev, dev->name, sizeof(s->dev));
	strcopy(s->name, name, sizeof(s->name));
}

/* The name is the one it was reached by: what is bound at /x is called x. */
static int
stat_out(Chan *c, uint64_t to)
{
	SysStat s;
	Stat st;
	int err = stat_open(c, &st);

	if (err != 0)
		return err;
	stat_fill(&s, &st, c->dev, path_last(c->path));
	return copy_out(to, &s, sizeof(s));
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
	from = offset(c);
	while (n < max && from + n < INT32_MAX) {
		SysStat s;
		Stat st;

		if ((err = ns_entry(proc_self()->pgrp, c, from + n, &st)) != 0)
			break;
		stat_fill(&s, &st, c->dev, st.name);
		if ((err = copy_out(a[1] + n * sizeof(s), &s, sizeof(s))) != 0)
			break;
		n++;
	}
	if (err != 0 && err != -ENOENT && n == 0)
		return err;
	advance(c, n);
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

/* What is asked for changes the caller's name space and nobody else's: a table that is
 * shared is copied first, whether COPY was said or not. */
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

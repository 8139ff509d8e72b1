/*
 * System calls about open files. Arguments are checked and copied here, and chan and the
 * devices do the work. Names are in sysname.c, waiting for several files in syspoll.c.
 * Data passes through kernel memory, at most 64 KiB a call, so that a device file never
 * sees a user's address. Short counts are normal.
 *
 * Locks: where the device is plain (dev.h), the offset of a descriptor moves together
 * with the data under Chan.lock. Elsewhere a read may sleep or need any lock, so nothing
 * is held across it, and of two processes that read one descriptor at once either may be
 * first.
 */

#include "kern/sysfile.h"
#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/pipe.h"
#include "kern/proc.h"
#include "kern/sysinner.h"

#define SMALL   512   /* transfers up to this use the stack */
#define LARGEST 65536 /* bytes a call moves at most */

#define OPEN_FLAGS                                                                       \
	(SO_ACCMODE | SO_APPEND | SO_CREAT | SO_TRUNC | SO_EXCL | SO_NONBLOCK |          \
		SO_DIRECTORY)

enum { F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL }; /* newlib's numbers */
#define FD_CLOEXEC 1

/* ---- data ---- */

off_k
chan_offset(Chan *c)
{
	off_k off;

	mutex_lock(&c->lock);
	off = c->off;
	mutex_unlock(&c->lock);
	return off;
}

void
chan_advance(Chan *c, long n)
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

/* Reads or writes at the offset of a descriptor and moves the offset. a[] is as in read
 * and write. The head comment says when c->lock is held. */
static long
data_transfer(Transfer *fn, const uint64_t a[6])
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
	r = fn(c, a[1], a[2], c->stream ? 0 : chan_offset(c));
	if (r > 0 && !c->stream)
		chan_advance(c, r);
	return r;
}

static long
data_transfer_at(Transfer *fn, const uint64_t a[6])
{
	Chan *c = fd_chan((int)a[0]);

	return c == NULL ? -EBADF : fn(c, a[1], a[2], (off_k)a[3]);
}

int64_t
sys_read(const uint64_t a[6])
{
	return data_transfer(read_to_user, a);
}

int64_t
sys_write(const uint64_t a[6])
{
	return data_transfer(write_from_user, a);
}

int64_t
sys_pread(const uint64_t a[6])
{
	return data_transfer_at(read_to_user, a);
}

int64_t
sys_pwrite(const uint64_t a[6])
{
	return data_transfer_at(write_from_user, a);
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

	if ((err = copy_in_str(path, a[0], sizeof path)) != 0 ||
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
	} else if ((err = copy_out(a[0], fd, sizeof fd)) != 0) {
		fd_close(fd[1]);
	}
	if (err != 0)
		fd_close(fd[0]);
	return err;
}

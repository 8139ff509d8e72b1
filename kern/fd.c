/*
 * Descriptors, and the name space that a process holds. Only the process itself changes
 * them, so it reads its own without a lock. #proc looks at those of other processes.
 * Locks: kit_lock (RANK_DEV) is held for every change and for every look at another
 * process. A Chan or a Pgrp is let go of after that, because closing may take any lock.
 */

#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/proc.h"

static Lock kit_lock = LOCK_INIT(RANK_DEV, "descriptors");

static void
set_fd(Proc *p, int fd, Chan *c)
{
	lock(&kit_lock);
	p->fd[fd] = c;
	unlock(&kit_lock);
}

int
fd_alloc(Chan *c, bool cloexec)
{
	Proc *p = proc_self();
	int fd = 0;

	while (fd < NFD && p->fd[fd] != NULL)
		fd++;
	if (fd == NFD)
		return fail(-EMFILE, "too many open files");
	return fd_put(fd, c, cloexec);
}

int
fd_put(int fd, Chan *c, bool cloexec)
{
	Proc *p = proc_self();
	Chan *old = p->fd[fd];

	set_fd(p, fd, c);
	p->cloexec &= ~(1ull << fd);
	p->cloexec |= (uint64_t)cloexec << fd;
	chan_put(old);
	return fd;
}

Chan *
fd_chan(int fd)
{
	Chan *c = fd >= 0 && fd < NFD ? proc_self()->fd[fd] : NULL;

	if (c == NULL)
		fail(-EBADF, "file descriptor %d is not open", fd);
	return c;
}

int
fd_close(int fd)
{
	Chan *c = fd_chan(fd);

	if (c == NULL)
		return -EBADF;
	set_fd(proc_self(), fd, NULL);
	proc_self()->cloexec &= ~(1ull << fd);
	chan_put(c);
	return 0;
}

Chan *
fd_of(Proc *p, int fd)
{
	Chan *c;

	lock(&kit_lock);
	c = p->fd[fd];
	if (c != NULL)
		chan_get(c);
	unlock(&kit_lock);
	return c;
}

Pgrp *
proc_pgrp(Proc *p)
{
	Pgrp *g;

	lock(&kit_lock);
	g = p->pgrp;
	if (g != NULL)
		pgrp_get(g);
	unlock(&kit_lock);
	return g;
}

void
proc_set_pgrp(Proc *p, Pgrp *g)
{
	Pgrp *old = p->pgrp;

	lock(&kit_lock);
	p->pgrp = g;
	unlock(&kit_lock);
	pgrp_put(old);
}

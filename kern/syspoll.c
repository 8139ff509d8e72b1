/*
 * poll: waits for any of several descriptors. A device says what is ready now and which
 * queue is woken when that changes (dev.h). All those queues are marked before the test,
 * so that a change between the two moves the poll generation, and one or the other sees
 * it. Locks: none; the scheduler's guards the generation.
 */

#include "arch/arch.h"
#include "kern/chan.h"
#include "kern/errno.h"
#include "kern/log.h"
#include "kern/proc.h"
#include "kern/sysfile.h"

static int
poll_chan(Chan *c, int events, Waitq **q)
{
	*q = NULL;
	if (c->dev->poll == NULL || c->qid.dir)
		return events & (SPOLLIN | SPOLLOUT);
	return c->dev->poll(c, events, q);
}

/* Marks the queue of each descriptor, so that a change moves the poll generation. */
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
		Chan *c;
		Waitq *q;

		p[i].revents = 0;
		if (p[i].fd < 0)
			continue;
		c = fd_chan(p[i].fd);
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
	size_t size = a[1] * sizeof p[0];

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

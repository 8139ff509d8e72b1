/*
 * Pipes. There is one ring between the readers and the writers. Each end is a Chan, whose
 * last close tells the other side. A write of up to PIPE_SIZE bytes goes in whole, so
 * lines of several writers do not mix. Locks: Pipe.lock (RANK_PIPE) guards all of a pipe.
 */

#include "kern/pipe.h"
#include "kern/errno.h"
#include "kern/heap.h"
#include "kern/log.h"
#include "kern/page.h"
#include "kern/proc.h"
#include "kern/string.h"

#define PIPE_SIZE PAGE_SIZE

enum { READ_END = 1, WRITE_END = 2 }; /* qid.path is 4 * id + end */

typedef struct Pipe {
	Lock lock; /* guards down to the end */
	Waitq readers, writers;
	bool open[3];   /* by end */
	size_t head, n; /* the oldest byte, and how many */
	uint64_t id;
	char *ring; /* one frame */
} Pipe;

static uint64_t last_id; /* atomic */
static Dev pipedev;

static int
end_of(const Chan *c)
{
	return c->qid.path & 3;
}

/* ---- the ring ---- */

static size_t
ring_take_locked(Pipe *p, char *buf, size_t n) REQUIRES(p->lock)
{
	size_t k;

	if (n > p->n)
		n = p->n;
	k = PIPE_SIZE - p->head < n ? PIPE_SIZE - p->head : n;
	memcpy(buf, p->ring + p->head, k);
	memcpy(buf + k, p->ring, n - k);
	p->head = (p->head + n) % PIPE_SIZE;
	p->n -= n;
	return n;
}

static size_t
ring_give_locked(Pipe *p, const char *buf, size_t n) REQUIRES(p->lock)
{
	size_t tail = (p->head + p->n) % PIPE_SIZE, k;

	if (n > PIPE_SIZE - p->n)
		n = PIPE_SIZE - p->n;
	k = PIPE_SIZE - tail < n ? PIPE_SIZE - tail : n;
	memcpy(p->ring + tail, buf, k);
	memcpy(p->ring, buf + k, n - k);
	p->n += n;
	return n;
}

/* ---- the device ---- */

/* Reads what is there, up to n bytes, and sleeps while there is nothing. 0: no writer is
 * left. -EAGAIN: it would have to sleep. -EINTR: the process was killed. */
static long
pipe_read(Chan *c, void *buf, long n, off_k off)
{
	Pipe *p = c->aux;
	int err = 0;

	(void)off;
	lock(&p->lock);
	while (n > 0 && p->n == 0 && p->open[WRITE_END] && err == 0)
		err = c->flags & SO_NONBLOCK ? -EAGAIN
					     : waitq_sleep(&p->readers, &p->lock, NEVER);
	if (p->n > 0) {
		n = ring_take_locked(p, buf, n);
		waitq_wake(&p->writers);
		err = 0;
	} else if (err == 0) {
		n = 0;
	}
	unlock(&p->lock);
	if (err != 0)
		return fail(err, err == -EAGAIN ? "nothing to read yet" : "interrupted");
	return n;
}

/* How many bytes may go in now. As long as a small write does not fit whole, it is 0. */
static size_t
room_locked(const Pipe *p, size_t left, size_t whole) REQUIRES(p->lock)
{
	size_t room = PIPE_SIZE - p->n;

	return whole <= PIPE_SIZE && room < left ? 0 : room;
}

static int
pipe_broken(void)
{
	Proc *self = proc_self();

	if (!(self->ignored & 1ull << SSIGPIPE))
		proc_kill(self, SSIGPIPE, NULL);
	return fail(-EPIPE, "nobody reads the pipe any more");
}

/* Writes all n bytes and sleeps while there is no room. If it cannot go on after a part,
 * it returns how many bytes went in. -EPIPE: no reader is left, which also kills the
 * process unless it ignores SIGPIPE. */
static long
pipe_write(Chan *c, const void *buf, long n, off_k off)
{
	Pipe *p = c->aux;
	long done = 0;
	int err = 0;

	(void)off;
	lock(&p->lock);
	while (done < n && err == 0) {
		if (!p->open[READ_END])
			err = -EPIPE;
		else if (room_locked(p, n - done, n) > 0) {
			done += ring_give_locked(p, (const char *)buf + done, n - done);
			waitq_wake(&p->readers);
		} else
			err = c->flags & SO_NONBLOCK
				? -EAGAIN
				: waitq_sleep(&p->writers, &p->lock, NEVER);
	}
	unlock(&p->lock);
	if (done > 0 || err == 0)
		return done;
	if (err == -EPIPE)
		return pipe_broken();
	return fail(err, err == -EAGAIN ? "the pipe is full" : "interrupted");
}

/* Says which of events are ready at this end. *q is woken when that may change. */
static int
pipe_poll(Chan *c, int events, Waitq **q)
{
	Pipe *p = c->aux;
	int ready = 0;

	lock(&p->lock);
	if (end_of(c) == READ_END) {
		*q = &p->readers;
		ready |= p->n > 0 ? SPOLLIN : 0;
		ready |= !p->open[WRITE_END] ? SPOLLIN | SPOLLHUP : 0;
	} else {
		*q = &p->writers;
		ready |= p->n < PIPE_SIZE ? SPOLLOUT : 0;
		ready |= !p->open[READ_END] ? SPOLLOUT | SPOLLERR : 0;
	}
	unlock(&p->lock);
	return ready & (events | SPOLLERR | SPOLLHUP);
}

static void
pipe_close(Chan *c)
{
	Pipe *p = c->aux;
	bool last;

	lock(&p->lock);
	p->open[end_of(c)] = false;
	last = !p->open[READ_END] && !p->open[WRITE_END];
	waitq_wake(&p->readers);
	waitq_wake(&p->writers);
	unlock(&p->lock);
	if (!last)
		return;
	page_put(page_addr(p->ring));
	kfree(p);
}

static int
pipe_stat(Chan *c, Stat *st)
{
	*st = (Stat){ .qid = c->qid, .mode = end_of(c) == READ_END ? 0400 : 0200 };
	strcopy(st->name, "pipe", sizeof st->name);
	return 0;
}

static Dev pipedev = {
	.name = "pipe",
	.stat = pipe_stat,
	.close = pipe_close,
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
};

/* ---- making one ---- */

static Chan *
end_new(Pipe *p, int end)
{
	Chan *c = chan_new();

	if (c == NULL || (c->path = kstrdup("pipe")) == NULL) {
		chan_put(c);
		return NULL;
	}
	c->dev = &pipedev;
	c->qid.path = p->id * 4 + end;
	c->flags = end == READ_END ? SO_RDONLY : SO_WRONLY;
	c->stream = true;
	c->aux = p;
	p->open[end] = true;
	return c;
}

int
pipe_new(Chan **r, Chan **w)
{
	Pipe *p = kalloc(sizeof *p);
	paddr_t pa = page_alloc(0, PAGE_KERNEL);

	if (p == NULL || pa == 0) {
		kfree(p);
		if (pa != 0)
			page_put(pa);
		return fail(-ENOMEM, "out of memory");
	}
	lock_init(&p->lock, RANK_PIPE, "pipe");
	p->ring = page_ptr(pa);
	p->id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
	if ((*r = end_new(p, READ_END)) == NULL) {
		page_put(pa);
		kfree(p);
		return fail(-ENOMEM, "out of memory");
	}
	if ((*w = end_new(p, WRITE_END)) == NULL) {
		chan_put(*r); /* frees p: the other end was never open */
		return fail(-ENOMEM, "out of memory");
	}
	return 0;
}

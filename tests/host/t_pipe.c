/* SRC: kern/pipe.c kern/chan.c kern/ns.c kern/namewalk.c kern/uniondir.c kern/mount.c
 * kern/path.c kern/dirtab.c kern/text.c kern/cmd.c */
/*
 * Pipes: order, wrapping, whole writes, ends that close, waiting, and interruption. The
 * other process is a function called while this one sleeps.
 */
#include "tests/host/host.h"

#include "kern/pipe.h"

Dev *const devtab[] = { NULL };

static Chan *r, *w;

static int
setup(void **state)
{
	(void)state;
	host_self.killed = false;
	host_self.ignored = 0;
	host_while_asleep = NULL;
	return pipe_new(&r, &w);
}

static int
teardown(void **state)
{
	(void)state;
	chan_put(r);
	chan_put(w);
	r = w = NULL;
	assert_int_equal(host_blocks, 0);
	assert_int_equal(host_frames, 0);
	return 0;
}

static void
close_end(Chan **c)
{
	chan_put(*c);
	*c = NULL;
}

static void
order(void **state)
{
	static char in[30000], out[30000];
	long n = 0, done = 0;

	(void)state;
	srand(4);
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = rand();
	w->flags |= SO_NONBLOCK;
	r->flags |= SO_NONBLOCK;
	while (done < (long)sizeof(in)) {
		long k = 1 + rand() % 3000, e;

		if (k > (long)sizeof(in) - n)
			k = sizeof(in) - n;
		e = k > 0 ? chan_write(w, in + n, k, 0) : 0;
		assert_true(e == k || e == -EAGAIN || k == 0); /* whole or not at all */
		n += e > 0 ? e : 0;
		e = chan_read(r, out + done, 1 + rand() % 3000, 0);
		assert_true(e > 0 || e == -EAGAIN);
		done += e > 0 ? e : 0;
	}
	assert_memory_equal(in, out, sizeof(in));
}

static void
ends(void **state)
{
	char b[8];

	(void)state;
	assert_int_equal(chan_read(w, b, 1, 0), -EBADF);
	assert_int_equal(chan_write(r, b, 1, 0), -EBADF);
	assert_int_equal(chan_write(w, "abc", 3, 0), 3);
	close_end(&w);
	assert_int_equal(chan_read(r, b, 2, 0), 2);
	assert_int_equal(chan_read(r, b, 8, 0), 1);
	assert_int_equal(chan_read(r, b, 8, 0), 0); /* end of file, again and again */
	assert_int_equal(chan_read(r, b, 8, 0), 0);
	assert_int_equal(chan_read(r, b, 0, 0), 0);
}

static void
broken(void **state)
{
	(void)state;
	close_end(&r);
	assert_int_equal(chan_write(w, "abc", 3, 0), -EPIPE);
	assert_string_equal(host_errstr, "nobody reads the pipe any more");
	assert_true(host_self.killed);
	assert_int_equal(host_self.killsig, 13);
	host_self.killed = false;
	host_self.ignored = 1 << 13;
	assert_int_equal(chan_write(w, "abc", 3, 0), -EPIPE);
	assert_false(host_self.killed);
	assert_int_equal(chan_write(w, "", 0, 0), 0);
}

static bool
other_writes(Waitq *q)
{
	(void)q;
	host_while_asleep = NULL;
	assert_int_equal(chan_write(w, "late", 4, 0), 4);
	return true;
}

static bool
other_closes(Waitq *q)
{
	(void)q;
	host_while_asleep = NULL;
	close_end(&w);
	return true;
}

static void
reader_waits(void **state)
{
	char b[8];

	(void)state;
	assert_int_equal(chan_read(r, b, 8, 0), -EINTR);
	assert_string_equal(host_errstr, "interrupted");
	host_while_asleep = other_writes;
	assert_int_equal(chan_read(r, b, 8, 0), 4);
	assert_memory_equal(b, "late", 4);
	host_while_asleep = other_closes;
	assert_int_equal(chan_read(r, b, 8, 0), 0);
}

static char got[20000];
static long ngot;

static bool
other_reads(Waitq *q)
{
	long n = chan_read(r, got + ngot, 1000, 0);

	(void)q;
	assert_int_equal(n, 1000);
	ngot += n;
	return true;
}

static bool
reader_leaves(Waitq *q)
{
	(void)q;
	close_end(&r);
	return true;
}

static void
writer_waits(void **state)
{
	static char big[10000];

	(void)state;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = i % 251;
	host_while_asleep = other_reads;
	ngot = 0;
	/* in pieces: longer than the ring */
	assert_int_equal(chan_write(w, big, sizeof(big), 0), 10000);
	host_while_asleep = NULL;
	while (ngot < 10000)
		ngot += chan_read(r, got + ngot, 10000 - ngot, 0);
	assert_memory_equal(got, big, 10000);

	/* what fits the ring goes in whole, or waits: 100 in, 4096 must wait for all of
	 * them */
	assert_int_equal(chan_write(w, big, 100, 0), 100);
	assert_int_equal(chan_write(w, big, 4096, 0), -EINTR);
	assert_int_equal(chan_write(w, big, 3996, 0), 3996);
	w->flags |= SO_NONBLOCK;
	assert_int_equal(chan_write(w, big, 1, 0), -EAGAIN);
	w->flags &= ~SO_NONBLOCK;
	/* the reader goes while we wait */
	host_while_asleep = reader_leaves;
	assert_int_equal(chan_write(w, big, 1, 0), -EPIPE);
}

/* A long write that has given part of its bytes says how many. */
static void
partial(void **state)
{
	static char big[10000];

	(void)state;
	assert_int_equal(chan_write(w, big, sizeof(big), 0), 4096);
}

static void
polls(void **state)
{
	Waitq *rq = NULL, *wq = NULL;
	const int all = 0x01 | 0x04; /* POLLIN, POLLOUT of newlib */
	static char big[4096];

	(void)state;
	assert_int_equal(r->dev->poll(r, all, &rq), 0);
	assert_int_equal(w->dev->poll(w, all, &wq), 0x04);
	assert_non_null(rq);
	assert_non_null(wq);
	assert_ptr_not_equal(rq, wq);
	chan_write(w, big, 4096, 0);
	assert_int_equal(r->dev->poll(r, all, &rq), 0x01);
	assert_int_equal(w->dev->poll(w, all, &wq), 0);
	/* waking goes to the queue that poll gave */
	uint64_t gen = waitq_poll_gen();
	wq->polled = true;
	chan_read(r, big, 10, 0);
	assert_int_equal(waitq_poll_gen(), gen + 1);
	rq->polled = true;
	chan_write(w, big, 1, 0);
	assert_int_equal(waitq_poll_gen(), gen + 2);
	close_end(&w);
	assert_int_equal(r->dev->poll(r, 0, &rq), 0x10); /* POLLHUP */
}

static void
poll_broken(void **state)
{
	Waitq *q = NULL;

	(void)state;
	close_end(&r);
	assert_int_equal(w->dev->poll(w, 0x04, &q), 0x04 | 0x08); /* POLLERR */
}

static void
no_memory(void **state)
{
	Chan *a, *b;
	long blocks = host_blocks, left;
	int err = -ENOMEM;

	(void)state;
	for (left = 0; err == -ENOMEM; left++) {
		host_alloc_left = left;
		err = pipe_new(&a, &b);
		host_alloc_left = -1;
		if (err != 0)
			assert_int_equal(host_blocks, blocks);
	}
	assert_int_equal(left, 7); /* pipe, frame, and two Chans with a name each */
	chan_put(a);
	chan_put(b);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(order),
		T(ends),
		T(broken),
		T(reader_waits),
		T(writer_waits),
		T(partial),
		T(polls),
		T(poll_broken),
		T(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

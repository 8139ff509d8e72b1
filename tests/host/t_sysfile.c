/* SRC: kern/sysfile.c kern/sysname.c kern/syspoll.c kern/fd.c kern/pipe.c kern/chan.c
 * kern/ns.c kern/namewalk.c kern/uniondir.c kern/mount.c kern/path.c kern/dirtab.c
 * kern/text.c kern/cmd.c kern/cpio.c dev/root.c dev/ramfile.c dev/ramtree.c */
/*
 * The file system calls as a program makes them, over the RAM file system, pipes, and a
 * fake device, #f, with a text file, a command file and a stream. #f may wait and take
 * any lock, so the test insists that none is held when it is called.
 */
#include "tests/host/host.h"

#include "arch/arch.h"
#include "dev/devtab.h"
#include "kern/chan.h"
#include "kern/cmd.h"
#include "kern/sysfile.h"

BootInfo bootinfo;

/* ---- #f ---- */

static char last_cmd[64];
static int stream_left;
static Waitq stream_q;

static void
text(Text *t)
{
	static int opens;

	assert_null(host_self.held);
	text_printf(t, "opened %d times\n", ++opens);
}

static int
cmd(const Cmd *cmd)
{
	assert_null(host_self.held);
	if (strcmp(cmd->f[0], "bad") == 0)
		return fail(-EINVAL, "no device 0:9.0");
	snprintf(last_cmd, sizeof(last_cmd), "%d:%s", cmd->n, cmd->f[0]);
	return 0;
}

static const Dirtab tab[] = {
	{ "ctl", 0664, .cmd = cmd },
	{ "info", 0444, .show = text },
	{ .name = "stream", .mode = 0666 },
};

static int
f_stat(Chan *c, Stat *st)
{
	assert_null(host_self.held);
	return flat_stat(c, st);
}

static int
f_open(Chan *c, int flags)
{
	c->stream = c->qid.path == 3;
	return flat_open(c, flags);
}

static int
f_entry(Chan *c, uint i, Stat *st)
{
	assert_null(host_self.held);
	return flat_entry(c, i, st);
}

static long
f_read(Chan *c, void *buf, long n, off_k off)
{
	assert_null(host_self.held);
	if (c->qid.path != 3)
		return dirtab_read(c, buf, n, off);
	assert_int_equal(off, 0);
	n = n < stream_left ? n : stream_left;
	memset(buf, 's', n);
	stream_left -= n;
	return n;
}

static long
f_write(Chan *c, const void *buf, long n, off_k off)
{
	assert_null(host_self.held);
	return flat_write(c, buf, n, off);
}

static int
f_poll(Chan *c, int events, Waitq **q)
{
	assert_null(host_self.held);
	if (c->qid.path == 3)
		*q = &stream_q;
	return events &
		(c->qid.path != 3 || stream_left > 0 ? SPOLLIN | SPOLLOUT : SPOLLOUT);
}

static Dev fdev = { .name = "f",
	.tab = tab,
	.ntab = nelem(tab),
	.attach = flat_attach,
	.walk = flat_walk,
	.stat = f_stat,
	.open = f_open,
	.entry = f_entry,
	.read = f_read,
	.write = f_write,
	.poll = f_poll };
Dev *const devtab[] = { &rootdev, &fdev, NULL };

/* ---- help ---- */

/* newlib's numbers, from its fcntl.h, unistd.h and poll.h */
enum {
	RDONLY = 0,
	WRONLY = 1,
	RDWR = 2,
	APPEND = 8,
	CREAT = 0x200,
	TRUNC = 0x400,
	EXCL = 0x800,
	CLOEXEC = 0x40000
};
enum { SET, CUR, END };
enum { DUPFD, GETFD, SETFD, GETFL, SETFL };
#define IN  1
#define OUT 4

#define call(fn, ...) fn((const uint64_t[6]){ __VA_ARGS__ })
#define P(p)          ((uint64_t)(uintptr_t)(p))

static int
setup(void **state)
{
	(void)state;
	host_self.pgrp = pgrp_new();
	strcpy(host_self.cwd, "/");
	host_self.cloexec = 0;
	host_while_asleep = NULL;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (int i = 0; i < NFD; i++)
		if (host_self.fd[i] != NULL)
			fd_close(i);
	proc_set_pgrp(&host_self, NULL);
	assert_null(host_self.held);
	return 0;
}

static int
open_(const char *path, int flags)
{
	return call(sys_open, P(path), flags, 0644);
}

static void
reads(int fd, const char *want)
{
	char b[100];
	long n = call(sys_read, fd, P(b), sizeof(b));

	assert_int_equal(n, strlen(want));
	assert_memory_equal(b, want, n);
}

static long
put(int fd, const char *s)
{
	return call(sys_write, fd, P(s), strlen(s));
}

static long
seek(int fd, long off, int whence)
{
	return call(sys_lseek, fd, off, whence);
}

/* ---- tests ---- */

static void
offsets(void **state)
{
	int fd = open_("/f", RDWR | CREAT | TRUNC), d;

	(void)state;
	assert_int_equal(fd, 0);
	assert_int_equal(put(fd, "hello "), 6);
	d = call(sys_dup, fd, -1);
	assert_int_equal(d, 1);
	assert_int_equal(put(d, "world"), 5); /* one offset for both */
	assert_int_equal(seek(fd, 0, CUR), 11);
	reads(fd, "");
	assert_int_equal(seek(d, -5, END), 6);
	reads(fd, "world");
	assert_int_equal(seek(fd, 2, SET), 2);
	char b[3] = "";
	assert_int_equal(call(sys_pread, fd, P(b), 2, 0), 2);
	assert_string_equal(b, "he");
	assert_int_equal(call(sys_pwrite, fd, P("J"), 1, 0), 1);
	assert_int_equal(seek(fd, 0, CUR), 2);
	reads(fd, "llo world");
	assert_int_equal(seek(fd, -1, SET), -EINVAL);
	assert_int_equal(seek(fd, -12, END), -EINVAL);
	assert_int_equal(seek(fd, INT64_MAX, CUR), -EINVAL);
	assert_int_equal(seek(fd, 0, 3), -EINVAL);
	assert_int_equal(seek(fd, 0, CUR), 11);
	assert_int_equal(call(sys_pread, fd, P(b), 2, -1), -EINVAL);
	assert_int_equal(call(sys_close, fd), 0);
	assert_int_equal(seek(d, 0, SET), 0);
	reads(d, "Jello world");
	d = open_("/f", WRONLY | APPEND);
	assert_int_equal(put(d, "!"), 1);
	assert_int_equal(seek(d, 0, SET), 0);
	assert_int_equal(put(d, "!"), 1);
	reads(open_("/f", RDONLY), "Jello world!!");
}

static void
big_transfers_are_short(void **state)
{
	static char big[200000], back[200000];
	int fd = open_("/big", RDWR | CREAT | TRUNC);
	long n, done = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = i * 7 % 255;
	while (done < (long)sizeof(big)) {
		n = call(sys_write, fd, P(big + done), sizeof(big) - done);
		assert_true(n > 0 && n <= 65536);
		done += n;
	}
	seek(fd, 0, SET);
	for (done = 0; (n = call(sys_read, fd, P(back + done), UINT64_MAX)) > 0;
		done += n)
		assert_true(n <= 65536);
	assert_int_equal(done, sizeof(big));
	assert_memory_equal(big, back, sizeof(big));
	host_alloc_left = 0;
	assert_int_equal(call(sys_pread, fd, P(back), 4096, 0), -ENOMEM);
	assert_int_equal(call(sys_pread, fd, P(back), 512, 0), 512);
	host_alloc_left = -1;
}

static void
descriptors(void **state)
{
	int fd = open_("/f", RDONLY | CLOEXEC);

	(void)state;
	assert_int_equal(call(sys_fcntl, fd, GETFD), 1);
	assert_int_equal(call(sys_dup, fd, 5), 5);
	assert_int_equal(call(sys_fcntl, 5, GETFD), 0);
	assert_int_equal(call(sys_fcntl, 5, SETFD, 1), 0);
	assert_int_equal(call(sys_fcntl, 5, GETFD), 1);
	assert_int_equal(host_self.cloexec, 1 << 5 | 1);
	assert_int_equal(call(sys_dup, fd, 5), 5); /* the copy is kept over exec again */
	assert_int_equal(host_self.cloexec, 1);
	assert_int_equal(call(sys_fcntl, 5, SETFD, 1), 0);
	assert_int_equal(call(sys_close, 5), 0);
	assert_int_equal(host_self.cloexec, 1);
	assert_int_equal(call(sys_fcntl, 5, GETFD), -EBADF);
	assert_int_equal(call(sys_dup, fd, fd), fd);
	assert_int_equal(call(sys_dup, fd, 64), -EBADF);
	assert_int_equal(call(sys_dup, 9, 3), -EBADF);
	assert_int_equal(call(sys_fcntl, fd, DUPFD, 10), 10);
	assert_int_equal(call(sys_fcntl, fd, DUPFD, 64), -EMFILE);
	assert_int_equal(call(sys_fcntl, fd, 99), -EINVAL);
	assert_int_equal(call(sys_fcntl, fd, SETFL, 0x4000 | RDWR), 0);
	/* the mode does not change */
	assert_int_equal(call(sys_fcntl, fd, GETFL), 0x4000);
	assert_int_equal(call(sys_close, -1), -EBADF);
	assert_int_equal(call(sys_close, 64), -EBADF);
	assert_int_equal(call(sys_close, 0x100000000), 0); /* an int is what C passes */
	while ((fd = open_("/f", RDONLY)) >= 0)
		;
	assert_int_equal(fd, -EMFILE);
	assert_string_equal(host_errstr, "too many open files");
	int p[2];
	assert_int_equal(call(sys_pipe, P(p)), -EMFILE);
	call(sys_close, 7);
	assert_int_equal(call(sys_pipe, P(p)), -EMFILE);
	assert_int_equal(open_("/f", RDONLY), 7); /* the first end was given back */
}

static void
text_files(void **state)
{
	int fd, n;
	char b[4], all[64] = "", first[64] = "";
	SysStat st;

	(void)state;
	fd = open_("#f/info", RDONLY);
	while ((n = call(sys_read, fd, P(b), 3)) > 0)
		strncat(all, b, n);
	call(sys_pread, fd, P(first), 63, 0); /* the snapshot of this open */
	assert_string_equal(all, first);
	assert_int_equal(call(sys_fstat, fd, P(&st)), 0);
	assert_int_equal(st.length, strlen(all));
	assert_int_equal(seek(fd, -6, END), strlen(all) - 6);
	reads(fd, "times\n");
	assert_int_equal(open_("#f/info", RDWR), -EACCES);
	assert_int_equal(put(fd, "x"), -EBADF);
}

static void
command_files(void **state)
{
	int fd = open_("#f/ctl", WRONLY | TRUNC);
	char big[400];

	(void)state;
	assert_int_equal(put(fd, "go now\n"), 7);
	assert_string_equal(last_cmd, "2:go");
	assert_int_equal(put(fd, "stop"), 4);
	assert_string_equal(last_cmd, "1:stop");
	assert_int_equal(put(fd, ""), 0);
	assert_int_equal(put(fd, "bad"), -EINVAL);
	assert_string_equal(host_errstr, "no device 0:9.0");
	assert_int_equal(put(fd, "\n"), -EINVAL);
	assert_string_equal(host_errstr, "empty command");
	assert_int_equal(put(fd, "a\nb\n"), -EINVAL);
	assert_string_equal(host_errstr, "a command is one line of printable words");
	memset(big, 'x', sizeof(big));
	assert_int_equal(call(sys_write, fd, P(big), sizeof(big)), -E2BIG);
	assert_string_equal(host_errstr, "command too long");
	assert_string_equal(last_cmd, "1:stop");
}

static void
streams(void **state)
{
	int fd = open_("#f/stream", RDONLY);

	(void)state;
	stream_left = 5;
	char b[4];
	assert_int_equal(call(sys_read, fd, P(b), 3), 3);
	reads(fd, "ss");
	assert_int_equal(seek(fd, 0, SET), -ESPIPE);
	int p[2];
	assert_int_equal(call(sys_pipe, P(p)), 0);
	assert_int_equal(seek(p[0], 0, CUR), -ESPIPE);
	put(p[1], "through");
	reads(p[0], "through");
}

static void
directories(void **state)
{
	SysStat s[10];
	int fd;

	(void)state;
	assert_int_equal(call(sys_mkdir, P("/d"), 0755), 0);
	assert_int_equal(call(sys_mkdir, P("/d/sub"), 0700), 0);
	call(sys_close, open_("/d/a", WRONLY | CREAT));
	fd = open_("/d", RDONLY);
	memset(s, 0x5a, sizeof(s));
	assert_int_equal(call(sys_dirread, fd, P(s), 10), 2);
	assert_string_equal(s[0].name, "sub");
	assert_int_equal(s[0].mode, 0x80000000u | 0700);
	assert_string_equal(s[0].dev, "root");
	assert_string_equal(s[1].name, "a");
	assert_int_equal(s[1].mode, 0644);
	/* nothing of the kernel's stack in the gaps */
	for (size_t i = strlen(s[1].name); i < sizeof(s[1].name); i++)
		assert_int_equal(s[1].name[i], 0);
	assert_int_equal(call(sys_dirread, fd, P(s), 10), 0);
	assert_int_equal(seek(fd, 0, SET), 0);
	assert_int_equal(call(sys_dirread, fd, P(s), 1), 1);
	assert_int_equal(call(sys_dirread, fd, P(s), 1), 1);
	assert_string_equal(s[0].name, "a");
	assert_int_equal(call(sys_dirread, fd, P(s), 0), 0);
	assert_int_equal(call(sys_read, fd, P(s), 1), -EISDIR);
	assert_int_equal(call(sys_dirread, open_("/d/a", RDONLY), P(s), 1), -ENOTDIR);
	assert_int_equal(call(sys_dirread, open_("#f", RDONLY), P(s), 10), 3);
	assert_string_equal(s[1].name, "info");
	assert_string_equal(s[1].dev, "f");

	assert_int_equal(call(sys_bind, P("#f"), P("/d/sub"), 0), 0);
	assert_int_equal(call(sys_stat, P("/d/sub"), P(s)), 0);
	assert_string_equal(s[0].name, "sub"); /* called as it was reached */
	assert_string_equal(s[0].dev, "f");
	assert_int_equal(call(sys_stat, P("/"), P(s)), 0);
	assert_string_equal(s[0].name, "/");
	assert_int_equal(call(sys_wstat, P("/d/a"), 0777 | 04000), 0);
	assert_int_equal(call(sys_stat, P("/d/a"), P(s)), 0);
	assert_int_equal(s[0].mode, 0777);
	assert_int_equal(call(sys_wstat, P("#f/ctl"), 0777), -EROFS);
	assert_int_equal(call(sys_rename, P("/d/a"), P("/d/b")), 0);
	assert_int_equal(call(sys_remove, P("/d/b")), 0);
	assert_int_equal(call(sys_unmount, 0, P("/d/sub")), 0);
	assert_int_equal(call(sys_remove, P("/d/sub")), 0);
	assert_int_equal(call(sys_remove, P("/d")), 0);
}

static void
working_directory(void **state)
{
	char b[16];

	(void)state;
	call(sys_mkdir, P("/w"), 0755);
	assert_int_equal(call(sys_chdir, P("w/../w/.")), 0);
	assert_int_equal(call(sys_getcwd, P(b), 16), 2);
	assert_string_equal(b, "/w");
	assert_int_equal(call(sys_getcwd, P(b), 3), 2);
	assert_int_equal(call(sys_getcwd, P(b), 2), -ERANGE);
	assert_int_equal(call(sys_getcwd, P(b), 0), -ERANGE);
	call(sys_close, open_("f", WRONLY | CREAT));
	assert_int_equal(call(sys_chdir, P("f")), -ENOTDIR);
	assert_int_equal(call(sys_chdir, P("nope")), -ENOENT);
	assert_int_equal(call(sys_chdir, P("")), -ENOENT);
	assert_int_equal(call(sys_chdir, P("#f")), 0);
	assert_true(open_("info", RDONLY) >= 0);
	assert_int_equal(call(sys_chdir, P("/")), 0);
}

static bool
stream_fills(Waitq *q)
{
	assert_null(q);
	stream_left = 3;
	waitq_wake(&stream_q);
	host_while_asleep = NULL;
	return true;
}

static void
polls(void **state)
{
	int p[2], fd = open_("#f/stream", RDWR), f = open_("/f", RDONLY);
	SysPoll q[3];

	(void)state;
	call(sys_pipe, P(p));
	stream_left = 0;
	q[0] = (SysPoll){ fd, IN, 0x77 };
	q[1] = (SysPoll){ p[0], IN, 0x77 };
	q[2] = (SysPoll){ -1, IN, 0x77 };
	host_now = 1000;
	assert_int_equal(call(sys_poll, P(q), 3, 5), 0);
	assert_int_equal(host_now, 1000 + 5000000);
	assert_int_equal(q[0].revents | q[1].revents | q[2].revents, 0);
	assert_int_equal(call(sys_poll, P(q), 3, 0), 0);
	assert_int_equal(call(sys_poll, P(q), 3, -1), -EINTR);
	host_while_asleep = stream_fills;
	assert_int_equal(call(sys_poll, P(q), 3, -1), 1);
	assert_int_equal(q[0].revents, IN);
	put(p[1], "x");
	assert_int_equal(call(sys_poll, P(q), 3, -1), 2);
	assert_int_equal(q[1].revents, IN);
	q[2] = (SysPoll){ f, IN | OUT, 0 };
	assert_int_equal(call(sys_poll, P(q), 3, -1), 3);
	assert_int_equal(q[2].revents, IN | OUT);
	q[2].fd = 63; /* not open */
	assert_int_equal(call(sys_poll, P(q), 3, -1), 3);
	assert_int_equal(q[2].revents, 8);
	assert_int_equal(call(sys_poll, P(q), 65, 0), -EINVAL);
	assert_int_equal(call(sys_poll, P(q), UINT64_MAX, 0), -EINVAL);
	assert_int_equal(call(sys_poll, P(q), 0, 1), 0);
}

/* A change between the marking and the sleep must not be slept through. */
static void
poll_does_not_miss(void **state)
{
	int p[2];
	SysPoll q;

	(void)state;
	call(sys_pipe, P(p));
	q = (SysPoll){ p[0], IN, 0 };
	assert_int_equal(call(sys_poll, P(&q), 1, 0), 0);
	uint64_t gen = waitq_poll_gen();
	put(p[1], "x"); /* the queue is still marked from the call before */
	assert_true(waitq_poll_gen() > gen);
}

static void
name_spaces(void **state)
{
	Pgrp *shared = pgrp_get(host_self.pgrp);

	(void)state;
	call(sys_mkdir, P("/m"), 0755);
	assert_int_equal(call(sys_bind, P("#f"), P("/m"), 0), 0);
	assert_int_equal(call(sys_rfns, 0), -EINVAL);
	assert_int_equal(call(sys_rfns, 8), -EINVAL);
	/* seal, though nobody asked for a copy, leaves those who share the table alone */
	assert_int_equal(call(sys_rfns, 2), 0);
	assert_ptr_not_equal(host_self.pgrp, shared);
	assert_false(pgrp_sealed(shared));
	assert_true(pgrp_sealed(host_self.pgrp));
	assert_int_equal(open_("#f/info", RDONLY), -EPERM);
	assert_true(open_("/m/info", RDONLY) >= 0);
	assert_int_equal(call(sys_rfns, 4), 0);
	assert_int_equal(open_("/m/info", RDONLY), -ENOENT);
	assert_int_equal(open_("#f/info", RDONLY), -EPERM); /* clearing does not unseal */
	proc_set_pgrp(&host_self, shared);
	assert_true(open_("/m/info", RDONLY) >= 0);
}

static void
foreign_looks(void **state)
{
	int fd = open_("/f", RDONLY);
	Chan *c = fd_of(&host_self, fd);
	Pgrp *g = proc_pgrp(&host_self);

	(void)state;
	assert_ptr_equal(c, host_self.fd[fd]);
	call(sys_close, fd);
	assert_null(fd_of(&host_self, fd));
	assert_string_equal(c->path, "/f"); /* ours as long as we hold it */
	chan_put(c);
	assert_true(pgrp_shared(g));
	pgrp_put(g);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(offsets),
		T(big_transfers_are_short),
		T(descriptors),
		T(text_files),
		T(command_files),
		T(streams),
		T(directories),
		T(working_directory),
		T(polls),
		T(poll_does_not_miss),
		T(name_spaces),
		T(foreign_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

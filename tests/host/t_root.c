/* SRC: dev/root.c dev/ramfile.c dev/ramtree.c kern/cpio.c kern/ns.c kern/namewalk.c
 * kern/uniondir.c kern/mount.c kern/chan.c kern/path.c kern/dirtab.c kern/text.c
 * kern/cmd.c */
/*
 * The RAM file system through the name space: what the archive brings, copy on write,
 * sparse files against a flat model, directories, rename, and running out of memory.
 */
#include "tests/host/host.h"

#include "arch/arch.h"
#include "dev/devtab.h"
#include "kern/chan.h"
#include "kern/ns.h"

BootInfo bootinfo;
Dev *const devtab[] = { &rootdev, NULL };

static Pgrp *g;
static char *ar; /* never freed: files refer to it */
static size_t arlen, arcap;

/* ---- an archive in newc form ---- */

static void
bytes(const void *p, size_t n)
{
	if (arlen + n + 4 > arcap)
		ar = realloc(ar, arcap = arcap * 2 + n + 4096);
	memcpy(ar + arlen, p, n);
	arlen += n;
	for (; (arlen & 3) != 0; arlen++)
		ar[arlen] = 0;
}

static void
member(const char *name, unsigned mode, const void *data, size_t n)
{
	char h[512];
	int k = sprintf(h, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		1, mode, 0, 0, 1, 1234567, (unsigned)n, 0, 0, 0, 0,
		(unsigned)strlen(name) + 1, 0);

	memcpy(h + k, name, strlen(name) + 1);
	bytes(h, k + strlen(name) + 1);
	bytes(data, n);
}

static int
setup(void **state)
{
	char big[10000];

	(void)state;
	if (g != NULL)
		return 0;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = 'a' + i % 23;
	member(".", 040755, "", 0);
	member("bin", 040755, "", 0);
	member("bin/sh", 0100755, big, sizeof(big));
	member("./etc/motd", 0100644, "welcome\n", 8); /* no member for etc */
	member("/abs", 0100600, "x", 1);
	member("../../up", 0100644, "y", 1);
	member("bin/link", 0120777, "sh", 2);
	member("bin/sh/x", 0100644, "z", 1); /* a file as directory */
	member("#a/x", 0100644, "z", 1);
	member("bad\nname", 0100644, "z", 1);
	member("etc/motd", 0100644, "second\n", 7); /* the later one counts */
	member("TRAILER!!!", 0, "", 0);
	g = pgrp_new();
	assert_int_equal(root_load(ar, arlen), 0);
	return 0;
}

/* ---- help ---- */

static Chan *
opened(const char *path, int flags)
{
	Chan *c = NULL;

	assert_int_equal(ns_open(g, "/", path, flags, 0644, &c), 0);
	return c;
}

static void
holds(const char *path, const char *text)
{
	Chan *c = opened(path, SO_RDONLY);
	char buf[256];
	long n = chan_read(c, buf, sizeof(buf), 0);

	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, n);
	chan_put(c);
}

static void
put(const char *path, const char *text)
{
	Chan *c = opened(path, SO_WRONLY | SO_CREAT | SO_TRUNC);

	assert_int_equal(chan_write(c, text, strlen(text), 0), strlen(text));
	chan_put(c);
}

static uint64_t
length(const char *path)
{
	Stat st;
	Chan *c;

	assert_int_equal(ns_walk(g, "/", path, &c), 0);
	assert_int_equal(chan_stat(c, &st), 0);
	chan_put(c);
	return st.length;
}

static bool
there(const char *path)
{
	Chan *c;

	if (ns_walk(g, "/", path, &c) != 0)
		return false;
	chan_put(c);
	return true;
}

/* ---- tests ---- */

static void
archive(void **state)
{
	Stat st;
	Chan *c;

	(void)state;
	holds("/etc/motd", "second\n");
	holds("/abs", "x");
	holds("/up", "y");
	assert_int_equal(length("/bin/sh"), 10000);
	assert_false(there("/bin/link"));
	assert_false(there("/x"));
	assert_false(there("/#a/x"));
	assert_int_equal(host_frames, 0); /* nothing was copied */
	assert_int_equal(ns_walk(g, "/", "/bin/sh", &c), 0);
	assert_int_equal(chan_stat(c, &st), 0);
	assert_int_equal(st.mode, 0755);
	assert_int_equal(st.mtime, 1234567);
	chan_put(c);
	assert_non_null(strstr(host_log,
		"bin/link: neither file nor directory, left out\n"));
	assert_non_null(strstr(host_log, "bin/sh/x: not a directory, left out\n"));
	assert_non_null(strstr(host_log, "bad\nname: bad name, left out\n"));
}

static void
truncated_archive(void **state)
{
	size_t start = arlen;
	char *copy;

	(void)state;
	member("t1", 0100644, "one", 3);
	size_t second = arlen;
	member("t2", 0100644, "two", 3);
	copy = malloc(arlen - start);
	memcpy(copy, ar + start, arlen - start);
	host_log[0] = 0;
	assert_int_equal(root_load(copy, second - start + 50), -EOVERFLOW);
	holds("/t1", "one");
	assert_false(there("/t2"));
	assert_non_null(strstr(host_log, "cut off at byte"));
	host_log[0] = 0;
	assert_int_equal(root_load("rubbish rubbish", 15), -EINVAL);
	assert_non_null(strstr(host_log, "no cpio member (newc) at byte 0"));
	assert_int_equal(root_load("", 0), -EOVERFLOW);
	assert_int_equal(ns_remove(g, "/", "/t1"), 0);
	free(copy);
}

/* A write to a file of the archive owns one page and leaves the archive alone. */
static void
copy_on_write(void **state)
{
	char *before = malloc(arlen), buf[10000];
	Chan *c = opened("/bin/sh", SO_RDWR);

	(void)state;
	memcpy(before, ar, arlen);
	assert_int_equal(chan_write(c, "HELLO", 5, 4094), 5); /* across a page */
	assert_int_equal(host_frames, 2);
	assert_memory_equal(before, ar, arlen);
	assert_int_equal(chan_read(c, buf, sizeof(buf), 0), 10000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(buf[i],
			i >= 4094 && i < 4099 ? "HELLO"[i - 4094] : 'a' + i % 23);
	chan_put(c);
	/* cut and grown again, what was behind is zeros, not the archive */
	c = opened("/bin/sh", SO_RDWR | SO_TRUNC);
	assert_int_equal(host_frames, 0);
	assert_int_equal(chan_write(c, "z", 1, 9999), 1);
	assert_int_equal(chan_read(c, buf, sizeof(buf), 0), 10000);
	for (int i = 0; i < 9999; i++)
		assert_int_equal(buf[i], 0);
	chan_put(c);
	assert_memory_equal(before, ar, arlen);
	free(before);
}

/* Random writes, reads and truncations at any offset agree with a flat array. */
static void
model(void **state)
{
	enum { MAX = 40000 };
	static char flat[MAX], buf[MAX], data[9000];
	uint64_t len = 0;
	Chan *c = opened("/model", SO_RDWR | SO_CREAT);

	(void)state;
	srand(3);
	for (int i = 0; i < 5000; i++) {
		long off = rand() % MAX, n = rand() % (long)sizeof(data), r;

		if (n > MAX - off)
			n = MAX - off;
		switch (rand() % 8) {
		case 0:
			chan_put(opened("/model", SO_WRONLY | SO_TRUNC));
			memset(flat, 0, MAX);
			len = 0;
			break;
		case 1:
		case 2:
		case 3:
			for (long k = 0; k < n; k++)
				data[k] = rand();
			assert_int_equal(chan_write(c, data, n, off), n);
			memcpy(flat + off, data, n);
			if (n > 0 && off + (uint64_t)n > len)
				len = off + n;
			break;
		default:
			r = chan_read(c, buf, n, off);
			assert_int_equal(r,
				(uint64_t)off >= len                ? 0
					: (uint64_t)(off + n) > len ? (long)len - off
								    : n);
			assert_memory_equal(buf, flat + off, r);
		}
		assert_int_equal(length("/model"), len);
	}
	chan_put(c);
	assert_int_equal(ns_remove(g, "/", "/model"), 0);
}

static void
append_and_limits(void **state)
{
	Chan *c, *d;
	char b[8];

	(void)state;
	put("/log", "one\n");
	c = opened("/log", SO_WRONLY | SO_APPEND);
	d = opened("/log", SO_WRONLY | SO_APPEND);
	assert_int_equal(chan_write(c, "two\n", 4, 0), 4);
	assert_int_equal(chan_write(d, "six\n", 4, 0), 4);
	chan_put(c);
	chan_put(d);
	holds("/log", "one\ntwo\nsix\n");
	c = opened("/log", SO_RDWR);
	assert_int_equal(chan_write(c, "x", 1, 1l << 30), -EFBIG);
	assert_string_equal(host_errstr, "a file holds at most 1 GiB");
	assert_int_equal(chan_write(c, "xy", 2, (1l << 30) - 1), -EFBIG);
	assert_int_equal(chan_write(c, "x", 1, INT64_MAX), -EFBIG);
	assert_int_equal(chan_write(c, "x", 1, -1), -EINVAL);
	assert_int_equal(chan_read(c, b, 8, INT64_MAX), 0);
	assert_int_equal(chan_read(c, b, -1, 0), -EINVAL);
	assert_int_equal(chan_write(c, "", 0, INT64_MAX), 0);
	assert_int_equal(length("/log"), 12);
	chan_put(c);
	c = opened("/log", SO_RDONLY);
	assert_int_equal(chan_write(c, "x", 1, 0), -EBADF);
	chan_put(c);
	c = opened("/log", SO_WRONLY);
	assert_int_equal(chan_read(c, b, 1, 0), -EBADF);
	chan_put(c);
	assert_int_equal(ns_remove(g, "/", "/log"), 0);
	assert_int_equal(host_frames, 1); /* bin/sh */
}

static void
directories(void **state)
{
	Chan *c;
	Stat st;
	char name[32];
	int n = 0;

	(void)state;
	assert_int_equal(ns_mkdir(g, "/", "/d", 0755), 0);
	for (int i = 0; i < 50; i++) {
		sprintf(name, "/d/f%d", i);
		put(name, "x");
	}
	assert_int_equal(ns_remove(g, "/", "/d"), -ENOTEMPTY);
	assert_string_equal(host_errstr, "directory not empty");
	/* removing while reading misses nothing */
	c = opened("/d", SO_RDONLY);
	for (uint i = 0; ns_entry(g, c, i, &st) == 0; i++, n++) {
		sprintf(name, "/d/%s", st.name);
		assert_int_equal(ns_remove(g, "/", name), 0);
	}
	assert_int_equal(n, 50);
	chan_put(c);
	/* a directory removed under somebody's feet takes no new files */
	assert_int_equal(ns_walk(g, "/", "/d", &c), 0);
	assert_int_equal(ns_remove(g, "/", "/d"), 0);
	assert_int_equal(c->dev->create(c, "late", SO_WRONLY, 0644, false), -ENOENT);
	assert_string_equal(host_errstr, "the directory was removed");
	assert_int_equal(c->dev->remove(c), -ENOENT);
	chan_put(c);
	assert_int_equal(ns_remove(g, "/", "/"), -EBUSY);
}

/* A file that is open when it is removed stays as it was for who has it. */
static void
removed_but_open(void **state)
{
	long frames = host_frames;
	Chan *c;
	char b[4];

	(void)state;
	put("/gone", "abc");
	c = opened("/gone", SO_RDWR);
	assert_int_equal(ns_remove(g, "/", "/gone"), 0);
	assert_false(there("/gone"));
	put("/gone", "new");
	assert_int_equal(chan_read(c, b, 4, 0), 3);
	assert_memory_equal(b, "abc", 3);
	assert_int_equal(chan_write(c, "d", 1, 3), 1);
	chan_put(c);
	holds("/gone", "new");
	assert_int_equal(ns_remove(g, "/", "/gone"), 0);
	assert_int_equal(host_frames, frames);
}

static void
renames(void **state)
{
	(void)state;
	ns_mkdir(g, "/", "/r", 0755);
	ns_mkdir(g, "/", "/r/sub", 0755);
	ns_mkdir(g, "/", "/r/empty", 0755);
	put("/r/a", "A");
	put("/r/b", "B");
	assert_int_equal(ns_rename(g, "/", "/r/a", "/r/sub/c"), 0);
	assert_false(there("/r/a"));
	holds("/r/sub/c", "A");
	assert_int_equal(ns_rename(g, "/", "/r/b", "/r/sub/c"), 0); /* replaces */
	holds("/r/sub/c", "B");
	assert_int_equal(ns_rename(g, "/", "/r/sub/c", "/r/sub/c"), 0);
	holds("/r/sub/c", "B");
	assert_int_equal(ns_rename(g, "/", "/r/sub/c", "/r/empty"), -EISDIR);
	assert_int_equal(ns_rename(g, "/", "/r/empty", "/r/sub/c"), -ENOTDIR);
	assert_int_equal(ns_rename(g, "/", "/r/empty", "/r/sub"), -ENOTEMPTY);
	assert_int_equal(ns_rename(g, "/", "/r", "/r/sub/r"), -EINVAL);
	assert_string_equal(host_errstr, "a directory cannot move into itself");
	assert_int_equal(ns_rename(g, "/", "/r", "/r/r"), -EINVAL);
	/* over an empty one */
	assert_int_equal(ns_rename(g, "/", "/r/sub", "/r/empty"), 0);
	holds("/r/empty/c", "B");
	assert_int_equal(ns_rename(g, "/", "/r/empty", "/moved"), 0);
	holds("/moved/c", "B");
	assert_int_equal(ns_remove(g, "/", "/r"), 0);
	assert_int_equal(ns_remove(g, "/", "/moved/c"), 0);
	assert_int_equal(ns_remove(g, "/", "/moved"), 0);
}

static void
permissions(void **state)
{
	Chan *c;

	(void)state;
	put("/p", "secret");
	assert_int_equal(ns_walk(g, "/", "/p", &c), 0);
	assert_int_equal(c->dev->wstat(c, 0), 0);
	chan_put(c);
	assert_int_equal(ns_open(g, "/", "/p", SO_RDONLY, 0, &c), -EACCES);
	assert_int_equal(ns_open(g, "/", "/p", SO_RDONLY | SO_TRUNC, 0, &c), -EACCES);
	assert_int_equal(length("/p"), 6);
	assert_int_equal(ns_remove(g, "/", "/p"), 0); /* that is the directory's to say */
}

static void
out_of_memory(void **state)
{
	long frames = host_frames;
	char data[20000] = "";
	Chan *c = opened("/m", SO_RDWR | SO_CREAT);
	long r;

	(void)state;
	host_alloc_left = 0;
	assert_int_equal(chan_write(c, data, sizeof(data), 0), -ENOSPC);
	assert_string_equal(host_errstr, "no memory left for files");
	host_alloc_left = -1;
	assert_int_equal(length("/m"), 0);
	/* the slots and two frames: a short count, then the sentence */
	host_alloc_left = 3;
	r = chan_write(c, data, sizeof(data), 0);
	assert_int_equal(r, 8192);
	assert_int_equal(chan_write(c, data, 100, 8192), -ENOSPC);
	host_alloc_left = -1;
	assert_int_equal(length("/m"), 8192);
	chan_put(c);
	host_alloc_left = 2;
	assert_int_not_equal(ns_mkdir(g, "/", "/m2", 0755), 0);
	host_alloc_left = -1;
	assert_false(there("/m2"));
	assert_int_equal(ns_remove(g, "/", "/m"), 0);
	assert_int_equal(host_frames, frames);
}

static void
no_leaks(void **state)
{
	static const char *const left[] = { "/bin/sh", "/bin", "/etc/motd", "/etc",
		"/abs", "/up" };

	(void)state;
	for (size_t i = 0; i < nelem(left); i++)
		assert_int_equal(ns_remove(g, "/", left[i]), 0);
	pgrp_put(g);
	assert_int_equal(host_frames, 0);
	assert_int_equal(host_blocks, 0);
	free(ar);
}

#define T(fn) cmocka_unit_test_setup(fn, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(archive), T(truncated_archive), T(copy_on_write), T(model),
		T(append_and_limits), T(directories), T(removed_but_open), T(renames),
		T(permissions), T(out_of_memory),
		cmocka_unit_test(no_leaks), /* last: empties the tree */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

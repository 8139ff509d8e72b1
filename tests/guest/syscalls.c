/*
 * syscalls [CALLS [SEED [NAME]...]]: random arguments at every system call, or at those
 * named. A parent counts; children do the calls, each in its own process group and with a
 * root directory of its own, and may die of them. Before every call a child writes one
 * byte to the parent: the number of the call it is about to make, and whether the last
 * one succeeded. A child that is silent for STUCK ms sits in a call that waits, and is
 * killed, which is a test of kill.
 *
 * Arguments are drawn per kind: live, closed and absurd descriptors; mapped, half mapped,
 * unmapped and kernel pointers; short, long and unterminated names. What a child must not
 * reach is left out by choice of names and pids only: process 1 and our own parent.
 *
 * Prints a line per call, the sum, and the free pages before and after, which are equal
 * when nothing leaks. Exits 0 when they are and a fifth of the calls succeeded.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/include/poll.h"
#include "user/lib/sys.h"

#define TOP      "/tmp/syscalls"
#define REPORT   60   /* descriptor of the pipe to the parent; never drawn */
#define TURN     1000 /* calls of one child */
#define STUCK    40   /* ms */
#define PAGE     4096UL
#define nelem(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const char *const names[SYS_COUNT] = {
	"exit", "fork", "execve", "wait", "kill", "getpid", "getppid", "setpgid", "sleep",
	"clock", "brk", "mmap", "munmap", "mprotect", "open", "close", "read", "write",
	"pread", "pwrite", "lseek", "fstat", "stat", "wstat", "dirread", "dup", "fcntl",
	"pipe", "poll", "chdir", "getcwd", "mkdir", "remove", "rename", "bind", "unmount",
	"rfns", "errstr", "signal", "uname",
};
/* clang-format on */

static unsigned long made[SYS_COUNT], worked[SYS_COUNT];
static int calls[SYS_COUNT], ncalls; /* which are made */

/* ---- chance ---- */

static uint64_t seed = 1;

/* splitmix64 */
static uint64_t
draw(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t
below(uint64_t n)
{
	return (draw() >> 16) % n;
}

static bool
chance(unsigned percent)
{
	return below(100) < percent;
}

/* ---- what arguments are drawn from ---- */

static char *arena; /* ARENA pages, mapped when the child starts */
static char *edge;  /* one page, nothing behind it */
static pid_t self;

#define ARENA 16

static uint64_t
any_pointer(void)
{
	switch (below(12)) {
	case 0:
		return below(PAGE);
	case 1:
		/* runs off its end */
		return (uint64_t)(uintptr_t)edge + PAGE - 1 - below(64);
	case 2:
		return 0xffff800000000000 + below(1ull << 40); /* the kernel's half */
	case 3:
		return 0x800000000000 - below(16); /* last canonical, and beyond */
	case 4:
		return draw();
	case 5:
		return (uint64_t)(uintptr_t)names; /* read-only, perhaps */
	default:
		return (uint64_t)(uintptr_t)arena + below(ARENA * PAGE - 512);
	}
}

static uint64_t
any_fd(void)
{
	switch (below(16)) {
	case 0:
		return draw();
	case 1:
		return (uint64_t)-1;
	case 2:
		return 1000000;
	default:
		return below(24);
	}
}

static uint64_t
any_size(void)
{
	switch (below(10)) {
	case 0:
		return draw();
	case 1:
		return 0;
	case 2:
		return below(1 << 20);
	default:
		return below(400);
	}
}

/* Names of the child's own tree, names that cannot be changed, and no names at all; roots
 * only if asked for, they come last. */
static uint64_t
any_path(bool roots)
{
	static const char *const paths[] = {
		"/a",
		"/b",
		"/d",
		"/d/x",
		"/d/y",
		"/new",
		"a",
		"d",
		"",
		"#null/null",
		"#zero/zero",
		"#proc",
		"#pci",
		"#pci/0:3.0/status",
		"#iommu/mappings",
		"#vtd/faults",
		"#nothing",
		"#",
		"/none/x",
		"a/b/c",
		"d/../a",
		"/a/",
		"#proc/1/status",
		"..",
		".",
		"/",
		"//",
	};
	static char longname[SYS_PATHMAX + 64];

	if (chance(12))
		return any_pointer();
	if (chance(3)) {
		memset(longname, 'n', sizeof(longname) - 1);
		return (uint64_t)(uintptr_t)longname;
	}
	if (chance(3)) { /* no end before the page's */
		memset(edge + PAGE - 32, 'e', 32);
		return (uint64_t)(uintptr_t)edge + PAGE - 32;
	}
	return (uint64_t)(uintptr_t)paths[below(nelem(paths) - (roots ? 0 : 4))];
}

/* Never process 1, its group, the shell or our parent. */
static uint64_t
any_pid(void)
{
	switch (below(6)) {
	case 0:
		return self;
	case 1:
		return -(uint64_t)self;
	case 2:
		return 0x7fffffff;
	case 3:
		return 1000000 + below(1000000);
	default:
		return -(uint64_t)(1000000 + below(1000));
	}
}

static uint64_t
any_address(void)
{
	if (chance(30))
		return (uint64_t)(uintptr_t)arena + below(ARENA) * PAGE;
	switch (below(8)) {
	case 0:
		return draw();
	case 1:
		return 0xfe000000 + below(1 << 20) * PAGE; /* where registers are */
	case 2:
		return 0x7ffffff000 - below(64) * PAGE; /* the stack */
	case 3:
		return below(1 << 20); /* never mapped */
	default:
		return 0x200000000 + below(256) * PAGE;
	}
}

static uint64_t
any_length(void)
{
	return chance(10)    ? draw()
		: chance(10) ? 0
			     : below(32) * PAGE + below(2) * below(PAGE);
}

static uint64_t
any_prot(void)
{
	return chance(5) ? draw() : below(8);
}

/* ---- the arguments of each call ---- */

static void
arguments(int nr, uint64_t a[6])
{
	for (int i = 0; i < 6; i++)
		a[i] = chance(50) ? any_pointer() : draw();

	switch (nr) {
	case SYS_wait:
		a[0] = chance(50) ? (uint64_t)-1 : any_pid();
		a[1] = chance(50) ? 0 : any_pointer();
		a[2] = chance(95) ? WAIT_NOHANG : draw();
		break;
	case SYS_kill:
		a[0] = any_pid();
		a[1] = chance(70) ? 0 : below(40);
		break;
	case SYS_setpgid:
		a[0] = chance(50) ? 0 : any_pid();
		a[1] = 0; /* its own: no other group's Ctrl-C or kill is ours to take */
		break;
	case SYS_sleep:
		a[0] = chance(98) ? below(100000) : draw();
		break;
	case SYS_clock:
		a[0] = chance(80) ? below(5) : draw();
		break;
	case SYS_brk:
		a[0] = chance(30) ? 0 : chance(50) ? 0x10000000 + below(1 << 20) : draw();
		break;
	case SYS_mmap:
		a[0] = chance(60) ? 0 : any_address();
		a[1] = any_length();
		a[2] = any_prot();
		a[3] = chance(80)
			? SMAP_ANON | SMAP_PRIVATE | (chance(20) ? SMAP_FIXED : 0) |
				(chance(10) ? SMAP_DMA : 0)
			: draw();
		a[4] = chance(80) ? (uint64_t)-1 : any_fd();
		a[5] = chance(80) ? 0 : draw();
		break;
	case SYS_munmap:
	case SYS_mprotect:
		a[0] = any_address();
		a[1] = any_length();
		a[2] = any_prot();
		break;
	case SYS_open:
		a[0] = any_path(true);
		a[1] = chance(40)    ? below(3)
			: chance(60) ? below(3) | SO_CREAT |
				(draw() & (SO_APPEND | SO_TRUNC | SO_EXCL))
				     : draw();
		a[1] |= SO_NONBLOCK;
		a[2] = chance(80) ? 0644 : draw();
		break;
	case SYS_close:
		a[0] = chance(50) ? 12 + below(12) : any_fd();
		break;
	case SYS_read:
	case SYS_write:
	case SYS_pread:
	case SYS_pwrite:
		a[0] = any_fd();
		a[1] = any_pointer();
		a[2] = any_size();
		a[3] = chance(80) ? below(10000) : draw();
		break;
	case SYS_dirread:
		a[0] = any_fd();
		a[1] = any_pointer();
		a[2] = chance(80) ? below(8) : draw();
		break;
	case SYS_lseek:
		a[0] = any_fd();
		a[1] = chance(80) ? below(10000) : draw();
		a[2] = chance(80) ? below(3) : draw();
		break;
	case SYS_fstat:
		a[0] = any_fd();
		break;
	case SYS_fcntl:
		a[0] = any_fd();
		a[1] = chance(80) ? below(5) : draw();
		a[2] = chance(80) ? below(2) : draw();
		break;
	case SYS_dup:
		a[0] = any_fd();
		a[1] = chance(50) ? (uint64_t)-1 : any_fd();
		if (a[1] == REPORT)
			a[1] = 20;
		break;
	case SYS_poll:
		a[1] = chance(90) ? below(4) : draw();
		a[2] = chance(98) ? below(2) : draw();
		break;
	case SYS_stat:
	case SYS_chdir:
	case SYS_mkdir:
	case SYS_remove:
	case SYS_wstat:
		a[0] = any_path(true);
		if (nr != SYS_stat)
			a[1] = chance(80) ? 0755 : draw();
		break;
	case SYS_rename:
	case SYS_bind:
	case SYS_unmount:
	case SYS_execve:
		a[0] = any_path(true);
		a[1] = any_path(nr != SYS_unmount);
		if (nr == SYS_bind)
			a[2] = chance(80) ? below(8) : draw();
		if (nr == SYS_unmount && chance(50))
			a[0] = 0;
		if (nr == SYS_execve && chance(50))
			a[0] = (uint64_t)(uintptr_t) "/true";
		if (nr == SYS_execve)
			a[1] = chance(50) ? 0 : any_pointer();
		break;
	case SYS_rfns:
		/* would find the root */
		a[0] = chance(95) ? below(4) : draw() & ~(uint64_t)RFNS_CLEAR;
		break;
	case SYS_getcwd:
	case SYS_errstr:
	case SYS_uname:
		a[1] = any_size();
		break;
	case SYS_signal:
		a[0] = below(20);
		a[1] = below(3);
		break;
	}
}

/* ---- the child ---- */

static void
child(void)
{
	/* clang-format off */
	static const char *const open_at_start[] = {
		"/a", "/d", "#zero/zero", "#null/null", "#proc", "#iommu/mappings",
			"#pci",
	};
	/* clang-format on */
	int fd[2];
	unsigned char byte = 0;

	self = getpid();
	seed = draw(); /* a sequence of its own, not the parent's one further on */
	setpgid(0, 0);
	/* Its root is TOP: whatever it makes is there to be cleaned away. */
	if (rfns(RFNS_COPY) < 0 || bind(TOP, "/", BIND_REPLACE | BIND_CREATE) < 0 ||
		chdir("/") < 0)
		_exit(1);
	close(0);
	open("#null/null", O_RDONLY);
	for (size_t i = 0; i < nelem(open_at_start); i++)
		if (open(open_at_start[i], O_RDWR) < 0)
			open(open_at_start[i], O_RDONLY);
	if (pipe(fd) == 0)
		write(fd[1], "some text to read", 17);
	/* Output of random writes must not reach the console. */
	dup2(3, 1);
	dup2(3, 2);
	arena = mmap(NULL, ARENA * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	munmap(edge + PAGE, PAGE);
	if (arena == MAP_FAILED || edge == MAP_FAILED)
		_exit(1);

	for (int i = 0; i < TURN; i++) {
		uint64_t a[6];
		int nr = calls[below(ncalls)];

		/* What ends a turn, or costs much: seldom. */
		if ((nr == SYS_exit || nr == SYS_execve || nr == SYS_fork) && !chance(20))
			nr = SYS_getpid;
		arguments(nr, a);
		byte = (byte & 0x80) | nr;
		if (write(REPORT, &byte, 1) != 1)
			_exit(1);
		long r = sys_call(nr, a);
		if (nr == SYS_fork && r == 0)
			_exit(0);
		/* addresses and counts may be large */
		byte = r >= 0 || r < -4096 ? 0x80 : 0;
	}
	byte = (byte & 0x80) | 0x7f;
	write(REPORT, &byte, 1);
	_exit(0);
}

/* ---- the parent ---- */

/* Start a child; returns the reading end of its pipe. */
static int
begin(pid_t *pid)
{
	int fd[2];

	if (pipe(fd) < 0)
		return -1;
	draw(); /* for the next child */
	*pid = fork();
	if (*pid == 0) {
		close(fd[0]);
		dup2(fd[1], REPORT);
		close(fd[1]);
		child();
	}
	close(fd[1]);
	if (*pid < 0) {
		close(fd[0]);
		return -1;
	}
	return fd[0];
}

/* Take in what one child reports until it ends; returns the number of its calls. */
static unsigned long
follow(int in, pid_t pid)
{
	unsigned char b[512];
	unsigned long ncall = 0;
	int last = -1, status;
	bool ended = false;

	for (;;) {
		struct pollfd p = { in, POLLIN, 0 };
		ssize_t n;

		if (poll(&p, 1, STUCK) == 0) {
			kill(pid, SIGKILL);
			break;
		}
		n = read(in, b, sizeof(b));
		if (n <= 0) {
			ended = true;
			break;
		}
		for (ssize_t i = 0; i < n; i++) {
			if (last >= 0 && b[i] & 0x80)
				worked[last]++;
			last = b[i] & 0x7f;
			if (last >= SYS_COUNT) {
				last = -1;
				continue;
			}
			made[last]++;
			ncall++;
		}
	}
	if (last == SYS_exit || (ended && last == SYS_execve))
		worked[last]++; /* it did not come back */
	close(in);
	kill(pid, SIGKILL);
	kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	while (waitpid(-1, &status, WNOHANG) > 0)
		;
	return ncall;
}

/* Remove path and all below it: children make files wherever they are. */
static void
clean(const char *path)
{
	char below[SYS_PATHMAX];
	struct dirent *e;
	DIR *d;

	/* a child may have locked it */
	sys_call(SYS_wstat, (uint64_t[6]){ PTR(path), 0755 });
	while ((d = opendir(path)) != NULL) {
		bool found = false;

		/* One at a time, from the start again: removing moves what readdir
		 * counts. */
		while (!found && (e = readdir(d)) != NULL)
			found = strcmp(e->d_name, ".") != 0 &&
				strcmp(e->d_name, "..") != 0;
		if (found)
			snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		closedir(d);
		if (!found)
			break;
		clean(below);
		if (access(below, F_OK) == 0)
			break;
	}
	sys_call(SYS_remove, (uint64_t[6]){ PTR(path) });
}

static void
copy(const char *from, const char *to)
{
	char buf[4096];
	int in = open(from, O_RDONLY), out = open(to, O_CREAT | O_WRONLY, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		write(out, buf, n);
	close(in);
	close(out);
}

static unsigned long
run(unsigned long want)
{
	unsigned long done = 0, n;
	pid_t pid;

	for (int empty = 0; done < want && empty < 100;) {
		clean(TOP);
		mkdir(TOP, 0755);
		mkdir(TOP "/d", 0755);
		close(open(TOP "/a", O_CREAT | O_RDWR, 0644));
		copy("/bin/true", TOP "/true");
		int in = begin(&pid);
		if (in < 0) {
			printf("cannot start a child: %s\n", errstr());
			break;
		}
		n = follow(in, pid);
		done += n;
		empty = n == 0 ? empty + 1 : 0;
	}
	clean(TOP);
	return done;
}

/* The kernel keeps stacks and heap pages that it has once needed: let it need more than
 * any moment of a run does, so that afterwards a page missing is a page lost. */
static void
fill_pools(void)
{
	enum { MANY = 24, FILES = 40 };
	pid_t pid[MANY];
	int fd[2];
	char c;

	if (pipe(fd) < 0)
		return;
	for (int i = 0; i < MANY; i++) {
		pid[i] = fork();
		if (pid[i] != 0)
			continue;
		for (int k = 0; k < FILES; k++)
			open("#zero/zero", O_RDONLY);
		rfns(RFNS_COPY);
		for (int k = 0; k < 8; k++)
			bind("/tmp", k % 2 ? "/bin" : "/man", BIND_AFTER);
		write(fd[1], "", 1);
		for (;;)
			sleep(1000);
	}
	for (int i = 0; i < MANY && pid[i] > 0; i++)
		read(fd[0], &c, 1);
	for (int i = 0; i < MANY; i++)
		if (pid[i] > 0) {
			kill(pid[i], SIGKILL);
			waitpid(pid[i], NULL, 0);
		}
	close(fd[0]);
	close(fd[1]);
}

static long
free_pages(void)
{
	char buf[2048];
	int fd = open("#cons/meminfo", O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf) - 1);
	char *s;

	close(fd);
	if (n < 0)
		return -1;
	buf[n] = 0;
	s = strstr(buf, "\nfree ");
	return s != NULL ? atol(s + 6) / (long)PAGE : -1;
}

/* What dies in the background is gone soon: ask again for a second. */
static long
free_pages_settled(long want)
{
	long n = free_pages();

	for (int i = 0; i < 100 && n != want; i++) {
		usleep(10000);
		n = free_pages();
	}
	return n;
}

int
main(int argc, char **argv)
{
	unsigned long want = argc > 1 ? strtoul(argv[1], NULL, 0) : 100000;
	unsigned long done, good = 0;
	long before, after;

	for (int i = 0; i < SYS_COUNT; i++) {
		bool wanted = argc < 4;

		for (int k = 3; k < argc; k++)
			wanted |= strcmp(argv[k], names[i]) == 0;
		if (wanted)
			calls[ncalls++] = i;
	}
	if (ncalls == 0)
		return 2;
	if (argc > 2)
		seed = strtoul(argv[2], NULL, 0);
	mkdir("/tmp", 0777);
	fill_pools();
	run(want / 10);
	memset(made, 0, sizeof(made));
	memset(worked, 0, sizeof(worked));
	before = free_pages_settled(-1);
	done = run(want);
	after = free_pages_settled(before);

	for (int i = 0; i < SYS_COUNT; i++) {
		printf("%-10s made %6lu worked %6lu\n", names[i], made[i], worked[i]);
		good += worked[i];
	}
	printf("%lu calls, %lu worked\n", done, good);
	printf("%s\n", done >= want ? "enough calls" : "too few calls");
	printf("%s\n", good * 5 >= done ? "a fifth worked" : "less than a fifth worked");
	if (before == after && before > 0)
		printf("pages equal\n");
	else
		printf("pages before %ld after %ld\n", before, after);
	return !(done >= want && good * 5 >= done && before == after && before > 0);
}

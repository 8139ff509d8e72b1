/* SRC: dev/cons.c dev/machine.c kern/line.c kern/chan.c kern/ns.c kern/namewalk.c
 * kern/uniondir.c kern/mount.c kern/path.c kern/dirtab.c kern/text.c kern/cmd.c */
/*
 * The console device: who gets what was typed, Ctrl-C and Ctrl-D, raw mode, the control
 * files. Keys arrive through the function the device gave uart_start, as from the
 * interrupt.
 */
#include "tests/host/host.h"

#include "arch/arch.h"
#include "dev/devtab.h"
#include "kern/chan.h"
#include "kern/ns.h"
#include "kern/sched.h"

BootInfo bootinfo = { .loader = "test", .cmdline = "a=b" };
Dev *const devtab[] = { &consdev, NULL };

static void (*key)(int c);
static char screen[65536];
static int killed_group, killed_with, power = -1;
static Pgrp *g;
static Chan *cons, *ctl;

void
uart_start(void (*rx)(int c))
{
	key = rx;
}

void
uart_write(const char *s, size_t n)
{
	assert_true(n <= 1024); /* bounded: interrupts are off meanwhile */
	strncat(screen, s, n);
}

int
proc_kill_group(int pgid, int sig)
{
	killed_group = pgid;
	killed_with = sig;
	return 1;
}

/* These do not return; here they jump back. */
static jmp_buf machine_off;

void
arch_poweroff(int status)
{
	power = status;
	longjmp(machine_off, 1);
}

void
arch_reboot(void)
{
	power = -2;
	longjmp(machine_off, 1);
}

uint
arch_ncpu(void)
{
	return 2;
}

uint64_t
arch_tsc(void)
{
	return 50;
}

uint64_t
arch_idle_ticks(void)
{
	return 10;
}

uint64_t
irq_stray(void)
{
	return 3;
}

uint64_t
sched_switches(void)
{
	return 4;
}

size_t
log_read(uint64_t *pos, char *buf, size_t n)
{
	static const char text[] = "line one\nline two\n";
	size_t left = strlen(text) - *pos;

	n = n < 7 ? n : 7;
	n = n < left ? n : left;
	memcpy(buf, text + *pos, n);
	*pos += n;
	return n;
}

static Chan *
opened(const char *path, int flags)
{
	Chan *c = NULL;

	assert_int_equal(ns_open(g, "/", path, flags, 0, &c), 0);
	return c;
}

static int
setup(void **state)
{
	(void)state;
	if (g == NULL) {
		consdev.init();
		g = pgrp_new();
	}
	cons = opened("#cons/cons", SO_RDWR);
	ctl = opened("#cons/consctl", SO_WRONLY);
	screen[0] = 0;
	killed_group = 0;
	host_while_asleep = NULL;
	host_self.pid = 1;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	chan_put(cons);
	chan_put(ctl);
	assert_null(host_self.held);
	return 0;
}

static void
type(const char *s)
{
	for (; *s != 0; s++)
		key((unsigned char)*s);
}

static long
get(char *b, long n)
{
	memset(b, 0, n + 1);
	return chan_read(cons, b, n, 0);
}

static int
tell(const char *s)
{
	long n = chan_write(ctl, s, strlen(s), 0);

	return n < 0 ? n : 0;
}

static void
lines(void **state)
{
	char b[64];

	(void)state;
	type("one\rtwo\r");
	assert_string_equal(screen, ""); /* echoed when it is read, behind the prompt */
	assert_int_equal(get(b, 60), 4);
	assert_string_equal(b, "one\n");
	assert_string_equal(screen, "one\n");
	assert_int_equal(get(b, 2), 2);
	assert_string_equal(b, "tw");
	assert_int_equal(get(b, 60), 2);
	assert_string_equal(b, "o\n");
	assert_int_equal(get(b, 0), 0);
	assert_int_equal(get(b, 60), -EINTR); /* nothing there: sleeps, and is killed */
	type("part");
	assert_int_equal(get(b, 60), -EINTR);
	type("\004"); /* Ctrl-D on a line with text does nothing */
	type("\r");
	assert_int_equal(get(b, 60), 5);
	type("\004");
	assert_int_equal(get(b, 60), 0);
	type("x\r");
	assert_int_equal(get(b, 60), 2); /* the end of file was told once */
}

static const char *later;

static bool
types_later(Waitq *q)
{
	(void)q;
	if (*later == 0)
		return false;
	key((unsigned char)*later++);
	return true;
}

static void
waits(void **state)
{
	char b[64];

	(void)state;
	host_while_asleep = types_later;
	later = "abc\177d\r";
	assert_int_equal(get(b, 60), 4);
	assert_string_equal(b, "abd\n");
	cons->flags |= SO_NONBLOCK;
	assert_int_equal(get(b, 60), -EAGAIN);
	assert_string_equal(host_errstr, "nothing typed yet");
}

static void
interrupts(void **state)
{
	char b[64];

	(void)state;
	assert_int_equal(tell("fg 42"), 0);
	/* type-ahead, a line begun and a line not yet read are all forgotten */
	type("ready\rlost\rlo");
	assert_int_equal(get(b, 2), 2);
	type("\003");
	assert_int_equal(killed_group, 42);
	assert_int_equal(killed_with, 2); /* SIGINT */
	assert_non_null(strstr(screen, "^C\n"));
	assert_int_equal(get(b, 60), -EINTR);
	type("new\r");
	assert_int_equal(get(b, 60), 4);
	assert_string_equal(b, "new\n");
	/* a reader that sleeps is told */
	host_while_asleep = types_later;
	later = "ab\003never";
	assert_int_equal(get(b, 60), -EINTR);
	assert_string_equal(host_errstr, "interrupted");
	assert_string_equal(later, "never");
	later = "cd\r";
	assert_int_equal(get(b, 60), 3);
	assert_string_equal(b, "cd\n");
	/* nobody in the foreground: nobody dies */
	assert_int_equal(tell("fg 0"), 0);
	killed_group = 0;
	type("\003");
	assert_int_equal(killed_group, 0);
	assert_int_equal(tell("fg -1"), -EINVAL);
	assert_int_equal(tell("fg x"), -EINVAL);
	assert_int_equal(tell("fg"), -EINVAL);
}

static void
raw(void **state)
{
	char b[64];

	(void)state;
	assert_int_equal(tell("rawon"), 0);
	assert_int_equal(tell("rawon"), 0);
	type("\003\033\r");
	assert_int_equal(get(b, 60), 1);
	assert_int_equal(b[0], 3);
	assert_int_equal(get(b, 60), 1);
	assert_int_equal(b[0], 033);
	assert_int_equal(get(b, 60), 1);
	assert_int_equal(b[0], '\r');
	assert_string_equal(screen, "");
	assert_int_equal(killed_group, 0);
	/* who asked for it and is gone cannot leave the terminal raw */
	chan_put(ctl);
	ctl = opened("#cons/consctl", SO_WRONLY);
	type("a\r");
	assert_int_equal(get(b, 60), 2);
	assert_int_equal(tell("rawon"), 0);
	assert_int_equal(tell("rawoff"), 0);
	type("b\r");
	assert_int_equal(get(b, 60), 2);
	assert_string_equal(b, "b\n");
}

/* What one process had begun to type when it was killed, the next one shows and
 * finishes. */
static void
handed_over(void **state)
{
	char b[64];

	(void)state;
	host_self.pid = 5;
	type("hal");
	assert_int_equal(get(b, 60), -EINTR);
	host_self.pid = 6;
	chan_write(cons, "\n$ ", 3, 0);
	screen[0] = 0;
	type("f\r");
	assert_int_equal(get(b, 60), 5);
	assert_string_equal(b, "half\n");
	assert_string_equal(screen, "half\n");
}

static void
polls(void **state)
{
	char b[64];
	Waitq *q = NULL;

	(void)state;
	assert_int_equal(cons->dev->poll(cons, SPOLLIN | SPOLLOUT, &q), SPOLLOUT);
	assert_non_null(q);
	type("half");
	assert_int_equal(cons->dev->poll(cons, SPOLLIN, &q), 0);
	q->polled = true;
	uint64_t gen = waitq_poll_gen();
	type("\r");
	assert_true(waitq_poll_gen() > gen);
	assert_int_equal(cons->dev->poll(cons, SPOLLIN, &q), SPOLLIN);
	assert_int_equal(get(b, 60), 5);
	assert_int_equal(cons->dev->poll(cons, SPOLLIN, &q), 0);
	type("\004");
	assert_int_equal(cons->dev->poll(cons, SPOLLIN, &q), SPOLLIN);
	assert_int_equal(get(b, 60), 0);
	type("gone\r");
	assert_int_equal(cons->dev->poll(cons, SPOLLIN, &q), SPOLLIN);
	type("\003");
	assert_int_equal(cons->dev->poll(cons, SPOLLIN, &q), 0);
}

static bool
other_polls(Waitq *q)
{
	(void)q;
	host_while_asleep = NULL;
	type("stolen\r");
	assert_int_equal(cons->dev->poll(cons, SPOLLIN, &q), SPOLLIN);
	return true;
}

/* Bytes that somebody else's poll has made a line of wake a reader too. */
static void
line_made_by_poll(void **state)
{
	char b[64];

	(void)state;
	host_while_asleep = other_polls;
	assert_int_equal(get(b, 60), 7);
	assert_string_equal(b, "stolen\n");
}

static void
floods(void **state)
{
	char b[2000];
	long n, total = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		type("0123456789\r");
	assert_int_equal(screen[0], '\a'); /* the queue is full, and says so */
	host_while_asleep = NULL;
	while ((n = get(b, 1999)) > 0)
		total += n;
	assert_true(total > 4000 && total <= 4096);
	type("\003");
}

static void
output(void **state)
{
	char big[5000];

	(void)state;
	assert_int_equal(chan_write(cons, "a\nb\n\nc", 6, 12345), 6);
	assert_string_equal(screen, "a\nb\n\nc");
	memset(big, 'x', sizeof(big));
	screen[0] = 0;
	assert_int_equal(chan_write(cons, big, sizeof(big), 0), sizeof(big));
	assert_int_equal(strlen(screen), sizeof(big));
}

static const char *
shown(const char *path)
{
	static char b[500];
	Chan *c = opened(path, SO_RDONLY);
	long n = chan_read(c, b, sizeof(b) - 1, 0);

	assert_true(n >= 0);
	b[n] = 0;
	chan_put(c);
	return b;
}

static void
texts(void **state)
{
	(void)state;
	assert_string_equal(shown("#cons/kmesg"), "line one\nline two\n");
	host_now = 61002003004;
	host_wall = 1795225226;
	bootinfo.entry_tsc = 77;
	assert_string_equal(shown("#cons/time"),
		"real 1795225226\nuptime 61.002003004\n");
	assert_string_equal(shown("#cons/sysinfo"),
		"cpus 2\nswitches 4\nstrays 3\nuptime 61.002\n"
		"boot_tsc 77\nprompt_tsc 40\nloader test\ncmdline a=b\n");
	assert_non_null(strstr(shown("#cons/meminfo"),
		"total 4294967296\nfree 4294967296\n"));
	assert_string_equal(shown("#cons/sysctl"), "poweroff [STATUS]\nreboot\n");
	tell("fg 7");
	assert_string_equal(shown("#cons/consctl"), "rawoff\nfg 7\n");
}

static int
sysctl(const char *s)
{
	Chan *c = opened("#cons/sysctl", SO_WRONLY);
	volatile long n = 0;

	power = -1;
	if (setjmp(machine_off) == 0)
		n = chan_write(c, s, strlen(s), 0);
	chan_put(c);
	return n < 0 ? n : power;
}

static void
powers(void **state)
{
	(void)state;
	assert_int_equal(sysctl("poweroff\n"), 0);
	assert_int_equal(sysctl("poweroff 7"), 7);
	assert_int_equal(sysctl("reboot"), -2);
	assert_int_equal(sysctl("poweroff 256"), -EINVAL);
	assert_string_equal(host_errstr, "'256': want a status, 0 to 255");
	assert_int_equal(sysctl("poweroff now"), -EINVAL);
	assert_int_equal(sysctl("poweroff 1 2"), -EINVAL);
	assert_int_equal(sysctl("reboot 1"), -EINVAL);
	assert_string_equal(host_errstr, "'1': want poweroff [STATUS] or reboot");
	assert_int_equal(sysctl("explode"), -EINVAL);
	assert_string_equal(host_errstr, "'explode': want poweroff [STATUS] or reboot");
	assert_int_equal(tell("sing"), -EINVAL);
	assert_string_equal(host_errstr, "'sing': want rawon, rawoff or fg PGID");
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(lines),
		T(waits),
		T(interrupts),
		T(raw),
		T(handed_over),
		T(polls),
		T(line_made_by_poll),
		T(floods),
		T(output),
		T(texts),
		T(powers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

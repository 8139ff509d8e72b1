/*
 * #cons: the console. The other files of its directory are about the machine as a whole
 * (dev/machine.c).
 *
 * Bytes that are typed wait in a queue. Whoever reads or polls edits them into lines
 * (kern/line.c), so that what was typed ahead is echoed behind the prompt that it
 * answers. Ctrl-C is acted on when it arrives: what was typed ahead is thrown away, the
 * foreground group gets SIGINT, and reads end with -EINTR. In raw mode bytes pass as they
 * are. Raw mode lasts while a consctl that asked for it is open. Locks: cons.lock
 * (RANK_CONS) guards what the interrupt touches. edit_lock (RANK_CHAN) guards the line
 * that is edited and what is ready to be read. cons.lock is taken inside edit_lock.
 */

#include "arch/arch.h"
#include "dev/devtab.h"
#include "dev/machine.h"
#include "kern/chan.h"
#include "kern/cmd.h"
#include "kern/errno.h"
#include "kern/line.h"
#include "kern/log.h"
#include "kern/proc.h"
#include "kern/string.h"

#define CTRL_C  3
#define IN_SIZE 4096
#define CHUNK   256 /* bytes in one go to the UART */

static struct {
	Lock lock; /* guards down to the end */
	Waitq readers;
	uint8_t in[IN_SIZE]; /* typed, not yet looked at */
	uint head, n;
	bool ready; /* edit.out or edit.eof has something */
	bool stale; /* a Ctrl-C came: forget the line and what is ready */
	uint intr;  /* how many Ctrl-Cs came so far */
	uint64_t
		waited; /* the counter, without idle ticks, at the first wait for input */
	uint raw;       /* how many open consctls want bytes as they are */
	int fg;         /* the group that Ctrl-C is for; 0: none */
} cons = { .lock = LOCK_INIT(RANK_CONS, "cons") };

static Mutex edit_lock = MUTEX_INIT(RANK_CHAN, "line");
static struct {
	Line line;
	int pid;            /* who edited it last */
	char out[LINE_MAX]; /* ready to be read: [at, n) */
	uint at, n;
	bool eof;
} edit;

/* ---- output ---- */

/* Writes to the UART line by line, so that what the kernel says comes between lines and
 * not inside them, and so that interrupts are not kept waiting. */
static void
uart_print(const char *s, size_t n)
{
	while (n > 0) {
		size_t k = 0;

		while (k < n && k < CHUNK && (k == 0 || s[k - 1] != '\n'))
			k++;
		uart_write(s, k);
		s += k;
		n -= k;
	}
}

static long
cons_print(const char *s, long n)
{
	mutex_lock(&edit_lock);
	uart_print(s, n);
	line_printed(&edit.line, s, n);
	mutex_unlock(&edit_lock);
	return n;
}

/* ---- input ---- */

static bool
queue_locked(int c) REQUIRES(cons.lock)
{
	if (cons.n == IN_SIZE)
		return false;
	cons.in[(cons.head + cons.n++) % IN_SIZE] = c;
	return true;
}

/* Takes a byte that was typed. Called in the interrupt of the UART. */
static void
cons_typed(int c)
{
	bool intr, fits = true;
	int fg;

	lock(&cons.lock);
	intr = c == CTRL_C && cons.raw == 0;
	fg = cons.fg;
	if (intr) {
		cons.n = 0;
		cons.stale = true;
		cons.intr++;
	} else {
		fits = queue_locked(c);
	}
	waitq_wake(&cons.readers);
	unlock(&cons.lock);
	if (intr)
		uart_write("^C\n", 3);
	else if (!fits)
		uart_write("\a", 1);
	if (intr && fg > 0)
		proc_kill_group(fg, SSIGINT);
}

/* The next byte that was typed; -1: there is none. *raw: it passes as it is. */
static int
next_typed(bool *raw)
{
	int c = -1;

	lock(&cons.lock);
	*raw = cons.raw > 0;
	if (cons.n > 0) {
		c = cons.in[cons.head];
		cons.head = (cons.head + 1) % IN_SIZE;
		cons.n--;
	}
	unlock(&cons.lock);
	return c;
}

static void
forget_if_stale(void) REQUIRES(edit_lock)
{
	bool stale;

	lock(&cons.lock);
	stale = cons.stale;
	cons.stale = false;
	unlock(&cons.lock);
	if (!stale)
		return;
	line_reset(&edit.line);
	edit.at = edit.n = 0;
	edit.eof = false;
}

/* Edits what was typed until a line is ready to be read, in raw mode until a byte is. */
static void
edit_typed(void) REQUIRES(edit_lock)
{
	bool raw;
	int c;

	while (edit.n == 0 && !edit.eof && (c = next_typed(&raw)) >= 0) {
		LineEvent e;

		if (raw) {
			edit.out[edit.n++] = c;
			continue;
		}
		e = line_byte(&edit.line, c);
		edit.eof = e == LINE_EOF;
		if (e == LINE_DONE) {
			edit.n = edit.line.n;
			memcpy(edit.out, edit.line.buf, edit.n);
			line_reset(&edit.line);
		}
	}
}

/* Edits what was typed since. True if a read would return now. */
static bool
edit_catch_up(void) REQUIRES(edit_lock)
{
	int pid = proc_self()->pid;
	bool ready;

	forget_if_stale();
	if (edit.pid != pid && edit.line.n > 0)
		line_redraw(&edit.line); /* it was begun at another's prompt */
	edit.pid = pid;
	edit_typed();
	ready = edit.n > 0 || edit.eof;
	lock(&cons.lock);
	cons.ready = ready;
	unlock(&cons.lock);
	return ready;
}

/* Takes up to n of the bytes that are ready, or the end of file. */
static long
edit_take(char *buf, long n) REQUIRES(edit_lock)
{
	if (edit.eof) {
		edit.eof = false;
		n = 0;
	} else {
		if (n > edit.n - edit.at)
			n = edit.n - edit.at;
		memcpy(buf, edit.out + edit.at, n);
		edit.at += n;
		if (edit.at == edit.n)
			edit.at = edit.n = 0;
	}
	lock(&cons.lock);
	cons.ready = edit.n > 0;
	unlock(&cons.lock);
	return n;
}

static uint
cons_interrupts(void)
{
	uint n;

	lock(&cons.lock);
	n = cons.intr;
	unlock(&cons.lock);
	return n;
}

/* Sleeps until something was typed or is ready. -EINTR, with a sentence: a Ctrl-C came
 * after the intr that the caller has seen. */
static int
wait_typed(uint intr)
{
	int err = 0;

	lock(&cons.lock);
	if (cons.n == 0 && cons.waited == 0)
		cons.waited = arch_tsc() - arch_idle_ticks();
	while (cons.n == 0 && !cons.ready && cons.intr == intr && err == 0)
		err = waitq_sleep(&cons.readers, &cons.lock, NEVER);
	if (cons.intr != intr)
		err = -EINTR;
	unlock(&cons.lock);
	return err != 0 ? fail(err, "interrupted") : 0;
}

uint64_t
cons_waited(void)
{
	uint64_t ticks;

	lock(&cons.lock);
	ticks = cons.waited;
	unlock(&cons.lock);
	return ticks;
}

/* Reads from the console. -EAGAIN: nothing is there, and c does not wait. */
static long
cons_get(Chan *c, char *buf, long n)
{
	uint intr = cons_interrupts();
	int err = 0;

	while (err == 0 && n > 0) {
		bool ready;

		mutex_lock(&edit_lock);
		ready = edit_catch_up();
		if (ready)
			n = edit_take(buf, n);
		mutex_unlock(&edit_lock);
		if (ready)
			return n;
		if (c->flags & SO_NONBLOCK)
			return fail(-EAGAIN, "nothing typed yet");
		err = wait_typed(intr);
	}
	return err;
}

/* ---- consctl ---- */

static void
consctl_show(Text *t)
{
	bool raw;
	int fg;

	lock(&cons.lock);
	raw = cons.raw > 0;
	fg = cons.fg;
	unlock(&cons.lock);
	text_printf(t, "%s\nfg %d\n", raw ? "rawon" : "rawoff", fg);
}

/* c->aux is not NULL while this Chan wants raw mode. */
static void
set_raw(Chan *c, bool on)
{
	lock(&cons.lock);
	if (on && c->aux == NULL)
		cons.raw++;
	if (!on && c->aux != NULL)
		cons.raw--;
	c->aux = on ? c : NULL;
	unlock(&cons.lock);
}

/* Raw mode is for this Chan, and ends with it. The foreground group is one for all. */
static int
consctl_cmd(Chan *c, const Cmd *cmd)
{
	int pgid;

	if (cmd->n == 2 && strcmp(cmd->f[0], "fg") == 0) {
		if (cmd_int(cmd->f[1], 0, INT32_MAX, &pgid) != 0)
			return fail(-EINVAL, "'%s' is not a process group", cmd->f[1]);
		lock(&cons.lock);
		cons.fg = pgid;
		unlock(&cons.lock);
		return 0;
	}
	if (cmd->n == 1 &&
		(strcmp(cmd->f[0], "rawon") == 0 || strcmp(cmd->f[0], "rawoff") == 0)) {
		set_raw(c, strcmp(cmd->f[0], "rawon") == 0);
		return 0;
	}
	return fail(-EINVAL, "'%s': want rawon, rawoff or fg PGID", cmd->f[cmd->n - 1]);
}

/* ---- the device ---- */

enum { ROW_CONS };

static const Dirtab files[] = {
	[ROW_CONS] = { .name = "cons", .mode = 0666 },
	{ "consctl", 0664, .show = consctl_show, .cmd_of = consctl_cmd },
	{ "kmesg", 0444, .show = kmesg_show },
	{ "meminfo", 0444, .show = meminfo_show },
	{ "sysctl", 0664, .usage = SYSCTL_USAGE, .cmd = sysctl_cmd },
	{ "sysinfo", 0444, .show = sysinfo_show },
	{ "time", 0444, .show = time_show },
};

static bool
is_cons(const Chan *c)
{
	return c->qid.path == 1 + ROW_CONS;
}

static void
cons_init(void)
{
	edit.line.echo = uart_print;
	uart_start(cons_typed);
}

/* A clone has not asked for raw mode. */
static int
cons_clone(Chan *from, Chan *to)
{
	(void)from;
	to->aux = NULL;
	return 0;
}

static int
cons_open(Chan *c, int flags)
{
	c->stream = is_cons(c);
	return flat_open(c, flags);
}

static void
cons_close(Chan *c)
{
	if (c->aux != NULL)
		set_raw(c, false);
}

static long
cons_read(Chan *c, void *buf, long n, off_k off)
{
	return is_cons(c) ? cons_get(c, buf, n) : dirtab_read(c, buf, n, off);
}

static long
cons_write(Chan *c, const void *buf, long n, off_k off)
{
	return is_cons(c) ? cons_print(buf, n) : flat_write(c, buf, n, off);
}

static int
cons_poll(Chan *c, int events, Waitq **q)
{
	bool ready = true;

	if (is_cons(c) && (events & SPOLLIN)) {
		*q = &cons.readers;
		mutex_lock(&edit_lock);
		ready = edit_catch_up();
		mutex_unlock(&edit_lock);
	}
	return (ready ? SPOLLIN | SPOLLOUT : SPOLLOUT) & events;
}

Dev consdev = {
	.name = "cons",
	.init = cons_init,
	FLAT_FILES(files),
	.clone = cons_clone,
	.open = cons_open,
	.close = cons_close,
	.read = cons_read,
	.write = cons_write,
	.poll = cons_poll,
};

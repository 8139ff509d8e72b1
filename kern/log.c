/*
 * What the kernel says. Each kprint is formatted on the stack and then put whole into the
 * ring (dmesg) and out of the console, so that lines of different CPUs do not mix. A line
 * that is longer than LINE is cut and says so. The sentence of a failed call is kept with
 * its process, not here.
 *
 * Once a panic has begun only one CPU runs, and no lock is taken, because their holders
 * are gone. Locks: log_lock (RANK_LOG) guards the ring; the console's is taken inside.
 */
#include "kern/log.h"

#include "arch/arch.h"
#include "kern/fmt.h"
#include "kern/proc.h"
#include "kern/string.h"

#define LINE 512
#define RING 32768 /* a power of two */

static Lock log_lock = LOCK_INIT(RANK_LOG, "log");
static char ring[RING];
static uint64_t written; /* bytes ever put into the ring */

static int panic_cpu = -1; /* atomic; who panicked first */
static uint panic_depth;   /* its own only */

static void
ring_put(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ring[written++ % RING] = s[i];
}

static void
log_put(const char *s, size_t n) NO_ANALYSIS
{
	bool locked = !panic_begun();

	if (locked)
		lock(&log_lock);
	ring_put(s, n);
	uart_write(s, n);
	if (locked)
		unlock(&log_lock);
}

static void
log_vprint(const char *fmt, va_list ap)
{
	static const char cut[] = "...\n";
	char line[LINE];
	size_t n = vsnprint(line, sizeof line, fmt, ap);

	if (n >= sizeof line) {
		n = sizeof line - 1;
		memcpy(line + n - strlen(cut), cut, strlen(cut));
	}
	log_put(line, n);
}

void
kprint(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vprint(fmt, ap);
	va_end(ap);
}

size_t
log_read(uint64_t *pos, char *buf, size_t n)
{
	uint64_t oldest;
	size_t i;

	lock(&log_lock);
	oldest = written > RING ? written - RING : 0;
	if (*pos < oldest)
		*pos = oldest;
	for (i = 0; i < n && *pos < written; i++)
		buf[i] = ring[(*pos)++ % RING];
	unlock(&log_lock);
	return i;
}

int
fail(int err, const char *fmt, ...)
{
	Proc *p = proc_self();
	va_list ap;

	va_start(ap, fmt);
	vsnprint(p->errstr, sizeof p->errstr, fmt, ap);
	va_end(ap);
	return err;
}

bool
panic_begun(void)
{
	return __atomic_load_n(&panic_cpu, __ATOMIC_RELAXED) >= 0;
}

void
panic_begin(void)
{
	int first = -1, me = arch_cpu();

	arch_irq_off();
	if (!__atomic_compare_exchange_n(&panic_cpu, &first, me, false, __ATOMIC_SEQ_CST,
		    __ATOMIC_SEQ_CST) &&
		first != me)
		arch_halt();
	/* This is a panic in the report of a panic, so nothing more is printed. */
	if (++panic_depth > 2)
		arch_die();
	arch_stop_others();
	kprint("\n");
}

void
panic_end(void)
{
	kprint("stopped\n");
	arch_die();
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	panic_begin();
	kprint("panic: ");
	va_start(ap, fmt);
	log_vprint(fmt, ap);
	va_end(ap);
	kprint("\ncalled from:\n");
	arch_backtrace();
	panic_end();
}

void
assert_failed(const char *expr, const char *file, int line)
{
	panic("assertion failed: %s (%s:%d)", expr, file, line);
}

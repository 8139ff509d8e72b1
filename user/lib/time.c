/* Clocks and sleeping. */
#include <errno.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/lib/sys.h"

long long
clock_ns(int which)
{
	return SYS(SYS_clock, which);
}

int
gettimeofday(struct timeval *tv, void *zone)
{
	long long ns = clock_ns(CLK_REAL);

	(void)zone;
	tv->tv_sec = ns / 1000000000;
	tv->tv_usec = ns % 1000000000 / 1000;
	return 0;
}

int
clock_gettime(clockid_t which, struct timespec *t)
{
	long long ns = clock_ns(which == CLOCK_REALTIME ? CLK_REAL : CLK_MONO);

	*t = (struct timespec){ ns / 1000000000, (long)(ns % 1000000000) };
	return 0;
}

clock_t
times(struct tms *t)
{
	const long long unit = 1000000000 / CLOCKS_PER_SEC;

	t->tms_utime = (clock_t)(clock_ns(CLK_CPU) / unit);
	t->tms_stime = t->tms_cutime = t->tms_cstime = 0;
	return (clock_t)(clock_ns(CLK_MONO) / unit);
}

/* A sleep that is cut short is cut by a kill, so nobody reads what remained. */
int
nanosleep(const struct timespec *want, struct timespec *left)
{
	if (want->tv_sec < 0 || want->tv_nsec < 0 || want->tv_nsec >= 1000000000) {
		errno = EINVAL;
		return -1;
	}
	if (left != NULL)
		*left = (struct timespec){ 0, 0 };
	return (int)sys_ret(SYS(SYS_sleep,
		(uint64_t)want->tv_sec * 1000000000 + (uint64_t)want->tv_nsec));
}

unsigned
sleep(unsigned s)
{
	return sys_ret(SYS(SYS_sleep, (uint64_t)s * 1000000000)) < 0 ? s : 0;
}

int
usleep(useconds_t us)
{
	return (int)sys_ret(SYS(SYS_sleep, (uint64_t)us * 1000));
}

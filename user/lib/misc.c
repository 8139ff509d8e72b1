/* Calls of our own, and the few POSIX ones with nothing behind them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/lib/sys.h"

int
bind(const char *new, const char *old, int flags)
{
	return (int)sys_ret(SYS(SYS_bind, PTR(new), PTR(old), flags));
}

int
unmount(const char *new, const char *old)
{
	return (int)sys_ret(SYS(SYS_unmount, PTR(new), PTR(old)));
}

int
rfns(int flags)
{
	return (int)sys_ret(SYS(SYS_rfns, flags));
}

int
interrupts(void)
{
	long n = SYS(SYS_signal, SSIGINT, SIGNAL_ASK);

	return n > 0 ? (int)n : 0;
}

int
sysname(char *buf, size_t n)
{
	return (int)sys_ret(SYS(SYS_uname, PTR(buf), n));
}

int
poll(struct pollfd *fds, nfds_t n, int ms)
{
	_Static_assert(sizeof(struct pollfd) == sizeof(SysPoll), "passed as it is");
	return (int)sys_ret(SYS(SYS_poll, PTR(fds), n, ms));
}

long
sysconf(int name)
{
	switch (name) {
	case _SC_PAGESIZE:
		return 4096;
	case _SC_CLK_TCK:
		return 1000;
	case _SC_OPEN_MAX:
		return 64;
	}
	errno = EINVAL;
	return -1;
}

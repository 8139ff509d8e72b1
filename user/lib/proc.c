/*
 * Processes and signals. There are no handlers: a program may ignore SIGINT and SIGPIPE
 * or die of them. newlib's own signal emulation is kept out by defining raise here.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/lib/sys.h"

void
_exit(int status)
{
	for (;;)
		SYS(SYS_exit, status);
}

pid_t
fork(void)
{
	return (pid_t)sys_ret(SYS(SYS_fork));
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	return (pid_t)sys_ret(SYS(SYS_wait, pid, PTR(status), options));
}

pid_t
wait(int *status)
{
	return waitpid(-1, status, 0);
}

int
kill(pid_t pid, int sig)
{
	return (int)sys_ret(SYS(SYS_kill, pid, sig));
}

int
raise(int sig)
{
	return kill(getpid(), sig);
}

_sig_func_ptr
signal(int sig, _sig_func_ptr how)
{
	long was = sys_ret(SYS(SYS_signal, sig, PTR(how)));

	return was < 0 ? SIG_ERR : (_sig_func_ptr)was;
}

pid_t
getpid(void)
{
	return (pid_t)SYS(SYS_getpid);
}

pid_t
getppid(void)
{
	return (pid_t)SYS(SYS_getppid);
}

int
setpgid(pid_t pid, pid_t pgid)
{
	return (int)sys_ret(SYS(SYS_setpgid, pid, pgid));
}

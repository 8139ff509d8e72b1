/* kill [-SIGNAL] PID...: INT, KILL or TERM, by name or number; else TERM. */
#include <signal.h>

#include "user/include/tool.h"

#define USAGE "[-INT|-KILL|-TERM|-NUMBER] PID..."

static int
signal_number(const char *s)
{
	unsigned long n;

	if (strncmp(s, "SIG", 3) == 0)
		s += 3;
	if (strcmp(s, "INT") == 0)
		return SIGINT;
	if (strcmp(s, "KILL") == 0)
		return SIGKILL;
	if (strcmp(s, "TERM") == 0)
		return SIGTERM;
	if (!number(s, &n) || n > 31)
		usage(USAGE);
	return (int)n;
}

/* A process, or with '-' in front its group. */
static int
kill_one(const char *who, int sig)
{
	unsigned long pid;
	bool group = who[0] == '-';

	if (!number(who + group, &pid) || pid > 0x7fffffff || pid == 0)
		quit("%s: not a process id", who);
	if (kill(group ? -(pid_t)pid : (pid_t)pid, sig) == 0)
		return 0;
	warn(who);
	return 1;
}

int
main(int argc, char **argv)
{
	int sig = SIGTERM, status = 0, i = 1;

	if (i < argc && argv[i][0] == '-' && argv[i][1] != '\0')
		sig = signal_number(argv[i++] + 1);
	if (i == argc)
		usage(USAGE);
	for (; i < argc; i++)
		status |= kill_one(argv[i], sig);
	return status;
}

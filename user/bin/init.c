/*
 * init, process 1: builds the name space, runs /etc/rc, then keeps a shell on the console
 * and waits for whatever it is given. What fails is said once and does not stop it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "user/include/tool.h"

static const struct {
	const char *device, *at;
	int how;
} places[] = {
	{ "#cons", "/dev", BIND_BEFORE },
	{ "#null", "/dev", BIND_AFTER },
	{ "#zero", "/dev", BIND_AFTER },
	{ "#pci", "/dev/pci", BIND_REPLACE },
	{ "#proc", "/proc", BIND_REPLACE },
	{ "#vtd", "/sys/vtd", BIND_REPLACE },
};

/* The directories first: once something is bound over /dev nothing can be made in it. */
static void
bind_places(void)
{
	mkdir("/sys", 0755);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		mkdir(places[i].at, 0755);
	mkdir("/tmp", 0777);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (bind(places[i].device, places[i].at, places[i].how) < 0)
			warn(places[i].device);
}

/* Ours are given by the kernel; make sure they are there whatever happened. */
static void
open_console(void)
{
	struct stat st;
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fstat(fd, &st) < 0)
			open("#cons/cons", O_RDWR);
}

static pid_t
start(char *const argv[])
{
	pid_t pid = fork();

	if (pid < 0) {
		warn("fork");
		return -1;
	}
	if (pid > 0)
		return pid;
	execv(argv[0], argv);
	warn(argv[0]);
	_exit(127);
}

/* Until pid ends, and all that end meanwhile with it. */
static void
await(pid_t pid)
{
	pid_t got;

	do
		got = waitpid(-1, NULL, 0);
	while (pid > 0 && got != pid && (got > 0 || errno == EINTR));
}

int
main(void)
{
	static char *const rc[] = { "/bin/sh", "/etc/rc", NULL };
	static char *const shell[] = { "/bin/sh", NULL };

	signal(SIGINT, SIG_IGN);
	open_console();
	bind_places();
	setenv("PATH", "/bin", 0);
	setenv("HOME", "/", 0);
	if (access(rc[1], R_OK) == 0)
		await(start(rc));
	for (;;) {
		long long began = clock_ns(CLK_MONO);

		await(start(shell));
		/* One that cannot even start shall not spin. */
		if (clock_ns(CLK_MONO) - began < 100000000)
			sleep(1);
	}
}

/*
 * time CMD [ARG]...: run it, then say how long it took and how much of that it computed.
 * The CPU time is in the child's status file until it is waited for, so its end has to be
 * noticed without waiting: it holds the only other end of a pipe.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "user/include/tool.h"

/* "S.mmm" from the status file of a child that has ended. */
static void
cpu_time(pid_t pid, char *buf, size_t n)
{
	char path[40], *text, *at = NULL;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	text = read_file(path);
	if (text == NULL) {
		snprintf(path, sizeof path, "#proc/%d/status", pid);
		text = read_file(path);
	}
	if (text != NULL)
		at = strstr(text, " time ");
	strlcpy(buf, at ? at + 6 : "?", n);
	buf[strcspn(buf, " \n")] = '\0';
	free(text);
}

/* Starts the command in a child, whose pid it returns. *end is a pipe that ends with
 * it. */
static pid_t
start(char **argv, int *end)
{
	pid_t pid;
	int fd[2];

	if (pipe(fd) < 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		close(fd[0]);
		execvp(argv[0], argv);
		warn(argv[0]);
		_exit(errno == ENOENT ? 127 : 126);
	}
	close(fd[1]);
	*end = fd[0];
	return pid;
}

int
main(int argc, char **argv)
{
	long long began, took;
	char c, cpu[24];
	int status, end;
	pid_t pid;

	if (argc < 2)
		usage("CMD [ARG]...");
	began = clock_ns(CLK_MONO);
	pid = start(argv + 1, &end);
	signal(SIGINT, SIG_IGN);
	while (read(end, &c, 1) > 0)
		;
	took = clock_ns(CLK_MONO) - began;
	cpu_time(pid, cpu, sizeof cpu);
	if (waitpid(pid, &status, 0) < 0)
		die("wait");
	fprintf(stderr, "elapsed %lld.%06lld s, cpu %s s\n", took / 1000000000,
		took % 1000000000 / 1000, cpu);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

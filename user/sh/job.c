/*
 * Processes in groups. The console delivers Ctrl-C to the group last written to its
 * consctl as `fg PGID`: a foreground job writes itself there before it runs, so no key is
 * lost, and the shell takes the console back when it has ended. A shell without job
 * control leaves its children in its own group.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"

#define MAXDONE 64 /* statuses kept for wait, newest first to stay */

typedef struct Back {
	pid_t pid;
	int status;
	bool done;
	bool told; /* that it is done, by jobs */
	char command[JOB_TEXT];
} Back;

bool job_control;

static Back *backs;
static int nback;
static int consctl = -1;

static void
console_to(pid_t pgid)
{
	char cmd[24];
	int n = sniprintf(cmd, sizeof cmd, "fg %d", (int)pgid);

	if (consctl >= 0)
		write(consctl, cmd, (size_t)n);
}

void
job_start(void)
{
	if (!isatty(0))
		return;
	signal(SIGINT, SIG_IGN);
	setpgid(0, 0);
	consctl = open("#cons/consctl", O_WRONLY | O_CLOEXEC);
	if (consctl < 0)
		consctl = open("/dev/consctl", O_WRONLY | O_CLOEXEC);
	if (consctl >= 0)
		consctl = fd_move_up(consctl);
	job_control = true;
	console_to(shell_pid);
}

pid_t
job_fork(pid_t *pgid, bool front)
{
	pid_t pid = fork();

	if (pid < 0) {
		complain("fork");
		return -1;
	}
	if (!job_control)
		return pid;
	if (pid > 0) {
		setpgid(pid, *pgid ? *pgid : pid);
		*pgid = *pgid ? *pgid : pid;
		return pid;
	}
	setpgid(0, *pgid);
	if (front && *pgid == 0)
		console_to(getpid());
	signal(SIGINT, SIG_DFL);
	job_control = false;
	return 0;
}

void
job_interrupted(void)
{
	if (job_control && interrupts() > 0)
		jump = J_INTERRUPT;
}

static int
exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What a foreground job died of, when neither the user nor the kernel has said so. */
static void
report(int status, const char *name)
{
	char line[80];
	int sig = status & 0x7f, n;

	if (sig == SIGINT) {
		jump = J_INTERRUPT;
		return;
	}
	if (sig != SIGKILL && sig != SIGTERM)
		return;
	n = sniprintf(line, sizeof line, "%.60s: killed\n", name);
	write(2, line, (size_t)n);
}

static int
wait_one(pid_t pid, const char *name)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	if (job_control && WIFSIGNALED(status))
		report(status, name);
	return exit_code(status);
}

int
job_wait(const pid_t *pid, int n, const char *name)
{
	int status = 1;

	for (int i = 0; i < n; i++)
		status = wait_one(pid[i], name);
	if (job_control)
		console_to(shell_pid);
	return status;
}

void
job_back(pid_t pid, const char *command)
{
	char line[16];

	last_back = pid;
	backs = mem_grow(backs, (size_t)(nback + 1) * sizeof *backs);
	backs[nback] = (Back){ .pid = pid };
	strlcpy(backs[nback++].command, command, JOB_TEXT);
	if (job_control)
		write(2, line, (size_t)sniprintf(line, sizeof line, "[%d]\n", (int)pid));
}

static void
forget(int i)
{
	memmove(&backs[i], &backs[i + 1], (size_t)(nback - i - 1) * sizeof *backs);
	nback--;
}

static Back *
back_find(pid_t pid)
{
	for (int i = 0; i < nback; i++)
		if (backs[i].pid == pid)
			return &backs[i];
	return NULL;
}

void
job_reap(void)
{
	int status, done = 0;
	pid_t pid;
	Back *b;

	while (nback > 0 && (pid = waitpid(-1, &status, WNOHANG)) > 0)
		if ((b = back_find(pid)) != NULL) {
			b->done = true;
			b->status = exit_code(status);
		}
	for (int i = nback - 1; i >= 0; i--)
		if (backs[i].done && ++done > MAXDONE)
			forget(i);
}

void
job_list(void)
{
	job_reap();
	for (Back *b = backs; b < backs + nback; b++) {
		if (!b->done)
			printf("[%d] running %s\n", (int)b->pid, b->command);
		else if (!b->told)
			printf("[%d] done %d %s\n", (int)b->pid, b->status, b->command);
		b->told = b->done;
	}
	fflush(stdout);
}

/* While it is waited for, a job has the console: Ctrl-C ends it and with it the wait. */
int
job_wait_back(pid_t pid)
{
	Back *b = back_find(pid);
	char name[16];
	int status;

	if (b == NULL)
		return 127;
	if (!b->done && job_control)
		console_to(pid);
	siprintf(name, "[%d]", (int)pid);
	status = b->done ? b->status : job_wait(&pid, 1, name);
	b = back_find(pid);
	if (b != NULL)
		forget((int)(b - backs));
	return status;
}

int
job_wait_all(void)
{
	int status = 0;

	while (nback > 0 && jump == J_NONE)
		status = job_wait_back(backs[0].pid);
	return status == 127 ? 0 : status;
}

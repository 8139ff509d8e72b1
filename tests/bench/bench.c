/*
 * bench NAME does one measurement inside the system and prints `bench NAME VALUE MIN
 * MAX`, where VALUE is the median of RUNS. Values are ticks of the time-stamp counter
 * without those of idle time. Under -icount shift=0 and on one CPU they are instructions.
 * Timer interrupts are not masked, but the median does not see them. scripts/bench runs
 * it.
 *
 *	boot        from the kernel's entry to the first wait for typed input
 *	memory      bytes of RAM in use
 *	syscall     one getpid
 *	attach N    attach 0:3.0 to a process that owns N bytes
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/lib/sys.h"

#define RUNS 25

static uint64_t
ticks(void)
{
	uint64_t idle = SYS(SYS_clock, CLK_IDLE);

	return SYS(SYS_clock, CLK_TICKS) - idle;
}

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void
report(const char *name, uint64_t v[RUNS])
{
	qsort(v, RUNS, sizeof(v[0]), by_value);
	printf("bench %s %llu %llu %llu\n", name, (unsigned long long)v[RUNS / 2],
		(unsigned long long)v[0], (unsigned long long)v[RUNS - 1]);
}

/* `key N` from one of the kernel's own accounts. */
static uint64_t
account(const char *file, const char *key)
{
	char buf[2048], want[64];
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf) - 1);
	char *s;

	close(fd);
	buf[n < 0 ? 0 : n] = 0;
	snprintf(want, sizeof(want), "%s ", key);
	for (s = buf; (s = strstr(s, want)) != NULL; s++)
		if (s == buf || s[-1] == '\n')
			return strtoull(s + strlen(want), NULL, 0);
	fprintf(stderr, "bench: %s has no %s\n", file, key);
	exit(1);
}

static void
bench_syscall(void)
{
	uint64_t v[RUNS];
	const uint64_t none[6] = { 0 };

	for (int i = 0; i < RUNS; i++) {
		uint64_t t = __builtin_ia32_rdtsc();
		sys_call(SYS_getpid, none);
		v[i] = __builtin_ia32_rdtsc() - t;
	}
	report("syscall", v);
}

/* A process that owns size bytes more, and waits to be killed. */
static pid_t
owner(size_t size)
{
	int fd[2];
	char c;
	pid_t pid;

	if (pipe(fd) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p != MAP_FAILED)
			write(fd[1], "", 1);
		for (;;)
			sleep(1000);
	}
	close(fd[1]);
	if (read(fd[0], &c, 1) != 1) {
		kill(pid, SIGKILL);
		pid = -1;
	}
	close(fd[0]);
	return pid;
}

static int
command(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	ssize_t n = write(fd, text, strlen(text));

	if (n < 0)
		fprintf(stderr, "bench: %s: %s\n", file, errstr());
	close(fd);
	return n < 0 ? -1 : 0;
}

static int
bench_attach(size_t size)
{
	uint64_t v[RUNS];
	char name[32], attach[64];
	pid_t pid = owner(size);
	int fd, failed = pid < 0;

	snprintf(attach, sizeof(attach), "0:3.0 %d", (int)pid);
	for (int i = 0; i < RUNS && !failed; i++) {
		fd = open("#iommu/attach", O_WRONLY);
		uint64_t t = ticks();
		failed = write(fd, attach, strlen(attach)) < 0;
		v[i] = ticks() - t;
		close(fd);
		if (failed)
			fprintf(stderr, "bench: attach: %s\n", errstr());
		else
			failed = command("#iommu/detach", "0:3.0");
	}
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (failed)
		return 1;
	snprintf(name, sizeof(name), "attach_%lu", (unsigned long)size);
	report(name, v);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "boot") == 0) {
		printf("bench boot %llu\n",
			(unsigned long long)(account("#cons/sysinfo", "prompt_tsc") -
				account("#cons/sysinfo", "boot_tsc")));
	} else if (argc == 2 && strcmp(argv[1], "memory") == 0) {
		printf("bench memory %llu\n",
			(unsigned long long)(account("#cons/meminfo", "total") -
				account("#cons/meminfo", "free")));
	} else if (argc == 2 && strcmp(argv[1], "syscall") == 0) {
		bench_syscall();
	} else if (argc == 3 && strcmp(argv[1], "attach") == 0) {
		return bench_attach(strtoul(argv[2], NULL, 0));
	} else {
		fprintf(stderr, "usage: bench boot|memory|syscall|attach BYTES\n");
		return 2;
	}
	return 0;
}

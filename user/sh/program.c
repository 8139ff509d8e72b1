/*
 * Becoming a program: the first file along PATH that the kernel takes. A file that is no
 * program and looks like text is a script for a shell of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/include/tool.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"

/* A file the kernel does not know as a program: a script, unless it is binary. */
static void
exec_script(const char *path, char **argv)
{
	char first[4] = { 0 };
	int fd = open(path, O_RDONLY), n = 0;
	long got = fd >= 0 ? read(fd, first, sizeof first) : -1;
	char **av;

	if (fd >= 0)
		close(fd);
	if (got <= 0 || memchr(first, '\0', (size_t)got) != NULL || first[0] == 0x7f)
		return;
	while (argv[n] != NULL)
		n++;
	av = mem_alloc((size_t)(n + 2) * sizeof *av);
	av[0] = "sh";
	av[1] = (char *)path;
	memcpy(av + 2, argv + 1, (size_t)n * sizeof *av);
	execve("/bin/sh", av, var_env());
}

/* Try one place; returns when it was not to be. */
static void
exec_at(const char *path, char **argv)
{
	execve(path, argv, var_env());
	if (errno == ENOEXEC) {
		char why[SYS_ERRMAX];

		strlcpy(why, errstr(), sizeof why);
		exec_script(path, argv);
		fprintf(stderr, "sh: %s: %s\n", path, why);
		_exit(126);
	}
}

void
exec_program(char **argv)
{
	const char *path = var_get("PATH"), *end;
	Buf full = { 0 };

	if (path == NULL)
		path = "/bin";

	if (strchr(argv[0], '/') != NULL || argv[0][0] == '#') {
		exec_at(argv[0], argv);
		warn(argv[0]);
		_exit(errno == ENOENT ? 127 : 126);
	}
	for (; *argv[0] != '\0' && path != NULL; path = *end ? end + 1 : NULL) {
		end = path + strcspn(path, ":");
		full.n = 0;
		buf_putn(&full, path, (size_t)(end - path));
		buf_puts(&full, end > path ? "/" : "");
		buf_puts(&full, argv[0]);
		exec_at(full.s, argv);
		if (errno != ENOENT && errno != ENOTDIR) {
			warn(full.s);
			_exit(126);
		}
	}
	fprintf(stderr, "sh: %s: not found\n", argv[0]);
	_exit(127);
}

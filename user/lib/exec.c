/*
 * The exec family over execve: arguments as a list or as an array, along PATH or not,
 * with this environment or another.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/lib/sys.h"

extern char **environ;

int
execve(const char *path, char *const argv[], char *const envp[])
{
	return (int)sys_ret(SYS(SYS_execve, PTR(path), PTR(argv), PTR(envp)));
}

int
execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

/* newlib's would do, had it a directory to look in. */
int
execvp(const char *file, char *const argv[])
{
	const char *path = getenv("PATH"), *end;
	char full[SYS_PATHMAX];

	if (strchr(file, '/') != NULL || path == NULL)
		return execv(file, argv);
	errno = ENOENT;
	for (; *path != '\0' && errno == ENOENT; path = *end ? end + 1 : end) {
		end = path + strcspn(path, ":");
		sniprintf(full, sizeof full, "%.*s/%s", (int)(end - path), path, file);
		execv(full, argv);
	}
	return -1;
}

/* ---- as a list, which a null pointer ends ---- */

static size_t
count(const char *arg, va_list from)
{
	size_t n = 0;
	va_list ap;

	va_copy(ap, from);
	for (; arg != NULL; arg = va_arg(ap, const char *))
		n++;
	va_end(ap);
	return n;
}

/* With the null pointer; *ap is behind it then. */
static void
collect(char **argv, const char *arg, va_list *ap)
{
	for (; arg != NULL; arg = va_arg(*ap, const char *))
		*argv++ = (char *)arg;
	*argv = NULL;
}

int
execl(const char *path, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	char *argv[count(arg, ap) + 1];
	collect(argv, arg, &ap);
	va_end(ap);
	return execv(path, argv);
}

int
execlp(const char *file, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	char *argv[count(arg, ap) + 1];
	collect(argv, arg, &ap);
	va_end(ap);
	return execvp(file, argv);
}

int
execle(const char *path, const char *arg, ...)
{
	va_list ap;

	va_start(ap, arg);
	char *argv[count(arg, ap) + 1];
	collect(argv, arg, &ap);
	char *const *envp = va_arg(ap, char *const *);
	va_end(ap);
	return execve(path, argv, envp);
}

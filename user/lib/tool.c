/*
 * The tools' common parts (user/include/tool.h). Messages are built whole and written
 * at once, so that lines of several processes do not mix on the console.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "user/include/tool.h"

static void
say(const char *what, const char *why)
{
	char line[SYS_PATHMAX + SYS_ERRMAX + 64];
	int n;

	if (what != NULL)
		n = snprintf(line, sizeof line, "%s: %s: %s\n", progname, what, why);
	else
		n = snprintf(line, sizeof line, "%s: %s\n", progname, why);
	if (n >= (int)sizeof line) {
		n = sizeof line - 1;
		line[n - 1] = '\n';
	}
	fflush(stdout);
	write(2, line, (size_t)n);
}

void
warn(const char *what)
{
	int err = errno;
	const char *why = errstr();

	say(what, why);
	errno = err;
}

void
warn_fd(int fd)
{
	char why[SYS_ERRMAX], path[SYS_PATHMAX];

	/* The sentence first: looking for the name makes calls of its own. */
	strlcpy(why, errstr(), sizeof why);
	say(fdname(fd, path, sizeof path), why);
}

void
die(const char *what)
{
	warn(what);
	exit(1);
}

void
quit(const char *fmt, ...)
{
	char why[SYS_ERRMAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	say(NULL, why);
	exit(1);
}

void
usage(const char *args)
{
	fprintf(stderr, "usage: %s%s%s\n", progname, *args ? " " : "", args);
	exit(2);
}

unsigned
flags(int *argc, char ***argv, const char *letters, const char *args)
{
	unsigned set = 0;
	char spec[16];
	int c;

	snprintf(spec, sizeof spec, "+%s", letters); /* operands end the flags */
	opterr = 0;
	while ((c = getopt(*argc, *argv, spec)) != -1) {
		const char *l = strchr(letters, c);

		if (l == NULL)
			usage(args);
		set |= 1u << (l - letters);
	}
	*argc -= optind;
	*argv += optind;
	return set;
}

int
write_all(int fd, const char *buf, size_t n)
{
	while (n > 0) {
		long w = write(fd, buf, n);

		if (w < 0)
			return -1;
		if (w == 0) {
			errno = EIO;
			return -1;
		}
		buf += w;
		n -= (size_t)w;
	}
	return 0;
}

int
copy_fd(int in, int out, const char *inname)
{
	static char buf[16384];
	long n;

	while ((n = read(in, buf, sizeof buf)) > 0)
		if (write_all(out, buf, (size_t)n) < 0) {
			warn_fd(out);
			return -1;
		}
	if (n < 0)
		warn(inname);
	return n < 0 ? -1 : 0;
}

bool
path_join(char *buf, size_t n, const char *dir, const char *name)
{
	size_t len = strlen(dir);
	const char *slash = len > 0 && dir[len - 1] == '/' ? "" : "/";

	return (size_t)snprintf(buf, n, "%s%s%s", dir, slash, name) < n;
}

const char *
path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool
number(const char *s, unsigned long *out)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*out = strtoul(s, &end, s[0] == '0' && (s[1] | 32) == 'x' ? 16 : 10);
	return *end == '\0' && errno == 0;
}

char *
read_file(const char *path)
{
	size_t n = 0, cap = 4096;
	char *text = malloc(cap), *more;
	int fd = open(path, O_RDONLY);
	long got = -1;

	while (fd >= 0 && text != NULL && (got = read(fd, text + n, cap - n - 1)) > 0) {
		n += (size_t)got;
		if (cap - n > 1)
			continue;
		more = realloc(text, cap *= 2);
		if (more == NULL)
			free(text);
		text = more;
	}
	if (fd >= 0)
		close(fd);
	if (got < 0) {
		free(text);
		return NULL;
	}
	if (text != NULL)
		text[n] = '\0';
	return text;
}

int
open_dev(const char *dir, const char *device, const char *file, int flags,
	char path[SYS_PATHMAX])
{
	int fd;

	snprintf(path, SYS_PATHMAX, "%s/%s", dir, file);
	fd = open(path, flags);
	if (fd >= 0)
		return fd;
	snprintf(path, SYS_PATHMAX, "%s/%s", device, file);
	return open(path, flags);
}

void
dev_command(const char *dir, const char *device, const char *file, const char *cmd)
{
	char path[SYS_PATHMAX];
	int fd = open_dev(dir, device, file, O_WRONLY, path);

	if (fd < 0 || write_all(fd, cmd, strlen(cmd)) < 0)
		die(path);
	close(fd);
}

int
finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	warn_fd(1);
	return 1;
}

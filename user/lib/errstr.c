/*
 * The sentence of a failed call. The kernel keeps one for each process; it is about the
 * present errno only if a system call set that. Otherwise a short table speaks, which is
 * a tenth the size of newlib's strerror.
 */
#include <errno.h>
#include <stddef.h>

#include "user/include/bailey.h"
#include "user/lib/sys.h"

static const struct {
	int err;
	const char *text;
} sentences[] = {
	{ EPERM, "operation not permitted" },
	{ ENOENT, "no such file or directory" },
	{ ESRCH, "no such process" },
	{ EINTR, "interrupted" },
	{ EIO, "input/output error" },
	{ ENXIO, "no such device or address" },
	{ E2BIG, "argument list too long" },
	{ ENOEXEC, "not a program" },
	{ EBADF, "bad file descriptor" },
	{ ECHILD, "no child processes" },
	{ EAGAIN, "try again" },
	{ ENOMEM, "out of memory" },
	{ EACCES, "permission denied" },
	{ EFAULT, "bad address" },
	{ EBUSY, "busy" },
	{ EEXIST, "file exists" },
	{ EXDEV, "on another device" },
	{ ENODEV, "no such device" },
	{ ENOTDIR, "not a directory" },
	{ EISDIR, "is a directory" },
	{ EINVAL, "invalid argument" },
	{ ENFILE, "too many open files in the system" },
	{ EMFILE, "too many open files" },
	{ EFBIG, "file too large" },
	{ ENOSPC, "no space left" },
	{ ESPIPE, "cannot seek" },
	{ EROFS, "read-only" },
	{ EPIPE, "broken pipe" },
	{ ERANGE, "out of range" },
	{ ENOSYS, "no such system call" },
	{ ENOTEMPTY, "directory not empty" },
	{ ENAMETOOLONG, "name too long" },
	{ ETIMEDOUT, "timed out" },
};

const char *
errstr(void)
{
	static char text[SYS_ERRMAX];
	int err = errno;
	long n = 0;

	if (err == sys_lasterr())
		n = SYS(SYS_errstr, PTR(text), sizeof text);
	if (n > 0 && text[0] != '\0') {
		text[sizeof text - 1] = '\0';
		return text;
	}
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		if (sentences[i].err == err)
			return sentences[i].text;
	return "unknown error";
}

/* Files: what newlib and programs expect, over our calls. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/lib/sys.h"

int
open(const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, unsigned) : 0;
	va_end(ap);
	return (int)sys_ret(SYS(SYS_open, PTR(path), flags, mode));
}

int
close(int fd)
{
	return (int)sys_ret(SYS(SYS_close, fd));
}

_READ_WRITE_RETURN_TYPE
read(int fd, void *buf, size_t n)
{
	return sys_ret(SYS(SYS_read, fd, PTR(buf), n));
}

_READ_WRITE_RETURN_TYPE
write(int fd, const void *buf, size_t n)
{
	return sys_ret(SYS(SYS_write, fd, PTR(buf), n));
}

ssize_t
pread(int fd, void *buf, size_t n, off_t off)
{
	return sys_ret(SYS(SYS_pread, fd, PTR(buf), n, off));
}

ssize_t
pwrite(int fd, const void *buf, size_t n, off_t off)
{
	return sys_ret(SYS(SYS_pwrite, fd, PTR(buf), n, off));
}

off_t
lseek(int fd, off_t off, int whence)
{
	return sys_ret(SYS(SYS_lseek, fd, off, whence));
}

static bool
is_console(const SysStat *s)
{
	return strcmp(s->dev, "cons") == 0 && strcmp(s->name, "cons") == 0;
}

/* Only files of the root are plain: seekable, with a length that means something. */
static mode_t
file_type(const SysStat *s)
{
	if (s->mode & SMODE_DIR)
		return S_IFDIR;
	if (strcmp(s->dev, "root") == 0)
		return S_IFREG;
	return strcmp(s->dev, "pipe") == 0 ? S_IFIFO : S_IFCHR;
}

static int
stat_convert(long r, const SysStat *s, struct stat *st)
{
	if (sys_ret(r) < 0)
		return -1;
	memset(st, 0, sizeof *st);
	for (const char *p = s->dev; *p != '\0'; p++)
		st->st_dev = (dev_t)(st->st_dev * 31 + *p);
	st->st_ino = (ino_t)s->qid_path;
	st->st_mode = file_type(s) | (s->mode & 0777);
	st->st_nlink = 1;
	st->st_size = (off_t)s->length;
	st->st_mtime = st->st_ctime = st->st_atime = (time_t)s->mtime;
	st->st_blksize = 4096;
	st->st_blocks = (blkcnt_t)((s->length + 511) / 512);
	return 0;
}

int
fstat(int fd, struct stat *st)
{
	SysStat s;
	long r = SYS(SYS_fstat, fd, PTR(&s));

	return stat_convert(r, &s, st);
}

int
stat(const char *path, struct stat *st)
{
	SysStat s;
	long r = SYS(SYS_stat, PTR(path), PTR(&s));

	return stat_convert(r, &s, st);
}

int
lstat(const char *path, struct stat *st) /* there are no links */
{
	return stat(path, st);
}

int
isatty(int fd)
{
	SysStat s;

	if (sys_ret(SYS(SYS_fstat, fd, PTR(&s))) < 0)
		return 0;
	if (is_console(&s))
		return 1;
	errno = ENOTTY;
	return 0;
}

/* There are no users: what the owner may do, all may. */
int
access(const char *path, int how)
{
	struct stat st;
	int have;

	if (stat(path, &st) < 0)
		return -1;
	have = (st.st_mode | st.st_mode >> 3 | st.st_mode >> 6) & 7;
	if ((how & ~have) == 0)
		return 0;
	errno = EACCES;
	return -1;
}

int
chmod(const char *path, mode_t mode)
{
	return (int)sys_ret(SYS(SYS_wstat, PTR(path), mode & 0777));
}

int
dup(int fd)
{
	return (int)sys_ret(SYS(SYS_dup, fd, (uint64_t)-1));
}

int
dup2(int fd, int to)
{
	return (int)sys_ret(SYS(SYS_dup, fd, to));
}

int
fcntl(int fd, int what, ...)
{
	va_list ap;
	int arg;

	va_start(ap, what);
	arg = va_arg(ap, int);
	va_end(ap);
	return (int)sys_ret(SYS(SYS_fcntl, fd, what, arg));
}

int
pipe(int fd[2])
{
	return (int)sys_ret(SYS(SYS_pipe, PTR(fd)));
}

int
mkdir(const char *path, mode_t mode)
{
	return (int)sys_ret(SYS(SYS_mkdir, PTR(path), mode & 0777));
}

/* The kernel has one call for both; the two names ask for one kind each. */
static int
remove_kind(const char *path, bool dir)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode) != dir) {
		errno = dir ? ENOTDIR : EISDIR;
		return -1;
	}
	return (int)sys_ret(SYS(SYS_remove, PTR(path)));
}

int
unlink(const char *path)
{
	return remove_kind(path, false);
}

int
rmdir(const char *path)
{
	return remove_kind(path, true);
}

int
remove(const char *path)
{
	return (int)sys_ret(SYS(SYS_remove, PTR(path)));
}

int
rename(const char *from, const char *to)
{
	return (int)sys_ret(SYS(SYS_rename, PTR(from), PTR(to)));
}

int
link(const char *from, const char *to)
{
	(void)from, (void)to;
	errno = ENOSYS;
	return -1;
}

int
chdir(const char *path)
{
	return (int)sys_ret(SYS(SYS_chdir, PTR(path)));
}

char *
getcwd(char *buf, size_t n)
{
	return sys_ret(SYS(SYS_getcwd, PTR(buf), n)) < 0 ? NULL : buf;
}

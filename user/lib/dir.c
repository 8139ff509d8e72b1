/* Directories: the kernel hands out several entries at a time, as stat would. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/lib/sys.h"

struct Dir {
	int fd;
	int n, i; /* entries held, next to give */
	struct dirent de;
	SysStat st[16];
};

DIR *
opendir(const char *path)
{
	DIR *d = malloc(sizeof *d);

	if (d == NULL)
		return NULL;
	d->n = d->i = 0;
	d->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0) {
		free(d);
		return NULL;
	}
	return d;
}

struct dirent *
readdir(DIR *d)
{
	const SysStat *s;

	if (d->i == d->n) {
		long n = sys_ret(SYS(SYS_dirread, d->fd, PTR(d->st),
			sizeof d->st / sizeof d->st[0]));

		if (n <= 0)
			return NULL;
		d->n = (int)n;
		d->i = 0;
	}
	s = &d->st[d->i++];
	d->de.d_ino = (ino_t)s->qid_path;
	d->de.d_type = s->mode & SMODE_DIR ? DT_DIR : DT_REG;
	memcpy(d->de.d_name, s->name, sizeof d->de.d_name);
	d->de.d_name[sizeof d->de.d_name - 1] = '\0';
	return &d->de;
}

void
rewinddir(DIR *d)
{
	d->n = d->i = 0;
	lseek(d->fd, 0, SEEK_SET);
}

int
closedir(DIR *d)
{
	int r = close(d->fd);

	free(d);
	return r;
}

/*
 * cp [-r] FROM... TO: into TO when it is a directory. A write for each read, so that
 * control files can be copied to.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "user/include/tool.h"

static int cp(const char *from, const char *to, bool deep);

/* Copies a file's bytes over `to`, which gets the permissions `mode` if it is new. Status
 * 0 or 1. */
static int
cp_file(const char *from, const char *to, mode_t mode)
{
	int in, out, r;

	in = open(from, O_RDONLY);
	if (in < 0) {
		warn(from);
		return 1;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, mode & 0777);
	if (out < 0) {
		warn(to);
		close(in);
		return 1;
	}
	r = copy_fd(in, out, from);
	close(in);
	close(out);
	return r < 0;
}

/* Copies what is in a directory, one by one; what cannot be copied is reported and passed
 * over. */
static int
cp_dir(const char *from, const char *to)
{
	char a[SYS_PATHMAX], b[SYS_PATHMAX];
	int status = 0;
	struct dirent *e;
	DIR *d = opendir(from);

	if (d == NULL) {
		warn(from);
		return 1;
	}
	if (mkdir(to, 0777) < 0 && errno != EEXIST) {
		warn(to);
		closedir(d);
		return 1;
	}
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (!path_join(a, sizeof a, from, e->d_name) ||
			!path_join(b, sizeof b, to, e->d_name))
			quit("%s: path too long", from);
		status |= cp(a, b, true);
	}
	closedir(d);
	return status;
}

/* Copies one name, and a directory only when `deep`. Status 0 or 1; a file onto itself
 * ends the program. */
static int
cp(const char *from, const char *to, bool deep)
{
	struct stat st, to_st;

	if (stat(from, &st) < 0) {
		warn(from);
		return 1;
	}
	if (stat(to, &to_st) == 0 && st.st_dev == to_st.st_dev &&
		st.st_ino == to_st.st_ino)
		quit("%s and %s are the same file", from, to);
	if (!S_ISDIR(st.st_mode))
		return cp_file(from, to, st.st_mode);
	if (deep)
		return cp_dir(from, to);
	errno = EISDIR;
	warn(from);
	return 1;
}

int
main(int argc, char **argv)
{
	bool deep = flags(&argc, &argv, "r", "[-r] FROM... TO");
	char path[SYS_PATHMAX];
	struct stat st;
	const char *to;
	int status = 0;

	if (argc < 2)
		usage("[-r] FROM... TO");
	to = argv[argc - 1];
	if (stat(to, &st) < 0 || !S_ISDIR(st.st_mode)) {
		if (argc > 2)
			quit("%s: not a directory", to);
		return cp(argv[0], to, deep);
	}
	for (int i = 0; i < argc - 1; i++) {
		if (!path_join(path, sizeof path, to, path_last(argv[i])))
			quit("%s: path too long", to);
		status |= cp(argv[i], path, deep);
	}
	return status;
}

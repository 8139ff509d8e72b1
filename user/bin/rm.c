/* rm [-rf] PATH...: -r with everything below, -f without a word when it is not there. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "user/include/tool.h"

enum { DEEP = 1, FORCE = 2 };

static int rm(const char *path, unsigned how);

/* One name at a time, from the start again: removing moves what readdir counts. */
static int
rm_below(const char *path, unsigned how)
{
	char sub[SYS_PATHMAX];
	struct dirent *e;
	DIR *d;

	for (;;) {
		d = opendir(path);
		if (d == NULL) {
			warn(path);
			return 1;
		}
		while ((e = readdir(d)) != NULL &&
			(strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0))
			;
		if (e != NULL && !path_join(sub, sizeof sub, path, e->d_name))
			quit("%s: path too long", path);
		closedir(d);
		if (e == NULL)
			return 0;
		if (rm(sub, how) != 0)
			return 1;
	}
}

/* Removes one name, with DEEP what is below it first. Status 0 or 1. */
static int
rm(const char *path, unsigned how)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		if (errno == ENOENT && (how & FORCE))
			return 0;
		warn(path);
		return 1;
	}
	if (S_ISDIR(st.st_mode) && !(how & DEEP)) {
		errno = EISDIR;
		warn(path);
		return 1;
	}
	if (S_ISDIR(st.st_mode) && rm_below(path, how) != 0)
		return 1;
	if (remove(path) == 0)
		return 0;
	warn(path);
	return 1;
}

int
main(int argc, char **argv)
{
	unsigned how = flags(&argc, &argv, "rf", "[-rf] PATH...");
	int status = 0;

	if (argc == 0 && !(how & FORCE))
		usage("[-rf] PATH...");
	for (int i = 0; i < argc; i++)
		status |= rm(argv[i], how);
	return status;
}

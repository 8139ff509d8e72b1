/* mkdir [-p] DIR...: -p makes what is missing on the way and accepts what is there. */
#include <errno.h>
#include <sys/stat.h>

#include "user/include/tool.h"

static bool
is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Makes the directory, and those above it that are missing. Status 0 or 1. */
static int
make_all(char *path)
{
	for (char *p = path; *p != '\0'; p++) {
		if (*p != '/' || p == path)
			continue;
		*p = '\0';
		if (!is_dir(path) && mkdir(path, 0777) < 0) {
			warn(path);
			*p = '/';
			return 1;
		}
		*p = '/';
	}
	if (is_dir(path) || mkdir(path, 0777) == 0)
		return 0;
	warn(path);
	return 1;
}

int
main(int argc, char **argv)
{
	bool all = flags(&argc, &argv, "p", "[-p] DIR...");
	int status = 0;

	if (argc == 0)
		usage("[-p] DIR...");
	for (int i = 0; i < argc; i++)
		if (all) {
			status |= make_all(argv[i]);
		} else if (mkdir(argv[i], 0777) < 0) {
			warn(argv[i]);
			status = 1;
		}
	return status;
}

/* mv FROM... TO: rename, into TO when it is a directory. */
#include <sys/stat.h>

#include "user/include/tool.h"

static int
mv(const char *from, const char *to)
{
	if (rename(from, to) == 0)
		return 0;
	warn(from);
	return 1;
}

int
main(int argc, char **argv)
{
	char path[SYS_PATHMAX];
	struct stat st;
	const char *to;
	int status = 0;

	flags(&argc, &argv, "", "FROM... TO");
	if (argc < 2)
		usage("FROM... TO");
	to = argv[argc - 1];
	if (stat(to, &st) < 0 || !S_ISDIR(st.st_mode)) {
		if (argc > 2)
			quit("%s: not a directory", to);
		return mv(argv[0], to);
	}
	for (int i = 0; i < argc - 1; i++) {
		if (!path_join(path, sizeof path, to, path_last(argv[i])))
			quit("%s: path too long", to);
		status |= mv(argv[i], path);
	}
	return status;
}

/* cat [FILE]...: files, or what is on fd 0, to fd 1; one write for each read. */
#include <fcntl.h>

#include "user/include/tool.h"

static int
cat(const char *path)
{
	int fd, r;

	if (strcmp(path, "-") == 0)
		return copy_fd(0, 1, "input");
	fd = open(path, O_RDONLY);
	if (fd < 0) {
		warn(path);
		return -1;
	}
	r = copy_fd(fd, 1, path);
	close(fd);
	return r;
}

int
main(int argc, char **argv)
{
	int status = 0;

	flags(&argc, &argv, "u", "[FILE]...");
	if (argc == 0)
		return cat("-") < 0;
	for (int i = 0; i < argc; i++)
		if (cat(argv[i]) < 0)
			status = 1;
	return status;
}

/* dmesg: what the kernel has said. */
#include <fcntl.h>

#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	char path[SYS_PATHMAX];
	int fd;

	flags(&argc, &argv, "", "");
	fd = open_dev("/dev", "#cons", "kmesg", O_RDONLY, path);
	if (fd < 0)
		die(path);
	return copy_fd(fd, 1, path) < 0;
}

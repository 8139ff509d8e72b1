/* help: the commands, one line each; the text is a file. */
#include <fcntl.h>

#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	int fd = open("/etc/help", O_RDONLY);

	flags(&argc, &argv, "", "");
	if (fd < 0)
		die("/etc/help");
	return copy_fd(fd, 1, "/etc/help") < 0;
}

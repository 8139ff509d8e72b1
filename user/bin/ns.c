/* ns [PID]: the name space of a process, as commands that rebuild it. */
#include <fcntl.h>

#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	unsigned long pid = (unsigned long)getpid();
	char path[SYS_PATHMAX], file[32];
	int fd;

	flags(&argc, &argv, "", "[PID]");
	if (argc > 1 || (argc == 1 && !number(argv[0], &pid)))
		usage("[PID]");
	snprintf(file, sizeof file, "%lu/ns", pid);
	fd = open_dev("/proc", "#proc", file, O_RDONLY, path);
	if (fd < 0)
		die(path);
	return copy_fd(fd, 1, path) < 0;
}

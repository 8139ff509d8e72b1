/* touch FILE...: make files that are not there. */
#include <fcntl.h>

#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	int fd, status = 0;

	if (argc < 2)
		usage("FILE...");
	for (int i = 1; i < argc; i++) {
		fd = open(argv[i], O_WRONLY | O_CREAT, 0666);
		if (fd < 0) {
			warn(argv[i]);
			status = 1;
			continue;
		}
		close(fd);
	}
	return status;
}

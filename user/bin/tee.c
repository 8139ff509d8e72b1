/* tee [-a] FILE...: fd 0 to fd 1 and to every FILE. */
#include <fcntl.h>

#include "user/include/tool.h"

#define MAXFILE 16

int
main(int argc, char **argv)
{
	static char buf[8192];
	bool append = flags(&argc, &argv, "a", "[-a] FILE...");
	int how = O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC);
	int fd[MAXFILE + 1] = { 1 }, nfd = 1, status = 0;
	long n;

	if (argc > MAXFILE)
		quit("at most %d files", MAXFILE);
	for (int i = 0; i < argc; i++) {
		int f = open(argv[i], how, 0666);

		if (f < 0) {
			warn(argv[i]);
			status = 1;
		} else {
			fd[nfd++] = f;
		}
	}
	while ((n = read(0, buf, sizeof buf)) > 0)
		for (int i = 0; i < nfd; i++)
			if (write_all(fd[i], buf, (size_t)n) < 0) {
				warn_fd(fd[i]);
				status = 1;
				fd[i--] = fd[--nfd];
			}
	if (n < 0)
		die("input");
	return status;
}

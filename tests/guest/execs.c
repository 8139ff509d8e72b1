/*
 * execs: becomes itself by each function of the exec family, which then shows what it was
 * given: `execs show WHAT [ARG]...`, and what WHERE is in its environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/include/bailey.h"

#define SELF "/bin/execs"

static int
show(int argc, char **argv)
{
	const char *where = getenv("WHERE");

	printf("%s:", argv[2]);
	for (int i = 3; i < argc; i++)
		printf(" [%s]", argv[i]);
	printf(" where %s\n", where != NULL ? where : "nowhere");
	return 0;
}

static void
become(int how)
{
	char *const there[] = { "WHERE=there", NULL };
	char *const list[] = { "execs", "show", "execv", "a b", "", NULL };

	switch (how) {
	case 0:
		execv(SELF, list);
		break;
	case 1:
		execl(SELF, "execs", "show", "execl", "a b", "", "c", (char *)NULL);
		break;
	case 2:
		execlp("execs", "execs", "show", "execlp", (char *)NULL);
		break;
	case 3:
		execle(SELF, "execs", "show", "execle", "1", "2", "3", "4", "5", "6", "7",
			(char *)NULL, there);
		break;
	case 4:
		execlp("nothing-of-the-kind", "x", (char *)NULL);
		printf("execlp of nothing: %s\n", errstr());
		break;
	}
	exit(1);
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2 && strcmp(argv[1], "show") == 0)
		return show(argc, argv);
	setenv("WHERE", "here", 1);
	for (int how = 0; how <= 4; how++) {
		if (fork() == 0)
			become(how);
		wait(NULL);
	}
	return 0;
}

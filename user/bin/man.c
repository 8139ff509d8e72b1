/*
 * man [NAME]: the page of that name below /man; without a name, which pages there are. On
 * the console a page is filled to the width of the screen and shown by more(1), a
 * screenful at a time; elsewhere it is printed as it is.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "user/include/tool.h"
#include "user/lib/wrap.h"

static int
list(void)
{
	DIR *d = opendir("/man");
	struct dirent *e;

	if (d == NULL)
		die("/man");
	while ((e = readdir(d)) != NULL) {
		size_t n = strlen(e->d_name);

		if (n > 3 && strcmp(e->d_name + n - 3, ".md") == 0)
			printf("%.*s\n", (int)n - 3, e->d_name);
	}
	closedir(d);
	return finish(0);
}

/* Starts more, which reads from now on what is printed; a page can be read without it. */
static pid_t
pager_start(void)
{
	int end[2];
	pid_t pid;

	if (pipe(end) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(end[0], 0);
		close(end[1]);
		execlp("more", "more", NULL);
		_exit(copy_fd(0, 1, "page") < 0);
	}
	if (pid > 0)
		dup2(end[1], 1);
	close(end[0]);
	close(end[1]);
	return pid;
}

static int
show(char *page)
{
	pid_t pager = pager_start();

	signal(SIGPIPE, SIG_IGN); /* the reader may have enough before the end */
	wrap_page(page, screen_width(), stdout);
	fflush(stdout);
	close(1);
	free(page);
	if (pager > 0)
		waitpid(pager, NULL, 0);
	return 0;
}

int
main(int argc, char **argv)
{
	char path[SYS_PATHMAX], *page;
	const char *name;
	int fd;

	flags(&argc, &argv, "", "[NAME]");
	if (argc > 1)
		usage("[NAME]");
	if (argc == 0)
		return list();
	name = argv[0][0] == '#' ? argv[0] + 1 : argv[0]; /* man '#iommu' */
	snprintf(path, sizeof path, "/man/%s.md", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 && errno == ENOENT)
		quit("no page for %s; man alone lists them", argv[0]);
	if (fd < 0)
		die(path);
	if (!isatty(1))
		return copy_fd(fd, 1, path) < 0;
	page = read_file(path);
	if (page == NULL)
		die(path);
	return show(page);
}

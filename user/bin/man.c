/* man [NAME]: the page /man/NAME.md; without a name, which pages there are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "user/include/tool.h"

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

int
main(int argc, char **argv)
{
	char path[SYS_PATHMAX];
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
	return copy_fd(fd, 1, path) < 0;
}

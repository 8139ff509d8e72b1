/*
 * Which file a descriptor is, for messages: a line `N MODE PATH` of the process's own
 * fd file. Only error paths ask, so it costs nothing otherwise. A sealed process may have
 * no way to name #proc; then nobody knows.
 */
#include <fcntl.h>

#include "user/include/tool.h"

/* The path in one line when the line is about fd. */
static char *
line_path(char *line, int fd)
{
	char *mode = strchr(line, ' ');

	if (mode == NULL || atoi(line) != fd)
		return NULL;
	mode = strchr(mode + 1, ' ');
	return mode ? mode + 1 : NULL;
}

char *
fdname(int fd, char *buf, size_t n)
{
	char text[4096], path[SYS_PATHMAX], *rest = text, *line, *name = NULL;
	long got;
	int f;

	snprintf(text, sizeof text, "%d/fd", getpid());
	f = open_dev("/proc", "#proc", text, O_RDONLY | O_CLOEXEC, path);
	if (f < 0)
		return NULL;
	got = read(f, text, sizeof text - 1);
	close(f);
	if (got <= 0)
		return NULL;
	text[got] = '\0';
	while (name == NULL && (line = strsep(&rest, "\n")) != NULL)
		name = line_path(line, fd);
	if (name == NULL || strlen(name) >= n)
		return NULL;
	return strcpy(buf, name);
}

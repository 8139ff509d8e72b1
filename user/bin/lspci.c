/* lspci [-v] [B:D.F]...: the PCI functions, what they are and whose; -v shows all. */
#include <dirent.h>

#include "user/include/tool.h"

#define USAGE "[-v] [B:D.F]..."

/* The text after `key ` at the start of a line, terminated; "" when there is none. */
static void
value(const char *text, const char *key, char *buf, size_t n)
{
	size_t len = strlen(key), i = 0;

	for (const char *p = text; p != NULL && *p != '\0'; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, len) != 0 || p[len] != ' ')
			continue;
		for (p += len + 1; *p != '\n' && *p != '\0' && i + 1 < n; p++)
			buf[i++] = *p;
		break;
	}
	buf[i] = '\0';
}

/* Prints a line for one function, and with `all` its whole status. Status 0 or 1. */
static int
show(const char *dir, const char *name, bool all)
{
	char path[SYS_PATHMAX], id[16], cls[64], state[16], owner[16], *text, *p, *line;

	snprintf(path, sizeof path, "%s/%s/status", dir, name);
	text = read_file(path);
	if (text == NULL) {
		warn(path);
		return 1;
	}
	value(text, "id", id, sizeof id);
	value(text, "class", cls, sizeof cls);
	value(text, "state", state, sizeof state);
	value(text, "owner", owner, sizeof owner);
	printf("%-8s %s  %-44s %s", name, id, cls, state);
	if (strcmp(owner, "none") != 0)
		printf(" pid %s", owner);
	putchar('\n');
	for (p = text; all && (line = strsep(&p, "\n")) != NULL;)
		if (*line != '\0')
			printf("\t%s\n", line);
	free(text);
	return 0;
}

int
main(int argc, char **argv)
{
	bool all = flags(&argc, &argv, "v", USAGE);
	const char *dir = "/dev/pci";
	struct dirent *e = NULL;
	int status = 0, n = 0;
	DIR *d = opendir(dir);

	if (d != NULL && (e = readdir(d)) == NULL) { /* nothing is bound there */
		closedir(d);
		d = NULL;
	}
	if (d == NULL && (d = opendir(dir = "#pci")) != NULL)
		e = readdir(d);
	if (d == NULL)
		die(dir);
	for (int i = 0; i < argc; i++)
		status |= show(dir, argv[i], all);
	for (; argc == 0 && e != NULL; e = readdir(d), n++)
		status |= show(dir, e->d_name, all);
	closedir(d);
	return finish(status);
}

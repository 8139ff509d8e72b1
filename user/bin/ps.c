/* ps: the processes this one can see, from their status files. */
#include <dirent.h>

#include "user/include/tool.h"

/* clang-format off */
static const char *const keys[] = {
	"pid", "ppid", "pgid", "state", "size", "time", "name",
};
/* clang-format on */
enum { SIZE = 4, NKEY = sizeof keys / sizeof keys[0] };
static const int widths[NKEY] = { 5, 5, 5, -8, 8, 8, 0 };

/* The value of a key in `key value key value...`; "-" when it is not there. */
static const char *
value(char *const *word, int n, const char *key)
{
	for (int i = 0; i + 1 < n; i += 2)
		if (strcmp(word[i], key) == 0)
			return word[i + 1];
	return "-";
}

/* Prints one process from the text of its status file, which is cut into words. */
static void
print_status(char *text)
{
	char *word[32], *w, kib[24];
	int n = 0;

	while (n < 32 && (w = strsep(&text, " \n")) != NULL)
		word[n++] = w;
	for (int i = 0; i < NKEY; i++) {
		const char *v = value(word, n, keys[i]);
		unsigned long size;

		if (i == SIZE && number(v, &size)) {
			snprintf(kib, sizeof kib, "%luK", size / 1024);
			v = kib;
		}
		printf("%*s%s", widths[i], v, i + 1 < NKEY ? " " : "\n");
	}
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* The numbers among the names in dir; free them. -1 when it cannot be read. */
static int
list_pids(const char *dir, int **pids)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	*pids = NULL;
	if (d == NULL)
		return -1;
	while ((e = readdir(d)) != NULL) {
		int pid = atoi(e->d_name);

		if (pid <= 0)
			continue;
		*pids = realloc(*pids, (size_t)(n + 1) * sizeof **pids);
		if (*pids == NULL)
			die(NULL);
		(*pids)[n++] = pid;
	}
	closedir(d);
	if (n > 0)
		qsort(*pids, (size_t)n, sizeof **pids, by_number);
	return n;
}

int
main(int argc, char **argv)
{
	const char *dir = "/proc";
	char path[40], *text;
	int *pids, n;

	flags(&argc, &argv, "", "");
	n = list_pids(dir, &pids);
	if (n <= 0)
		n = list_pids(dir = "#proc", &pids);
	if (n < 0)
		die(dir);
	for (int i = 0; i < NKEY; i++) {
		char title[8];

		strlcpy(title, keys[i], sizeof title);
		for (char *c = title; *c != '\0'; c++)
			*c &= ~32;
		printf("%*s%s", widths[i], title, i + 1 < NKEY ? " " : "\n");
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%d/status", dir, pids[i]);
		text = read_file(path);
		if (text != NULL && *text != '\0') /* else it has gone meanwhile */
			print_status(text);
		free(text);
	}
	return finish(0);
}

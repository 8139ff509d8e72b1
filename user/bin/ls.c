/*
 * ls [-la1d] [PATH]...: directories, sorted. On a terminal in columns as wide as the
 * longest name plus two, filled downwards; otherwise, and with -1, a name per line.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "user/include/tool.h"

#define USAGE "[-la1d] [PATH]..."
#define WIDTH 80

enum { LONG = 1, ALL = 2, ONE = 4, ITSELF = 8 };

typedef struct List {
	char **name;
	size_t n, cap;
} List;

static void
list_add(List *l, const char *name)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 32;
		l->name = realloc(l->name, l->cap * sizeof *l->name);
		if (l->name == NULL)
			die(NULL);
	}
	l->name[l->n] = strdup(name);
	if (l->name[l->n++] == NULL)
		die(NULL);
}

static void
list_free(List *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Prints names in columns that are filled downwards. */
static void
print_columns(const List *l)
{
	size_t width = 0, cols, rows;

	for (size_t i = 0; i < l->n; i++)
		if (strlen(l->name[i]) > width)
			width = strlen(l->name[i]);
	width += 2;
	cols = WIDTH / width ? WIDTH / width : 1;
	rows = (l->n + cols - 1) / cols;
	for (size_t r = 0; r < rows; r++)
		for (size_t i = r; i < l->n; i += rows) {
			bool last = i + rows >= l->n;

			printf("%-*s", last ? 0 : (int)width, l->name[i]);
			if (last)
				putchar('\n');
		}
}

/* Prints one name with permissions, size and time. Status 0 or 1. */
static int
print_long(const char *dir, const char *name)
{
	char path[SYS_PATHMAX], when[24], mode[11] = "----------";
	struct stat st;
	time_t t;

	if (dir == NULL)
		strlcpy(path, name, sizeof path);
	else if (!path_join(path, sizeof path, dir, name))
		errno = ENAMETOOLONG;
	if (stat(path, &st) < 0) {
		warn(path);
		return 1;
	}
	mode[0] = S_ISDIR(st.st_mode) ? 'd' : S_ISREG(st.st_mode) ? '-' : 'c';
	for (int i = 0; i < 9; i++)
		if (st.st_mode & (0400u >> i))
			mode[1 + i] = "rwx"[i % 3];
	t = st.st_mtime;
	strftime(when, sizeof when, "%Y-%m-%d %H:%M", gmtime(&t));
	printf("%s %9ld %s %s\n", mode, (long)st.st_size, when, name);
	return 0;
}

static int
print_list(List *l, const char *dir, unsigned how)
{
	int status = 0;

	qsort(l->name, l->n, sizeof *l->name, by_name);
	if (how & LONG) {
		for (size_t i = 0; i < l->n; i++)
			status |= print_long(dir, l->name[i]);
	} else if (how & ONE) {
		for (size_t i = 0; i < l->n; i++)
			puts(l->name[i]);
	} else {
		print_columns(l);
	}
	return status;
}

/* Lists a directory. Status 0, or 1 where something could not be read. */
static int
list_dir(const char *path, unsigned how)
{
	DIR *d = opendir(path);
	struct dirent *e;
	List l = { 0 };
	int status;

	if (d == NULL) {
		warn(path);
		return 1;
	}
	errno = 0;
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' || (how & ALL))
			list_add(&l, e->d_name);
	status = errno != 0;
	if (status)
		warn(path);
	closedir(d);
	status |= print_list(&l, path, how);
	list_free(&l);
	return status;
}

int
main(int argc, char **argv)
{
	unsigned how = flags(&argc, &argv, "la1d", USAGE);
	List files = { 0 }, dirs = { 0 };
	int status = 0;
	struct stat st;

	if (!(how & LONG) && !isatty(1))
		how |= ONE;
	if (argc == 0)
		list_add(how & ITSELF ? &files : &dirs, ".");
	for (int i = 0; i < argc; i++)
		if (stat(argv[i], &st) < 0) {
			warn(argv[i]);
			status = 1;
		} else if (S_ISDIR(st.st_mode) && !(how & ITSELF)) {
			list_add(&dirs, argv[i]);
		} else {
			list_add(&files, argv[i]);
		}
	status |= print_list(&files, NULL, how);
	for (size_t i = 0; i < dirs.n; i++) {
		if (files.n + dirs.n > 1)
			printf("%s%s:\n", i || files.n ? "\n" : "", dirs.name[i]);
		status |= list_dir(dirs.name[i], how);
	}
	return finish(status);
}

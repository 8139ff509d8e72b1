/*
 * seal [-b NAME]... CMD [ARG]...: run it where only the root and the NAMEs can be named.
 *
 * A NAME is a path as it is now. What is bound at it or below it survives when the table
 * is cleared. A NAME that lies inside something bound would go with it, so each is also
 * held under a name in /tmp meanwhile, and bound from there when it is not what it was.
 * Last, `#` names are refused, for the command and for all that it starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "user/include/tool.h"

#define USAGE   "[-b NAME]... CMD [ARG]..."
#define MAXNAME 16

typedef struct Kept {
	char path[SYS_PATHMAX];
	char held[40];
	struct stat st;
} Kept;

static Kept kept[MAXNAME];
static int nkept;

static void
absolute(const char *name, char *path, size_t n)
{
	char cwd[SYS_PATHMAX];
	size_t len;

	if (name[0] == '#')
		quit("%s: bind it to a path first, then name the path", name);
	if (name[0] == '/')
		strlcpy(path, name, n);
	else if (getcwd(cwd, sizeof cwd) == NULL || !path_join(path, n, cwd, name))
		quit("%s: path too long", name);
	for (len = strlen(path); len > 1 && path[len - 1] == '/';)
		path[--len] = '\0';
}

/* Something of the right kind to bind to; the directories on the way are made too. */
static void
make_place(char *path, bool dir)
{
	struct stat st;
	int fd;

	for (char *p = path + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(path, 0755);
			*p = '/';
		}
	if (stat(path, &st) == 0)
		return;
	if (dir) {
		if (mkdir(path, 0755) < 0)
			die(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT, 0666);
	if (fd < 0)
		die(path);
	close(fd);
}

static void
hold(const char *name)
{
	Kept *k = &kept[nkept];

	if (nkept == MAXNAME)
		quit("at most %d names", MAXNAME);
	absolute(name, k->path, sizeof k->path);
	if (stat(k->path, &k->st) < 0)
		die(name);
	snprintf(k->held, sizeof k->held, "/tmp/.seal-%d-%d", getpid(), nkept++);
	make_place(k->held, S_ISDIR(k->st.st_mode));
	if (bind(k->path, k->held, BIND_REPLACE) < 0 ||
		bind(k->held, k->held, BIND_KEEP) < 0 ||
		bind(k->path, k->path, BIND_KEEP) < 0)
		die(name);
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* In the cleared table: there again, if it is not there still. */
static void
restore(Kept *k)
{
	struct stat st;

	if (stat(k->path, &st) < 0 || !same(&st, &k->st)) {
		make_place(k->path, S_ISDIR(k->st.st_mode));
		if (bind(k->held, k->path, BIND_REPLACE) < 0)
			die(k->path);
	}
	if (unmount(NULL, k->held) < 0 || remove(k->held) < 0)
		die(k->held);
}

int
main(int argc, char **argv)
{
	char cwd[SYS_PATHMAX];
	int c;

	if (rfns(RFNS_COPY) < 0)
		die("rfns");
	opterr = 0;
	while ((c = getopt(argc, argv, "+b:")) != -1)
		if (c == 'b')
			hold(optarg);
		else
			usage(USAGE);
	argv += optind;
	if (argv[0] == NULL)
		usage(USAGE);
	if (getcwd(cwd, sizeof cwd) == NULL)
		strlcpy(cwd, "/", sizeof cwd);
	if (rfns(RFNS_CLEAR) < 0)
		die("rfns");
	for (int k = 0; k < nkept; k++)
		restore(&kept[k]);
	if (chdir(cwd) < 0 && chdir("/") < 0)
		die("/");
	if (rfns(RFNS_SEAL) < 0)
		die("rfns");
	execvp(argv[0], argv);
	warn(argv[0]);
	return errno == ENOENT ? 127 : 126;
}

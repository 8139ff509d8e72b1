/*
 * seal [-b NAME]... CMD [ARG]...: run it where only the root and the NAMEs can be named.
 *
 * A NAME is a path as it is now. What is bound at it or below it is bound again, in a
 * table that starts from nothing; a NAME inside something bound gets just that part. Then
 * `#` names are refused, for it and for all that it starts.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "user/include/tool.h"

#define USAGE "[-b NAME]... CMD [ARG]..."
#define MAXBIND 64

typedef struct Bind {
	char *new, *old;
	int   how;
	bool  file; /* what is shown is no directory */
} Bind;

static Bind now[MAXBIND], keep[MAXBIND];
static int  nnow, nkeep;

/* The next word of a line as ns prints it: plain, or in '...' with '' for a quote. */
static char *
next_word(char **line)
{
	char *p = *line + strspn(*line, " "), *word = p, *to = p;

	if (*p == '\0')
		return NULL;
	if (*p != '\'') {
		p += strcspn(p, " ");
		*line = *p ? p + 1 : p;
		*p = '\0';
		return word;
	}
	for (p++; *p != '\0'; p++) {
		if (*p == '\'' && p[1] == '\'')
			p++;
		else if (*p == '\'')
			break;
		*to++ = *p;
	}
	*line = *p ? p + 1 : p;
	*to = '\0';
	return word;
}

static void
parse_line(char *line)
{
	char *word = next_word(&line);
	Bind b = { .how = BIND_REPLACE };

	if (word == NULL || strcmp(word, "bind") != 0 || (word = next_word(&line)) == NULL)
		return;
	if (word[0] == '-') {
		b.how = strchr(word, 'b') ? BIND_BEFORE : strchr(word, 'a') ? BIND_AFTER : 0;
		b.how |= strchr(word, 'c') ? BIND_CREATE : 0;
		word = next_word(&line);
	}
	b.new = word;
	b.old = next_word(&line);
	if (b.old != NULL && nnow < MAXBIND)
		now[nnow++] = b;
}

static void
read_now(void)
{
	char path[40], *text, *line, *save = NULL;

	snprintf(path, sizeof path, "#proc/%d/ns", getpid());
	text = read_file(path);
	if (text == NULL)
		die(path);
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
		parse_line(line);
}

/* What of path lies below dir: "" when they are the same, NULL when it does not. */
static const char *
below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n > 0 && dir[n - 1] == '/')
		n--;
	if (strncmp(path, dir, n) != 0 || (path[n] != '\0' && path[n] != '/'))
		return NULL;
	return path + n;
}

static void
keep_bind(const char *new, const char *old, int how)
{
	Bind *b = &keep[nkeep];
	struct stat st;

	if (nkeep == MAXBIND)
		quit("too many names");
	b->new = strdup(new);
	b->old = strdup(old);
	if (b->new == NULL || b->old == NULL)
		die(NULL);
	b->how = how;
	b->file = stat(new, &st) == 0 && !S_ISDIR(st.st_mode);
	nkeep++;
}

/* The bind that name lies inside of: the longest, and of those the one that has it. */
static const Bind *
holder(const char *name, char *there, size_t n)
{
	const Bind *best = NULL;
	struct stat st;
	char path[SYS_PATHMAX];

	for (int i = 0; i < nnow; i++) {
		const char *rest = below(name, now[i].old);

		if (rest == NULL || *rest == '\0')
			continue;
		if (best != NULL && strlen(now[i].old) < strlen(best->old))
			continue;
		if ((size_t)snprintf(path, sizeof path, "%s%s", now[i].new, rest) >= sizeof path ||
		    stat(path, &st) < 0)
			continue;
		best = &now[i];
		strlcpy(there, path, n);
	}
	return best;
}

static void
absolute(const char *name, char *path, size_t n)
{
	char cwd[SYS_PATHMAX];
	size_t len;

	if (name[0] == '/')
		strlcpy(path, name, n);
	else if (getcwd(cwd, sizeof cwd) == NULL || !path_join(path, n, cwd, name))
		quit("%s: path too long", name);
	for (len = strlen(path); len > 1 && path[len - 1] == '/';)
		path[--len] = '\0';
}

static void
keep_name(const char *name)
{
	char path[SYS_PATHMAX], there[SYS_PATHMAX];
	bool found = false;
	struct stat st;

	if (name[0] == '#')
		quit("%s: bind it to a path first, then name the path", name);
	absolute(name, path, sizeof path);
	if (stat(path, &st) < 0)
		die(name);
	for (int i = 0; i < nnow; i++)
		found |= strcmp(now[i].old, path) == 0;
	if (!found && holder(path, there, sizeof there) != NULL)
		keep_bind(there, path, BIND_REPLACE);
	for (int i = 0; i < nnow; i++)
		if (below(now[i].old, path) != NULL)
			keep_bind(now[i].new, now[i].old, now[i].how);
}

/* In the bare root: the place that something is to be bound to. */
static void
make_place(char *path, bool file)
{
	struct stat st;

	for (char *p = path + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(path, 0755);
			*p = '/';
		}
	if (stat(path, &st) == 0)
		return;
	if (!file)
		mkdir(path, 0755);
	else
		close(open(path, O_WRONLY | O_CREAT, 0666));
}

int
main(int argc, char **argv)
{
	char cwd[SYS_PATHMAX];
	int i = 1;

	read_now();
	for (; i + 1 < argc && strcmp(argv[i], "-b") == 0; i += 2)
		keep_name(argv[i + 1]);
	if (i >= argc || argv[i][0] == '-')
		usage(USAGE);
	if (getcwd(cwd, sizeof cwd) == NULL)
		strlcpy(cwd, "/", sizeof cwd);
	if (rfns(RFNS_COPY | RFNS_CLEAR) < 0)
		die("rfns");
	for (int k = 0; k < nkeep; k++) {
		make_place(keep[k].old, keep[k].file);
		if (bind(keep[k].new, keep[k].old, keep[k].how) < 0)
			die(keep[k].old);
	}
	if (chdir(cwd) < 0 && chdir("/") < 0)
		die("/");
	if (rfns(RFNS_SEAL) < 0)
		die("rfns");
	execvp(argv[i], argv + i);
	warn(argv[i]);
	return errno == ENOENT ? 127 : 126;
}

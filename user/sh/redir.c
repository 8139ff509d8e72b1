/* Redirections: descriptors opened and moved, and moved back after a builtin. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/include/bailey.h"
#include "user/sh/expand.h"
#include "user/sh/shell.h"

#define FIRST_OWN 10 /* where the shell's own descriptors live */

int
fd_move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD, FIRST_OWN);

	if (up < 0)
		return fd;
	close(fd);
	fcntl(up, F_SETFD, FD_CLOEXEC);
	return up;
}

static bool
save(SavedSet *set, int fd)
{
	int copy;

	for (int i = 0; i < set->n; i++)
		if (set->s[i].fd == fd)
			return true;
	if (set->n == MAXSAVED) {
		complain_text("too many redirections");
		return false;
	}
	copy = fcntl(fd, F_DUPFD, FIRST_OWN);
	if (copy >= 0)
		fcntl(copy, F_SETFD, FD_CLOEXEC);
	set->s[set->n++] = (Saved){ fd, copy };
	return true;
}

void
redir_undo(SavedSet *set)
{
	while (set->n > 0) {
		Saved *s = &set->s[--set->n];

		if (s->copy < 0) {
			close(s->fd);
			continue;
		}
		dup2(s->copy, s->fd);
		close(s->copy);
	}
}

/* A pipe with text waiting in it: a process writes it, however long it is. */
static int
here_open(const char *text)
{
	int fd[2];
	pid_t none = 0, pid;

	if (pipe(fd) < 0)
		return -1;
	pid = job_fork(&none, false);
	if (pid == 0) {
		size_t n = strlen(text);
		long w;

		close(fd[0]);
		for (; n > 0 && (w = write(fd[1], text, n)) > 0; n -= (size_t)w)
			text += w;
		_exit(0);
	}
	close(fd[1]);
	if (pid < 0) {
		close(fd[0]);
		return -1;
	}
	return fd[0];
}

/* >&N and <&N: another name for a descriptor; - closes. */
static bool
apply_dup(const Redir *r, const char *word)
{
	if (strcmp(word, "-") == 0) {
		close(r->fd);
		return true;
	}
	if (word[0] < '0' || word[0] > '9' || word[1] != '\0') {
		complain_text("a digit must follow >& and <&");
		return false;
	}
	if (dup2(word[0] - '0', r->fd) >= 0)
		return true;
	complain(word);
	return false;
}

static int
file_open(Tok op, const char *path)
{
	switch (op) {
	case T_IN:
		return open(path, O_RDONLY);
	case T_APPEND:
		return open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	default:
		return open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	}
}

/* Carries one redirection out. False after a message, and then nothing has changed. */
static bool
apply_one(const Redir *r, Arena *a)
{
	const char *why = NULL;
	char *word;
	int fd;

	if (r->op == T_HERE)
		word = r->here->plain ? r->here->text
				      : expand_here(a, r->here->text, &why);
	else
		word = expand_word(a, r->word, &why);
	if (word == NULL) {
		complain_text(why);
		return false;
	}
	if (r->op == T_INDUP || r->op == T_OUTDUP)
		return apply_dup(r, word);
	fd = r->op == T_HERE ? here_open(word) : file_open(r->op, word);
	if (fd < 0) {
		complain(r->op == T_HERE ? "<<" : word);
		return false;
	}
	if (fd != r->fd) {
		dup2(fd, r->fd);
		close(fd);
	}
	return true;
}

bool
redir_apply(const Redir *r, SavedSet *set)
{
	Arena a = { 0 };
	bool ok = true;

	for (; r != NULL && ok; r = r->next)
		ok = (set == NULL || save(set, r->fd)) && apply_one(r, &a);
	arena_free(&a);
	return ok;
}

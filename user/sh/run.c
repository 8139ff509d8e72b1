/*
 * Running a tree. A simple command's words are expanded on the scratch arena, above a
 * mark that is released when it is done; the tree itself lives until its command is over,
 * or for ever when it defined a function.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/include/tool.h"
#include "user/sh/expand.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"

#define MAXNEST 64 /* constructs and calls within each other: half a KiB of stack each */

typedef struct Func Func;
struct Func {
	Func *next;
	char *name;
	Node *body;
};

Jump jump;
int jump_count, loop_depth;
bool opt_errexit, opt_xtrace;

static Func *funcs;
Arena scratch;
static bool tree_kept;     /* the present tree defined a function */
static int conditions;     /* inside a condition: set -e does not look */
static int nesting, calls; /* how deep we are */
static int output_status;  /* of the last $(...) in an assignment */

int
complain(const char *what)
{
	warn(what);
	return 1;
}

int
complain_text(const char *text)
{
	char line[300];
	int n = snprintf(line, sizeof line, "sh: %s\n", text);

	write(2, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
	return 1;
}

/* ---- simple commands ---- */

static Func *
func_find(const char *name)
{
	Func *f;

	for (f = funcs; f != NULL && strcmp(f->name, name) != 0; f = f->next)
		;
	return f;
}

static int
func_define(Node *n)
{
	Func *f = func_find(n->name);

	if (f == NULL) {
		f = mem_alloc(sizeof *f);
		f->name = mem_str(n->name);
		f->next = funcs;
		funcs = f;
	}
	f->body = n->a;
	tree_kept = true;
	return 0;
}

static int
func_call(Func *f, int argc, char **argv)
{
	Params was = params;
	int status;

	calls++;
	params = (Params){ was.arg0, argv + 1, argc - 1 };
	status = run(f->body, false);
	if (jump == J_RETURN) {
		jump = J_NONE;
		status = last_status;
	}
	params = was;
	calls--;
	return status;
}

/* NAME=value words take effect; exported: for the program this process becomes. */
static int
assign(char *const *raw, bool exported)
{
	for (; raw != NULL && *raw != NULL; raw++) {
		const char *eq = strchr(*raw, '='), *why;
		char *name = arena_strn(&scratch, *raw, (size_t)(eq - *raw));
		char *v = expand_word(&scratch, eq + 1, &why);

		if (v == NULL)
			return complain_text(why);
		var_set(name, v);
		if (exported)
			var_export(name);
	}
	return 0;
}

static void
trace(char **argv)
{
	Buf b = { 0 };

	buf_puts(&b, "+");
	for (; *argv != NULL; argv++) {
		buf_putc(&b, ' ');
		buf_puts(&b, *argv);
	}
	buf_putc(&b, '\n');
	write(2, b.s, b.n);
	buf_free(&b);
}

/* No command word: assignments and redirections alone. */
static int
run_assignments(Node *n)
{
	SavedSet set = { .n = 0 };
	int status;

	output_status = 0;
	if (!redir_apply(n->redir, &set))
		status = 1;
	else
		status = assign(n->assigns, false);
	redir_undo(&set);
	return status ? status : output_status;
}

/* In the shell itself. exec keeps its redirections; assignments stay too. */
static int
run_inside(Node *n, Builtin *b, Func *f, int argc, char **argv)
{
	SavedSet set = { .n = 0 };
	bool keep = b != NULL && strcmp(argv[0], "exec") == 0;
	int status = 1;

	if (redir_apply(n->redir, keep ? NULL : &set) && assign(n->assigns, false) == 0)
		status = b ? b(argc, argv) : func_call(f, argc, argv);
	redir_undo(&set);
	return status;
}

static int
run_program(Node *n, char **argv, bool last)
{
	pid_t pgid = 0, pid = last ? 0 : job_fork(&pgid, true);

	if (pid < 0)
		return 1;
	if (pid > 0)
		return job_wait(&pid, 1, argv[0]);
	if (!redir_apply(n->redir, NULL) || assign(n->assigns, true) != 0)
		_exit(1);
	exec_program(argv);
}

/* Expands a simple command and runs it: a function, a builtin, or a program, which takes
 * the place of this process where it is the last. */
static int
run_simple(Node *n, bool last)
{
	const char *why;
	char **argv;
	Builtin *b;
	Func *f;
	int argc;

	if (n->nwords == 0)
		return run_assignments(n);
	output_status = 0;
	argc = expand_words(&scratch, n->words, n->nwords, &argv, &why);
	if (argc < 0)
		return complain_text(why);
	if (argc == 0)
		return run_assignments(n);
	if (opt_xtrace)
		trace(argv);
	f = func_find(argv[0]);
	b = f ? NULL : builtin_find(argv[0]);
	if (f || b)
		return run_inside(n, b, f, argc, argv);
	return run_program(n, argv, last);
}

/* ---- processes ---- */

/* In a child: run it and end. */
static void
run_and_exit(Node *n)
{
	exit(run(n, true));
}

static int
run_subshell(Node *n)
{
	pid_t pgid = 0, pid = job_fork(&pgid, true);

	if (pid < 0)
		return 1;
	if (pid > 0)
		return job_wait(&pid, 1, "( )");
	if (!redir_apply(n->redir, NULL))
		_exit(1);
	run_and_exit(n->a);
	return 0;
}

/* One stage: reads from in, writes to out (each -1: as it is); gap is closed. */
static pid_t
start_stage(Node *n, int in, int out, int gap, pid_t *pgid)
{
	pid_t pid = job_fork(pgid, true);

	if (pid != 0)
		return pid;
	if (gap >= 0)
		close(gap);
	if (in >= 0) {
		dup2(in, 0);
		close(in);
	}
	if (out >= 0) {
		dup2(out, 1);
		close(out);
	}
	run_and_exit(n);
	return 0;
}

#define MAXSTAGE 32

/* Starts a process for each stage, all in one group, and waits for them. The status is
 * the last stage's. */
static int
run_pipe(Node *n)
{
	pid_t pid[MAXSTAGE], pgid = 0;
	int count = 0, in = -1;

	for (bool more = true; more; n = n->b) {
		int fd[2] = { -1, -1 };

		more = n->kind == N_PIPE;
		if (count == MAXSTAGE) {
			complain_text("pipeline too long");
			break;
		}
		if (more && pipe(fd) < 0) {
			complain("pipe");
			break;
		}
		pid[count] = start_stage(more ? n->a : n, in, fd[1], fd[0], &pgid);
		if (in >= 0)
			close(in);
		if (fd[1] >= 0)
			close(fd[1]);
		in = fd[0];
		if (pid[count] < 0)
			break;
		count++;
	}
	if (in >= 0)
		close(in);
	return job_wait(pid, count, "pipeline");
}

/* Adds to buf what n was typed as, or its beginning, for jobs. */
static void
command_text(const Node *n, char *buf, size_t size)
{
	if (n->kind == N_SIMPLE) {
		for (int i = 0; i < n->nwords; i++) {
			strlcat(buf, i > 0 ? " " : "", size);
			strlcat(buf, n->words[i], size);
		}
	} else if (n->kind == N_PIPE) {
		command_text(n->a, buf, size);
		strlcat(buf, " | ", size);
		command_text(n->b, buf, size);
	} else {
		while (n->kind != N_SIMPLE && n->a != NULL)
			n = n->a;
		strlcat(buf, "( ", size);
		if (n->kind == N_SIMPLE)
			command_text(n, buf, size);
		strlcat(buf, " ... )", size);
	}
}

/* Starts the command and does not wait. It reads nothing of what is typed. */
static int
run_back(Node *n)
{
	pid_t pgid = 0, pid = job_fork(&pgid, false);
	char text[JOB_TEXT] = "";
	int null;

	if (pid < 0)
		return 1;
	if (pid > 0) {
		command_text(n->a, text, sizeof text);
		job_back(pid, text);
		return 0;
	}
	null = open("/dev/null", O_RDONLY);
	if (null > 0) {
		dup2(null, 0);
		close(null);
	}
	run_and_exit(n->a);
	return 0;
}

void
command_output(const char *commands, Buf *out)
{
	pid_t none = 0, pid;
	bool control = job_control;
	char buf[512];
	int fd[2];
	long got;

	buf_puts(out, "");
	if (pipe(fd) < 0) {
		complain("pipe");
		return;
	}
	/* In the shell's own group, which has the console: Ctrl-C reaches it. */
	job_control = false;
	pid = job_fork(&none, false);
	if (pid == 0) {
		if (control)
			signal(SIGINT, SIG_DFL);
		close(fd[0]);
		dup2(fd[1], 1);
		close(fd[1]);
		exit(run_text(commands, "sh"));
	}
	job_control = control;
	close(fd[1]);
	while (pid > 0 && (got = read(fd[0], buf, sizeof buf)) > 0)
		buf_putn(out, buf, (size_t)got);
	close(fd[0]);
	if (pid > 0)
		output_status = job_wait(&pid, 1, "$( )");
	while (out->n > 0 && out->s[out->n - 1] == '\n')
		out->s[--out->n] = '\0';
}

/* ---- trees ---- */

int
run_condition(Node *n)
{
	int status;

	conditions++;
	status = run(n, false);
	conditions--;
	return status;
}

/* Runs a tree by its kind. `last` as in run. */
static int
run_kind(Node *n, bool last)
{
	int status;

	switch (n->kind) {
	case N_SIMPLE:
		return run_simple(n, last);
	case N_PIPE:
		return run_pipe(n);
	case N_NOT:
		return !run_condition(n->a);
	case N_AND:
	case N_OR:
		status = run_condition(n->a);
		if (jump != J_NONE || (status == 0) != (n->kind == N_AND))
			return status;
		return run(n->b, last);
	case N_BACK:
		return run_back(n);
	case N_SUB:
		return run_subshell(n);
	case N_GROUP:
		return run(n->a, last);
	case N_IF:
		return run_if(n, last);
	case N_WHILE:
	case N_UNTIL:
		return run_while(n);
	case N_FOR:
		return run_for(n);
	case N_CASE:
		return run_case(n);
	case N_FUNC:
		return func_define(n);
	case N_SEQ:
		break;
	}
	return 0;
}

/* Compound commands with redirections; simple ones and subshells do their own. */
static int
run_redirected(Node *n, bool last)
{
	SavedSet set = { .n = 0 };
	int status = 1;

	if (n->redir == NULL || n->kind == N_SIMPLE || n->kind == N_SUB ||
		n->kind == N_FUNC)
		return run_kind(n, last);
	if (redir_apply(n->redir, &set))
		status = run_kind(n, false);
	redir_undo(&set);
	return status;
}

static int
run_one(Node *n, bool last)
{
	Mark m = arena_mark(&scratch);
	int status = run_redirected(n, last);

	arena_release(&scratch, m);
	if (jump != J_RETURN)
		last_status = status;
	if (status != 0 && opt_errexit && conditions == 0 &&
		(n->kind == N_SIMPLE || n->kind == N_PIPE || n->kind == N_SUB))
		exit(status);
	return status;
}

int
run(Node *n, bool last)
{
	int status = 0;

	if (nesting == MAXNEST)
		return complain_text("nested too deeply");
	nesting++;
	for (; n->kind == N_SEQ && jump == J_NONE; n = n->b)
		status = run_one(n->a, false);
	if (jump == J_NONE)
		status = run_one(n, last);
	nesting--;
	return status;
}

/* ---- texts ---- */

int
run_all(Lex *l, const char *name)
{
	const char *begin = l->p, *why;
	char place[80];
	int status = 0;
	Node *n;

	for (;;) {
		Arena arena = { 0 };
		Parse what;

		l->arena = &arena;
		what = parse_command(l, &n, &why);
		if (job_control && l->more != NULL)
			interrupts(); /* those typed at the prompt are over */
		if (what == P_ERROR) {
			int line = 1;

			status = last_status = 2;
			for (const char *p = begin; l->more == NULL && p + 1 < l->p; p++)
				line += *p == '\n';
			if (l->more != NULL)
				snprintf(place, sizeof place, "%s", name);
			else
				snprintf(place, sizeof place, "%.60s: line %d", name,
					line);
			fprintf(stderr, "%s: %s\n", place, why);
		}
		tree_kept = false;
		if (what == P_OK && n != NULL)
			status = run(n, false);
		if (!tree_kept)
			arena_free(&arena);
		if (jump == J_INTERRUPT)
			status = last_status = 128 + SIGINT;
		if (l->more != NULL && calls == 0) /* back at the prompt */
			jump = J_NONE;
		if (what == P_END || jump != J_NONE ||
			(what == P_ERROR && l->more == NULL))
			return status;
	}
}

int
run_text(const char *text, const char *name)
{
	int status, was = calls;
	Lex l;

	calls++;
	lex_init(&l, text, NULL);
	status = run_all(&l, name);
	calls = was;
	return status;
}

int
run_file(const char *path)
{
	char *text = read_file(path);
	int status;

	if (text == NULL) {
		complain(path);
		return 127;
	}
	status = run_text(text, path);
	free(text);
	return status;
}

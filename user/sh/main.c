/*
 * sh [-ex] [-c COMMANDS [NAME]] [FILE] [ARG]...: commands from a console, a file, a
 * string or a pipe. Editing and history are the console's.
 */
#include <errno.h>
#include <signal.h>

#include "user/include/tool.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"

#define USAGE "[-ex] [-c COMMANDS | FILE] [ARG]..."

static void
prompt(const Lex *l)
{
	const char *p = l->started ? var_get("PS2") : var_get("PS1");

	if (p == NULL)
		p = l->started ? "> " : "$ ";
	write(2, p, strlen(p));
}

/* A line of fd 0, a byte at a time: what follows it may belong to the command it starts.
 * Ctrl-C ends the read; the command typed so far is given up. */
static const char *
next_line(Lex *l)
{
	static Buf line;
	long got;
	char c;

	line.n = 0;
	if (!l->started)
		job_reap();
	if (job_control)
		prompt(l);
	while ((got = read(0, &c, 1)) == 1) {
		if (c != '\0')
			buf_putc(&line, c);
		if (c == '\n')
			return line.s;
	}
	if (got < 0 && errno == EINTR && job_control) {
		l->cut = true;
		last_status = 128 + SIGINT;
		return NULL;
	}
	if (job_control)
		write(2, "\n", 1);
	if (line.n == 0)
		return NULL;
	buf_putc(&line, '\n');
	return line.s;
}

static int
run_input(void)
{
	Lex l;

	job_start();
	lex_init(&l, "", NULL);
	l.more = next_line;
	run_all(&l, "sh");
	return last_status;
}

int
main(int argc, char **argv, char **env)
{
	const char *commands = NULL;
	int i;

	shell_pid = getpid();
	progname = "sh";
	var_import(env);
	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++)
		for (const char *o = argv[i] + 1; *o != '\0'; o++)
			if (*o == 'e')
				opt_errexit = true;
			else if (*o == 'x')
				opt_xtrace = true;
			else if (*o == 'c' && o[1] == '\0' && i + 1 < argc)
				commands = argv[++i], o = " ";
			else
				usage(USAGE);
	params.arg0 = i < argc ? argv[i] : "sh";
	params.arg = i < argc ? argv + i + 1 : argv + argc;
	params.n = i < argc ? argc - i - 1 : 0;
	if (commands != NULL)
		run_text(commands, "sh");
	else if (i < argc)
		last_status = run_file(argv[i]) == 127 ? 127 : last_status;
	else
		return run_input();
	return last_status;
}

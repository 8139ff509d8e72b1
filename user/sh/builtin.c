/* Commands that change the shell itself, and a few that are faster inside. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/include/tool.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"

static int
b_true(int argc, char **argv)
{
	(void)argc, (void)argv;
	return 0;
}

static int
b_false(int argc, char **argv)
{
	(void)argc, (void)argv;
	return 1;
}

static int
b_echo(int argc, char **argv)
{
	int status;

	progname = "echo";
	status = echo_words(argc, argv);
	progname = "sh";
	return status;
}

static int
b_cd(int argc, char **argv)
{
	const char *to = argc > 1 ? argv[1] : var_get("HOME");

	if (to == NULL)
		to = "/";
	if (chdir(to) == 0)
		return 0;
	progname = "cd";
	warn(to);
	progname = "sh";
	return 1;
}

static int
print_all(const char *s, size_t n)
{
	if (write_all(1, s, n) == 0)
		return 0;
	warn_fd(1);
	return 1;
}

static int
b_pwd(int argc, char **argv)
{
	char dir[SYS_PATHMAX + 1];

	(void)argc, (void)argv;
	if (getcwd(dir, sizeof dir - 1) == NULL)
		return complain("pwd");
	strcat(dir, "\n");
	return print_all(dir, strlen(dir));
}

/* A status or a count; -1 when it is no number. */
static long
small_number(const char *s)
{
	unsigned long n;

	return number(s, &n) && n < 1000000 ? (long)n : -1;
}

static int
b_exit(int argc, char **argv)
{
	long n = argc > 1 ? small_number(argv[1]) : last_status;

	if (n < 0)
		return complain_text("exit: not a number");
	exit((int)n & 255);
}

static int
leave(Jump how, int argc, char **argv)
{
	long n = argc > 1 ? small_number(argv[1]) : 1;

	if (n < 1)
		return complain_text("not a count");
	if (loop_depth == 0)
		return 0;
	jump = how;
	jump_count = n < loop_depth ? (int)n : loop_depth;
	return 0;
}

static int
b_break(int argc, char **argv)
{
	return leave(J_BREAK, argc, argv);
}

static int
b_continue(int argc, char **argv)
{
	return leave(J_CONTINUE, argc, argv);
}

static int
b_return(int argc, char **argv)
{
	long n = argc > 1 ? small_number(argv[1]) : last_status;

	if (n < 0)
		return complain_text("return: not a number");
	jump = J_RETURN;
	return last_status = (int)n & 255;
}

static int
b_eval(int argc, char **argv)
{
	Buf b = { 0 };
	int status;

	buf_puts(&b, "");
	for (int i = 1; i < argc; i++) {
		buf_puts(&b, argv[i]);
		buf_putc(&b, ' ');
	}
	status = run_text(b.s, "eval");
	buf_free(&b);
	return status;
}

static int
b_dot(int argc, char **argv)
{
	int status;

	if (argc < 2)
		return complain_text("usage: . FILE");
	status = run_file(argv[1]);
	if (jump == J_RETURN) {
		jump = J_NONE;
		status = last_status;
	}
	return status;
}

static int
b_exec(int argc, char **argv)
{
	if (argc > 1)
		exec_program(argv + 1);
	return 0;
}

static Buf listing;

static void
list_var(const char *name, const char *value, bool exported)
{
	(void)exported;
	buf_puts(&listing, name);
	buf_putc(&listing, '=');
	buf_puts(&listing, value);
	buf_putc(&listing, '\n');
}

static void
list_exported(const char *name, const char *value, bool exported)
{
	if (exported)
		list_var(name, value, exported);
}

static int
print_vars(void (*fn)(const char *, const char *, bool))
{
	int status;

	buf_puts(&listing, "");
	var_each(fn);
	status = print_all(listing.s, listing.n);
	buf_free(&listing);
	return status;
}

/* export NAME[=VALUE]...; alone it lists what is exported. */
static int
b_export(int argc, char **argv)
{
	if (argc == 1)
		return print_vars(list_exported);
	for (int i = 1; i < argc; i++) {
		char *eq = strchr(argv[i], '=');
		size_t n = eq ? (size_t)(eq - argv[i]) : strlen(argv[i]);

		if (!name_valid(argv[i], n))
			return complain_text("export: not a name");
		if (eq != NULL) {
			*eq = '\0';
			var_set(argv[i], eq + 1);
		}
		var_export(argv[i]);
	}
	return 0;
}

static int
b_unset(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		var_unset(argv[i]);
	return 0;
}

static int
set_option(const char *word)
{
	bool on = word[0] == '-';

	for (word++; *word != '\0'; word++)
		if (*word == 'e')
			opt_errexit = on;
		else if (*word == 'x')
			opt_xtrace = on;
		else
			return complain_text("set: options are e and x");
	return 0;
}

static void
set_params(int n, char **arg)
{
	char **copy = mem_alloc((size_t)(n + 1) * sizeof *copy);

	/* The old ones may be a caller's: not ours to free. */
	for (int i = 0; i < n; i++)
		copy[i] = mem_str(arg[i]);
	params.arg = copy;
	params.n = n;
}

/* set [-ex] [+ex] [--] [ARG]...: options and parameters; alone it lists the variables. */
static int
b_set(int argc, char **argv)
{
	int i;

	if (argc == 1)
		return print_vars(list_var);
	for (i = 1; i < argc && strchr("-+", argv[i][0]) && argv[i][0] && argv[i][1];
		i++) {
		if (strcmp(argv[i], "--") == 0) {
			set_params(argc - i - 1, argv + i + 1);
			return 0;
		}
		if (set_option(argv[i]) != 0)
			return 1;
	}
	if (i < argc)
		set_params(argc - i, argv + i);
	return 0;
}

static int
b_shift(int argc, char **argv)
{
	long n = argc > 1 ? small_number(argv[1]) : 1;

	if (n < 0 || n > params.n)
		return complain_text("shift: not that many");
	params.arg += n;
	params.n -= (int)n;
	return 0;
}

/* A byte at a time: what follows the newline is the next reader's. */
static bool
read_line(Buf *b)
{
	char c;
	long got;

	buf_puts(b, "");
	while ((got = read(0, &c, 1)) == 1 && c != '\n')
		buf_putc(b, c);
	return got == 1 || b->n > 0;
}

/* read [-r] NAME...: a line from standard input, a word for each name and the rest for
 * the last. Status 1 at the end of input. */
static int
b_read(int argc, char **argv)
{
	Buf b = { 0 };
	bool any = read_line(&b);
	char *p = b.s, *end;

	if (argc > 1 && strcmp(argv[1], "-r") == 0)
		argv++, argc--;
	for (int i = 1; i < argc; i++) {
		p += strspn(p, " \t");
		end = i + 1 < argc ? p + strcspn(p, " \t") : p + strlen(p);
		if (i + 1 == argc)
			while (end > p && isblank((unsigned char)end[-1]))
				end--;
		if (*end != '\0')
			*end++ = '\0';
		if (!name_valid(argv[i], strlen(argv[i]))) {
			complain_text("read: not a name");
			any = false;
			break;
		}
		var_set(argv[i], p);
		p = end;
	}
	buf_free(&b);
	return !any;
}

static int
b_jobs(int argc, char **argv)
{
	(void)argc, (void)argv;
	job_list();
	return 0;
}

static int
b_wait(int argc, char **argv)
{
	int status = 0;

	if (argc == 1)
		return job_wait_all();
	for (int i = 1; i < argc; i++) {
		long pid = small_number(argv[i]);

		status = pid > 0 ? job_wait_back((pid_t)pid) : 127;
		if (status == 127)
			fprintf(stderr, "sh: wait: %s is not a child\n", argv[i]);
	}
	return status;
}

typedef struct BuiltinName {
	const char *name;
	Builtin *fn;
} BuiltinName;

static const BuiltinName builtins[] = {
	{ ":", b_true },
	{ ".", b_dot },
	{ "[", builtin_test },
	{ "break", b_break },
	{ "cd", b_cd },
	{ "continue", b_continue },
	{ "echo", b_echo },
	{ "eval", b_eval },
	{ "exec", b_exec },
	{ "exit", b_exit },
	{ "export", b_export },
	{ "false", b_false },
	{ "jobs", b_jobs },
	{ "pwd", b_pwd },
	{ "read", b_read },
	{ "return", b_return },
	{ "set", b_set },
	{ "shift", b_shift },
	{ "test", builtin_test },
	{ "true", b_true },
	{ "unset", b_unset },
	{ "wait", b_wait },
};

Builtin *
builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
		if (strcmp(builtins[i].name, name) == 0)
			return builtins[i].fn;
	return NULL;
}

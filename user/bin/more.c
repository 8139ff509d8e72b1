/*
 * more [FILE]...: text, a screenful at a time. Space or f shows the next screen, Enter
 * one line more, q or Ctrl-C ends. Keys come from the console, so that it can read a
 * pipe. Where the output is no console everything is copied. The screen has COLUMNS by
 * LINES characters, 80 by 24 unless these variables say otherwise.
 */
#include <fcntl.h>

#include "user/include/tool.h"
#include "user/lib/wrap.h"

#define USAGE  "[FILE]..."
#define CTRL_C 3

static int keys = -1, control = -1;
static int width, height;
static int room; /* rows that can be printed before the next question */

static void
console_open(void)
{
	char path[SYS_PATHMAX];

	keys = open_dev("/dev", "#cons", "cons", O_RDONLY, path);
	control = open_dev("/dev", "#cons", "consctl", O_WRONLY, path);
	if (keys < 0 || control < 0)
		die(path);
}

/* A key as it is typed, without its echo; q where the console has ended. */
static char
console_key(void)
{
	char c;

	write(control, "rawon", 5);
	if (read(keys, &c, 1) != 1)
		c = 'q';
	write(control, "rawoff", 6);
	return c;
}

/* Waits for a key that gives room for more. False when nothing more is wanted. */
static bool
more_room(void)
{
	fflush(stdout);
	write(1, "--more--", 8);
	for (;;) {
		char c = console_key();

		if (c == ' ' || c == 'f')
			room = height - 1;
		else if (c == '\r' || c == '\n')
			room = 1;
		else if (c != 'q' && c != CTRL_C)
			continue;
		write(1, "\r\033[K", 4);
		return room > 0;
	}
}

/* One line that takes so many rows. False when nothing more is wanted. */
static bool
show_line(const char *line, size_t n)
{
	int rows = (text_columns(line, n) + width - 1) / width;

	if (room <= 0 && !more_room())
		return false;
	room -= rows > 0 ? rows : 1;
	fwrite(line, 1, n, stdout);
	putchar('\n');
	return true;
}

static bool
show_file(FILE *f)
{
	char *line = NULL;
	size_t cap = 0;
	bool going = true;
	ssize_t n;

	while (going && (n = getline(&line, &cap, f)) > 0)
		going = show_line(line, (size_t)n - (line[n - 1] == '\n'));
	free(line);
	return going;
}

/* Shows or copies an open file. False when nothing more is wanted, or it cannot be
 * read. */
static bool
more_fd(int fd, const char *name)
{
	FILE *f;
	bool going;

	if (control < 0)
		return copy_fd(fd, 1, name) == 0;
	f = fdopen(fd, "r");
	if (f == NULL)
		die(name);
	going = show_file(f);
	if (ferror(f))
		warn(name);
	fclose(f);
	return going;
}

int
main(int argc, char **argv)
{
	int status = 0;

	flags(&argc, &argv, "", USAGE);
	if (isatty(1))
		console_open();
	width = screen_width();
	height = screen_height();
	room = height - 1;
	if (argc == 0 && isatty(0))
		usage(USAGE);
	if (argc == 0)
		more_fd(0, "input");
	for (int i = 0; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);

		if (fd < 0) {
			warn(argv[i]);
			status = 1;
		} else if (!more_fd(fd, argv[i])) {
			break;
		}
	}
	return finish(status);
}

/* echo, as a program and in the shell. */
#include "user/include/tool.h"

int
echo_words(int argc, char **argv)
{
	bool newline = true;
	size_t n = 1;
	char *line, *p;
	int r, i = 1;

	if (argc > 1 && strcmp(argv[1], "-n") == 0) {
		newline = false;
		i = 2;
	}
	for (int k = i; k < argc; k++)
		n += strlen(argv[k]) + 1;
	p = line = malloc(n);
	if (line == NULL) {
		warn(NULL);
		return 1;
	}
	for (int k = i; k < argc; k++) {
		p = stpcpy(p, argv[k]);
		*p++ = ' ';
	}
	if (i < argc)
		p--;
	if (newline)
		*p++ = '\n';
	r = write_all(1, line, (size_t)(p - line));
	if (r < 0)
		warn_fd(1);
	free(line);
	return r < 0;
}

/* head [-n LINES] [FILE]...: the first lines, ten unless told. */
#include "user/include/tool.h"

#define USAGE "[-n LINES] [FILE]..."

static int
head(FILE *f, const char *name, unsigned long lines)
{
	int c = 0;

	while (lines > 0 && (c = getc(f)) != EOF) {
		putchar(c);
		lines -= c == '\n';
	}
	if (c != EOF || !ferror(f))
		return 0;
	warn(name);
	return 1;
}

int
main(int argc, char **argv)
{
	unsigned long lines = 10;
	int status = 0, i = 1;
	FILE *f;

	if (argc > i && strcmp(argv[i], "-n") == 0) {
		if (i + 1 >= argc || !number(argv[i + 1], &lines))
			usage(USAGE);
		i += 2;
	} else if (argc > i && argv[i][0] == '-' && argv[i][1] != '\0') {
		if (!number(argv[i++] + 1, &lines))
			usage(USAGE);
	}
	if (i == argc)
		status = head(stdin, "input", lines);
	for (int first = i; i < argc; i++) {
		f = fopen(argv[i], "r");
		if (f == NULL) {
			warn(argv[i]);
			status = 1;
			continue;
		}
		if (argc - first > 1)
			printf("%s==> %s <==\n", i > first ? "\n" : "", argv[i]);
		status |= head(f, argv[i], lines);
		fclose(f);
	}
	return finish(status);
}

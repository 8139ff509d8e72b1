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

/* The number of lines asked for; -N is -n N. */
static unsigned long
parse(int argc, char **argv)
{
	unsigned long lines = 10;
	int c;

	if (argc > 1 && argv[1][0] == '-' && number(argv[1] + 1, &lines)) {
		optind = 2;
		return lines;
	}
	opterr = 0;
	while ((c = getopt(argc, argv, "+n:")) != -1)
		if (c != 'n' || !number(optarg, &lines))
			usage(USAGE);
	return lines;
}

int
main(int argc, char **argv)
{
	unsigned long lines = parse(argc, argv);
	int status = 0, first = optind;
	FILE *f;

	if (first == argc)
		status = head(stdin, "input", lines);
	for (int i = first; i < argc; i++) {
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

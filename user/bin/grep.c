/*
 * grep [-vincqF] PATTERN [FILE]...: lines that match a basic regular expression.
 * Inverted, without regard to case, numbered, counted, silently, PATTERN as plain text.
 */
#include "user/include/tool.h"
#include "user/lib/bre.h"

#define USAGE "[-vincqF] PATTERN [FILE]..."

enum { INVERT = 1, FOLD = 2, NUMBER = 4, COUNT = 8, QUIET = 16, PLAIN = 32 };

/* The pattern with everything that means something escaped. */
static char *
escape(const char *s)
{
	char *out = malloc(2 * strlen(s) + 1), *to = out;

	if (out == NULL)
		die(NULL);
	for (; *s != '\0'; s++) {
		if (strchr(".[]*^$\\", *s) != NULL)
			*to++ = '\\';
		*to++ = *s;
	}
	*to = '\0';
	return out;
}

/* A line without its newline; NULL at the end. */
static char *
read_line(FILE *f)
{
	static char *line;
	static size_t cap;
	size_t n = 0;
	int c;

	while ((c = getc(f)) != EOF && c != '\n') {
		if (n + 2 > cap && (line = realloc(line, cap = 2 * cap + 128)) == NULL)
			die(NULL);
		line[n++] = c ? (char)c : '\n';
	}
	if (c == EOF && n == 0)
		return NULL;
	if (n + 1 > cap && (line = realloc(line, cap = 128)) == NULL)
		die(NULL);
	line[n] = '\0';
	return line;
}

/* How many lines of f matched. */
static unsigned long
grep(FILE *f, const char *re, unsigned how, const char *name)
{
	unsigned long hits = 0, number = 0;
	char *line;

	while ((line = read_line(f)) != NULL) {
		number++;
		if (bre_search(re, line, how & FOLD) == ((how & INVERT) != 0))
			continue;
		hits++;
		if (how & QUIET)
			break;
		if (how & COUNT)
			continue;
		if (name != NULL)
			printf("%s:", name);
		if (how & NUMBER)
			printf("%lu:", number);
		puts(line);
	}
	if ((how & COUNT) && !(how & QUIET))
		printf("%s%s%lu\n", name ? name : "", name ? ":" : "", hits);
	return hits;
}

int
main(int argc, char **argv)
{
	unsigned how = flags(&argc, &argv, "vincqF", USAGE);
	const char *re, *why;
	unsigned long hits = 0;
	bool failed = false;

	if (argc < 1)
		usage(USAGE);
	re = how & PLAIN ? escape(argv[0]) : argv[0];
	if ((why = bre_check(re)) != NULL) {
		fprintf(stderr, "grep: %s: %s\n", re, why);
		return 2;
	}
	if (argc == 1)
		hits = grep(stdin, re, how, NULL);
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");

		if (f == NULL) {
			warn(argv[i]);
			failed = true;
			continue;
		}
		hits += grep(f, re, how, argc > 2 ? argv[i] : NULL);
		failed |= ferror(f);
		fclose(f);
	}
	if (finish(0) != 0)
		return 2;
	return failed ? 2 : hits == 0;
}

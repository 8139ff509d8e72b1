/*
 * grep [-vincqFE] PATTERN [FILE]...: lines that match a basic regular expression.
 * Inverted, without regard to case, numbered, counted, silently, PATTERN as plain text,
 * PATTERN as an extended regular expression. The expressions are newlib's.
 */
#include <sys/types.h> /* before regex.h, which uses off_t */

#include <regex.h>

#include "user/include/tool.h"

#define USAGE "[-vincqFE] PATTERN [FILE]..."

enum {
	INVERT = 1,
	FOLD = 2,
	NUMBER = 4,
	COUNT = 8,
	QUIET = 16,
	PLAIN = 32,
	EXTENDED = 64
};

/* Compiles the pattern, or says what is wrong with it and exits 2. */
static regex_t
compile(const char *pattern, unsigned how)
{
	int flags = REG_NOSUB | (how & FOLD ? REG_ICASE : 0) |
		(how & PLAIN                     ? REG_NOSPEC
				: how & EXTENDED ? REG_EXTENDED
						 : 0);
	char why[80];
	regex_t re;
	int err;

	if (*pattern == '\0') { /* it is in every line, but newlib wants a character */
		pattern = "^";
		flags &= ~REG_NOSPEC;
	}
	err = regcomp(&re, pattern, flags);
	if (err == 0)
		return re;
	regerror(err, &re, why, sizeof why);
	fprintf(stderr, "grep: %s: %s\n", pattern, why);
	exit(2);
}

/* How many lines of f matched. */
static unsigned long
grep(FILE *f, const regex_t *re, unsigned how, const char *name)
{
	unsigned long hits = 0, number = 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, f)) > 0) {
		number++;
		line[n - (line[n - 1] == '\n')] = '\0';
		if ((regexec(re, line, 0, NULL, 0) == 0) == ((how & INVERT) != 0))
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
	free(line);
	if ((how & COUNT) && !(how & QUIET))
		printf("%s%s%lu\n", name ? name : "", name ? ":" : "", hits);
	return hits;
}

int
main(int argc, char **argv)
{
	unsigned how = flags(&argc, &argv, "vincqFE", USAGE);
	unsigned long hits = 0;
	bool failed = false;
	regex_t re;

	if (argc < 1)
		usage(USAGE);
	re = compile(argv[0], how);
	if (argc == 1)
		hits = grep(stdin, &re, how, NULL);
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");

		if (f == NULL) {
			warn(argv[i]);
			failed = true;
			continue;
		}
		hits += grep(f, &re, how, argc > 2 ? argv[i] : NULL);
		failed |= ferror(f);
		fclose(f);
	}
	if (finish(0) != 0)
		return 2;
	return failed ? 2 : hits == 0;
}

/*
 * tail [-f] [-n [+]LINES | -c [+]BYTES] [FILE]...: the end of files, ten lines unless
 * told. With + everything from that line or byte on, counted from 1. With -f what is
 * added to the last file later too, until Ctrl-C.
 */
#include "user/include/tool.h"

#define USAGE "[-f] [-n [+]LINES | -c [+]BYTES] [FILE]..."

typedef struct How {
	unsigned long count;
	bool bytes;  /* else lines */
	bool behind; /* counted from the beginning */
	bool follow;
} How;

static void
how_count(How *h, const char *s, bool bytes)
{
	h->bytes = bytes;
	h->behind = *s == '+';
	if (!number(s + (*s == '+' || *s == '-'), &h->count))
		usage(USAGE);
}

/* All that is left of f, which the caller frees, and its length. */
static char *
read_rest(FILE *f, size_t *n)
{
	size_t cap = 1 << 16;
	char *text = malloc(cap);

	for (*n = 0; text != NULL; text = realloc(text, cap *= 2)) {
		*n += fread(text + *n, 1, cap - *n, f);
		if (*n < cap)
			return text;
	}
	die(NULL);
}

/* Where the last `count` lines, or bytes, of the text begin. */
static size_t
tail_start(const char *text, size_t n, const How *h)
{
	unsigned long left = h->count;
	size_t at = n;

	if (h->bytes || left == 0)
		return n - (left < n ? left : n);
	if (at > 0 && text[at - 1] == '\n') /* it ends the last line, begins none */
		at--;
	for (; at > 0; at--)
		if (text[at - 1] == '\n' && --left == 0)
			break;
	return at;
}

/* Passes over what stands before line or byte `count`. */
static void
skip_start(FILE *f, const How *h)
{
	unsigned long left = h->count > 0 ? h->count - 1 : 0;
	int c;

	while (left > 0 && (c = getc(f)) != EOF)
		left -= h->bytes || c == '\n';
}

static int
tail(FILE *f, const char *name, const How *h)
{
	char *text;
	size_t n, at = 0;

	if (h->behind)
		skip_start(f, h);
	text = read_rest(f, &n);
	if (!h->behind)
		at = tail_start(text, n, h);
	fwrite(text + at, 1, n - at, stdout);
	free(text);
	if (!ferror(f))
		return 0;
	warn(name);
	return 1;
}

/* Prints what is added to the file, for ever. */
static void
follow(FILE *f)
{
	int c;

	for (;;) {
		while ((c = getc(f)) != EOF)
			putchar(c);
		clearerr(f);
		fflush(stdout);
		usleep(200000);
	}
}

static How
parse(int argc, char **argv)
{
	How h = { .count = 10 };
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, "+fn:c:")) != -1)
		if (c == 'f')
			h.follow = true;
		else if (c == 'n' || c == 'c')
			how_count(&h, optarg, c == 'c');
		else
			usage(USAGE);
	return h;
}

int
main(int argc, char **argv)
{
	How h = parse(argc, argv);
	int status = 0, first = optind;
	FILE *f = stdin;

	if (first == argc)
		status = tail(f, "input", &h);
	for (int i = first; i < argc; i++) {
		f = fopen(argv[i], "r");
		if (f == NULL) {
			warn(argv[i]);
			status = 1;
			continue;
		}
		if (argc - first > 1)
			printf("%s==> %s <==\n", i > first ? "\n" : "", argv[i]);
		status |= tail(f, argv[i], &h);
		if (i + 1 < argc)
			fclose(f);
	}
	if (h.follow && f != NULL)
		follow(f);
	return finish(status);
}

/* SRC: user/host/faultline.c dev/vtd/faultrec.c */
/*
 * faultdecode [WORD...]: says in words what a blocked DMA was, from fault records in
 * hexadecimal or from lines of a kernel's log. Without arguments these come from standard
 * input. user/man/vtd.md says more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "user/host/faultline.h"

enum { GOOD, BAD, TROUBLE }; /* exit status */

typedef struct Decoder {
	unsigned line, found; /* lines so far, and faults among them */
	bool waiting;         /* the reason of `half` is on the next line */
	FaultLine half;
	int status;
} Decoder;

static void
fault_show(Decoder *d, const FaultLine *l, bool reason)
{
	char text[320];

	faultline_text(l, reason, text, sizeof text);
	puts(text);
	d->found++;
}

static void
line_complain(Decoder *d, const char *why)
{
	fprintf(stderr, "faultdecode: line %u: %s\n", d->line, why);
	d->status = BAD;
}

/* Shows the fault whose reason has not come, if there is one. */
static void
half_flush(Decoder *d)
{
	if (d->waiting)
		fault_show(d, &d->half, false);
	d->waiting = false;
}

/* Takes a line that has the reason of the fault before. */
static void
half_reason(Decoder *d, const FaultLine *l)
{
	if (!d->waiting) {
		line_complain(d,
			"a reason without the line before it, which names the device");
		return;
	}
	d->half.f.reason = l->f.reason;
	d->waiting = false;
	fault_show(d, &d->half, true);
}

/* Takes one line. A fault whose reason is on the next line is kept until that comes. */
static void
line_decode(Decoder *d, const char *line)
{
	FaultLine l;
	LineKind kind = faultline_parse(line, &l);

	d->line++;
	if (kind == LINE_REASON) {
		half_reason(d, &l);
		return;
	}
	if (kind != LINE_OTHER)
		half_flush(d);
	if (kind == LINE_FAULT)
		fault_show(d, &l, true);
	if (kind == LINE_BAD)
		line_complain(d, l.bad);
	if (kind == LINE_DEVICE) {
		d->half = l;
		d->waiting = true;
	}
}

/* ---- where lines come from ---- */

static int
trouble(const char *what)
{
	fprintf(stderr, "faultdecode: %s: %s\n", what, strerror(errno));
	return TROUBLE;
}

static int
decode_input(Decoder *d)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	errno = 0;
	while ((n = getline(&line, &cap, stdin)) >= 0) {
		line[strcspn(line, "\n")] = 0;
		line_decode(d, line);
	}
	free(line);
	return feof(stdin) ? GOOD : trouble("standard input");
}

/* An argument with blanks in it is a line. Arguments without are the words of one. */
static int
decode_words(Decoder *d, char *word[], int n)
{
	size_t len = 1;
	char *line;

	for (int i = 0; i < n; i++)
		len += strlen(word[i]) + 1;
	if ((line = calloc(1, len)) == NULL)
		return trouble("arguments");
	for (int i = 0; i < n; i++) {
		bool whole = strchr(word[i], ' ') != NULL;

		if (whole && line[0] != 0) {
			line_decode(d, line);
			line[0] = 0;
		}
		strcat(strcat(line, line[0] != 0 ? " " : ""), word[i]);
		if (whole || i == n - 1) {
			line_decode(d, line);
			line[0] = 0;
		}
	}
	free(line);
	return GOOD;
}

static int
usage(FILE *f)
{
	fprintf(f,
		"usage: faultdecode [RECORD | LINE]...\n"
		"A line of text for each DMA fault: RECORD is two words of 64 bits or "
		"four of 32, in\n"
		"hexadecimal; LINE is one of a kernel's log. Without arguments from "
		"standard input.\n"
		"Exit status: 0 all understood, 1 some line was not, or there was no "
		"fault,\n"
		"2 input or output failed.\n");
	return f == stdout ? GOOD : TROUBLE;
}

int
main(int argc, char *argv[])
{
	Decoder d = { 0 };
	int err;

	if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return usage(stdout);
	if (argc > 1 && argv[1][0] == '-')
		return usage(stderr);
	err = argc > 1 ? decode_words(&d, argv + 1, argc - 1) : decode_input(&d);
	half_flush(&d);
	if (err == GOOD && d.found == 0 && d.status == GOOD) {
		fprintf(stderr, "faultdecode: no fault in %u line%s\n", d.line,
			d.line == 1 ? "" : "s");
		d.status = BAD;
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		return trouble("standard output");
	return err != GOOD ? err : d.status;
}

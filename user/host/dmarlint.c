/* SRC: user/host/dmarjson.c dev/vtd/dmar.c dev/vtd/dmarcheck.c dev/vtd/finding.c */
/*
 * dmarlint FILE...: shows on the machine one works at what Bailey makes of DMAR tables,
 * as one line of JSON for each. The parser is the kernel's. Linux has the table of its
 * machine in /sys/firmware/acpi/tables/DMAR. user/man/vtd.md says more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dev/vtd/os.h"
#include "user/host/dmarjson.h"

#define MAX_FILE ((1u << 16) + 1) /* one byte more than the parser takes */

enum { GOOD, DOUBTFUL, REFUSED, TROUBLE }; /* exit status */

void *
os_alloc(size_t n)
{
	return calloc(1, n);
}

void
os_free(void *p)
{
	free(p);
}

static int
trouble(const char *file, const char *why)
{
	fprintf(stderr, "dmarlint: %s: %s\n", file, why);
	return TROUBLE;
}

/* Reads at most n bytes of the file; "-" is standard input. -1: it cannot be read, and
 * errno says why. */
static long
slurp(const char *file, uint8_t *buf, size_t n)
{
	FILE *f = strcmp(file, "-") == 0 ? stdin : fopen(file, "rb");
	size_t got;
	int err;

	if (f == NULL)
		return -1;
	errno = 0;
	got = fread(buf, 1, n, f);
	err = ferror(f) ? errno : 0;
	if (f != stdin)
		fclose(f);
	errno = err;
	return err != 0 ? -1 : (long)got;
}

/* Shows one table. Returns an exit status. */
static int
lint(const char *file)
{
	static const int status[] = {
		[DMAR_ACCEPT] = GOOD,
		[DMAR_WARN] = DOUBTFUL,
		[DMAR_SKIP] = DOUBTFUL,
		[DMAR_REJECT] = REFUSED,
	};
	static uint8_t buf[MAX_FILE];
	long n = slurp(file, buf, sizeof buf);
	int result;
	Dmar d;

	if (n < 0)
		return trouble(file, strerror(errno));
	if (dmar_parse(buf, (size_t)n, &d) == -ENOMEM)
		result = trouble(file, strerror(ENOMEM));
	else {
		dmar_json(stdout, file, &d);
		result = status[d.verdict];
	}
	dmar_free(&d);
	return result;
}

static int
usage(FILE *f)
{
	fprintf(f,
		"usage: dmarlint FILE...\n"
		"One line of JSON for each DMAR table; FILE may be - for standard "
		"input.\n"
		"Exit status: 0 accepted, 1 with warnings or without some structures,\n"
		"2 rejected, 3 a file could not be read.\n");
	return f == stdout ? GOOD : TROUBLE;
}

int
main(int argc, char *argv[])
{
	int worst = GOOD;

	if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return usage(stdout);
	if (argc < 2)
		return usage(stderr);
	for (int i = 1; i < argc; i++) {
		int status = lint(argv[i]);

		if (status > worst)
			worst = status;
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		return trouble("standard output", strerror(errno));
	return worst;
}

/* chmod MODE FILE...: octal, or +x -x +w -w for everybody. */
#include <sys/stat.h>

#include "user/include/tool.h"

#define USAGE "OCTAL|+x|-x|+w|-w FILE..."

/* What mode becomes; false when the word is no such order. */
static bool
apply(const char *word, mode_t *mode)
{
	char *end;
	unsigned long octal = strtoul(word, &end, 8);
	mode_t bits = 0;

	if (*word >= '0' && *word <= '7' && *end == '\0' && octal <= 0777) {
		*mode = (mode_t)octal;
		return true;
	}
	if (strcmp(word + 1, "x") == 0)
		bits = 0111;
	else if (strcmp(word + 1, "w") == 0)
		bits = 0222;
	if (bits == 0 || (*word != '+' && *word != '-'))
		return false;
	*mode = *word == '+' ? *mode | bits : *mode & ~bits;
	return true;
}

int
main(int argc, char **argv)
{
	int status = 0;

	if (argc < 3)
		usage(USAGE);
	for (int i = 2; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) < 0) {
			warn(argv[i]);
			status = 1;
			continue;
		}
		if (!apply(argv[1], &st.st_mode))
			usage(USAGE);
		if (chmod(argv[i], st.st_mode & 0777) < 0) {
			warn(argv[i]);
			status = 1;
		}
	}
	return status;
}

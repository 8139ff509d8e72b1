/* wc [-lwc] [FILE]...: lines, words, bytes; of several files the sum too. */
#include <ctype.h>
#include <fcntl.h>

#include "user/include/tool.h"

enum { LINES, WORDS, BYTES, NCOUNT };

static void
print(const unsigned long *count, unsigned what, const char *name)
{
	const char *gap = "";

	for (int i = 0; i < NCOUNT; i++)
		if (what & 1u << i) {
			printf("%s%lu", gap, count[i]);
			gap = " ";
		}
	printf("%s%s\n", *name ? " " : "", name);
}

/* Adds what can be read from fd to the counts. Status 0, or 1 after a warning. */
static int
count_fd(int fd, const char *name, unsigned long *count)
{
	static char buf[8192];
	bool word = false;
	long n;

	while ((n = read(fd, buf, sizeof buf)) > 0) {
		count[BYTES] += (unsigned long)n;
		for (long i = 0; i < n; i++) {
			bool was = word;

			count[LINES] += buf[i] == '\n';
			word = !isspace((unsigned char)buf[i]);
			count[WORDS] += word && !was;
		}
	}
	if (n < 0)
		warn(name);
	return n < 0;
}

int
main(int argc, char **argv)
{
	unsigned what = flags(&argc, &argv, "lwc", "[-lwc] [FILE]...");
	unsigned long sum[NCOUNT] = { 0 };
	int status = 0;

	if (what == 0)
		what = 7;
	if (argc == 0) {
		status = count_fd(0, "input", sum);
		print(sum, what, "");
	}
	for (int i = 0; i < argc; i++) {
		unsigned long one[NCOUNT] = { 0 };
		int fd = open(argv[i], O_RDONLY);

		if (fd < 0) {
			warn(argv[i]);
			status = 1;
			continue;
		}
		status |= count_fd(fd, argv[i], one);
		close(fd);
		print(one, what, argv[i]);
		for (int k = 0; k < NCOUNT; k++)
			sum[k] += one[k];
	}
	if (argc > 1)
		print(sum, what, "total");
	return finish(status);
}

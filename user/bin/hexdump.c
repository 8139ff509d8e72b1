/* hexdump [-n BYTES] [-s SKIP] [FILE]: sixteen bytes a line, in hex and as text. */
#include <ctype.h>
#include <fcntl.h>

#include "user/include/tool.h"

#define USAGE "[-n BYTES] [-s SKIP] [FILE]"

static void
print_line(unsigned long at, const unsigned char *b, size_t n)
{
	printf("%08lx ", at);
	for (size_t i = 0; i < 16; i++) {
		if (i % 8 == 0)
			putchar(' ');
		if (i < n)
			printf("%02x ", b[i]);
		else
			printf("   ");
	}
	printf(" |");
	for (size_t i = 0; i < n; i++)
		putchar(isprint(b[i]) ? b[i] : '.');
	printf("|\n");
}

/* A line's worth, or what is left: files may give less than asked for. */
static long
read_line(int fd, unsigned char *b, size_t want)
{
	size_t have = 0;
	long n;

	while (have < want && (n = read(fd, b + have, want - have)) != 0) {
		if (n < 0)
			return -1;
		have += (size_t)n;
	}
	return (long)have;
}

int
main(int argc, char **argv)
{
	unsigned long left = ~0ul, at = 0;
	const char *name = "input";
	unsigned char b[16];
	int fd = 0, c;
	long n = 0;

	opterr = 0;
	while ((c = getopt(argc, argv, "+n:s:")) != -1)
		if (c == '?' || !number(optarg, c == 'n' ? &left : &at))
			usage(USAGE);
	if (argc - optind > 1)
		usage(USAGE);
	if (optind < argc && (fd = open(name = argv[optind], O_RDONLY)) < 0)
		die(name);
	if (at > 0 && lseek(fd, (off_t)at, SEEK_SET) < 0)
		die(name);
	while (left > 0 && (n = read_line(fd, b, left < 16 ? left : 16)) > 0) {
		print_line(at, b, (size_t)n);
		at += (unsigned long)n;
		left -= (unsigned long)n;
	}
	if (left > 0 && n < 0)
		die(name);
	printf("%08lx\n", at);
	return finish(0);
}

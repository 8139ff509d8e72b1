/* bind [-a|-b] [-c] NEW OLD: the name OLD now shows NEW; before, after, or instead. */
#include "user/include/tool.h"

#define USAGE "[-a|-b] [-c] NEW OLD"

enum { AFTER = 1, BEFORE = 2, CREATE = 4 };

int
main(int argc, char **argv)
{
	unsigned f = flags(&argc, &argv, "abc", USAGE);
	int how = f & AFTER ? BIND_AFTER : f & BEFORE ? BIND_BEFORE : BIND_REPLACE;

	if (argc != 2 || (f & (AFTER | BEFORE)) == (AFTER | BEFORE))
		usage(USAGE);
	if (bind(argv[0], argv[1], how | (f & CREATE ? BIND_CREATE : 0)) < 0)
		die(argv[0]);
	return 0;
}

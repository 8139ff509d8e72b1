/* seq [FIRST] LAST: the numbers, one a line. */
#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	unsigned long first = 1, last;

	if (argc < 2 || argc > 3 || (argc == 3 && !number(argv[1], &first)) ||
		!number(argv[argc - 1], &last))
		usage("[FIRST] LAST");
	for (; first <= last; first++)
		printf("%lu\n", first);
	return finish(0);
}

/* echo [-n] WORD...: the words, one blank between, in a single write. */
#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	return echo_words(argc, argv);
}

/* date [-s]: the time, UTC; -s as seconds since 1970. */
#include <time.h>

#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	bool seconds = flags(&argc, &argv, "s", "[-s]");
	time_t t = (time_t)(clock_ns(CLK_REAL) / 1000000000);
	char text[40];

	if (argc != 0)
		usage("[-s]");
	if (seconds) {
		printf("%ld\n", (long)t);
		return finish(0);
	}
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", gmtime(&t));
	puts(text);
	return finish(0);
}

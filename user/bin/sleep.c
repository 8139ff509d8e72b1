/* sleep SECONDS: a number, decimals allowed. */
#include <ctype.h>
#include <time.h>

#include "user/include/tool.h"

/* Digits, at most one point, up to nine decimals; false for anything else. */
static bool
seconds(const char *s, struct timespec *t)
{
	long scale = 1000000000;
	bool any = false;

	t->tv_sec = t->tv_nsec = 0;
	for (; isdigit((unsigned char)*s) && t->tv_sec < 1000000000; s++, any = true)
		t->tv_sec = t->tv_sec * 10 + (*s - '0');
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s) && scale > 1; s++, any = true)
			t->tv_nsec += (*s - '0') * (scale /= 10);
	return any && *s == '\0';
}

int
main(int argc, char **argv)
{
	struct timespec t;

	if (argc != 2 || !seconds(argv[1], &t))
		usage("SECONDS");
	return nanosleep(&t, NULL) < 0;
}

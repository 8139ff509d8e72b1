/* The string function C lacks. What C has is in kern/cstr.c and arch/mem.S. Pure. */
#include "kern/string.h"

size_t
strcopy(char *d, const char *s, size_t n)
{
	size_t len = strlen(s);

	if (n > 0) {
		size_t k = len < n ? len : n - 1;
		memcpy(d, s, k);
		d[k] = '\0';
	}
	return len;
}

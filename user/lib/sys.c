/* The one `syscall` instruction, and errno. */
#include <errno.h>

#include "user/lib/sys.h"

static int lasterr;

long
sys_call(int nr, const uint64_t arg[6])
{
	long r;
	register uint64_t a3 __asm__("r10") = arg[3];
	register uint64_t a4 __asm__("r8") = arg[4];
	register uint64_t a5 __asm__("r9") = arg[5];

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"((long)nr), "D"(arg[0]), "S"(arg[1]), "d"(arg[2]), "r"(a3),
			 "r"(a4), "r"(a5)
			 : "rcx", "r11", "memory");
	return r;
}

long
sys_ret(long r)
{
	if (r >= 0)
		return r;
	errno = lasterr = (int)-r;
	return -1;
}

int
sys_lasterr(void)
{
	return lasterr;
}

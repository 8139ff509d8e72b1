/* Memory: the break for malloc, and mappings. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/lib/sys.h"

void *
sbrk(ptrdiff_t by)
{
	static uint64_t now;
	uint64_t was;
	long r;

	if (now == 0 && (r = sys_ret(SYS(SYS_brk, 0))) < 0)
		return (void *)-1;
	else if (now == 0)
		now = (uint64_t)r;
	was = now;
	if (by == 0)
		return (void *)was;
	r = sys_ret(SYS(SYS_brk, was + (uint64_t)by));
	if (r < 0)
		return (void *)-1;
	if ((uint64_t)r != was + (uint64_t)by) {
		errno = ENOMEM;
		return (void *)-1;
	}
	now = (uint64_t)r;
	return (void *)was;
}

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return (void *)sys_ret(SYS(SYS_mmap, PTR(addr), len, prot, flags, fd, off));
}

int
munmap(void *addr, size_t len)
{
	return (int)sys_ret(SYS(SYS_munmap, PTR(addr), len));
}

int
mprotect(void *addr, size_t len, int prot)
{
	return (int)sys_ret(SYS(SYS_mprotect, PTR(addr), len, prot));
}

/*
 * Copies to and from user memory. The instructions are in copy.S. Here it is checked that
 * the user's side of a copy lies below USER_TOP, so that a kernel address from a program
 * is a bad address. Locks: none.
 */
#include "arch/arch.h"
#include "arch/layout.h"
#include "arch/usermem.h"
#include "kern/errno.h"

int
arch_copy_user(void *dst, const void *src, size_t n)
{
	uint64_t d = (uint64_t)dst, s = (uint64_t)src, user = d < s ? d : s;

	/* One side is the kernel's and lies far above, so the lower one is the user's. */
	if (user >= USER_TOP || n > USER_TOP - user)
		return -EFAULT;
	return copy_fixed(dst, src, n);
}

int
arch_copy_user_str(char *dst, const char *src, size_t n)
{
	uint64_t s = (uint64_t)src;
	size_t room;
	long len;

	if (s >= USER_TOP || n == 0)
		return s >= USER_TOP ? -EFAULT : -ENAMETOOLONG;
	room = n < USER_TOP - s ? n : USER_TOP - s;
	len = copy_str_fixed(dst, src, room);
	if (len < 0 || (size_t)len < room)
		return len;
	dst[0] = '\0';
	return room == n ? -ENAMETOOLONG : -EFAULT;
}

/*
 * Copies between the kernel and the running process. Only memory below 512 GiB counts: a
 * pointer to device registers or to the kernel is a bad address like any other. Locks:
 * none.
 */

#include "arch/arch.h"
#include "kern/errno.h"
#include "kern/layout.h"
#include "kern/log.h"
#include "kern/proc.h"

static bool
in_user(vaddr_t va, size_t n)
{
	return va < LAYOUT_MEMTOP && n <= LAYOUT_MEMTOP - va;
}

static int
address_bad(vaddr_t va)
{
	return fail(-EFAULT, "bad address 0x%lx", va);
}

int
copy_in(void *dst, vaddr_t src, size_t n)
{
	if (!in_user(src, n) || arch_copy_user(dst, (const void *)src, n) != 0)
		return address_bad(src);
	return 0;
}

int
copy_out(vaddr_t dst, const void *src, size_t n)
{
	if (!in_user(dst, n) || arch_copy_user((void *)dst, src, n) != 0)
		return address_bad(dst);
	return 0;
}

int
copy_in_str(char *dst, vaddr_t src, size_t n)
{
	size_t room = in_user(src, 1) ? LAYOUT_MEMTOP - src : 0;
	int len = room > 0
		? arch_copy_user_str(dst, (const char *)src, n < room ? n : room)
		: -EFAULT;

	if (len == -ENAMETOOLONG)
		return fail(-ENAMETOOLONG, "longer than %zu characters", n - 1);
	return len < 0 ? address_bad(src) : 0;
}

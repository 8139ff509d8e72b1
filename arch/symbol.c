/*
 * Prints addresses as people read them, and the chain of callers. The kernel is built
 * with frame pointers. Each frame is read with a load that may fail (peek), and must lie
 * above the one before, so that a broken stack ends a backtrace and nothing else. Locks:
 * none.
 */
#include "arch/symbol.h"

#include "arch/arch.h"
#include "arch/entry.h"
#include "arch/ksyms.h"
#include "kern/log.h"

#define MAXFRAME 24

const char *
arch_symbol(uint64_t addr, uint64_t *off)
{
	uint lo = 0, hi = nksyms;

	while (lo < hi) { /* the first symbol above addr */
		uint mid = (lo + hi) / 2;
		if (ksyms[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || addr >= (uint64_t)image_text_end) {
		*off = 0;
		return "?";
	}
	*off = addr - ksyms[lo - 1].addr;
	return ksyms[lo - 1].name;
}

static bool
in_text(uint64_t addr)
{
	return addr >= (uint64_t)image_text && addr < (uint64_t)image_text_end;
}

void
print_address(uint64_t addr)
{
	uint64_t off;
	const char *name = arch_symbol(addr, &off);

	kprint("  %016lx %s+0x%lx\n", addr, name, off);
}

/* A return address is the instruction after the call. This may be the first of the next
 * function, so the byte before it is looked up. */
static void
print_return(uint64_t addr)
{
	uint64_t off;
	const char *name = arch_symbol(addr - 1, &off);

	kprint("  %016lx %s+0x%lx\n", addr, name, off + 1);
}

void
backtrace(uint64_t rbp)
{
	uint64_t next, ret;

	for (uint n = 0; n < MAXFRAME; n++) {
		if (rbp % 8 != 0 || peek(rbp, &next) != 0 || peek(rbp + 8, &ret) != 0)
			return;
		if (!in_text(ret))
			return;
		print_return(ret);
		if (next <= rbp)
			return;
		rbp = next;
	}
}

void
arch_backtrace(void)
{
	backtrace((uint64_t)__builtin_frame_address(0));
}

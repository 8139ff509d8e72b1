/*
 * Reading what the loader left in memory: multiboot2 (specification 2.0, section 3.6) or
 * PVH (Xen's start_info, public/arch-x86/hvm/start_info.h). Everything is copied out and
 * bounds-checked; memory is reached only through PhysAt. The structures themselves and
 * the archive are marked taken. No device is touched and nothing is scanned for: without
 * an RSDP here, acpi.c looks for one. Pure.
 */
#include "arch/bootinfo.h"
#include "arch/memmap.h"
#include "kern/errno.h"
#include "kern/le.h"
#include "kern/string.h"

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_MODULE = 3,
	TAG_MMAP = 6,
	TAG_RSDP1 = 14,
	TAG_RSDP2 = 15,
};

#define MB2_MAXSIZE (1u << 20) /* no loader writes a tenth of it */
#define PVH_MAXMAP  4096

typedef struct Buf {
	const uint8_t *p;
	size_t n;
} Buf;

static void
set_cmdline(BootInfo *b, const char *s, size_t n)
{
	n = strnlen(s, n < sizeof b->cmdline - 1 ? n : sizeof b->cmdline - 1);
	memcpy(b->cmdline, s, n);
	b->cmdline[n] = '\0';
}

/* Both loaders use the numbers of the BIOS call. A number that is not known here means
 * memory to leave alone. */
static MemKind
kind_of(uint32_t type)
{
	switch (type) {
	case 1:
		return MEM_RAM;
	case 3:
		return MEM_ACPI;
	case 4:
		return MEM_NVS;
	case 5:
		return MEM_BAD;
	default:
		return MEM_RESERVED;
	}
}

/* Adds a table of {base 8, length 8, type 4, ...}, `step` bytes apart. RAM is added
 * first, so that any other claim wins over it. */
static void
add_map(BootInfo *b, Buf map, size_t step)
{
	static const MemKind order[] = { MEM_RAM, MEM_ACPI, MEM_NVS, MEM_RESERVED,
		MEM_BAD };

	for (uint k = 0; k < nelem(order); k++) {
		for (Buf m = map; m.n >= 20; m.p += step, m.n -= step) {
			if (kind_of(le32(m.p + 16)) == order[k])
				memmap_add(b, le64(m.p), le64(m.p + 8), order[k]);
			if (m.n < step)
				break;
		}
	}
}

static void
set_archive(BootInfo *b, paddr_t base, uint64_t len)
{
	if (b->archive == 0 && base != 0 && len != 0) {
		b->archive = base;
		b->archive_len = len;
	}
}

/* Takes what is wanted from one tag t, header included, which lies at pa. A memory map is
 * only noted in *map and *step. */
static int
mb2_tag(BootInfo *b, uint32_t type, Buf t, paddr_t pa, Buf *map, size_t *step)
{
	switch (type) {
	case TAG_CMDLINE:
		set_cmdline(b, (const char *)t.p + 8, t.n - 8);
		break;
	case TAG_MODULE:
		if (t.n < 16 || le32(t.p + 12) < le32(t.p + 8))
			return -EINVAL;
		set_archive(b, le32(t.p + 8), le32(t.p + 12) - le32(t.p + 8));
		break;
	case TAG_MMAP:
		if (t.n < 16 || le32(t.p + 8) < 24)
			return -EINVAL;
		*step = le32(t.p + 8);
		*map = (Buf){ t.p + 16, t.n - 16 };
		break;
	case TAG_RSDP1: /* ACPI 1; the newer one wins */
		if (b->rsdp == 0 && t.n >= 8 + 20)
			b->rsdp = pa + 8;
		break;
	case TAG_RSDP2:
		if (t.n >= 8 + 36)
			b->rsdp = pa + 8;
		break;
	}
	return 0;
}

/* Reads multiboot2 tags, which begin at info. -EINVAL: a length is impossible, and b may
 * hold a part. */
static int
parse_mb2(BootInfo *b, paddr_t info, PhysAt *at)
{
	const uint8_t *p = at(info, 8);
	size_t total, off = 8, step = 0;
	Buf map = { NULL, 0 };

	if (p == NULL)
		return -EINVAL;
	total = le32(p);
	if (total < 16 || total > MB2_MAXSIZE || (p = at(info, total)) == NULL)
		return -EINVAL;
	b->loader = "multiboot2";
	while (total - off >= 8) {
		uint32_t type = le32(p + off);
		size_t len = le32(p + off + 4);
		if (type == TAG_END)
			break;
		if (len < 8 || len > total - off) /* len 0 would spin for ever */
			return -EINVAL;
		if (mb2_tag(b, type, (Buf){ p + off, len }, info + off, &map, &step) != 0)
			return -EINVAL;
		off += roundup(len, 8);
		if (off > total)
			return -EINVAL;
	}
	add_map(b, map, step);
	memmap_take(b, info, total);
	return 0;
}

static int
pvh_map(BootInfo *b, paddr_t pa, uint32_t n, PhysAt *at)
{
	const uint8_t *p;

	if (n > PVH_MAXMAP || (p = at(pa, n * 24ul)) == NULL)
		return -EINVAL;
	add_map(b, (Buf){ p, n * 24ul }, 24);
	memmap_take(b, pa, n * 24ul);
	return 0;
}

/* Copies a string whose length is not known, byte by byte, because it may be at the end
 * of what can be reached. */
static void
pvh_cmdline(BootInfo *b, paddr_t pa, PhysAt *at)
{
	size_t n = 0;
	const char *s;

	while (n < sizeof b->cmdline - 1 && (s = at(pa + n, 1)) != NULL && *s != '\0')
		b->cmdline[n++] = *s;
	b->cmdline[n] = '\0';
	memmap_take(b, pa, n + 1);
}

/* Reads a PVH start_info at info. -EINVAL: it is none, or it has no memory map; b may
 * hold a part. */
static int
parse_pvh(BootInfo *b, paddr_t info, PhysAt *at)
{
	const uint8_t *p = at(info, 40), *m;

	if (p == NULL || le32(p) != PVH_MAGIC)
		return -EINVAL;
	b->loader = "PVH";
	/* Version 0 has no memory map, and we know of no other source. */
	if (le32(p + 4) < 1 || (p = at(info, 56)) == NULL)
		return -EINVAL;
	if (pvh_map(b, le64(p + 40), le32(p + 48), at) != 0)
		return -EINVAL;
	if (le64(p + 24) != 0)
		pvh_cmdline(b, le64(p + 24), at);
	if (le32(p + 12) != 0 && (m = at(le64(p + 16), 32)) != NULL) {
		set_archive(b, le64(m), le64(m + 8));
		memmap_take(b, le64(p + 16), 32);
	}
	b->rsdp = le64(p + 32);
	memmap_take(b, info, 56);
	return 0;
}

/* Makes the archive RAM that is in use. QEMU's -initrd ends where it expects the
 * firmware's tables to begin, and SeaBIOS may reserve a page or two below that. This is
 * memory all the same, and the loader wrote it last. An archive where no memory is listed
 * is dropped, because it has no address in the direct map. */
static void
keep_archive(BootInfo *b)
{
	paddr_t base = rounddown(b->archive, PAGE_SIZE);
	uint64_t len = roundup(b->archive + b->archive_len, PAGE_SIZE) - base;

	if (b->archive == 0)
		return;
	if (!memmap_covers(b, b->archive, b->archive_len, false)) {
		b->archive = b->archive_len = 0;
		return;
	}
	memmap_add(b, base, len, MEM_RAM);
	memmap_take(b, base, len);
}

int
bootinfo_parse(BootInfo *b, uint32_t magic, paddr_t info, PhysAt *at)
{
	int err = -EINVAL;

	memset(b, 0, sizeof *b);
	if (magic == PVH_MAGIC)
		err = parse_pvh(b, info, at);
	else if (magic == MB2_MAGIC)
		err = parse_mb2(b, info, at);
	if (err != 0) {
		memset(b, 0, sizeof *b);
		return err;
	}
	keep_archive(b);
	memmap_take(b, 0, PAGE_SIZE); /* 0 means "none", and the BIOS lives there */
	return 0;
}

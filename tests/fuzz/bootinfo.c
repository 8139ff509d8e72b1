/* SRC: arch/bootinfo.c arch/memmap.c */
/*
 * What a boot loader says, multiboot2 or PVH. The input is one bit of choice, and memory
 * from a fixed physical address on. Only that memory is read; the result is a sorted list
 * of disjoint whole pages, archive, tables and page 0 in it taken; garbage gives -EINVAL
 * and nothing. Then the boot allocator takes what is left without touching the rest.
 */
#include "arch/bootinfo.h"
#include "arch/memmap.h"
#include "kern/errno.h"
#include "tests/fuzz/fuzz.h"

#define BASE 0x9000ull

static const uint8_t *memory;
static size_t size;

static const void *
at(paddr_t pa, size_t len)
{
	if (pa < BASE || pa - BASE > size || len > size - (pa - BASE))
		return NULL;
	return memory + (pa - BASE);
}

static void
check_map(const BootInfo *b)
{
	CHECK(b->nmem <= BOOT_MAXRANGE);
	for (uint i = 0; i < b->nmem; i++) {
		const MemRange *r = &b->mem[i];

		CHECK(r->len > 0 && r->base % PAGE_SIZE == 0 && r->len % PAGE_SIZE == 0);
		CHECK(r->base + r->len <= 1ull << 52);
		CHECK(i == 0 || b->mem[i - 1].base + b->mem[i - 1].len <= r->base);
		CHECK(!r->used || r->kind == MEM_RAM);
	}
}

static bool
is_free(const BootInfo *b, paddr_t pa)
{
	for (uint i = 0; i < b->nmem; i++) {
		const MemRange *r = &b->mem[i];

		if (pa >= r->base && pa - r->base < r->len)
			return r->kind == MEM_RAM && !r->used;
	}
	return false;
}

static void
check_carve(BootInfo *b)
{
	BootInfo was = *b;
	paddr_t pa = memmap_carve(b, 3 * PAGE_SIZE, 1ull << 40);

	check_map(b);
	if (pa == 0)
		return;
	CHECK(pa % PAGE_SIZE == 0 && pa + 3 * PAGE_SIZE <= 1ull << 40);
	for (uint i = 0; i < 3; i++)
		CHECK(is_free(&was, pa + i * PAGE_SIZE) &&
			!is_free(b, pa + i * PAGE_SIZE));
}

void
fuzz_one(const uint8_t *bytes, size_t n)
{
	In in = { bytes, n };
	uint32_t magic = in_u8(&in) & 1 ? PVH_MAGIC : MB2_MAGIC;
	BootInfo *b = malloc(sizeof *b);

	memory = in_copy(&in, &in.n);
	size = in.n;
	memset(b, 0xa5, sizeof *b);
	int err = bootinfo_parse(b, magic, BASE, at);
	CHECK(err == 0 || err == -EINVAL);
	if (err != 0)
		CHECK(b->nmem == 0 && b->archive == 0 && b->rsdp == 0 &&
			b->cmdline[0] == 0);
	check_map(b);
	if (err == 0) {
		CHECK(b->loader != NULL &&
			memchr(b->cmdline, 0, sizeof b->cmdline) != NULL);
		CHECK(!is_free(b, 0) && !is_free(b, BASE));
		CHECK((b->archive == 0) == (b->archive_len == 0));
		if (b->archive != 0)
			CHECK(!is_free(b, b->archive) &&
				!is_free(b, b->archive + b->archive_len - 1));
	}
	check_carve(b);
	free((void *)memory);
	free(b);
}

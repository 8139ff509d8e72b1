/* SRC: arch/memmap.c arch/bootinfo.c */
/*
 * The memory map and what loaders say. Structures are built byte by byte from the
 * multiboot2 specification (3.6) and Xen's start_info.h; a byte per page serves as the
 * model of what laying ranges over each other must give.
 */
#include "tests/host/host.h"

#include "arch/bootinfo.h"
#include "arch/memmap.h"

/* ---- physical memory of the test: one window that starts at MEM ---- */

#define MEM 0x10000u
static uint8_t *mem; /* malloc'ed to the exact size, so ASan watches its end */
static size_t mem_len;

static const void *
mem_at(paddr_t pa, size_t len)
{
	if (pa < MEM || pa - MEM > mem_len || len > mem_len - (pa - MEM))
		return NULL;
	return mem + (pa - MEM);
}

static void
mem_new(size_t len)
{
	free(mem);
	mem = calloc(1, len != 0 ? len : 1);
	mem_len = len;
}

static void
put(size_t off, uint64_t v, uint width)
{
	for (uint i = 0; i < width; i++)
		mem[off + i] = v >> 8 * i;
}

static size_t tag_end;

static size_t
tag(uint32_t type, uint32_t size)
{
	size_t at = tag_end;

	put(at, type, 4);
	put(at + 4, size, 4);
	tag_end += (size + 7) / 8 * 8;
	return at;
}

static void
mb2_begin(void)
{
	mem_new(4096);
	tag_end = 8;
}

static void
mb2_end(void)
{
	tag(0, 8);
	put(0, tag_end, 4);
}

static void
mmap_entry(size_t at, uint i, uint64_t base, uint64_t len, uint32_t type)
{
	put(at + 16 + 24 * i, base, 8);
	put(at + 24 + 24 * i, len, 8);
	put(at + 32 + 24 * i, type, 4);
}

/* A usual machine: 640 KiB, a hole, 127 MiB, the BIOS at the top. */
static void
mb2_map(void)
{
	size_t at = tag(6, 16 + 24 * 4);

	put(at + 8, 24, 4);
	mmap_entry(at, 0, 0, 0x9fc00, 1);
	mmap_entry(at, 1, 0x9fc00, 0x400, 2);
	mmap_entry(at, 2, 0x100000, 0x7f00000, 1);
	mmap_entry(at, 3, 0xfffc0000, 0x40000, 2);
}

static BootInfo b;

static void
range_is(uint i, paddr_t base, paddr_t end, MemKind kind, bool used)
{
	assert_true(i < b.nmem);
	assert_int_equal(b.mem[i].base, base);
	assert_int_equal(b.mem[i].base + b.mem[i].len, end);
	assert_int_equal(b.mem[i].kind, kind);
	assert_int_equal(b.mem[i].used, used);
}

/* ---- loaders ---- */

static void
multiboot2(void **state)
{
	size_t at;

	(void)state;
	mb2_begin();
	at = tag(1, 8 + 10);
	/* no terminator: the tag's size is the limit */
	memcpy(mem + at + 8, "iommu=on x", 10);
	at = tag(3, 16 + 4);
	put(at + 8, 0x200000, 4);
	put(at + 12, 0x201234, 4);
	memcpy(mem + at + 16, "ar", 3);
	mb2_map();
	at = tag(14, 8 + 20);
	at = tag(15, 8 + 36);
	mb2_end();
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), 0);
	assert_string_equal(b.cmdline, "iommu=on x");
	assert_string_equal(b.loader, "multiboot2");
	assert_int_equal(b.archive, 0x200000);
	assert_int_equal(b.archive_len, 0x1234);
	assert_int_equal(b.rsdp, MEM + at + 8);
	range_is(0, 0, 0x1000, MEM_RAM, true);
	range_is(1, 0x1000, 0x10000, MEM_RAM, false);
	range_is(2, 0x10000, 0x11000, MEM_RAM, true); /* the information itself */
	range_is(3, 0x11000, 0x9f000, MEM_RAM, false);
	range_is(4, 0x9f000, 0xa0000, MEM_RESERVED, false);
	range_is(5, 0x100000, 0x200000, MEM_RAM, false);
	range_is(6, 0x200000, 0x202000, MEM_RAM, true);
	range_is(7, 0x202000, 0x8000000, MEM_RAM, false);
	range_is(8, 0xfffc0000, 0x100000000, MEM_RESERVED, false);
	assert_int_equal(b.nmem, 9);
}

static void
pvh_begin(void)
{
	mem_new(0x400);
	put(0, 0x336ec578, 4);
	put(4, 1, 4);
	put(40, MEM + 0x100, 8); /* map */
	put(48, 2, 4);
	put(0x100, 0, 8);
	put(0x108, 0x9fc00, 8);
	put(0x110, 1, 4);
	put(0x118, 0x100000, 8);
	put(0x120, 0x1ff00000, 8);
	put(0x128, 1, 4);
}

static void
pvh(void **state)
{
	(void)state;
	pvh_begin();
	put(12, 1, 4);
	put(16, MEM + 0x200, 8); /* modules */
	put(24, MEM + 0x300, 8); /* command line */
	put(32, 0xf59e0, 8);
	put(0x200, 0x1fff0000, 8);
	put(0x208, 0x8000, 8);
	memcpy(mem + 0x300, "init=/bin/sh", 13);
	assert_int_equal(bootinfo_parse(&b, 0x336ec578, MEM, mem_at), 0);
	assert_string_equal(b.loader, "PVH");
	assert_string_equal(b.cmdline, "init=/bin/sh");
	assert_int_equal(b.rsdp, 0xf59e0);
	assert_int_equal(b.archive, 0x1fff0000);
	assert_int_equal(b.archive_len, 0x8000);
	assert_true(memmap_covers(&b, 0x1fff0000, 0x8000, true));
	range_is(b.nmem - 1, 0x1fff8000, 0x20000000, MEM_RAM, false);
	range_is(b.nmem - 2, 0x1fff0000, 0x1fff8000, MEM_RAM, true);
}

static void
pvh_bad(void **state)
{
	(void)state;
	pvh_begin();
	memset(mem + 0x300, 'a', 0x100); /* a line that ends with the world */
	put(24, MEM + 0x300, 8);
	assert_int_equal(bootinfo_parse(&b, 0x336ec578, MEM, mem_at), 0);
	assert_int_equal(strlen(b.cmdline), 0x100);
	pvh_begin();
	put(4, 0, 4); /* no memory map in version 0 */
	assert_int_equal(bootinfo_parse(&b, 0x336ec578, MEM, mem_at), -EINVAL);
	pvh_begin();
	put(48, 0xffffffff, 4);
	assert_int_equal(bootinfo_parse(&b, 0x336ec578, MEM, mem_at), -EINVAL);
	pvh_begin();
	put(40, ~0ull, 8);
	assert_int_equal(bootinfo_parse(&b, 0x336ec578, MEM, mem_at), -EINVAL);
	pvh_begin();
	put(12, 1, 4); /* an archive where there is no RAM */
	put(16, MEM + 0x200, 8);
	put(0x200, 0xfee00000, 8);
	put(0x208, 0x1000, 8);
	assert_int_equal(bootinfo_parse(&b, 0x336ec578, MEM, mem_at), 0);
	assert_int_equal(b.archive, 0);
	assert_int_equal(b.archive_len, 0);
	assert_int_equal(bootinfo_parse(&b, 0x2badb002, MEM, mem_at), -EINVAL);
	assert_int_equal(b.nmem, 0);
	pvh_begin();
	mem = realloc(mem, mem_len = 0x100 + 24 * 5000); /* all there, and absurd */
	put(48, 5000, 4);
	assert_int_equal(bootinfo_parse(&b, 0x336ec578, MEM, mem_at), -EINVAL);
}

/* QEMU may put the end of the archive on pages that SeaBIOS then reserves. */
static void
archive_on_reserved(void **state)
{
	(void)state;
	pvh_begin();
	put(0x128, 2, 4); /* the second range is reserved */
	put(12, 1, 4);
	put(16, MEM + 0x200, 8);
	put(0x200, 0x1ffdf800, 8);
	put(0x208, 0x1000, 8); /* parts of two pages */
	assert_int_equal(bootinfo_parse(&b, 0x336ec578, MEM, mem_at), 0);
	assert_int_equal(b.archive, 0x1ffdf800);
	range_is(b.nmem - 2, 0x1ffdf000, 0x1ffe1000, MEM_RAM, true);
	range_is(b.nmem - 1, 0x1ffe1000, 0x20000000, MEM_RESERVED, false);
}

/* Every length of every field may be a lie; nothing may be read outside. */
static void
multiboot2_bad(void **state)
{
	size_t at;

	(void)state;
	mb2_begin();
	tag(1, 8);
	tag(14, 8); /* too short for an RSDP */
	mb2_end();
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), 0);
	assert_int_equal(b.rsdp, 0);
	assert_string_equal(b.cmdline, "");
	for (uint32_t size = 0; size < 8; size++) {
		mb2_begin();
		at = tag(1, 8);
		mb2_end();
		put(at + 4, size, 4); /* a tag of no length would spin for ever */
		assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), -EINVAL);
	}
	mb2_begin();
	at = tag(1, 8);
	mb2_end();
	put(at + 4, 0xfffffff0, 4);
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), -EINVAL);
	put(0, 0xffffffff, 4);
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), -EINVAL);
	put(0, 7, 4);
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), -EINVAL);
	mb2_begin();
	tag(15, 8 + 20); /* the size of the older one */
	mb2_end();
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), 0);
	assert_int_equal(b.rsdp, 0);
	mem_new(4 << 20); /* all there, and absurd */
	put(0, 4 << 20, 4);
	put(12, 8, 4);
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), -EINVAL);
	mb2_begin();
	at = tag(6, 16 + 24);
	put(at + 8, 0, 4); /* entries of no size */
	mb2_end();
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), -EINVAL);
	mb2_begin();
	at = tag(3, 16);
	put(at + 8, 2, 4); /* ends before it starts */
	put(at + 12, 1, 4);
	mb2_end();
	assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), -EINVAL);
}

static void
truncated(void **state)
{
	uint8_t whole[4096];
	size_t n, at;

	(void)state;
	mb2_begin();
	at = tag(1, 8 + 4);
	memcpy(mem + at + 8, "abc", 4);
	mb2_map();
	tag(15, 8 + 36);
	mb2_end();
	n = tag_end;
	memcpy(whole, mem, n);
	for (size_t len = 0; len < n; len++) {
		mem_new(len); /* what lies beyond cannot be reached */
		memcpy(mem, whole, len);
		assert_int_equal(bootinfo_parse(&b, 0x36d76289, MEM, mem_at), -EINVAL);
		if (len < 16)
			continue;
		put(0, len, 4); /* or the size itself lies */
		bootinfo_parse(&b, 0x36d76289, MEM, mem_at);
	}
}

static void
noise(void **state)
{
	uint8_t whole[4096];

	(void)state;
	mb2_begin();
	mb2_map();
	tag(3, 20);
	tag(15, 44);
	mb2_end();
	memcpy(whole, mem, tag_end);
	srand(1);
	for (uint i = 0; i < 20000; i++) {
		mem_new(tag_end);
		memcpy(mem, whole, tag_end);
		for (uint k = 0; k < 3; k++)
			mem[(size_t)rand() % tag_end] = rand();
		bootinfo_parse(&b, 0x36d76289, MEM, mem_at);
	}
}

/* ---- the map ---- */

#define PAGES 64
enum { NOTHING = 99 };

static void
matches(const uint8_t *model)
{
	uint page = 0;

	for (uint i = 0; i < b.nmem; i++) {
		const MemRange *r = &b.mem[i];
		assert_true(r->len > 0 && r->base % 4096 == 0 && r->len % 4096 == 0);
		assert_true(r->base / 4096 >= page); /* sorted, not overlapping */
		for (; page < r->base / 4096; page++)
			assert_int_equal(model[page], NOTHING);
		for (; page < (r->base + r->len) / 4096; page++)
			assert_int_equal(model[page], r->kind + 10 * r->used);
	}
	for (; page < PAGES; page++)
		assert_int_equal(model[page], NOTHING);
}

static void
against_model(void **state)
{
	(void)state;
	srand(2);
	for (uint round = 0; round < 3000; round++) {
		uint8_t model[PAGES];
		memset(model, NOTHING, sizeof(model));
		memset(&b, 0, sizeof(b));
		for (uint n = 0; n < 12; n++) {
			uint from = rand() % PAGES,
			     to = from + rand() % (PAGES - from + 1);
			uint kind = rand() % 5;
			bool take = rand() % 4 == 0;
			if (take)
				memmap_take(&b, from * 4096ull, (to - from) * 4096ull);
			else
				memmap_add(&b, from * 4096ull, (to - from) * 4096ull,
					kind);
			for (uint p = from; p < to; p++)
				if (!take)
					model[p] = kind;
				else if (model[p] == MEM_RAM)
					model[p] = MEM_RAM + 10;
			matches(model);
		}
	}
}

static void
page_edges(void **state)
{
	(void)state;
	memset(&b, 0, sizeof(b));
	memmap_add(&b, 0x1001, 0x2fff, MEM_RAM); /* RAM loses its broken pages */
	range_is(0, 0x2000, 0x4000, MEM_RAM, false);
	memmap_add(&b, 0x2fff, 2, MEM_RESERVED); /* a reservation gains them */
	range_is(0, 0x2000, 0x4000, MEM_RESERVED, false);
	assert_int_equal(b.nmem, 1);
	memmap_add(&b, 0x8000, 0xfff, MEM_RAM); /* not one whole page */
	memmap_add(&b, 0x9000, 0, MEM_RESERVED);
	assert_int_equal(b.nmem, 1);
	memmap_add(&b, 0xfffffffffffff000, 0x2000, MEM_RAM); /* wraps */
	memmap_add(&b, 1ull << 52, 0x1000, MEM_RAM);         /* beyond any CPU */
	assert_int_equal(b.nmem, 1);
	memmap_add(&b, 1ull << 40, ~0ull, MEM_RAM);
	range_is(1, 1ull << 40, 1ull << 52, MEM_RAM, false);
	memmap_take(&b, 0x2000, ~0ull);
	range_is(1, 1ull << 40, 1ull << 52, MEM_RAM, true);
}

/* A full list gives up RAM, never a reservation. */
static void
full(void **state)
{
	(void)state;
	memset(&b, 0, sizeof(b));
	memmap_add(&b, 0, 4096ull * 1000, MEM_RAM);
	for (uint i = 0; i < 400; i++) {
		memmap_add(&b, 4096ull * (2 * i + 1), 4096, MEM_RESERVED);
		assert_true(b.nmem <= BOOT_MAXRANGE);
	}
	assert_true(memmap_has_ram(&b, 4096ull * 999, 4096)); /* the larger piece stays */
	for (uint i = 0; i < 400; i++)
		assert_false(memmap_has_ram(&b, 4096ull * (2 * i + 1), 4096));
}

static void
carving(void **state)
{
	(void)state;
	memset(&b, 0, sizeof(b));
	memmap_add(&b, 0x1000, 0x9000, MEM_RAM);
	memmap_add(&b, 0x100000, 0x100000, MEM_RAM);
	memmap_add(&b, 0x100000000, 0x1000000, MEM_RAM);
	assert_int_equal(memmap_carve(&b, 0x1800, 0x100000000), 0x1fe000);
	assert_int_equal(memmap_carve(&b, 0x1000, 0x100000000), 0x1fd000);
	assert_int_equal(memmap_carve(&b, 0x1000, 0xa0000), 0x9000);
	assert_int_equal(memmap_carve(&b, 0x1000, 0x3800), 0x2000);
	assert_int_equal(memmap_carve(&b, 0x200000, 0x100000000), 0);
	assert_true(memmap_covers(&b, 0x100000, 0x100000, true));
	assert_false(memmap_covers(&b, 0xff000, 0x2000, true));
	assert_false(memmap_covers(&b, 0x1ff000, 0x2000, true));
	assert_false(memmap_covers(&b, 0x1ff000, ~0ull, true));
	memmap_add(&b, 0x200000, 0x1000, MEM_ACPI);
	assert_false(memmap_covers(&b, 0x1ff000, 0x2000, true));
	assert_true(memmap_covers(&b, 0x1ff000, 0x2000, false));
	assert_true(memmap_has_ram(&b, 0x1fffff, 2));
	assert_false(memmap_has_ram(&b, 0x200000, 0x1000));
	assert_false(memmap_has_ram(&b, 0xfed00000, 0x1000));
}

static int
clean(void **state)
{
	(void)state;
	free(mem);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(multiboot2),
		cmocka_unit_test(pvh),
		cmocka_unit_test(pvh_bad),
		cmocka_unit_test(archive_on_reserved),
		cmocka_unit_test(multiboot2_bad),
		cmocka_unit_test(truncated),
		cmocka_unit_test(noise),
		cmocka_unit_test(against_model),
		cmocka_unit_test(page_edges),
		cmocka_unit_test(full),
		cmocka_unit_test(carving),
	};

	return cmocka_run_group_tests(tests, NULL, clean);
}

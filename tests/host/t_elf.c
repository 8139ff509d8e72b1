/* SRC: kern/elf.c */
/*
 * ELF programs, good and hostile. Headers are written byte by byte from the ELF-64
 * layout.
 */
#include "tests/host/host.h"

#include "kern/elf.h"
#include "kern/sys.h"

static uint8_t file[ELF_HEADER];

static void
put(uint off, uint64_t v, uint n)
{
	memcpy(file + off, &v, n);
}

/* Program header i, at 64 + 56 i. */
static void
phdr(uint i, uint32_t flags, uint64_t off, uint64_t va, uint64_t filesz, uint64_t memsz)
{
	uint o = 64 + 56 * i;

	put(o, 1, 4);
	put(o + 4, flags, 4);
	put(o + 8, off, 8);
	put(o + 16, va, 8);
	put(o + 32, filesz, 8);
	put(o + 40, memsz, 8);
}

static int
good(void **state)
{
	(void)state;
	memset(file, 0, sizeof file);
	memcpy(file, "\177ELF\2\1\1", 7);
	put(16, 2, 2);
	put(18, 62, 2);
	put(24, 0x400010, 8);
	put(32, 64, 8);
	put(54, 56, 2);
	put(56, 2, 2);
	phdr(0, 5, 0x1000, 0x400000, 0x2000, 0x2000);
	phdr(1, 6, 0x3000, 0x402000, 0x100, 0x5000);
	return 0;
}

static const char *
plan(ElfPlan *p)
{
	return elf_plan(file, sizeof file, 0x4000, p);
}

static void
test_good(void **state)
{
	ElfPlan p;

	(void)state;
	assert_null(plan(&p));
	assert_int_equal(p.n, 2);
	assert_int_equal(p.entry, 0x400010);
	assert_int_equal(p.seg[0].prot, SPROT_READ | SPROT_EXEC);
	assert_int_equal(p.seg[1].prot, SPROT_READ | SPROT_WRITE);
	assert_int_equal(p.seg[1].memsz, 0x5000);
}

typedef struct Break {
	uint off, n;
	uint64_t v;
	const char *why;
} Break;

/* One field changed, one refusal. Program header 0 is at 64, header 1 at 120. */
static const Break breaks[] = {
	{ 0, 1, 0x7e, "not an ELF64 program" },
	{ 4, 1, 1, "not an ELF64 program" },
	{ 16, 2, 3, "not a static x86-64 program" },
	{ 18, 2, 3, "not a static x86-64 program" },
	{ 54, 2, 32, "bad program headers" },
	{ 56, 2, 0, "bad program headers" },
	{ 32, 8, 0xffffffffffffff00, "program headers beyond the first KiB" },
	{ 56, 2, 0xffff, "program headers beyond the first KiB" },
	{ 64 + 8, 8, 0xffffffffffffffff, "segment beyond the end of the file" },
	{ 64 + 32, 8, 0x3001, "segment beyond the end of the file" },
	{ 120 + 32, 8, 0x5001, "segment beyond the end of the file" },
	{ 64 + 16, 8, 0xff000, "segment outside 0x100000..0x8000000" },
	{ 64 + 16, 8, 0xffffffff80000000, "segment outside 0x100000..0x8000000" },
	{ 120 + 40, 8, 0xffffffffffff0000, "segment outside 0x100000..0x8000000" },
	{ 120 + 40, 8, 0x8000000, "segment outside 0x100000..0x8000000" },
	{ 64 + 4, 4, 7, "segment writable and executable" },
	{ 120 + 16, 8, 0x401000, "segments share a page" },
	{ 120 + 16, 8, 0x401fff, "segments share a page" },
	{ 24, 8, 0x402000, "entry point outside the code" },
	{ 24, 8, 0x3fffff, "entry point outside the code" },
	{ 24, 8, 0, "entry point outside the code" },
};

static void
test_refusals(void **state)
{
	for (uint i = 0; i < nelem(breaks); i++) {
		ElfPlan p;

		good(state);
		put(breaks[i].off, breaks[i].v, breaks[i].n);
		assert_string_equal(plan(&p), breaks[i].why);
	}
}

static void
test_short(void **state)
{
	ElfPlan p;

	(void)state;
	for (size_t n = 0; n < 64 + 2 * 56; n++)
		assert_non_null(elf_plan(file, n, 0x4000, &p));
	assert_null(elf_plan(file, 64 + 2 * 56, 0x4000, &p));
}

static void
test_many(void **state)
{
	ElfPlan p;

	(void)state;
	put(56, 9, 2);
	for (uint i = 0; i < 9; i++)
		phdr(i, i == 0 ? 5 : 4, 0, 0x400000 + i * 0x1000, 0x100, 0x1000);
	assert_string_equal(plan(&p), "too many segments");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, good),
		cmocka_unit_test_setup(test_refusals, good),
		cmocka_unit_test_setup(test_short, good),
		cmocka_unit_test_setup(test_many, good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

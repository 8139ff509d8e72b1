/* SRC: kern/page.c kern/heap.c */
/*
 * Frames and the heap over an arena that plays physical memory: alignment, contents,
 * merging, poison, references, and that nothing is lost over a long random run.
 */
#include "tests/host/host.h"

#include "arch/arch.h"
#include "kern/heap.h"
#include "kern/page.h"

#define ARENA (64ul << 20)

BootInfo bootinfo;
static char *arena;
static bool up;

void *
arch_direct(paddr_t pa)
{
	assert_true(pa < ARENA);
	return arena + pa;
}

paddr_t
arch_direct_pa(const void *p)
{
	return (const char *)p - arena;
}

/* 640 KiB, a hole, the kernel's MiB, an archive, the rest with an odd end. */
static int
boot(void **state)
{
	static const MemRange mem[] = {
		{ 0x0, 0xa0000, MEM_RAM, false },
		{ 0xa0000, 0x60000, MEM_RESERVED, false },
		{ 0x100000, 0x100000, MEM_RAM, true },
		{ 0x200000, 0x5000, MEM_RAM, false },
		{ 0x205000, 0x3000, MEM_RAM, true },
		{ 0x208000, ARENA - 0x208000 - 0x7000, MEM_RAM, false },
	};

	(void)state;
	if (up)
		return 0;
	up = true;
	arena = aligned_alloc(ARENA, ARENA);
	memset(arena, 0xaa, ARENA); /* what firmware leaves */
	memcpy(bootinfo.mem, mem, sizeof mem);
	bootinfo.nmem = nelem(mem);
	page_init();
	return 0;
}

static bool
is_zero(paddr_t pa, size_t n)
{
	const char *p = arch_direct(pa);

	return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static void
test_stat(void **state)
{
	PageStat s = page_stat();

	(void)state;
	/* 160 + 256 + 5 + 3 + the rest; the table of 12 bytes a frame is the kernel's. */
	assert_int_equal(s.total, (ARENA - 0x7000 - 0x60000) / 4096);
	assert_int_equal(s.free + s.kernel, s.total);
	assert_in_range(s.kernel, 256 + 3 + 1, 256 + 3 + 1 + 50);
	assert_int_equal(page_kind(0xa0000), PAGE_NONE);
	assert_int_equal(page_kind(0x100000), PAGE_KERNEL);
	assert_int_equal(page_kind(ARENA), PAGE_NONE);
}

static void
test_zeroed_and_poisoned(void **state)
{
	paddr_t pa = page_alloc(0, PAGE_USER);

	(void)state;
	assert_true(is_zero(pa, 4096));
	assert_int_equal(page_kind(pa), PAGE_USER);
	memset(page_ptr(pa), 1, 4096);
	page_put(pa);
	assert_int_equal(*(uint64_t *)arch_direct(pa + 4088), 0xfeebdaedfeebdaed);
	assert_int_equal(page_check_poison(), 0);
	((char *)arch_direct(pa))[1234] = 0; /* a stale DMA */
	assert_int_equal(page_check_poison(), pa);
	((uint64_t *)arch_direct(pa))[1234 / 8] = PAGE_POISON;
	assert_int_equal(page_check_poison(), 0);
}

static void
test_refs(void **state)
{
	paddr_t pa = page_alloc(0, PAGE_USER);
	size_t free = page_stat().free;

	(void)state;
	page_get(pa);
	page_put(pa);
	assert_int_equal(page_stat().free, free);
	page_put(pa);
	assert_int_equal(page_stat().free, free + 1);
	pa = page_alloc(0, PAGE_USER);
	page_withhold(pa);
	page_put(pa);
	assert_int_equal(page_stat().free, free);
	assert_int_equal(page_stat().withheld, 1);
}

static void
test_limit(void **state)
{
	paddr_t pa = page_alloc_below(0, PAGE_KERNEL, 0x100000);

	(void)state;
	assert_in_range(pa, 1, 0x9ffff);
	page_put(pa);
	assert_int_equal(page_alloc_below(9, PAGE_KERNEL, 0x100000), 0);
	assert_int_equal(page_alloc(18, PAGE_KERNEL), 0);
}

#define SLOTS 200

static void
test_random(void **state)
{
	static struct {
		paddr_t pa;
		uint order;
	} slot[SLOTS];
	size_t free = page_stat().free;

	(void)state;
	srand(2);
	for (uint k = 0; k < 30000; k++) {
		uint i = rand() % SLOTS;

		if (slot[i].pa != 0) {
			/* nobody else's */
			assert_int_equal(*(uint64_t *)arch_direct(slot[i].pa), i);
			page_free(slot[i].pa, slot[i].order);
			slot[i].pa = 0;
			continue;
		}
		slot[i].order = rand() % 7;
		slot[i].pa = page_alloc(slot[i].order, PAGE_KERNEL);
		if (slot[i].pa == 0)
			continue;
		assert_int_equal(slot[i].pa % (4096ul << slot[i].order), 0);
		assert_true(is_zero(slot[i].pa, 4096ul << slot[i].order));
		*(uint64_t *)arch_direct(slot[i].pa) = i;
	}
	for (uint i = 0; i < SLOTS; i++)
		if (slot[i].pa != 0)
			page_free(slot[i].pa, slot[i].order);
	assert_int_equal(page_stat().free, free);
	assert_int_equal(page_check_poison(), 0);
	/* Merged back: a block of 16 MiB can be had. */
	assert_int_not_equal(slot[0].pa = page_alloc(12, PAGE_USER), 0);
	page_free(slot[0].pa, 12);
}

static void
test_heap(void **state)
{
	static struct {
		unsigned char *p;
		size_t n;
	} slot[SLOTS];
	size_t free = page_stat().free;

	(void)state;
	srand(3);
	for (uint k = 0; k < 100000; k++) {
		uint i = rand() % SLOTS;

		if (slot[i].p != NULL) {
			for (size_t j = 0; j < slot[i].n; j++)
				assert_int_equal(slot[i].p[j], i);
			kfree(slot[i].p);
			slot[i].p = NULL;
			continue;
		}
		slot[i].n = 1 + rand() % (rand() % 8 == 0 ? 20000 : 300);
		slot[i].p = kalloc(slot[i].n);
		assert_int_equal((uintptr_t)slot[i].p % 16, 0);
		for (size_t j = 0; j < slot[i].n; j++)
			assert_int_equal(slot[i].p[j], 0);
		memset(slot[i].p, i, slot[i].n);
	}
	for (uint i = 0; i < SLOTS; i++)
		kfree(slot[i].p);
	assert_int_equal(heap_in_use(), 0);
	assert_int_equal(page_stat().free, free); /* every slab went back */
}

static void
test_growing(void **state)
{
	char *p = kalloc(10);

	(void)state;
	strcpy(p, "Bailey");
	for (size_t n = 10; n < 9000; n += 500) {
		p = krealloc(p, n, n + 500);
		assert_string_equal(p, "Bailey");
		assert_int_equal(p[n + 499], 0);
		p[n + 499] = 1; /* dirt that must not come back as new memory */
		p[n + 499] = 0;
	}
	kfree(p);
	assert_int_equal(heap_in_use(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_stat, boot),
		cmocka_unit_test_setup(test_zeroed_and_poisoned, boot),
		cmocka_unit_test_setup(test_random, boot),
		cmocka_unit_test_setup(test_heap, boot),
		cmocka_unit_test_setup(test_growing, boot),
		cmocka_unit_test_setup(test_limit, boot),
		cmocka_unit_test_setup(test_refs, boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

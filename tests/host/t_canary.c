/* SRC: kern/canary.c */
#include "tests/host/host.h"

#include "kern/canary.h"
#include "kern/page.h"

static char *page[32];
static uint npage, left;

paddr_t
page_alloc(uint order, PageKind kind)
{
	assert_int_equal(order, 0);
	assert_int_equal(kind, PAGE_KERNEL);
	if (left-- == 0)
		return 0;
	return (paddr_t)(page[npage++] = aligned_alloc(PAGE_SIZE, PAGE_SIZE));
}

static void
test_canaries(void **state)
{
	(void)state;
	assert_int_equal(canary_check(), 0); /* before there are any */
	left = 16;
	canary_init();
	assert_int_equal(npage, 16);
	assert_int_equal(canary_check(), 0);
	for (uint i = 0; i < npage; i++)
		for (uint at = 0; at < PAGE_SIZE; at += 1021) {
			page[i][at] ^= 0x80;
			assert_int_equal(canary_check(), (paddr_t)page[i] + (at & ~7u));
			page[i][at] ^= 0x80;
			assert_int_equal(canary_check(), 0);
		}
	/* neither zeros, nor what another of them holds */
	char *was = memcpy(malloc(PAGE_SIZE), page[3], PAGE_SIZE);
	memset(page[3], 0, PAGE_SIZE);
	assert_int_equal(canary_check(), (paddr_t)page[3]);
	memcpy(page[3], page[4], PAGE_SIZE);
	assert_int_equal(canary_check(), (paddr_t)page[3]);
	memcpy(page[3], was, PAGE_SIZE);
	assert_int_equal(canary_check(), 0);
	free(was);
	for (uint i = 0; i < npage; i++)
		free(page[i]);
}

/* As many as there is memory for. */
static void
test_few(void **state)
{
	(void)state;
	npage = 0;
	left = 2;
	canary_init();
	assert_int_equal(npage, 2);
	assert_int_equal(canary_check(), 0);
	page[1][0] ^= 1;
	assert_int_equal(canary_check(), (paddr_t)page[1]);
	free(page[0]);
	free(page[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canaries),
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

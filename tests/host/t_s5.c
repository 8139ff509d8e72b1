/* SRC: arch/s5.c */
/* AML bytes by hand, from ACPI 6.4 sections 20.2.3 to 20.2.5; the first is QEMU's q35. */
#include "tests/host/host.h"

#include "arch/s5.h"

/* The bytes, in memory of exactly their size, between two bytes of other code. */
static bool
find(const char *aml, size_t n, uint8_t *a, uint8_t *b)
{
	uint8_t *p = malloc(n + 2);
	bool found;

	p[0] = 0x10;
	memcpy(p + 1, aml, n);
	p[n + 1] = 0x14;
	*a = *b = 99;
	found = s5_find(p, n + 2, a, b);
	free(p);
	return found;
}

#define FIND(s) find(s, sizeof(s) - 1, &a, &b)

static void
forms(void **state)
{
	uint8_t a, b;

	(void)state;
	assert_true(FIND("\x08_S5_\x12\x06\x04\x00\x00\x00\x00"));
	assert_int_equal(a, 0);
	assert_int_equal(b, 0);
	assert_true(FIND("\x08\\_S5_\x12\x08\x04\x0a\x05\x0a\x07\x00\x00"));
	assert_int_equal(a, 5);
	assert_int_equal(b, 7);
	assert_true(FIND("\x08_S5_\x12\x07\x02\x01\x0b\x06\x00")); /* One, word */
	assert_int_equal(a, 1);
	assert_int_equal(b, 6);
	/* Long PkgLength, dword. */
	assert_true(FIND("\x08_S5_\x12\x48\x00\x02\x0c\x07\x00\x00\x00\x0a\x02"));
	assert_int_equal(a, 7);
	assert_int_equal(b, 2);
}

static void
look_alikes(void **state)
{
	uint8_t a, b;

	(void)state;
	/* a use, not a definition */
	assert_false(FIND("_S5_\x12\x06\x04\x00\x00\x00\x00"));
	assert_false(FIND("\x08_S5_\x11\x06\x04\x00\x00\x00\x00"));     /* a buffer */
	assert_false(FIND("\x08_S5_\x12\x06\x01\x00\x00\x00\x00"));     /* one element */
	assert_false(FIND("\x08_S5_\x12\x08\x04\x0a\x08\x0a\x07\x00")); /* four bits */
	/* not a constant */
	assert_false(FIND("\x08_S5_\x12\x08\x04\x5b\x08\x0a\x07\x00"));
	assert_false(FIND("\x08_S4_\x12\x06\x04\x00\x00\x00\x00"));
	/* The true one may follow a false one. */
	assert_true(FIND("\x08_S5_\x11\x02\x08_S5_\x12\x06\x04\x0a\x03\x0a\x04\x00\x00"));
	assert_int_equal(a, 3);
	assert_int_equal(b, 4);
}

static void
truncated(void **state)
{
	static const char whole[] =
		"\x08_S5_\x12\x48\x00\x02\x0c\x07\x00\x00\x00\x0a\x02";
	uint8_t a, b;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		uint8_t *p = malloc(n != 0 ? n : 1);
		memcpy(p, whole, n);
		assert_false(s5_find(p, n, &a, &b));
		free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(look_alikes),
		cmocka_unit_test(truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

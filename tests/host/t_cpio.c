/* SRC: kern/cpio.c */
/* The boot archive's format: a good one, every truncation of it, and lies in each
 * field. */
#include "tests/host/host.h"

#include "kern/cpio.h"

static char ar[4096];
static size_t len;

/* A member as GNU cpio writes it: the layout is the format's, not our reader's. */
static void
put(const char *name, unsigned mode, const char *data)
{
	len += sprintf(ar + len,
		"070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", 1, mode, 0,
		0, 1, 0x5e0be100, (unsigned)strlen(data), 0, 0, 0, 0,
		(unsigned)strlen(name) + 1, 0);
	len += sprintf(ar + len, "%s", name) + 1;
	while (len % 4 != 0)
		ar[len++] = 0;
	len += sprintf(ar + len, "%s", data);
	while (len % 4 != 0)
		ar[len++] = 0;
}

static int
setup(void **state)
{
	(void)state;
	len = 0;
	memset(ar, 0, sizeof(ar));
	put("bin", 040755, "");
	put("bin/echo", 0100755, "hello");
	put("empty", 0100644, "");
	put("TRAILER!!!", 0, "");
	return 0;
}

static void
reads(void **state)
{
	Cpio c = { (uint8_t *)ar, len, 0 };
	CpioFile f;

	(void)state;
	assert_int_equal(cpio_next(&c, &f), 1);
	assert_string_equal(f.name, "bin");
	assert_int_equal(f.type, CPIO_DIR);
	assert_int_equal(f.mode, 0755);
	assert_int_equal(f.mtime, 0x5e0be100);
	assert_int_equal(f.size, 0);
	assert_int_equal(cpio_next(&c, &f), 1);
	assert_string_equal(f.name, "bin/echo");
	assert_int_equal(f.type, CPIO_FILE);
	assert_int_equal(f.size, 5);
	assert_memory_equal(f.data, "hello", 5);
	assert_int_equal(cpio_next(&c, &f), 1);
	assert_string_equal(f.name, "empty");
	assert_int_equal(f.mode, 0644);
	assert_int_equal(cpio_next(&c, &f), 0);
}

/* Cut anywhere, the reader says so, gives only whole members, and touches nothing behind
 * the cut: the copy ends there, and the sanitizer watches. */
static void
truncated(void **state)
{
	(void)state;
	for (size_t n = 0; n < len; n++) {
		uint8_t *copy = malloc(n + 1);
		CpioFile f;
		int members = 0, r;

		memcpy(copy, ar, n);
		copy = realloc(copy, n > 0 ? n : 1);
		Cpio c = { copy, n, 0 };
		while ((r = cpio_next(&c, &f)) == 1) {
			for (size_t i = 0; i < f.size; i++)
				assert_true(f.data[i] >= 'e' &&
					f.data[i] <= 'o'); /* hello */
			assert_true(strlen(f.name) <= 8);
			members++;
		}
		/* the trailer may lack padding only */
		if (r == 0)
			assert_true(n >= len - 3);
		else
			assert_int_equal(r, -EOVERFLOW);
		assert_true(members <= 3);
		assert_true(c.at <= n);
		free(copy);
	}
}

static int
with(size_t at, const char *bytes, Cpio *c)
{
	CpioFile f;

	setup(NULL);
	memcpy(ar + at, bytes, strlen(bytes));
	*c = (Cpio){ (uint8_t *)ar, len, 0 };
	return cpio_next(c, &f);
}

static void
lies(void **state)
{
	Cpio c;

	(void)state;
	assert_int_equal(with(0, "070702", &c), -EINVAL);
	assert_int_equal(c.at, 0);
	assert_int_equal(with(0, "hello!", &c), -EINVAL);
	assert_int_equal(with(54, "FFFFFFFF", &c), -EOVERFLOW); /* file size */
	assert_int_equal(with(54, "7FFFFFFF", &c), -EOVERFLOW);
	assert_int_equal(with(54, "0000000g", &c), -EINVAL);
	assert_int_equal(with(54, "  -00001", &c), -EINVAL);
	assert_int_equal(with(94, "FFFFFFFF", &c), -EOVERFLOW); /* name size */
	assert_int_equal(with(94, "FFFFFFFC", &c), -EOVERFLOW);
	assert_int_equal(with(94, "00000000", &c), -EINVAL);
	/* cuts the name's terminator off */
	assert_int_equal(with(94, "00000002", &c), -EINVAL);
	assert_int_equal(with(94, "00000005", &c), -EINVAL); /* two terminators */
	assert_int_equal(with(14, "xxxxxxxx", &c), -EINVAL); /* mode */
	c = (Cpio){ (const uint8_t *)"07", 2, 0 };
	CpioFile f;
	assert_int_equal(cpio_next(&c, &f), -EOVERFLOW);
	c = (Cpio){ NULL, 0, 0 };
	assert_int_equal(cpio_next(&c, &f), -EOVERFLOW);
}

/* Random damage: no crash, no endless loop. */
static void
garbled(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		setup(NULL);
		for (int k = rand() % 4; k >= 0; k--)
			ar[(size_t)rand() % len] =
				"0123456789ABCDEFabcdef\0x"[rand() % 24];
		uint8_t *copy = malloc(len);
		memcpy(copy, ar, len);
		Cpio c = { copy, len, 0 };
		CpioFile f;
		int n = 0;
		while (cpio_next(&c, &f) == 1) {
			assert_true(f.size <= len);
			assert_true(strlen(f.name) < len);
			assert_true(n++ < 100);
		}
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads, setup),
		cmocka_unit_test_setup(truncated, setup),
		cmocka_unit_test(lies),
		cmocka_unit_test(garbled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

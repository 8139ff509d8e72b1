/* SRC: kern/text.c */
/* Growing texts: reads at odd offsets and lengths, growth, and running out of memory. */
#include "tests/host/host.h"

#include "kern/text.h"

static void
grows(void **state)
{
	Text t = { 0 };
	char want[5000], got[5000];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 500; i++) {
		text_printf(&t, "line %d\n", i);
		n += sprintf(want + n, "line %d\n", i);
	}
	assert_false(t.failed);
	assert_int_equal(t.n, n);
	assert_string_equal(t.s, want);
	/* byte by byte, and in odd pieces, the same text comes out */
	for (long step = 1; step < 20; step += 6) {
		long off = 0, r;
		while ((r = text_read(&t, got + off, step, off)) > 0) {
			assert_true(r <= step);
			off += r;
		}
		assert_int_equal(off, n);
		assert_memory_equal(got, want, n);
	}
	text_free(&t);
	assert_null(t.s);
	assert_int_equal(host_blocks, 0);
}

static void
edges(void **state)
{
	Text t = { 0 };
	char buf[8] = "........";

	(void)state;
	assert_int_equal(text_read(&t, buf, 8, 0), 0);
	text_putn(&t, "a\0b", 3);
	assert_int_equal(t.n, 3);
	assert_int_equal(text_read(&t, buf, 8, 1), 2);
	assert_memory_equal(buf, "\0b", 2);
	assert_int_equal(buf[2], '.');
	assert_int_equal(text_read(&t, buf, 0, 0), 0);
	assert_int_equal(text_read(&t, buf, 8, 3), 0);
	assert_int_equal(text_read(&t, buf, 8, INT64_MAX), 0);
	assert_int_equal(text_read(&t, buf, 8, -1), -EINVAL);
	assert_int_equal(text_read(&t, buf, -1, 0), -EINVAL);
	text_free(&t);
}

static void
out_of_memory(void **state)
{
	Text t = { 0 };

	(void)state;
	text_printf(&t, "%s", "kept");
	host_alloc_left = 0;
	text_printf(&t, "%200d", 1);
	assert_true(t.failed);
	text_printf(&t, "x"); /* would fit, but the text must not have a hole */
	assert_string_equal(t.s, "kept");
	host_alloc_left = -1;
	text_free(&t);
	assert_int_equal(host_blocks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(edges),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

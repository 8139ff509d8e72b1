/* SRC: kern/fmt.c kern/string.c */
/*
 * The C library's snprintf is the oracle for every conversion, flag, width and precision
 * we accept; a few fixed strings guard against both being wrong in one way.
 */
#include "tests/host/host.h"

#include <limits.h>

#include "kern/fmt.h"
#include "kern/string.h"

#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat-security"

/* One conversion by both, in a buffer of n bytes; everything must agree. */
#define SAME(n, fmt, ...)                                                                \
	do {                                                                             \
		char ours_[512], theirs_[512];                                           \
		memset(ours_, '#', sizeof(ours_));                                       \
		memset(theirs_, '#', sizeof(theirs_));                                   \
		int r_ = snprint(ours_, n, fmt, __VA_ARGS__);                            \
		int w_ = snprintf(theirs_, n, fmt, __VA_ARGS__);                         \
		if (r_ != w_ || memcmp(ours_, theirs_, sizeof(ours_)) != 0)              \
			fail_msg("\"%s\": %d \"%.60s\", C says %d \"%.60s\"", fmt, r_,   \
				ours_, w_, theirs_);                                     \
	} while (0)

static const char *const flag_sets[] = { "", "-", "0", "+", " ", "#", "-0", "0+", "#0",
	"-#", "+ ", "-+" };
static const char *const widths[] = { "", "1", "5", "12", "30" };
static const char *const precs[] = { "", ".", ".0", ".1", ".5", ".20" };

static void
each_format(const char *conv, void (*check)(const char *fmt))
{
	char fmt[64];

	for (size_t f = 0; f < nelem(flag_sets); f++)
		for (size_t w = 0; w < nelem(widths); w++)
			for (size_t p = 0; p < nelem(precs); p++) {
				snprintf(fmt, sizeof(fmt), "<%%%s%s%s%s>", flag_sets[f],
					widths[w], precs[p], conv);
				check(fmt);
			}
}

static void
check_int(const char *fmt)
{
	static const int v[] = { 0, 1, -1, 7, 42, -305419896, INT_MAX, INT_MIN };

	for (size_t i = 0; i < nelem(v); i++)
		SAME(200, fmt, v[i]);
}

static void
check_long(const char *fmt)
{
	static const long v[] = { 0, -1, 1, 0x123456789abcdef, LONG_MAX, LONG_MIN };

	for (size_t i = 0; i < nelem(v); i++)
		SAME(200, fmt, v[i]);
}

static void
check_string(const char *fmt)
{
	static const char *const v[] = { "", "x", "hello",
		"longer than any width used here" };

	for (size_t i = 0; i < nelem(v); i++)
		SAME(200, fmt, v[i]);
}

static void
integers(void **state)
{
	static const char *const conv[] = { "d", "i", "u", "x", "X", "hd", "hu", "hhd",
		"hhu", "hhx" };
	static const char *const wide[] = { "ld", "lu", "lx", "lX", "lld", "llx", "zu",
		"zd", "jd", "tx" };

	(void)state;
	for (size_t i = 0; i < nelem(conv); i++)
		each_format(conv[i], check_int);
	for (size_t i = 0; i < nelem(wide); i++)
		each_format(wide[i], check_long);
}

static void
strings(void **state)
{
	static const char *const v[] = { "", "-", "5", "-5", "12", ".0", ".3", "8.3",
		"-8.3", ".99" };
	char fmt[32];

	(void)state;
	for (size_t i = 0; i < nelem(v); i++) {
		snprintf(fmt, sizeof(fmt), "<%%%ss>", v[i]);
		check_string(fmt);
	}
	SAME(200, "<%c%5c%-5c>", 'a', 'b', 'c');
	SAME(200, "<%*d|%-*d|%*d>", 6, 42, 6, 42, -6, 42);
	SAME(200, "<%.*s|%.*s>", 2, "abc", -1, "abc");
	SAME(200, "<%.*d>", -3, 7);
	SAME(200, "%d%%%s", 100, "!");
	SAME(200, "<%p>", (void *)0x1234abcd);
}

static void
precision_reads_no_further(void **state)
{
	char *edge = malloc(3); /* not terminated: ASan sees a fourth read */
	char buf[16];

	(void)state;
	memcpy(edge, "abc", 3);
	assert_int_equal(snprint(buf, sizeof(buf), "%.3s", edge), 3);
	assert_string_equal(buf, "abc");
	free(edge);
}

static void
cutting(void **state)
{
	(void)state;
	for (size_t n = 0; n < 30; n++)
		SAME(n, "pid %d %s 0x%08lx", 23, "edu", 0x6df084000ul);
	assert_int_equal(snprint(NULL, 0, "%s", "12345"), 5);
}

static void
fixed(void **state)
{
	char buf[80];

	(void)state;
	snprint(buf, sizeof(buf), "%016lx %5u|%-4d|%+d|%#x", 0xd2008c222f0606ul, 7u, -3,
		9, 255u);
	assert_string_equal(buf, "00d2008c222f0606     7|-3  |+9|0xff");
	snprint(buf, sizeof(buf), "%s %.2s", (const char *)NULL, "xyz");
	assert_string_equal(buf, "(null) xy");
	snprint(buf, sizeof(buf), "%p", (void *)0);
	assert_string_equal(buf, "0x0");
	/* What we do not know is shown, and a lone % at the end is dropped. */
	const char *odd = "%q %";
	snprint(buf, sizeof(buf), odd);
	assert_string_equal(buf, "%q ");
}

static void
copying(void **state)
{
	char d[4] = "###";

	(void)state;
	assert_int_equal(strcopy(d, "ab", sizeof(d)), 2);
	assert_string_equal(d, "ab");
	assert_int_equal(strcopy(d, "abc", sizeof(d)), 3);
	assert_string_equal(d, "abc");
	assert_int_equal(strcopy(d, "abcdef", sizeof(d)), 6);
	assert_string_equal(d, "abc");
	assert_int_equal(strcopy(d, "xyz", 1), 3);
	assert_string_equal(d, "");
	d[0] = '#';
	assert_int_equal(strcopy(d, "xyz", 0), 3);
	assert_int_equal(d[0], '#');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),
		cmocka_unit_test(strings),
		cmocka_unit_test(precision_reads_no_further),
		cmocka_unit_test(cutting),
		cmocka_unit_test(fixed),
		cmocka_unit_test(copying),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

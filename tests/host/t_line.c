/* SRC: kern/line.c */
/*
 * The line editor, watched through a terminal: a model of one screen row follows what is
 * echoed, so a test says what the user sees, where the cursor is, and what the reader
 * gets.
 */
#include "tests/host/host.h"

#include "kern/line.h"

static Line l;
static char row[4096]; /* the screen row */
static int col, bells, rows;

/* A terminal that knows \b \r \n \a ESC[K ESC[H ESC[2J, and UTF-8 as one cell per byte
 * that begins a character (continuation bytes are dropped). Anything else fails the
 * test. */
static void
term(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = s[i];

		if (c == '\b') {
			assert_true(col > 0);
			col--;
		} else if (c == '\a') {
			bells++;
		} else if (c == '\n') {
			memset(row, 0, sizeof(row));
			col = 0;
			rows++;
		} else if (c == 033) {
			if (n - i >= 3 && memcmp(s + i, "\033[K", 3) == 0) {
				memset(row + col, 0, sizeof(row) - col);
				i += 2;
			} else if (n - i >= 7 && memcmp(s + i, "\033[H\033[2J", 7) == 0) {
				memset(row, 0, sizeof(row));
				col = 0;
				i += 6;
			} else {
				fail_msg("unknown escape sequence");
			}
		} else if ((c & 0xc0) != 0x80) {
			assert_true(c >= ' ');
			assert_true(col < (int)sizeof(row) - 1);
			row[col++] = c;
		}
	}
}

static int
setup(void **state)
{
	(void)state;
	memset(&l, 0, sizeof(l));
	memset(row, 0, sizeof(row));
	col = bells = rows = 0;
	l.echo = term;
	return 0;
}

static LineEvent
type(const char *s)
{
	LineEvent e = LINE_MORE;

	for (; *s != 0; s++) {
		assert_int_equal(e, LINE_MORE);
		e = line_byte(&l, *s);
	}
	return e;
}

/* Type, see `screen` with the cursor at column `at`. */
static void
see(const char *keys, const char *screen, int at)
{
	assert_int_equal(type(keys), LINE_MORE);
	assert_string_equal(row, screen);
	assert_int_equal(col, at);
}

static void
get(const char *keys, const char *line)
{
	assert_int_equal(type(keys), LINE_DONE);
	assert_int_equal(l.n, strlen(line));
	assert_memory_equal(l.buf, line, l.n);
	line_reset(&l);
}

static void
simple(void **state)
{
	(void)state;
	see("echo hi", "echo hi", 7);
	get("\r", "echo hi\n");
	assert_string_equal(row, "");
	get("ls\n", "ls\n");
	get("\n", "\n");
	assert_int_equal(rows, 3);
	/* \r\n is one end of line, \n\n and \r\r are two */
	get("a\r", "a\n");
	assert_int_equal(type("\n"), LINE_MORE);
	get("b\n", "b\n");
	get("\n", "\n");
	get("\r", "\n");
	get("\r", "\n");
}

static void
moving(void **state)
{
	(void)state;
	see("abc", "abc", 3);
	see("\033[D", "abc", 2);
	see("X", "abXc", 3);
	see("\033[D\033[D\033[D", "abXc", 0);
	see("\033[D", "abXc", 0);
	see("Y", "YabXc", 1);
	see("\033[C", "YabXc", 2);
	see("\005", "YabXc", 5);
	see("\033[C", "YabXc", 5);
	see("\001", "YabXc", 0);
	see("\033[F", "YabXc", 5);
	see("\033[H", "YabXc", 0);
	see("\033OF", "YabXc", 5);
	see("\033OH", "YabXc", 0);
	see("\033[4~", "YabXc", 5);
	see("\033[1~", "YabXc", 0);
	see("\033[8~\033[7~", "YabXc", 0);
	see("\006\006\002", "YabXc", 1);
	get("\r", "YabXc\n"); /* from the middle: the whole line */
}

static void
deleting(void **state)
{
	(void)state;
	see("abcdef\177", "abcde", 5);
	see("\010", "abcd", 4);
	see("\033[D\033[D\177", "acd", 1);
	see("\033[3~", "ad", 1);
	see("\004", "a", 1);
	see("\004", "a", 1);
	see("\033[3~", "a", 1);
	see("\177\177\177", "", 0);
	see("one two  three", "one two  three", 14);
	see("\027", "one two  ", 9);
	see("\027", "one ", 4);
	see("\027\027", "", 0);
	see("0123456789\002\002\002\025", "789", 0);
	see("\005\025", "", 0);
	see("0123456789\002\002\002\013", "0123456", 7);
	see("\001\013", "", 0);
	get("\r", "\n");
}

static void
history(void **state)
{
	(void)state;
	get("first\r", "first\n");
	get("second\r", "second\n");
	get("second\r", "second\n"); /* not kept twice */
	get("   \r", "   \n");       /* nor blanks */
	see("typed", "typed", 5);
	see("\033[A", "second", 6);
	see("\033[A", "first", 5);
	see("\033[A", "first", 5);
	see("\033[B", "second", 6);
	see("\033[B", "typed", 5);
	see("\033[B", "typed", 5);
	see("\020\020", "first", 5);
	see("\016", "second", 6);
	see("\177X", "seconX", 6);
	get("\r", "seconX\n");
	/* the edit made a new line, not a changed one */
	see("\033[A\033[A", "second", 6);
	get("\r", "second\n");
}

static void
history_is_64_lines(void **state)
{
	char s[32];

	(void)state;
	for (int i = 0; i < 100; i++) {
		sprintf(s, "line %d\r", i);
		type(s);
		line_reset(&l);
	}
	for (int i = 0; i < 200; i++)
		type("\033[A");
	assert_string_equal(row, "line 36"); /* 100 - 64 */
}

static void
end_of_file(void **state)
{
	(void)state;
	assert_int_equal(type("\004"), LINE_EOF);
	see("a\004", "a", 1); /* not on a line with something in it */
	see("\177", "", 0);
	assert_int_equal(type("\004"), LINE_EOF);
}

static void
odd_bytes(void **state)
{
	(void)state;
	see("a\033[12;5Rb", "ab", 2); /* unknown sequences vanish whole */
	see("\033[99~c", "abc", 3);
	see("\033xd", "abcd", 4);
	see("\003\007\013\034\035", "abcd", 4); /* control characters are not inserted */
	get("\r", "abcd\n");
	see("a\tb", "a b", 3); /* a tab is kept, shown as one column */
	see("\033[D\033[D\033[D", "a b", 0);
	get("\r", "a\tb\n");
	assert_int_equal(line_byte(&l, 0), LINE_MORE);
	assert_int_equal(l.n, 0);
	get("\033[A\r", "a\tb\n");
	get("x\033\r", "x\n"); /* a line ends even inside a sequence */
	get("y\033[\r", "y\n");
}

/* One column and one keystroke per character. The terminal shows first bytes only. */
static void
utf8(void **state)
{
	(void)state;
	see("a\xc3\xa4\xe2\x82\xac"
	    "b",
		"a\xc3\xe2"
		"b",
		4);
	see("\033[D\033[D",
		"a\xc3\xe2"
		"b",
		2);
	see("\177",
		"a\xe2"
		"b",
		1);
	see("\033[3~", "ab", 1);
	see("\xc3\xa4",
		"a\xc3"
		"b",
		2);
	get("\r",
		"a\xc3\xa4"
		"b\n");
}

static void
overlong(void **state)
{
	(void)state;
	for (int i = 0; i < LINE_MAX + 50; i++)
		type("x");
	assert_int_equal(bells, 50 + 2);
	assert_int_equal(l.n, 1022);
	assert_int_equal(type("\r"), LINE_DONE);
	assert_int_equal(l.n, 1023);
	assert_int_equal(l.buf[1022], '\n');
	line_reset(&l);
	type("\033[A");
	assert_int_equal(l.n, 1022);
	type("\001");
	assert_int_equal(col, 0);
}

static void
prompt(void **state)
{
	(void)state;
	term("out\n$ ", 6);
	line_printed(&l, "out\n$ ", 6);
	see("abc\002", "$ abc", 4);
	see("\014", "$ abc", 4); /* Ctrl-L */
	get("\r", "abc\n");
	see("\014", "", 0); /* the prompt was on the row before */

	/* a reader that finds a line begun shows it behind its own prompt */
	see("half", "half", 4);
	term("\n# ", 3);
	line_printed(&l, "\n# ", 3);
	line_redraw(&l);
	assert_string_equal(row, "# half");
	for (int i = 0; i < 1000; i++)
		line_printed(&l, "y", 1);
	get("\r", "half\n");
}

/* Whatever is typed, screen and buffer agree: the row is the buffer, bytes in order, and
 * the cursor stands at pos. ASCII only, so columns are bytes. */
static void
random_keys(void **state)
{
	static const char *const keys[] = { "a", "b", " ", "\033[A", "\033[B", "\033[C",
		"\033[D", "\033[H", "\033[F", "\033[3~", "\001", "\005", "\025", "\013",
		"\027", "\177", "\002", "\006", "\020", "\016", "\033[5~", "\014", "\r" };

	(void)state;
	srand(2);
	for (int i = 0; i < 200000; i++) {
		LineEvent e = type(keys[(size_t)rand() % nelem(keys)]);

		if (e == LINE_DONE) {
			assert_int_equal(l.buf[l.n - 1], '\n');
			line_reset(&l);
			continue;
		}
		assert_int_equal(e, LINE_MORE);
		assert_true(l.pos <= l.n);
		assert_int_equal(col, l.pos);
		assert_int_equal(strlen(row), l.n);
		assert_memory_equal(row, l.buf, l.n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(simple, setup),
		cmocka_unit_test_setup(moving, setup),
		cmocka_unit_test_setup(deleting, setup),
		cmocka_unit_test_setup(history, setup),
		cmocka_unit_test_setup(history_is_64_lines, setup),
		cmocka_unit_test_setup(end_of_file, setup),
		cmocka_unit_test_setup(odd_bytes, setup),
		cmocka_unit_test_setup(utf8, setup),
		cmocka_unit_test_setup(overlong, setup),
		cmocka_unit_test_setup(prompt, setup),
		cmocka_unit_test_setup(random_keys, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

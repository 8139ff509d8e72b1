/* SRC: kern/line.c kern/string.c */
/*
 * The line editor, watched through a model of one terminal row: after every byte the row
 * shows the line and its cursor stands where the editor believes it to be. The bytes of
 * the input are the bytes typed.
 */
#include "kern/line.h"
#include "tests/fuzz/fuzz.h"

static Line l;
static char row[2 * LINE_MAX];
static size_t col, end; /* cursor; cells in use */

/* One cell per byte that begins a character; the editor is told a tab takes one
 * column. */
static void
term(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\b') {
			CHECK(col > 0);
			col--;
		} else if (c == '\n' || (c == 033 && n - i >= 3 && s[i + 2] == 'H')) {
			col = end = 0;
			i += c == 033 ? 6 : 0;
		} else if (c == 033) {
			CHECK(n - i >= 3 && s[i + 1] == '[' && s[i + 2] == 'K');
			end = col;
			i += 2;
		} else if (c != '\a' && (c & 0xc0) != 0x80) {
			CHECK(c >= ' ' && col < sizeof row);
			row[col++] = (char)c;
			end = col > end ? col : end;
		}
	}
}

/* The cells that the first n bytes of the line take. */
static size_t
cells(uint n)
{
	size_t k = 0;

	for (uint i = 0; i < n; i++)
		k += ((unsigned char)l.buf[i] & 0xc0) != 0x80;
	return k;
}

static void
check_row(void)
{
	size_t k = 0;

	CHECK(l.pos <= l.n && l.n + 2 <= LINE_MAX);
	CHECK(col == cells(l.pos) && end == cells(l.n));
	for (uint i = 0; i < l.n; i++)
		if (((unsigned char)l.buf[i] & 0xc0) != 0x80) {
			CHECK(row[k] == (l.buf[i] == '\t' ? ' ' : l.buf[i]));
			k++;
		}
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	memset(&l, 0, sizeof l);
	l.echo = term;
	col = end = 0;
	for (size_t i = 0; i < n; i++) {
		LineEvent e = line_byte(&l, in[i]);

		if (e == LINE_MORE) {
			check_row();
			continue;
		}
		if (e == LINE_DONE)
			CHECK(l.n > 0 && l.n < LINE_MAX && l.buf[l.n - 1] == '\n' &&
				l.buf[l.n] == 0);
		else
			CHECK(l.n == 0);
		line_reset(&l);
	}
}

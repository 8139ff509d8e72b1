/*
 * Line editing with history, for a terminal that knows backspace and ESC[K. The keys are
 * the arrows, Home, End, Delete, and those of Emacs. The cursor is moved by backspaces
 * and by printing again what is there. A character of UTF-8 takes one column. Absent: a
 * line wider than the terminal is edited rightly but drawn on one row. Pure.
 */

#include "kern/line.h"
#include "kern/string.h"

#define CTRL(c) ((c)&0x1f)
#define ESC     0x1b
#define DEL     0x7f

static void
term_put(Line *l, const char *s)
{
	l->echo(s, strlen(s));
}

static bool
is_tail(char c) /* a later byte of a UTF-8 character */
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static uint
prev_char(const Line *l, uint at)
{
	if (at > 0)
		at--;
	while (at > 0 && is_tail(l->buf[at]))
		at--;
	return at;
}

static uint
next_char(const Line *l, uint at)
{
	if (at < l->n)
		at++;
	while (at < l->n && is_tail(l->buf[at]))
		at++;
	return at;
}

/* Shows bytes of the line. A tab takes one column, so that one backspace goes back over
 * any character. */
static void
term_show(Line *l, uint from, uint to)
{
	for (uint i = from; i < to; i++) {
		uint e = i;

		while (e < to && l->buf[e] != '\t')
			e++;
		l->echo(l->buf + i, e - i);
		if (e < to)
			term_put(l, " ");
		i = e;
	}
}

/* Brings the terminal's cursor from byte `from` back to byte `to`. */
static void
term_back(Line *l, uint from, uint to)
{
	for (uint i = to; i < from; i++)
		if (!is_tail(l->buf[i]))
			term_put(l, "\b");
}

static void
cursor_move(Line *l, uint to)
{
	if (to < l->pos)
		term_back(l, l->pos, to);
	else
		term_show(l, l->pos, to);
	l->pos = to;
}

/* Removes the bytes [from, to), which the cursor is in or beside. */
static void
line_cut(Line *l, uint from, uint to)
{
	cursor_move(l, from);
	memmove(l->buf + from, l->buf + to, l->n - to);
	l->n -= to - from;
	term_put(l, "\033[K");
	term_show(l, from, l->n);
	term_back(l, l->n, from);
}

/* Puts a byte where the cursor is. If the line is full it only rings. */
static void
line_insert(Line *l, char c)
{
	if (l->n + 2 >= LINE_MAX) { /* the newline and terminator still fit */
		term_put(l, "\a");
		return;
	}
	memmove(l->buf + l->pos + 1, l->buf + l->pos, l->n - l->pos);
	l->buf[l->pos] = c;
	l->n++;
	term_show(l, l->pos, l->n);
	l->pos++;
	term_back(l, l->n, l->pos);
}

/* ---- history ---- */

static const char *
hist_line(const Line *l, uint back)
{
	return back == 0 ? l->typed : l->hist[(l->nhist - back) % LINE_HIST];
}

/* Shows the line that is `back` lines old, or (0) the one being typed before, in place of
 * what is there. Nothing happens when there are not so many. */
static void
hist_recall(Line *l, uint back)
{
	uint kept = l->nhist < LINE_HIST ? l->nhist : LINE_HIST;
	const char *s;

	if (back > kept)
		return;
	if (l->back == 0) {
		memcpy(l->typed, l->buf, l->n);
		l->typed[l->n] = 0;
	}
	s = hist_line(l, back);
	line_cut(l, 0, l->n);
	l->n = strcopy(l->buf, s, LINE_MAX);
	cursor_move(l, l->n);
	l->back = back;
}

/* Keeps the line in the history unless it is blank or the same as the last one. */
static void
hist_keep(Line *l)
{
	char *slot = l->hist[l->nhist % LINE_HIST];
	uint blanks = 0;

	while (blanks < l->n && (l->buf[blanks] == ' ' || l->buf[blanks] == '\t'))
		blanks++;
	if (blanks == l->n)
		return;
	l->buf[l->n] = 0;
	if (l->nhist > 0 && strcmp(hist_line(l, 1), l->buf) == 0)
		return;
	memcpy(slot, l->buf, l->n + 1);
	l->nhist++;
}

/* ---- keys ---- */

static void
key_left(Line *l)
{
	cursor_move(l, prev_char(l, l->pos));
}

static void
key_right(Line *l)
{
	cursor_move(l, next_char(l, l->pos));
}

static void
key_home(Line *l)
{
	cursor_move(l, 0);
}

static void
key_end(Line *l)
{
	cursor_move(l, l->n);
}

static void
key_up(Line *l)
{
	hist_recall(l, l->back + 1);
}

static void
key_down(Line *l)
{
	if (l->back > 0)
		hist_recall(l, l->back - 1);
}

static void
key_backspace(Line *l)
{
	if (l->pos > 0)
		line_cut(l, prev_char(l, l->pos), l->pos);
}

static void
key_delete(Line *l)
{
	if (l->pos < l->n)
		line_cut(l, l->pos, next_char(l, l->pos));
}

static void
key_kill_left(Line *l)
{
	line_cut(l, 0, l->pos);
}

static void
key_kill_right(Line *l)
{
	line_cut(l, l->pos, l->n);
}

static void
key_kill_word(Line *l)
{
	uint at = l->pos;

	while (at > 0 && l->buf[at - 1] == ' ')
		at--;
	while (at > 0 && l->buf[at - 1] != ' ')
		at--;
	line_cut(l, at, l->pos);
}

static void
key_clear(Line *l)
{
	term_put(l, "\033[H\033[2J");
	l->echo(l->prompt, l->nprompt);
	line_redraw(l);
}

static const struct {
	uint8_t byte;  /* as typed alone */
	uint8_t csi;   /* after ESC [ or ESC O */
	uint8_t tilde; /* ESC [ number ~ */
	void (*fn)(Line *l);
} key[] = {
	{ CTRL('a'), 'H', 1, key_home },
	{ CTRL('b'), 'D', 0, key_left },
	{ CTRL('e'), 'F', 4, key_end },
	{ CTRL('f'), 'C', 0, key_right },
	{ CTRL('h'), 0, 0, key_backspace },
	{ DEL, 0, 0, key_backspace },
	{ CTRL('k'), 0, 0, key_kill_right },
	{ CTRL('l'), 0, 0, key_clear },
	{ CTRL('n'), 'B', 0, key_down },
	{ CTRL('p'), 'A', 0, key_up },
	{ CTRL('u'), 0, 0, key_kill_left },
	{ CTRL('w'), 0, 0, key_kill_word },
	{ CTRL('d'), 0, 3, key_delete },
	{ 0, 0, 7, key_home },
	{ 0, 0, 8, key_end },
};

/* One byte inside an escape sequence. Unknown ones are read to their end and ignored. */
static void
esc_byte(Line *l, uint8_t c)
{
	if (l->esc == ESC) {
		l->esc = c == '[' || c == 'O' ? c : 0;
		l->param = 0;
		return;
	}
	if (c >= '0' && c <= '9') {
		l->param = l->param * 10 + (c - '0');
		return;
	}
	if (c < '@')
		return;
	l->esc = 0;
	for (uint i = 0; i < nelem(key); i++)
		if (c == '~' ? key[i].tilde != 0 && key[i].tilde == l->param
			     : key[i].csi == c) {
			key[i].fn(l);
			return;
		}
}

static LineEvent
line_finish(Line *l)
{
	hist_keep(l);
	l->buf[l->n++] = '\n';
	l->buf[l->n] = 0;
	term_put(l, "\n");
	l->nprompt = 0;
	return LINE_DONE;
}

LineEvent
line_byte(Line *l, uint8_t c)
{
	bool pair = l->cr && c == '\n';

	l->cr = c == '\r';
	if (pair)
		return LINE_MORE;
	if (l->esc != 0 && c != '\r' && c != '\n') {
		esc_byte(l, c);
		return LINE_MORE;
	}
	l->esc = 0;
	if (c == '\r' || c == '\n')
		return line_finish(l);
	if (c == CTRL('d') && l->n == 0)
		return LINE_EOF;
	if (c == ESC) {
		l->esc = ESC;
		return LINE_MORE;
	}
	for (uint i = 0; i < nelem(key); i++)
		if (key[i].byte != 0 && key[i].byte == c) {
			key[i].fn(l);
			return LINE_MORE;
		}
	if (c >= ' ' || c == '\t')
		line_insert(l, c);
	return LINE_MORE;
}

void
line_reset(Line *l)
{
	l->n = l->pos = l->back = 0;
	l->esc = 0;
}

void
line_redraw(Line *l)
{
	term_show(l, 0, l->n);
	term_back(l, l->n, l->pos);
}

void
line_printed(Line *l, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '\n')
			l->nprompt = 0;
		else if (l->nprompt < LINE_PROMPT)
			l->prompt[l->nprompt++] = s[i];
}

/*
 * Filling (wrap.h). A paragraph is what stands between lines that are printed as they
 * are; its words follow each other with one space, and a word that is wider than the
 * screen has a line of its own.
 */
#include "user/lib/wrap.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int
positive(const char *name, int otherwise)
{
	const char *s = getenv(name);
	int n = s != NULL ? atoi(s) : 0;

	return n > 1 ? n : otherwise;
}

int
screen_width(void)
{
	return positive("COLUMNS", 80);
}

int
screen_height(void)
{
	return positive("LINES", 24);
}

int
text_columns(const char *s, size_t n)
{
	int columns = 0;

	for (size_t i = 0; i < n; i++)
		if (s[i] == '\t')
			columns += 8 - columns % 8;
		else if (((unsigned char)s[i] & 0xc0) != 0x80)
			columns++;
	return columns;
}

typedef struct Filler {
	FILE *out;
	int width;
	int column; /* where the next word would begin; 0: no paragraph is open */
	int indent; /* of the lines of a list item but its first */
} Filler;

static void
fill_end(Filler *f)
{
	if (f->column > 0)
		fputc('\n', f->out);
	f->column = f->indent = 0;
}

static void
fill_word(Filler *f, const char *word, size_t n)
{
	int columns = text_columns(word, n);

	if (f->column > f->indent && f->column + 1 + columns > f->width) {
		fprintf(f->out, "\n%*s", f->indent, "");
		f->column = f->indent;
	} else if (f->column > f->indent) {
		fputc(' ', f->out);
		f->column++;
	}
	fwrite(word, 1, n, f->out);
	f->column += columns;
}

/* How many bytes of the line mark it as an item of a list: `- ` or `12. `; 0: it is
 * none. */
static size_t
item_mark(const char *line)
{
	size_t digits = strspn(line, "0123456789");

	if (line[0] == '-' && line[1] == ' ')
		return 2;
	return digits > 0 && line[digits] == '.' && line[digits + 1] == ' ' ? digits + 2
									    : 0;
}

/* Adds the words of a line to the paragraph; a line that begins an item begins a new
 * one. */
static void
fill_line(Filler *f, const char *line, size_t n)
{
	const char *end = line + n;
	size_t mark = item_mark(line);

	if (mark > 0) {
		fill_end(f);
		fwrite(line, 1, mark, f->out);
		f->column = f->indent = (int)mark;
		line += mark;
	}
	while (line < end) {
		const char *word = line;

		while (line < end && *line != ' ')
			line++;
		if (line > word)
			fill_word(f, word, (size_t)(line - word));
		line += line < end;
	}
}

/* Headings, tables, transcripts and empty lines. */
static bool
is_verbatim(const char *line, size_t n)
{
	return n == 0 || strchr("#|\t", line[0]) != NULL;
}

void
wrap_page(const char *text, int width, FILE *out)
{
	Filler f = { .out = out, .width = width };

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		if (is_verbatim(text, n)) {
			fill_end(&f);
			fwrite(text, 1, n, out);
			fputc('\n', out);
		} else {
			fill_line(&f, text, n);
		}
		text += n + (text[n] == '\n');
	}
	fill_end(&f);
}

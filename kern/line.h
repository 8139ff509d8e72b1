/*
 * The line editor of the console. Bytes that are typed go in, what the terminal must show
 * comes out through `echo`, and whole lines are left in buf. Ctrl-C does not come here:
 * it must work while nobody reads, so the console acts on it at once and resets the line.
 * Pure.
 */
#pragma once

#include "kern/types.h"

#define LINE_MAX    1024 /* a line, newline and terminator included */
#define LINE_HIST   64
#define LINE_PROMPT 80

typedef enum LineEvent {
	LINE_MORE, /* keep typing */
	LINE_DONE, /* buf holds n bytes, newline last; line_reset before the next byte */
	LINE_EOF,  /* Ctrl-D on an empty line */
} LineEvent;

typedef struct Line {
	char buf[LINE_MAX];
	uint n, pos; /* bytes, and the cursor among them */

	char hist[LINE_HIST][LINE_MAX]; /* a ring: the i-th ever kept at i % LINE_HIST */
	uint nhist;                     /* lines ever kept */
	/* how many lines back is the one shown; 0: it is being typed */
	uint back;
	char typed[LINE_MAX]; /* that line, while looking at older ones */

	char prompt[LINE_PROMPT]; /* shown on this screen line before ours */
	uint nprompt;

	uint8_t esc;   /* inside an escape sequence: ESC, or the byte after it */
	uint8_t param; /* its number */
	bool cr;       /* the last byte was \r: a \n now belongs to it */

	void (*echo)(const char *s, size_t n);
} Line;

/* Takes one byte that was typed. After LINE_DONE the caller takes the line out of buf and
 * calls line_reset before the next byte. */
LineEvent line_byte(Line *l, uint8_t c);
void line_reset(Line *l);  /* the line is empty; the history stays */
void line_redraw(Line *l); /* shows again what has been typed of an unfinished line */
/* To be told what somebody else prints, so as to know what stands before the cursor. */
void line_printed(Line *l, const char *s, size_t n);

/*
 * A growing text. What a text file shows is written into one when the file is opened, so
 * that all reads of it see one state. A zeroed Text is empty. Pure but for the heap.
 */
#pragma once

#include "kern/types.h"

typedef struct Text {
	char *s; /* n bytes and a terminator; NULL: empty */
	size_t n, cap;
	bool failed; /* there was no memory, so the text is cut */
} Text;

/* Append. Without memory t->failed is set, and this and all later additions are
 * dropped. */
void text_printf(Text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_putn(Text *t, const char *s, size_t n);
/* Copies up to n bytes from offset off on and returns how many; 0: the end. -EINVAL: n or
 * off is negative. */
long text_read(const Text *t, void *buf, long n, off_k off);
void text_free(Text *t); /* t is empty then */

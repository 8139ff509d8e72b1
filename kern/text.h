/*
 * A growing text: what a text file shows is written into one at open, so that short
 * reads see one state. Pure but for the heap.
 */
#pragma once

#include "kern/types.h"

typedef struct Text {
	char *s; /* not terminated by need, but always terminated */
	size_t n, cap;
	bool failed; /* no memory: the text is cut */
} Text;

void text_printf(Text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_putn(Text *t, const char *s, size_t n);
long text_read(const Text *t, void *buf, long n, off_k off); /* bytes copied, 0 at end */
void text_free(Text *t);

/*
 * What the kernel says: the console, the ring that dmesg reads, and the sentence a
 * failed call leaves for its process.
 */
#pragma once

#include "kern/types.h"

/* To the console and the ring. Formats: %d %u %x %X %lx %llx %p %s %c %zu %% with flags,
 * width, precision as in C; no floats. Not under a Lock ranked above RANK_LOG. */
void kprint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Copy up to n bytes of the ring from absolute position *pos (0 = oldest kept); advances
 * *pos. */
size_t log_read(uint64_t *pos, char *buf, size_t n);

/* Store one sentence for the current process and return err (a negative errno). Nothing
 * is added: the text is what `errstr` returns. */
int fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/* The halves of panic, for reports of several lines between them: from here on only this
 * CPU runs, and kprint takes no locks; then the system stops. */
void panic_begin(void);
void panic_end(void) __attribute__((noreturn));
bool panic_begun(void);
void assert_failed(const char *expr, const char *file, int line)
	__attribute__((noreturn));

/* Always on. For our own mistakes only: firmware, users and devices can never trip
 * one. */
#define assert(e) ((e) ? (void)0 : assert_failed(#e, __FILE__, __LINE__))

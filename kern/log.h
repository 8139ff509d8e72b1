/*
 * What the kernel says: the console, the ring that dmesg reads, and the sentence a
 * failed call leaves for its process.
 */
#pragma once

#include "kern/types.h"

/* Prints to the console and into the ring. The conversions are %d %u %x %X %lx %p %s %c
 * %zu %%, with flags, width and precision as in C. Not under a Lock that ranks above
 * RANK_LOG. */
void kprint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Copies up to n bytes of the ring from position *pos on, moves *pos behind them, and
 * returns how many they are. Positions count from the first byte ever printed; what has
 * been overwritten is skipped. */
size_t log_read(uint64_t *pos, char *buf, size_t n);

/* Stores one sentence for the running process, which can read it with `errstr`, and
 * returns err, a negative errno. */
int fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints a message and the callers, then stops the system. May be called from anywhere,
 * whatever is held. For our own mistakes, and for hardware that nothing works without. */
void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/* The halves of panic, for a report of several lines between them. From panic_begin on
 * only this CPU runs, and kprint takes no locks. panic_end stops the system. */
void panic_begin(void);
void panic_end(void) __attribute__((noreturn));
bool panic_begun(void);
void assert_failed(const char *expr, const char *file, int line)
	__attribute__((noreturn));

/* Always on. For our own mistakes only: firmware, users and devices can never trip
 * one. */
#define assert(e) ((e) ? (void)0 : assert_failed(#e, __FILE__, __LINE__))

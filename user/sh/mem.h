/*
 * The shell's memory: arenas. A parsed command lives in one of its own; what a command's
 * expansion needs lives on a stack of marks in another, so a loop does not grow.
 */
#pragma once

#include <stddef.h>

typedef struct Block Block;

typedef struct Arena {
	Block *top;
} Arena;

typedef struct Mark {
	Block *top;
	size_t used;
} Mark;

void *arena_alloc(Arena *a, size_t n); /* zeroed; without memory the shell ends */
char *arena_strn(Arena *a, const char *s, size_t n);
char *arena_str(Arena *a, const char *s);
Mark arena_mark(const Arena *a);
void arena_release(Arena *a, Mark m); /* everything younger than the mark */
void arena_free(Arena *a);

/* A growing string; s is terminated. Lives on the heap until buf_free. */
typedef struct Buf {
	char *s;
	size_t n, cap;
} Buf;

void buf_putc(Buf *b, int c);
void buf_puts(Buf *b, const char *s);
void buf_putn(Buf *b, const char *s, size_t n);
void buf_free(Buf *b);

/* n in decimal; text holds it. (printf would bring floating point along.) */
char *int_text(long long n, char text[24]);

void *mem_alloc(size_t n); /* zeroed; ends the shell without memory */
void *mem_grow(void *p, size_t n);
char *mem_str(const char *s);

/* Arenas and growing strings (mem.h). A shell that is out of memory says so and ends. */
#include "user/sh/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 4000

struct Block {
	Block *below;
	size_t used, size;
	char data[];
};

static void
out_of_memory(void)
{
	static const char text[] = "sh: out of memory\n";

	if (write(2, text, sizeof text - 1) < 0)
		_exit(125);
	_exit(125);
}

void *
mem_alloc(size_t n)
{
	void *p = calloc(1, n);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_grow(void *p, size_t n)
{
	p = realloc(p, n);
	if (p == NULL)
		out_of_memory();
	return p;
}

char *
mem_str(const char *s)
{
	return strcpy(mem_alloc(strlen(s) + 1), s);
}

void *
arena_alloc(Arena *a, size_t n)
{
	void *p;

	n = (n + 15) / 16 * 16;
	if (a->top == NULL || a->top->size - a->top->used < n) {
		size_t size = n > BLOCK ? n : BLOCK;
		Block *b = mem_alloc(sizeof *b + size);

		b->below = a->top;
		b->size = size;
		a->top = b;
	}
	p = a->top->data + a->top->used;
	a->top->used += n;
	return memset(p, 0, n);
}

char *
arena_strn(Arena *a, const char *s, size_t n)
{
	return memcpy(arena_alloc(a, n + 1), s, n);
}

char *
arena_str(Arena *a, const char *s)
{
	return arena_strn(a, s, strlen(s));
}

Mark
arena_mark(const Arena *a)
{
	return (Mark){ a->top, a->top ? a->top->used : 0 };
}

void
arena_release(Arena *a, Mark m)
{
	while (a->top != m.top) {
		Block *b = a->top;

		a->top = b->below;
		free(b);
	}
	if (a->top != NULL)
		a->top->used = m.used;
}

void
arena_free(Arena *a)
{
	arena_release(a, (Mark){ NULL, 0 });
}

void
buf_putn(Buf *b, const char *s, size_t n)
{
	if (b->cap - b->n < n + 1) {
		b->cap = 2 * b->cap + n + 32;
		b->s = mem_grow(b->s, b->cap);
	}
	if (n > 0)
		memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void
buf_putc(Buf *b, int c)
{
	char ch = (char)c;

	buf_putn(b, &ch, 1);
}

void
buf_puts(Buf *b, const char *s)
{
	buf_putn(b, s, strlen(s));
}

void
buf_free(Buf *b)
{
	free(b->s);
	*b = (Buf){ 0 };
}

char *
int_text(long long n, char text[24])
{
	unsigned long long u = n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n;
	char *p = text + 23;

	*p = '\0';
	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (n < 0)
		*--p = '-';
	return p;
}

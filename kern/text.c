/*
 * Growing texts. The buffer doubles when it is full. When there is no memory the text
 * stays as it is and is marked as failed, and whoever shows it decides. Pure but for the
 * heap.
 */

#include "kern/text.h"
#include "kern/errno.h"
#include "kern/fmt.h"
#include "kern/heap.h"
#include "kern/string.h"

/* Makes room for n more bytes and a terminator. Returns false without memory. */
static bool
text_reserve(Text *t, size_t n)
{
	size_t cap = t->cap > 0 ? t->cap : 128;
	char *s;

	while (cap - t->n <= n)
		cap *= 2;
	if (cap == t->cap)
		return true;
	s = t->failed ? NULL : krealloc(t->s, t->cap, cap);
	if (s == NULL) {
		t->failed = true;
		return false;
	}
	t->s = s;
	t->cap = cap;
	return true;
}

void
text_printf(Text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprint(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || t->failed || !text_reserve(t, n))
		return;
	va_start(ap, fmt);
	vsnprint(t->s + t->n, n + 1, fmt, ap);
	va_end(ap);
	t->n += n;
}

void
text_putn(Text *t, const char *s, size_t n)
{
	if (t->failed || !text_reserve(t, n))
		return;
	memcpy(t->s + t->n, s, n);
	t->n += n;
	t->s[t->n] = 0;
}

long
text_read(const Text *t, void *buf, long n, off_k off)
{
	if (n < 0 || off < 0)
		return -EINVAL;
	if ((size_t)off >= t->n)
		return 0;
	if ((size_t)n > t->n - off)
		n = t->n - off;
	memcpy(buf, t->s + off, n);
	return n;
}

void
text_free(Text *t)
{
	kfree(t->s);
	*t = (Text){ 0 };
}

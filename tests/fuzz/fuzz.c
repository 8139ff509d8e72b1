/* The way in from libFuzzer, and what targets share (fuzz.h). */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);
void kprint(const char *fmt, ...);
int fail(int err, const char *fmt, ...);

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	fuzz_one(in, n);
	return 0;
}

void
kprint(const char *fmt, ...)
{
	(void)fmt;
}

/* Formats as the kernel's does: a bad argument is a bug of its own. */
int
fail(int err, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	CHECK(err < 0 && text[0] != '\0' && strchr(text, '\n') == NULL);
	return err;
}

uint8_t
in_u8(In *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

uint64_t
in_u64(In *in, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)in_u8(in) << 8 * i;
	return v;
}

static void *
exactly(const void *p, size_t n)
{
	void *q = malloc(n);

	CHECK(q != NULL || n == 0);
	if (n > 0)
		memcpy(q, p, n);
	return q;
}

uint8_t *
in_copy(const In *in, size_t *n)
{
	if (*n > in->n)
		*n = in->n;
	return exactly(in->p, *n);
}

char *
in_text(const In *in)
{
	const uint8_t *end = in->n > 0 ? memchr(in->p, 0, in->n) : NULL;
	size_t n = end != NULL ? (size_t)(end - in->p) : in->n;
	char *s = malloc(n + 1);

	CHECK(s != NULL);
	if (n > 0)
		memcpy(s, in->p, n);
	s[n] = '\0';
	return s;
}

void
sum_repair(uint8_t *p, size_t n, size_t at)
{
	uint8_t sum = 0;

	p[at] = 0;
	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + p[i]);
	p[at] = (uint8_t)-sum;
}

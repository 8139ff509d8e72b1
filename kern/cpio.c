/*
 * Reads newc archives. A member is a header of 110 bytes with fields of 8 hexadecimal
 * digits, the name with its terminator, padding to 4, the data, and padding to 4. A
 * member called TRAILER!!! is the end. The archive is never written, and nothing is
 * copied. Pure.
 */

#include "kern/cpio.h"
#include "kern/errno.h"
#include "kern/string.h"

#define HDR_SIZE         110
#define HDR_MODE         14
#define HDR_MTIME        46
#define HDR_SIZE_OF_FILE 54
#define HDR_SIZE_OF_NAME 94

/* Reads a field of 8 hexadecimal digits. -EINVAL: it has another character. */
static int
hex_parse(const uint8_t *p, uint32_t *out)
{
	uint32_t v = 0;

	for (int i = 0; i < 8; i++) {
		uint8_t ch = p[i];
		uint d;

		if (ch >= '0' && ch <= '9')
			d = ch - '0';
		else if ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'f')
			d = (ch | 0x20) - 'a' + 10;
		else
			return -EINVAL;
		v = v << 4 | d;
	}
	*out = v;
	return 0;
}

/* Padding counts from the header's start, which is a multiple of 4 itself. It may be
 * missing after the last byte of the archive. */
static void
cpio_skip(Cpio *c, size_t n)
{
	size_t padded = roundup(n, 4);

	if (padded > c->n)
		padded = c->n;
	c->p += padded;
	c->n -= padded;
	c->at += padded;
}

int
cpio_next(Cpio *c, CpioFile *f)
{
	uint32_t mode, mtime, size, name;
	uint64_t head, all;

	if (c->n < HDR_SIZE)
		return c->n >= 6 && memcmp(c->p, "070701", 6) != 0 ? -EINVAL : -EOVERFLOW;
	if (memcmp(c->p, "070701", 6) != 0 || hex_parse(c->p + HDR_MODE, &mode) != 0 ||
		hex_parse(c->p + HDR_MTIME, &mtime) != 0 ||
		hex_parse(c->p + HDR_SIZE_OF_FILE, &size) != 0 ||
		hex_parse(c->p + HDR_SIZE_OF_NAME, &name) != 0 || name == 0)
		return -EINVAL;
	head = roundup((uint64_t)HDR_SIZE + name, 4);
	all = head + size;
	if (HDR_SIZE + (uint64_t)name > c->n || (size > 0 && all > c->n))
		return -EOVERFLOW;
	f->name = (const char *)c->p + HDR_SIZE;
	if (strnlen(f->name, name) != name - 1)
		return -EINVAL;
	if (strcmp(f->name, "TRAILER!!!") == 0)
		return 0;
	f->type = mode & 0170000;
	f->mode = mode & 0777;
	f->mtime = mtime;
	f->data = size > 0 ? c->p + head : NULL;
	f->size = size;
	cpio_skip(c, all);
	return 1;
}

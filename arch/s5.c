/*
 * \_S5 without an AML interpreter: in every DSDT it is Name(_S5, Package(){a, b, ...})
 * with constant integers, so its bytes can be recognised (ACPI 6.4, sections 20.2.5.1,
 * 20.2.4, 20.2.3):
 *
 *	08 [5c] "_S5_" 12 PkgLength NumElements Integer Integer ...
 *
 * Bytes that merely look alike must pass every check below. Pure.
 */
#include "arch/s5.h"

#include "kern/string.h"

enum {
	OP_ZERO = 0x00,
	OP_ONE = 0x01,
	OP_NAME = 0x08,
	OP_BYTE = 0x0a,
	OP_WORD = 0x0b,
	OP_DWORD = 0x0c,
	OP_PACKAGE = 0x12,
	ROOT_CHAR = 0x5c,
};

typedef struct Bytes {
	const uint8_t *p, *end;
} Bytes;

static bool
bytes_take(Bytes *b, uint8_t *v)
{
	if (b->p == b->end)
		return false;
	*v = *b->p++;
	return true;
}

static bool
bytes_skip(Bytes *b, size_t n)
{
	if ((size_t)(b->end - b->p) < n)
		return false;
	b->p += n;
	return true;
}

/* Reads a small integer constant. Sleep types have three bits. */
static bool
aml_integer(Bytes *b, uint8_t *v)
{
	uint8_t op;

	if (!bytes_take(b, &op))
		return false;
	switch (op) {
	case OP_ZERO:
	case OP_ONE:
		*v = op;
		return true;
	case OP_BYTE:
		return bytes_take(b, v) && *v < 8;
	case OP_WORD:
		return bytes_take(b, v) && *v < 8 && bytes_skip(b, 1);
	case OP_DWORD:
		return bytes_take(b, v) && *v < 8 && bytes_skip(b, 3);
	}
	return false;
}

/* Reads what follows the name: a package of at least two integers. */
static bool
aml_package(Bytes b, uint8_t *v1, uint8_t *v2)
{
	uint8_t op, lead, n;

	return bytes_take(&b, &op) && op == OP_PACKAGE && bytes_take(&b, &lead) &&
		bytes_skip(&b, lead >> 6) && bytes_take(&b, &n) && n >= 2 &&
		aml_integer(&b, v1) && aml_integer(&b, v2);
}

static bool
aml_named(const uint8_t *start, const uint8_t *p)
{
	if (p > start && p[-1] == ROOT_CHAR)
		p--;
	return p > start && p[-1] == OP_NAME;
}

bool
s5_find(const uint8_t *dsdt, size_t len, uint8_t *a, uint8_t *b)
{
	for (size_t i = 0; i + 4 < len; i++) {
		const uint8_t *p = dsdt + i;
		if (memcmp(p, "_S5_", 4) != 0 || !aml_named(dsdt, p))
			continue;
		if (aml_package((Bytes){ p + 4, dsdt + len }, a, b))
			return true;
	}
	return false;
}

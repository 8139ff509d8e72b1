/*
 * Fields of registers and entries. A field is written once, as the manual prints it: its
 * highest and its lowest bit. Everything else here turns those two numbers into masks and
 * shifts. 128-bit entries number their bits 0 to 127; lo is the word at the lower
 * address.
 *
 *	#define CTX_DID  87, 72
 *	EPUT(e, CTX_DID, 42);
 */
#pragma once

#include <stdint.h>

typedef struct Ent {
	uint64_t lo, hi;
} Ent;

/* The bits of a field inside its 64-bit word; a constant expression. */
#define FMASK(...)     FMASK_(__VA_ARGS__)
#define FMASK_(hi, lo) ((~0ull >> (63 - ((hi)&63))) & (~0ull << ((lo)&63)))

/* x as the field's value; a constant expression where x is one and fits. */
#define FCONST(x, ...)     FCONST_(x, __VA_ARGS__)
#define FCONST_(x, hi, lo) ((uint64_t)(x) << ((lo)&63))

#define FGET(v, f)    fget((v), f)
#define FPUT(v, f, x) fput(&(v), f, (x))
#define FVAL(f, x)    fval(f, (x))
#define EGET(e, f)    eget((e), f)
#define EPUT(e, f, x) eput(&(e), f, (x))

static inline uint64_t
fget(uint64_t v, uint32_t hi, uint32_t lo)
{
	return (v & FMASK_(hi, lo)) >> (lo & 63);
}

static inline uint64_t
fval(uint32_t hi, uint32_t lo, uint64_t x)
{
	return x << (lo & 63) & FMASK_(hi, lo);
}

static inline void
fput(uint64_t *v, uint32_t hi, uint32_t lo, uint64_t x)
{
	*v = (*v & ~FMASK_(hi, lo)) | fval(hi, lo, x);
}

static inline uint64_t
eget(Ent e, uint32_t hi, uint32_t lo)
{
	return fget(lo < 64 ? e.lo : e.hi, hi, lo);
}

static inline void
eput(Ent *e, uint32_t hi, uint32_t lo, uint64_t x)
{
	fput(lo < 64 ? &e->lo : &e->hi, hi, lo, x);
}

/*
 * What every fuzz target shares. A target is one file that names the sources it drives in
 * its first line, as host tests do; its `fuzz_one` sees one input and must hold on to
 * nothing. CHECK is a property of the code under test, not of the input: it may fail for
 * no input at all. Memory comes from tests/host/host.c; kprint is silent.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_one(const uint8_t *in, size_t n);

#define CHECK(p)                                                                         \
	((p) ? (void)0                                                                   \
	     : (fprintf(stderr, "%s:%d: property broken: %s\n", __FILE__, __LINE__, #p), \
		       abort()))

/* The input, taken from the front. What is not there reads as zeros. */
typedef struct In {
	const uint8_t *p;
	size_t n;
} In;

uint8_t in_u8(In *in);
uint64_t in_u64(In *in, unsigned bytes); /* little endian */
/* n bytes at most, in memory of exactly that size, so that a read past them is seen. */
uint8_t *in_copy(const In *in, size_t *n);
/* All that is left as a terminated string of exactly that size; cut at the first NUL. */
char *in_text(const In *in);
/* Make the bytes of [p, p+n) sum to 0 by setting the one at `at`. */
void sum_repair(uint8_t *p, size_t n, size_t at);

/* Formatting into memory, with C's semantics for the conversions that kprint lists.
 * Pure. */
#pragma once

#include "kern/types.h"

/* As C's vsnprintf: always terminates when n > 0, returns the length it wanted. */
int vsnprint(char *buf, size_t n, const char *fmt, va_list ap);
int snprint(char *buf, size_t n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The C string functions the kernel uses, with C's semantics. On a host: the host's. */
#pragma once

#include "kern/types.h"

#if __STDC_HOSTED__
#include <string.h>
#else
/* As in C. The mem* functions are in arch/mem.S. */
void *memcpy(void *restrict d, const void *restrict s, size_t n);
void *memmove(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
#endif
/* Copies at most n-1 bytes and a terminator. Returns strlen(s): at least n means that the
 * copy is cut. */
size_t strcopy(char *d, const char *s, size_t n);

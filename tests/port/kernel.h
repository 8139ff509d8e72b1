/* Some of what a kernel has for itself. */
#pragma once

void *memset(void *d, int c, unsigned n);
int memcmp(const void *a, const void *b, unsigned n);

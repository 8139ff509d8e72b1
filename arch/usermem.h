/* copy.S: copies whose user side may fault. */
#pragma once

#include "kern/types.h"

int copy_fixed(void *dst, const void *src, size_t n);
long copy_str_fixed(char *dst, const char *src, size_t n);

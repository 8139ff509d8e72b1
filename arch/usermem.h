/* The copies in copy.S whose user side may fault. The caller has checked that it is user
 * memory. 0, a length, -EFAULT or -ENAMETOOLONG. */
#pragma once

#include "kern/types.h"

int copy_fixed(void *dst, const void *src, size_t n);
long copy_str_fixed(char *dst, const char *src, size_t n);

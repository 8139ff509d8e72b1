/* The kernel heap. Memory comes zeroed; NULL when there is none (callers handle it). */
#pragma once

#include "kern/types.h"

void *kalloc(size_t n);
/* new tail zeroed; NULL leaves p as it was */
void *krealloc(void *p, size_t old, size_t n);
void kfree(void *p); /* NULL is fine */
char *kstrdup(const char *s);
size_t heap_in_use(void); /* bytes handed out, for leak tests */

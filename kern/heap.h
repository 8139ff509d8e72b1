/* The kernel's heap. Memory comes zeroed and belongs to the caller until kfree. NULL
 * means that there is none, which every caller handles. May be called under locks that
 * rank below RANK_HEAP. */
#pragma once

#include "kern/types.h"

void *kalloc(size_t n); /* n bytes, aligned to 32 at least */
/* Makes p, of which `old` bytes are in use, n bytes large. The new tail is zeroed. The
 * result may be elsewhere, and p is then freed. NULL leaves p as it was. */
void *krealloc(void *p, size_t old, size_t n);
void kfree(void *p);          /* NULL is fine */
char *kstrdup(const char *s); /* a copy */
size_t heap_in_use(void);     /* bytes handed out, for leak tests */

/* What the device of a kernel driver sees. */
#pragma once

#include "dev/assign/assigned.h"

/* A domain for f, in which the memory that firmware reserves for it is mapped already.
 * The caller frees it. Says why not. */
int kdomain_new(const AssignedFn *f, Domain **out);
/* 0, or -EPERM and a sentence: firmware claims memory for f that it did not reserve. */
int kdomain_refuse(const AssignedFn *f);
/* "translated", "identity" or "pass-through". */
const char *kdomain_name(const Domain *d);
/* True if each address leads to itself: then nothing is mapped. */
bool kdomain_direct(const Domain *d);

/* What the files of system calls about files offer each other. */
#pragma once

#include "kern/dev.h"

/* sysname.c: what fstat says of an open file. */
int stat_open(Chan *c, Stat *st);
/* sysfile.c: the offset of a descriptor's Chan, which the caller has not locked. */
off_k chan_offset(Chan *c);
void chan_advance(Chan *c, long n);

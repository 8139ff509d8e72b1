/* What the files of system calls about files offer each other. c is borrowed. */
#pragma once

#include "kern/dev.h"

/* sysname.c: what fstat says of an open file: as chan_stat, but a text file is as long as
 * the text its reader sees. Errors have a sentence. */
int stat_open(Chan *c, Stat *st);
/* sysfile.c: reads and moves the offset. They take c->lock. */
off_k chan_offset(Chan *c);
void chan_advance(Chan *c, long n);

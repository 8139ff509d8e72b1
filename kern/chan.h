/* Chans: places in device trees, counted, opened, read and written. */
#pragma once

#include "kern/dev.h"

Chan *chan_new(void); /* one reference; NULL without memory */
Chan *chan_get(Chan *c);
void chan_put(Chan *c);                       /* last one closes */
Chan *chan_clone(Chan *c);                    /* same place, not open */
bool chan_same(const Chan *a, const Chan *b); /* the same place */
int chan_open(Chan *c, int flags);            /* checks permission bits, then dev->open */
long chan_read(Chan *c, void *buf, long n, off_k off);
long chan_write(Chan *c, const void *buf, long n, off_k off);
int chan_stat(Chan *c, Stat *st);

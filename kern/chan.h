/* Chans: places in device trees, which are counted, opened, read and written. A call that
 * fails leaves a sentence. None is made with a Lock held. */
#pragma once

#include "kern/dev.h"

Chan *chan_new(void); /* one reference; NULL without memory */
Chan *chan_get(Chan *c);
void chan_put(Chan *c);                       /* NULL is fine; the last one closes c */
Chan *chan_clone(Chan *c);                    /* the same place, not open; NULL: failed */
bool chan_same(const Chan *a, const Chan *b); /* the same place */
/* Opens c, once, if its permission bits and the device allow. After an error c is still a
 * place that is not open. */
int chan_open(Chan *c, int flags);
/* Move up to n bytes at offset off and return how many; 0 is the end of what can be read.
 * They may sleep. -EBADF: c is not open for this. */
long chan_read(Chan *c, void *buf, long n, off_k off);
long chan_write(Chan *c, const void *buf, long n, off_k off);
int chan_stat(Chan *c, Stat *st);

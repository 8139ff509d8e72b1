/* The bytes of one file in memory. The caller locks. */
#pragma once

#include "kern/types.h"

typedef struct RamFile {
	uint64_t len;

	const uint8_t *arch; /* the layer below: narch bytes of the archive */
	size_t narch;
	paddr_t *page; /* the layer above: npage slots, 0 none */
	size_t npage;
} RamFile;

RamFile ramfile_over(const void *arch, size_t n); /* which stays as it is, for ever */
void ramfile_free(RamFile *f);                    /* empty again */
/* Bytes at off, at most n and not beyond the end: how many. */
long ramfile_read(const RamFile *f, void *buf, long n, uint64_t off);
/* The same; fewer than n when memory runs out. Negative: none, and says why. */
long ramfile_write(RamFile *f, const void *buf, long n, uint64_t off);
bool ramfile_room(void); /* files leave some memory to the kernel: is there more? */
int ramfile_full(void);  /* says that there is not */

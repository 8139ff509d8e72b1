/* The bytes of one file in memory. The caller sees to it that calls for one file do not
 * overlap. */
#pragma once

#include "kern/types.h"

typedef struct RamFile {
	uint64_t len;

	const uint8_t *arch; /* the layer below: narch bytes of the archive */
	size_t narch;
	paddr_t *page; /* the layer above: npage slots, 0 none */
	size_t npage;
} RamFile;

/* A file with the n bytes at arch, which must stay as they are for ever. */
RamFile ramfile_over(const void *arch, size_t n);
/* Gives up all frames. The file is empty then. */
void ramfile_free(RamFile *f);
/* Reads up to n bytes at off, not beyond the end. Returns how many. */
long ramfile_read(const RamFile *f, void *buf, long n, uint64_t off);
/* Writes n bytes at off, or fewer if memory runs out. Returns how many; negative: none,
 * and it says why. */
long ramfile_write(RamFile *f, const void *buf, long n, uint64_t off);
/* True if there is more memory than files leave to the kernel. */
bool ramfile_room(void);
/* Says that there is not, and returns -ENOSPC. */
int ramfile_full(void);

/*
 * The newc cpio format. A Cpio is a window over the archive that only shrinks. Archives
 * come from the boot loader, and every length in them may be a lie. Pure.
 */
#pragma once

#include "kern/types.h"

typedef struct Cpio {
	const uint8_t *p; /* not yet read */
	size_t n;
	size_t at; /* offset of p in the archive, for messages */
} Cpio;

typedef struct CpioFile {
	const char *name; /* terminated; in the archive */
	uint32_t type;    /* CPIO_*, others are neither */
	uint32_t mode;    /* permissions, 0777 */
	uint64_t mtime;
	const uint8_t *data; /* in the archive */
	size_t size;
} CpioFile;

enum { CPIO_FILE = 0100000, CPIO_DIR = 0040000, CPIO_LINK = 0120000 };

/* Reads the next member: returns 1 with *f, or 0 at the end of the archive. -EINVAL: what
 * is here is no member. -EOVERFLOW: the archive is cut off inside this member. After an
 * error c is as it was, and there is nothing more to read. */
int cpio_next(Cpio *c, CpioFile *f);

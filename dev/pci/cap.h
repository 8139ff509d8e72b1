/* Capability lists of a function: pure, so that hostile ones can be tried on the host. */
#pragma once

#include "kern/types.h"

/* The aligned 32-bit word at off. */
typedef uint32_t CapRead(const void *arg, uint off);

typedef struct PciCap {
	uint16_t id, off;
} PciCap;

#define CAP_MAXSTD 48 /* (256 - 64) / 4: more cannot fit without overlap */
#define CAP_MAXEXT 128

/* Entries in list order. Stops at the end of the list, at an entry seen before, below
 * 0x40 (0x100), or at all ones; drops an entry whose registers do not fit. */
uint cap_list(CapRead *rd, const void *arg, PciCap *out, uint max);
uint ecap_list(CapRead *rd, const void *arg, PciCap *out, uint max);
/* Offset of the first entry with this id; 0 when there is none. */
uint cap_find(const PciCap *c, uint n, uint id);
const char *cap_name(uint id, bool extended);

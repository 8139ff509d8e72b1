/* Capability lists of a function. Pure, so that hostile lists can be tried on the
 * host. */
#pragma once

#include "kern/types.h"

/* Reads the 32-bit word at off, which is a multiple of 4. */
typedef uint32_t CapRead(const void *arg, uint off);

typedef struct PciCap {
	uint16_t id, off;
} PciCap;

#define CAP_MAXSTD 48 /* (256 - 64) / 4: more cannot fit without overlap */
#define CAP_MAXEXT 128

/* The entries of a list, at most max, in its order; ecap_list is for extended ones. The
 * list ends where it says so, at an entry that was seen before or is below 0x40 (0x100),
 * and at all ones. An entry whose registers do not fit is left out. Returns how many. */
uint cap_list(CapRead *rd, const void *arg, PciCap *out, uint max);
uint ecap_list(CapRead *rd, const void *arg, PciCap *out, uint max);
/* The offset of the first entry with this id; 0: there is none. */
uint cap_find(const PciCap *c, uint n, uint id);
const char *cap_name(uint id, bool extended);

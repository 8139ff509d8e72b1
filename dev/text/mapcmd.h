/* What is written to #pci/B:D.F/map in mode guest, as a value, and back. Pure. */
#pragma once

#include "dev/vtd/iommu.h"
#include "kern/cmd.h"
#include "kern/text.h"

typedef struct MapCmd {
	bool unmap; /* then va and rights mean nothing */
	iova_t iova;
	vaddr_t va;
	uint64_t len; /* not 0; iova, va and len are whole pages */
	uint rights;  /* DOMAIN_R, DOMAIN_W */
} MapCmd;

extern const char
	*const map_rights[]; /* the words for rights, by their value; "" for 0 */

/* Reads a command. -EINVAL, -ERANGE: the sentence names the first word that is wrong, and
 * m is of no use. */
int map_parse(const Cmd *c, MapCmd *m);
/* Writes the command that makes this mapping, as a line. */
void map_print(Text *t, iova_t iova, vaddr_t va, uint64_t len, uint rights);

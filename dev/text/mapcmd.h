/* What is written to #pci/B:D.F/map in guest mode: a command to a value. Pure. */
#pragma once

#include "dev/vtd/iommu.h"
#include "kern/cmd.h"
#include "kern/text.h"

typedef struct MapCmd {
	bool unmap; /* then va and rights say nothing */
	iova_t iova;
	vaddr_t va;
	uint64_t len; /* not 0; all three whole pages */
	uint rights;  /* DOMAIN_R, DOMAIN_W */
} MapCmd;

extern const char *const map_rights[]; /* by rights; that of none is "" */

/* 0, or a code and a sentence that names the first word that is wrong. */
int map_parse(const Cmd *c, MapCmd *m);
/* The command that makes this mapping, as a line. */
void map_print(Text *t, iova_t iova, vaddr_t va, uint64_t len, uint rights);

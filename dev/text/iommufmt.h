/*
 * What #iommu prints, made from values: the lines of Akaros in its order and with its
 * indentation, as user/man/iommu.md shows them, then ours. Pure but for the heap.
 */
#pragma once

#include "dev/assign/assign.h"
#include "dev/vtd/inspect.h"
#include "kern/text.h"
#include "kern/types.h"

void attach_help(Text *t);
void detach_help(Text *t);
void power_text(Text *t, bool on);
void mappings_unit(Text *t, paddr_t base, Mapping *m, uint n); /* sorts m */
void info_driver(Text *t, bool on);
void info_unit(Text *t, const UnitInfo *u, uint assigned); /* the document's lines */
const char *info_mode(VtdMode m);
void info_more(Text *t, const UnitInfo *u, const UnitStats *s); /* and ours */
bool info_isolates(const UnitInfo *u); /* no device behind it can forge interrupts */

/* "ACPI: DMAR (v001 BOCHS  BXPC     0x00000001 BXPC 0x00000001) @ 0x...", as Linux's
 * guide has it, of a table at least 36 bytes long; control characters print as dots. */
int acpi_line(char *buf, size_t n, const uint8_t *table, paddr_t pa);

/*
 * What #iommu prints, made from values: the lines of Akaros in its order and with its
 * indentation, as user/man/iommu.md shows them, then ours. Pure but for the heap.
 */
#pragma once

#include "dev/assign/assign.h"
#include "dev/vtd/inspect.h"
#include "kern/text.h"
#include "kern/types.h"

/* What a read of attach and of detach shows: how they are used. */
void attach_help(Text *t);
void detach_help(Text *t);
/* What a read of power shows. on: units translate. */
void power_text(Text *t, bool on);
/* The part of mappings for the unit whose registers are at base: its n functions by
 * owner, then by device. Sorts m. */
void mappings_unit(Text *t, paddr_t base, Mapping *m, uint n);
/* The parts of info: the driver, then for each unit the lines that Akaros has, of which
 * one says how many functions behind it are assigned, then for each unit what we add. */
void info_driver(Text *t, bool on);
void info_unit(Text *t, const UnitInfo *u, uint assigned);
void info_more(Text *t, const UnitInfo *u, const UnitStats *s);
/* The word for a mode in which a unit translates. */
const char *info_mode(VtdMode m);
/* True if no device behind the unit can send an interrupt that is not its own. */
bool info_isolates(const UnitInfo *u);

/* Writes "ACPI: DMAR (v001 BOCHS  BXPC     0x00000001 BXPC 0x00000001) @ 0x...", as
 * Linux's guide has it, and a newline, into n bytes at buf. The table is at least 36
 * bytes long and lies at pa. Control characters in it become dots. Returns the length. */
int acpi_line(char *buf, size_t n, const uint8_t *table, paddr_t pa);

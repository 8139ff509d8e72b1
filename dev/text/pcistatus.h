/*
 * What #pci/B:D.F/status shows. Of a function much is const after the scan, and the text
 * takes that from dev/pci/pci.h. What changes is asked once, by dev/pci.c, and given here
 * as a value.
 */
#pragma once

#include "dev/assign/assign.h"
#include "dev/pci/pci.h"
#include "kern/text.h"

typedef struct PciStatus {
	const PciFn *fn;
	bool present, busmaster, ats;

	FnState state;
	int owner;       /* pid; 0: the kernel; -1: nobody */
	int unit;        /* the index of the unit it is behind; -1: no unit */
	bool has_driver; /* a driver of the kernel has it, and driver says which */
	KdevInfo driver;
	bool has_entry; /* its interrupts go through an entry of its unit's table */
	uint32_t entry;
	VtdIrq irq; /* what that entry lets pass */

	uint ncap, necap;
	PciCap cap[CAP_MAXSTD], ecap[CAP_MAXEXT]; /* capabilities, plain and extended */
} PciStatus;

/* One fact per line. t->failed is set if there is no memory. */
void pcistatus_text(Text *t, const PciStatus *s);

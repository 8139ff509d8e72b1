/* What the files of dev/pci say to each other. No file elsewhere includes it. */
#pragma once

#include "dev/pci/pci.h"

/* cfg.c: these two by address, while there is no PciFn. All ones: nobody is there, or the
 * offset cannot be reached. cfg_update clears bits and sets bits in one step. */
uint32_t cfg_read(bdf_t b, uint off, uint width);
bool cfg_present(bdf_t b);
void cfg_update(const PciFn *f, uint off, uint width, uint64_t clear, uint64_t set);

/* list.c: for pci_scan, which adds functions in bdf order. */
void list_clear(void);
void list_add(PciFn *f);
void list_keep(bool (*wanted)(const PciFn *f)); /* forgets the others */

/* The steps of pci_scan, in its order, each for one function unless it says otherwise. */
void pcifn_identify(PciFn *f);
void pcifn_caps(PciFn *f);
void pcifn_quiet(PciFn *f); /* off: interrupts, ATS, PRI, PASID, virtual functions */
void bar_size(PciFn *f);
void msix_locate(PciFn *f); /* after bar_size */
void bridge_windows(PciFn *f);
void bar_judge(PciFn *f);              /* when all are sized */
PciReset reset_choose(const PciFn *f); /* when all are linked */
/* Switches ACS on and finds the source ids and the group of every function. If there was
 * no memory for some bridge, nobody knows what is below it. */
void group_all(bool bridge_lost);

/* True if f redirects to the unit whatever could otherwise pass to a neighbour. */
bool acs_isolates(const PciFn *f);

/* A phrase that is never freed. Without memory it is another one, never NULL. */
const char *pci_phrase(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

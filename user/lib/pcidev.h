/*
 * For user-space drivers: one PCI function, from waiting for it to giving it back.
 *
 *	PciDev *d = pci_open("0:3.0");
 *	if (d == NULL || pci_wait_owned(d) < 0)
 *		die("0:3.0");
 *	volatile uint32_t *regs = pci_map_bar(d, 0, &size);
 *	void *buf = dma_alloc(4096, 64);
 *	pci_busmaster(d, true);
 *	... give buf, a plain pointer, to the device ...
 *	while ((what = pci_wait(d, PCI_INTR | PCI_EVENT, 1000)) > 0)
 *		...
 *	pci_close(d);
 *
 * Calls that fail return -1 or NULL with errno, and errstr() has the sentence. Somebody
 * with authority has to write "B:D.F PID" to #iommu/attach; until then pci_wait_owned
 * sleeps. Once the device is taken away every access to its registers ends the process: a
 * driver that is to survive looks at its events first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct PciDev PciDev;

/* name is hexadecimal, [SSSS:]BB:DD.F, leading zeros or not. Needs no ownership. */
PciDev *pci_open(const char *name);
void pci_close(PciDev *d); /* forgets it; it stays attached until detach or exit */
const char *pci_name(const PciDev *d); /* as the system spells it, "0:3.0" */

/* Sleep until this process owns the function; lines about earlier times are skipped. */
int pci_wait_owned(PciDev *d);

/* Registers, readable and writable; NULL when the kernel refuses. *size may be NULL. */
volatile void *pci_map_bar(PciDev *d, int bar, size_t *size);
/* Whole pages of them, [off, off+n): where a BAR also holds what nobody may map
 * (MSI-X). */
volatile void *pci_map_bar_part(PciDev *d, int bar, size_t off, size_t n);
int pci_busmaster(PciDev *d, bool on);
int pci_reset(PciDev *d);

/*
 * Zeroed whole pages the device may use, at their virtual address, below 2^bits (28, 32,
 * or 39 and more). This is all that a device attached `private` sees. Not inherited
 * by fork. NULL without memory.
 */
void *dma_alloc(size_t n, int bits);
void dma_free(void *p, size_t n);

/*
 * Attached `guest`: the device's addresses [iova, iova+n) lead to memory of ours at p,
 * with rights "r", "w" or "rw", no more than ours; and to nothing again. Whole pages.
 */
int pci_map(PciDev *d, uint64_t iova, const void *p, size_t n, const char *rights);
int pci_unmap(PciDev *d, uint64_t iova, size_t n);

enum { PCI_EVENT = 1, PCI_INTR = 2 };
/* Which of `what` is there to be read, within ms milliseconds (-1: no limit); 0: none. */
int pci_wait(PciDev *d, int what, int ms);
/* The next line about the device, without its newline: "fault ...", "stop ...",
 * "suspend", "resume", "detach". Sleeps until there is one. Its length. */
int pci_event(PciDev *d, char *line, size_t n);
/* Announce interrupts from now on; before the device may raise the first. */
int pci_intr_on(PciDev *d);
/* Interrupts since attach; sleeps until there are more than at the last call. */
long pci_intr(PciDev *d);

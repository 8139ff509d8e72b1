/*
 * PCI functions as the rest of the kernel sees them: found once at boot, const identity,
 * a few operations. The driver knows registers and no names; dev/pci.c knows names and no
 * registers. dev/pci depends on dev/pci/os.h for its host (configuration cycles, register
 * windows, time), so its pure parts and sequences run in host tests.
 *
 * Locks: configuration cycles under the host's PCI lock; the table of functions is const
 * after pci_scan.
 */
#pragma once

#include "dev/pci/cap.h"
#include "kern/types.h"

#define PCI_NBAR     6
#define PCI_MAXDEPTH 8 /* bridges above a function; deeper ones are left alone */
#define PCI_NSID     4

typedef struct PciBar {
	uint64_t addr; /* bus = physical address; 0 when not assigned */
	uint64_t size; /* bytes, 0: no such BAR */
	bool io, is64, prefetch;
	bool usable;         /* has an address where nothing else is known to be */
	const char *refusal; /* why a process may not map it, a phrase; NULL: it may */
} PciBar;

typedef enum PciKind { PCI_ENDPOINT, PCI_BRIDGE, PCI_HOSTBRIDGE } PciKind;
typedef enum PciReset {
	PCI_RESET_NONE,
	PCI_RESET_FLR, /* function level */
	PCI_RESET_AF,  /* the same by the advanced features capability */
	PCI_RESET_PM,  /* power state D3 and back */
	PCI_RESET_BUS, /* of the bus it is alone on */
} PciReset;

typedef struct PciFn PciFn;
struct PciFn {
	bdf_t bdf;
	PciFn *bridge; /* the bridge above; NULL on a root bus */
	PciFn *next;   /* all functions, in bdf order */
	uint16_t vendor, device, subvendor, subdevice;
	uint8_t cls, subclass, progif, revision, header;
	PciKind kind;
	uint8_t secondary, subordinate; /* bridges */
	/* Bridges: memory, prefetchable, io; base > limit: closed. */
	uint64_t win_base[3], win_limit[3];
	PciBar bar[PCI_NBAR];

	/* Capability offsets, 0 when absent. */
	uint16_t pm, msi, msix, pcie, af;          /* first 256 bytes */
	uint16_t acs, ats, sriov, pri, pasid, aer; /* extended */
	uint8_t pcie_type;         /* PCIe capability 7:4; 0xff without one */
	uint8_t msix_bir, pba_bir; /* BAR of the MSI-X table and pending bits */
	uint32_t msix_off, msix_n, pba_off;
	PciReset reset; /* how pci_reset would do it */

	/* Requester ids the unit may see for it: its own first, then those bridges above
	 * put in its place, nearest first (isolation.c). */
	uint16_t sid[PCI_NSID];
	uint8_t nsid;
	uint group; /* isolation group number; see pci_group_reason */

	volatile uint32_t *msix_table; /* msi.c's window, mapped at first use */
	void *assign;                  /* dev/assign/assigned.c's */
};

/*
 * Find everything: ECAM from the MCFG table when there is one, else the ports. The first
 * pass clears bus mastering on every function that is not a bridge, before anything is
 * sized or parsed. Then BARs, capabilities, windows, groups.
 */
int pci_scan(void);
PciFn *pci_first(void);
PciFn *pci_find(bdf_t b);
bool pci_uses_ecam(void);
uint pci_count(uint *buses); /* functions found, and buses they are on */
bool pci_below(const PciFn *f, const PciFn *bridge); /* at any depth */

uint32_t pci_read(const PciFn *f, uint off, uint width); /* width 1, 2, 4; off < 4096 */
void pci_write(const PciFn *f, uint off, uint width, uint32_t v);
uint pci_config_size(const PciFn *f); /* 256 or 4096 */
uint pci_caps(const PciFn *f, bool extended, PciCap *out, uint max);
bool pci_present(const PciFn *f); /* false: gone, reads all ones */

/* Bus mastering. Off also reads back (posted writes) and reports -EIO when it stuck; a
 * function that is gone counts as off. On also opens the bridges above. Safe in
 * interrupts. */
int pci_busmaster(const PciFn *f, bool on);
bool pci_is_busmaster(const PciFn *f);
/* Whose its messages are to the unit: its requester id, or (true) any on that id's
 * bus. */
bool pci_message_source(const PciFn *f, uint16_t *sid);
/* INTx disabled, MSI and MSI-X off and masked. */
void pci_interrupts_off(const PciFn *f);
bool pci_interrupts_are_off(const PciFn *f);
/* Address translation services, of a function that has them: on, by single pages; and how
 * many invalidations it takes at once, 0: 32. */
void pci_ats(const PciFn *f, bool on);
uint pci_ats_depth(const PciFn *f);
bool pci_ats_is_on(const PciFn *f);
bool pci_ats_is_off(const PciFn *f); /* and page requests, and PASIDs */
/* One message at addr/data by MSI, else MSI-X entry 0; -ENOTSUP without either. */
int pci_msi_on(PciFn *f, uint64_t addr, uint32_t data);
/* Wait until no transaction is pending (PCIe DevSta), bounded; 0 or -ETIMEDOUT. */
int pci_drain(const PciFn *f);
/*
 * Reset by the best method there is, saving and restoring BARs and command (bus master
 * stays off). 0; -ENOTSUP when there is none; -ETIMEDOUT or -EIO: it did not come back.
 */
int pci_reset(PciFn *f);
const char *pci_reset_name(PciReset r);
/* No-snoop and relaxed ordering off in PCIe DevCtl. */
void pci_nosnoop_off(const PciFn *f);
void pci_memory_on(const PciFn *f); /* decode memory and I/O */

/* Why [off, off + len) of a BAR may not be mapped into a process, one phrase: its
 * refusal, beyond its end, pages of the MSI-X table and pending bits. NULL: it may. */
const char *pci_bar_refusal(const PciFn *f, uint bar, uint64_t off, uint64_t len);

/* Why b is in a's group, one phrase; "" for a itself; NULL: it is not. */
const char *pci_group_reason(const PciFn *a, const PciFn *b);
/* The i'th thing that makes the group one, a phrase; NULL: no more. */
const char *pci_group_cause(uint group, uint i);

const char *pci_class_name(uint8_t cls, uint8_t subclass);

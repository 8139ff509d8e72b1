/*
 * PCI functions as the rest of the kernel sees them: found once at boot, with an identity
 * that stays the same, and a few operations. README.md says what the room is made of.
 *
 * Calls that take a PciFn may come from any context unless they say that they sleep.
 * Configuration cycles are made one step by the host. Who may change a function is for
 * the caller to decide.
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
	bool usable;         /* nothing else is known to be at its address */
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
	PciReset reset; /* how pci_reset does it */

	/* The source ids by which the unit may know it: its own first, then those that
	 * bridges above put in place of it, the nearest first (isolation.c). */
	uint16_t sid[PCI_NSID];
	uint8_t nsid;
	uint group; /* isolation group number; see pci_group_reason */

	volatile uint32_t *msix_table; /* msi.c's window, mapped at first use */
	void *assign;                  /* dev/assign/assigned.c's */
};

/*
 * Finds all functions, once, at boot. Bus mastering of every function that is not a
 * bridge is switched off before anything is sized or parsed. Then come BARs,
 * capabilities, windows and groups. -ENOMEM: some functions were left out, and stay
 * unused.
 */
int pci_scan(void);
/* The first function; the others follow by `next`. NULL: there is none. */
PciFn *pci_first(void);
PciFn *pci_find(bdf_t b); /* NULL: there is none */
/* True if configuration space is in memory, false if it is behind the ports. */
bool pci_uses_ecam(void);
uint pci_count(uint *buses); /* functions found, and buses they are on */
bool pci_below(const PciFn *f, const PciFn *bridge); /* at any depth */

/* Configuration space: width 1, 2 or 4, off below 4096 and a multiple of width. What
 * cannot be reached reads as all ones, and is not written. */
uint32_t pci_read(const PciFn *f, uint off, uint width);
void pci_write(const PciFn *f, uint off, uint width, uint32_t v);
uint pci_config_size(const PciFn *f); /* 256 or 4096 */
/* The capabilities, plain or extended, at most max, in the order of the list. Returns how
 * many. */
uint pci_caps(const PciFn *f, bool extended, PciCap *out, uint max);
/* False: it is gone, and reads as all ones. */
bool pci_present(const PciFn *f);

/* Switches bus mastering. On: also of the bridges above. -EIO: the function is gone. Off:
 * what the function has posted before has arrived on return. -EIO: it stays on, so the
 * caller must not rely on the device any more. A function that is gone counts as off. */
int pci_busmaster(const PciFn *f, bool on);
bool pci_is_busmaster(const PciFn *f);
/* The source id that the unit sees in its messages. True: they may have any id of that
 * id's bus. */
bool pci_message_source(const PciFn *f, uint16_t *sid);
/* Switches INTx, MSI and MSI-X off, and masks MSI-X as a whole. */
void pci_interrupts_off(const PciFn *f);
bool pci_interrupts_are_off(const PciFn *f);
/* Address translation services (ATS), of a function that has them (f->ats != 0): switches
 * them on, by single pages, or off. pci_ats_depth says how many invalidations the device
 * takes at once; 0 means 32. */
void pci_ats(const PciFn *f, bool on);
uint pci_ats_depth(const PciFn *f);
bool pci_ats_is_on(const PciFn *f);
/* True if page requests and PASIDs are off, too. */
bool pci_ats_is_off(const PciFn *f);
/* Switches one message on, data at addr, by MSI or by entry 0 of the MSI-X table. May
 * sleep the first time. -ENOTSUP: the function cannot send it. -ENOMEM. After an error no
 * message is on. */
int pci_msi_on(PciFn *f, uint64_t addr, uint32_t data);
/* Sleeps until no transaction of f is pending, as far as it can tell, 100 ms at most.
 * -ETIMEDOUT: one still is. */
int pci_drain(const PciFn *f);
/*
 * Resets f by the best method that it has. BARs and the command register are restored,
 * and bus mastering is off before and after. Sleeps, a second and a half at most.
 * -ENOTSUP: it has no reset. -ETIMEDOUT, -EIO: it did not come back, or bus mastering
 * does not stay off, so the caller must keep it out of use.
 */
int pci_reset(PciFn *f);
const char *pci_reset_name(PciReset r);
/* Forbids requests that pass caches or each other (no snoop, relaxed ordering). */
void pci_nosnoop_off(const PciFn *f);
/* Lets f and the bridges above it answer at their addresses. */
void pci_memory_on(const PciFn *f);

/* Why the len bytes from off on of a BAR must not be mapped into a process, one phrase:
 * the reason for the whole BAR, or that they are beyond its end, or in the pages of the
 * MSI-X table or pending bits. NULL: they may be. */
const char *pci_bar_refusal(const PciFn *f, uint bar, uint64_t off, uint64_t len);

/* Why b is in the isolation group of a, one phrase; "" if b is a. NULL: it is not. */
const char *pci_group_reason(const PciFn *a, const PciFn *b);
/* The i'th thing that makes the group one, a phrase. NULL: there are not so many. */
const char *pci_group_cause(uint group, uint i);

/* What the class codes mean, in a few words. Never NULL. */
const char *pci_class_name(uint8_t cls, uint8_t subclass);

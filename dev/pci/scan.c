/*
 * Finds the functions.
 *
 * Every bus of every range that firmware reports is probed. No bus number of a bridge is
 * followed, so a loop in these numbers does no harm, and root buses are found that only
 * the name space of ACPI has. A bridge counts as the parent of a bus only if the number
 * of that bus is higher than that of its own, so that every chain of parents ends.
 * Firmware leaves bus mastering on, so the first pass switches it off for everything that
 * is not a bridge, before anything is sized or parsed.
 *
 * Absent: assigning bus numbers or BARs, and hot plug. Locks: none.
 */
#include "dev/pci/local.h"
#include "dev/pci/os.h"
#include "dev/pci/reg.h"
#include "kern/errno.h"

#define MAX_FUNCTIONS 1024

static uint nfound, nlost;
static bool bridge_lost; /* one of those that are lost is a bridge */

bool
pci_uses_ecam(void)
{
	return pcios_ecam();
}

/* ---- pass 1: who is there; nobody masters the bus ---- */

static void
master_off(bdf_t b)
{
	if (FGET(cfg_read(b, CFG_HEADER, 1), HDR_LAYOUT) != LAYOUT_BRIDGE)
		pcios_update(b, CFG_COMMAND, 2, FMASK(CMD_MASTER), 0);
}

/* Adds what answers at b to the list, or counts it as lost. b cannot master the bus any
 * more. */
static void
pcifn_add(bdf_t b)
{
	uint layout = FGET(cfg_read(b, CFG_HEADER, 1), HDR_LAYOUT);
	PciFn *f = NULL;

	if (layout > LAYOUT_CARDBUS) /* unknown; 0x7f if it has vanished since */
		return;
	if (nfound < MAX_FUNCTIONS)
		f = pcios_alloc(sizeof *f);
	if (f == NULL) { /* It cannot master the bus and cannot be given away. */
		nlost++;
		bridge_lost |= layout != LAYOUT_DEVICE;
		return;
	}
	f->bdf = b;
	f->header = layout;
	list_add(f);
	nfound++;
}

/* Function 0 must exist and says whether there are others. If it says no, those that
 * answer are silenced all the same. */
static void
slot_scan(uint seg, uint bus, uint dev)
{
	bdf_t first = BDF(seg, bus, dev, 0);
	bool multi;

	if (!cfg_present(first))
		return;
	multi = FGET(cfg_read(first, CFG_HEADER, 1), HDR_MULTI);
	for (bdf_t b = first; b < first + 8; b++) {
		if (!cfg_present(b))
			continue;
		master_off(b);
		if (b == first || multi)
			pcifn_add(b);
	}
}

static void
buses_scan(void)
{
	uint seg, first, last;

	for (uint i = 0; pcios_nbus(i, &seg, &first, &last) != 0; i++)
		for (uint bus = first; bus <= last; bus++)
			for (uint dev = 0; dev < 32; dev++)
				slot_scan(seg, bus, dev);
	if (nlost > 0)
		pcios_log("pci: no room for %u functions: they stay unused\n", nlost);
}

/* ---- pass 2: what they are ---- */

/* The bridge whose secondary side is this function's bus; NULL on a root bus. */
static PciFn *
bridge_above(const PciFn *f)
{
	for (PciFn *b = pci_first(); b != NULL && b->bdf < f->bdf; b = b->next)
		if (b->secondary != 0 && b->secondary == BDF_BUS(f->bdf) &&
			BDF_SEG(b->bdf) == BDF_SEG(f->bdf))
			return b;
	return NULL;
}

static uint
bridge_depth(const PciFn *f)
{
	uint n = 0;

	for (; f->bridge != NULL; f = f->bridge)
		n++;
	return n;
}

/*
 * A link has one device, number 0; some devices answer to every number and would be seen
 * 32 times. With ARI forwarding the number is part of the function's: PCIe 6.13.
 */
static bool
is_ghost(const PciFn *f)
{
	const PciFn *b = f->bridge;

	if (b == NULL)
		return false;
	if (BDF_DEV(f->bdf) == 0 ||
		(b->pcie_type != TYPE_ROOTPORT && b->pcie_type != TYPE_DOWNSTREAM) ||
		FGET(pci_read(b, b->pcie + PCIE_DEVCTL2, 2), DEVCTL2_ARI))
		return is_ghost(b);
	return true;
}

static bool
is_usable(const PciFn *f)
{
	if (bridge_depth(f) <= PCI_MAXDEPTH)
		return !is_ghost(f);
	pcios_log("pci: %x:%x.%x is behind more than %d bridges: not used\n",
		BDF_BUS(f->bdf), BDF_DEV(f->bdf), BDF_FN(f->bdf), PCI_MAXDEPTH);
	return false;
}

/* Bridges come before what is below them, so their capabilities are known by then. */
static void
functions_link(void)
{
	for (PciFn *f = pci_first(); f != NULL; f = f->next) {
		pcifn_identify(f);
		pcifn_caps(f);
		f->bridge = bridge_above(f);
	}
}

int
pci_scan(void)
{
	list_clear();
	nfound = nlost = 0;
	bridge_lost = false;
	pcios_init();
	buses_scan();
	functions_link();
	list_keep(is_usable);
	for (PciFn *f = pci_first(); f != NULL; f = f->next) {
		pcifn_quiet(f);
		bar_size(f);
		msix_locate(f);
		bridge_windows(f);
	}
	for (PciFn *f = pci_first(); f != NULL; f = f->next) {
		bar_judge(f);
		f->reset = reset_choose(f);
	}
	group_all(bridge_lost);
	return nlost > 0 ? -ENOMEM : 0;
}

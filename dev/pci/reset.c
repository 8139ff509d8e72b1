/*
 * Resets. In this order of preference: at function level (PCIe 6.6.2), by the advanced
 * features capability, by power state (D3hot to D0), or of the bus if nothing else is on
 * it.
 *
 * A reset is not trusted to stop DMA. Bus mastering is switched off before it, and is off
 * after it, which is read back. What firmware has set up and we rely on is saved and put
 * back: BARs, decoding, device control, access control. Every wait is bounded. It is an
 * error if a function does not come back, or comes back as another one.
 * Locks: none.
 */
#include "dev/pci/local.h"
#include "dev/pci/os.h"
#include "dev/pci/reg.h"
#include "kern/errno.h"

#define FLR_MS      100  /* PCIe 6.6.2: no access before */
#define PM_MS       10   /* PM 1.2 5.6.1: D3hot to D0 and back */
#define BUS_HOLD_MS 2    /* PCI 3.0 4.3.2: RST# for at least 1 ms */
#define SETTLE_MS   200  /* not every reset ends a command that is under way */
#define RETURN_MS   1000 /* PCIe 6.6.1, 6.6.2: ready within a second */

typedef struct Saved {
	uint32_t bar[PCI_NBAR];
	uint16_t command, devctl, devctl2, acs;
	uint8_t intline;
	bool has_devctl2;
} Saved;

const char *
pci_reset_name(PciReset r)
{
	static const char *const name[] = {
		[PCI_RESET_NONE] = "none",
		[PCI_RESET_FLR] = "flr",
		[PCI_RESET_AF] = "af",
		[PCI_RESET_PM] = "pm",
		[PCI_RESET_BUS] = "bus",
	};

	return name[r];
}

/* True if nothing else is on its bus. What is further down is behind a bridge, which
 * would be on it. */
static bool
alone_on_bus(const PciFn *f)
{
	if (f->bridge == NULL || f->bridge->header != LAYOUT_BRIDGE)
		return false;
	for (const PciFn *o = pci_first(); o != NULL; o = o->next)
		if (o != f && o->bridge == f->bridge)
			return false;
	return true;
}

PciReset
reset_choose(const PciFn *f)
{
	if (f->kind != PCI_ENDPOINT)
		return PCI_RESET_NONE;
	if (f->pcie != 0 && FGET(pci_read(f, f->pcie + PCIE_DEVCAP, 4), DEVCAP_FLR))
		return PCI_RESET_FLR;
	if (f->af != 0 && FGET(pci_read(f, f->af + AF_CAP, 1), AFCAP_FLR))
		return PCI_RESET_AF;
	if (f->pm != 0 && !FGET(pci_read(f, f->pm + PM_CSR, 2), PMCSR_NOSOFT))
		return PCI_RESET_PM;
	return alone_on_bus(f) ? PCI_RESET_BUS : PCI_RESET_NONE;
}

static void
regs_save(const PciFn *f, Saved *s)
{
	*s = (Saved){ .command = pci_read(f, CFG_COMMAND, 2) };
	for (uint i = 0; i < PCI_NBAR; i++)
		s->bar[i] = pci_read(f, CFG_BAR0 + 4 * i, 4);
	s->intline = pci_read(f, CFG_INTLINE, 1);
	if (f->acs != 0)
		s->acs = pci_read(f, f->acs + ACS_CTL, 2);
	if (f->pcie == 0)
		return;
	s->devctl = pci_read(f, f->pcie + PCIE_DEVCTL, 2);
	/* From version 2 of the capability on. */
	s->has_devctl2 = FGET(pci_read(f, f->pcie + PCIE_FLAGS, 2), PCIE_VERSION) >= 2 &&
		f->pcie + PCIE_DEVCTL2 + 2 <= CFG_SIZE;
	if (s->has_devctl2)
		s->devctl2 = pci_read(f, f->pcie + PCIE_DEVCTL2, 2);
}

static void
regs_restore(const PciFn *f, const Saved *s)
{
	pci_write(f, CFG_COMMAND, 2, 0); /* BARs change only while decoding is off */
	if (f->pcie != 0)
		pci_write(f, f->pcie + PCIE_DEVCTL, 2, s->devctl & ~FMASK(DEVCTL_FLR));
	if (s->has_devctl2)
		pci_write(f, f->pcie + PCIE_DEVCTL2, 2, s->devctl2);
	if (f->acs != 0)
		pci_write(f, f->acs + ACS_CTL, 2, s->acs);
	for (uint i = 0; i < PCI_NBAR; i++)
		pci_write(f, CFG_BAR0 + 4 * i, 4, s->bar[i]);
	pci_write(f, CFG_INTLINE, 1, s->intline);
	pci_write(f, CFG_COMMAND, 2, s->command);
}

static void
reset_flr(const PciFn *f)
{
	cfg_update(f, f->pcie + PCIE_DEVCTL, 2, 0, FMASK(DEVCTL_FLR));
	pcios_sleep_ms(FLR_MS);
}

static void
reset_af(const PciFn *f)
{
	pci_write(f, f->af + AF_CTL, 1, FMASK(AFCTL_FLR));
	pcios_sleep_ms(FLR_MS);
}

static void
reset_pm(const PciFn *f)
{
	cfg_update(f, f->pm + PM_CSR, 2, FMASK(PMCSR_STATE), FBITS(PMCSR_STATE, PM_D3));
	pcios_sleep_ms(PM_MS);
	cfg_update(f, f->pm + PM_CSR, 2, FMASK(PMCSR_STATE), FBITS(PMCSR_STATE, PM_D0));
	pcios_sleep_ms(SETTLE_MS);
}

static void
reset_bus(const PciFn *f)
{
	cfg_update(f->bridge, CFG_BRIDGECTL, 2, 0, FMASK(BCTL_RESET));
	pcios_sleep_ms(BUS_HOLD_MS);
	cfg_update(f->bridge, CFG_BRIDGECTL, 2, FMASK(BCTL_RESET), 0);
	pcios_sleep_ms(SETTLE_MS); /* 100 at least: PCIe 6.6.1 */
}

static void (*const method[])(const PciFn *) = {
	[PCI_RESET_FLR] = reset_flr,
	[PCI_RESET_AF] = reset_af,
	[PCI_RESET_PM] = reset_pm,
	[PCI_RESET_BUS] = reset_bus,
};

/* Waits until it answers with its own ids. Retry status and all ones mean "not yet". */
static int
await_return(const PciFn *f)
{
	for (uint ms = 0; ms <= RETURN_MS; ms += 10) {
		uint vendor = pci_read(f, CFG_VENDOR, 2);

		if (vendor == f->vendor && pci_read(f, CFG_DEVICE, 2) == f->device)
			return 0;
		if (vendor != VENDOR_NONE && vendor != VENDOR_RETRY)
			return -EIO;
		pcios_sleep_ms(10);
	}
	return -ETIMEDOUT;
}

int
pci_reset(PciFn *f)
{
	Saved s;
	int err;

	pci_interrupts_off(f);
	if ((err = pci_busmaster(f, false)) != 0)
		return err;
	if (method[f->reset] == NULL)
		return -ENOTSUP;
	if (!pci_present(f))
		return -EIO;
	regs_save(f, &s);
	pci_drain(f); /* if this times out, the reset is what helps */
	method[f->reset](f);
	if ((err = await_return(f)) != 0)
		return err;
	regs_restore(f, &s);
	if (f->reset == PCI_RESET_PM &&
		FGET(pci_read(f, f->pm + PM_CSR, 2), PMCSR_STATE) != PM_D0)
		return -EIO;
	pcifn_quiet(f);
	return pci_busmaster(f, false);
}

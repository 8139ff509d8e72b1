/*
 * What a function says of itself, and what of it stays switched off. Interrupts are off
 * until the owner asks for them. Page requests, PASIDs and virtual functions are always
 * off, because they would send requests that belong to no owner. Address translation
 * (ATS) is on only for drivers of the kernel that ask for it (dev/assign/ats.c), because
 * with it a device can send addresses that it calls translated, and the unit lets them
 * pass. Locks: none.
 */
#include "dev/pci/local.h"
#include "dev/pci/os.h"
#include "dev/pci/reg.h"
#include "kern/fmt.h"
#include "kern/string.h"

const char *
pci_phrase(const char *fmt, ...)
{
	char buf[160], *s;
	va_list ap;

	va_start(ap, fmt);
	vsnprint(buf, sizeof buf, fmt, ap);
	va_end(ap);
	if ((s = pcios_alloc(strlen(buf) + 1)) == NULL)
		return "no memory left to say why";
	return memcpy(s, buf, strlen(buf) + 1);
}

static PciKind
kind_of(const PciFn *f)
{
	if (f->header != LAYOUT_DEVICE)
		return PCI_BRIDGE;
	if (f->cls != 0x06)
		return PCI_ENDPOINT;
	return f->subclass == 0 ? PCI_HOSTBRIDGE : PCI_BRIDGE;
}

void
pcifn_identify(PciFn *f)
{
	uint sec, sub;

	f->vendor = pci_read(f, CFG_VENDOR, 2);
	f->device = pci_read(f, CFG_DEVICE, 2);
	f->revision = pci_read(f, CFG_REVISION, 1);
	f->progif = pci_read(f, CFG_PROGIF, 1);
	f->subclass = pci_read(f, CFG_SUBCLASS, 1);
	f->cls = pci_read(f, CFG_CLASS, 1);
	f->kind = kind_of(f);
	if (f->header == LAYOUT_DEVICE) {
		f->subvendor = pci_read(f, CFG_SUBVENDOR, 2);
		f->subdevice = pci_read(f, CFG_SUBDEVICE, 2);
	}
	if (f->header != LAYOUT_BRIDGE)
		return;
	sec = pci_read(f, CFG_SECONDARY, 1);
	sub = pci_read(f, CFG_SUBORDINATE, 1);
	/* With other numbers the bridge is not set up yet, or part of a loop. Then
	 * nothing counts as below it. */
	if (sec > BDF_BUS(f->bdf) && sub >= sec) {
		f->secondary = sec;
		f->subordinate = sub;
	}
}

static uint32_t
pcifn_word(const void *arg, uint off)
{
	return pci_read(arg, off, 4);
}

uint
pci_caps(const PciFn *f, bool ext, PciCap *out, uint max)
{
	if (!ext)
		return cap_list(pcifn_word, f, out, max);
	/* Without PCI Express the upper space may repeat the lower. */
	return pci_config_size(f) > CFG_SIZE ? ecap_list(pcifn_word, f, out, max) : 0;
}

void
pcifn_caps(PciFn *f)
{
	PciCap c[CAP_MAXEXT];
	uint n = pci_caps(f, false, c, CAP_MAXSTD);

	f->pm = cap_find(c, n, CAP_PM);
	f->msi = cap_find(c, n, CAP_MSI);
	f->msix = cap_find(c, n, CAP_MSIX);
	f->pcie = cap_find(c, n, CAP_PCIE);
	f->af = cap_find(c, n, CAP_AF);
	f->pcie_type = TYPE_NONE;
	if (f->pcie != 0)
		f->pcie_type = FGET(pci_read(f, f->pcie + PCIE_FLAGS, 2), PCIE_TYPE);
	n = pci_caps(f, true, c, CAP_MAXEXT);
	f->aer = cap_find(c, n, ECAP_AER);
	f->acs = cap_find(c, n, ECAP_ACS);
	f->ats = cap_find(c, n, ECAP_ATS);
	f->sriov = cap_find(c, n, ECAP_SRIOV);
	f->pri = cap_find(c, n, ECAP_PRI);
	f->pasid = cap_find(c, n, ECAP_PASID);
}

void
pcifn_quiet(PciFn *f)
{
	pci_interrupts_off(f);
	if (f->pri != 0)
		cfg_update(f, f->pri + PRI_CTL, 2, FMASK(PRI_ENABLE), 0);
	if (f->pasid != 0)
		cfg_update(f, f->pasid + PASID_CTL, 2, FMASK(PASID_ENABLE), 0);
	if (f->ats != 0)
		cfg_update(f, f->ats + ATS_CTL, 2, FMASK(ATS_ENABLE), 0);
	if (f->sriov != 0)
		cfg_update(f, f->sriov + SRIOV_CTL, 2, FMASK(SRIOV_VFE), 0);
}

void
pci_ats(const PciFn *f, bool on)
{
	cfg_update(f, f->ats + ATS_CTL, 2, FMASK(ATS_ENABLE) | FMASK(ATS_STU),
		on ? FMASK(ATS_ENABLE) : 0);
}

uint
pci_ats_depth(const PciFn *f)
{
	return FGET(pci_read(f, f->ats + ATS_CAP, 2), ATS_DEPTH);
}

bool
pci_ats_is_on(const PciFn *f)
{
	return f->ats != 0 && FGET(pci_read(f, f->ats + ATS_CTL, 2), ATS_ENABLE);
}

bool
pci_ats_is_off(const PciFn *f)
{
	return !pci_ats_is_on(f) &&
		(f->pri == 0 || !FGET(pci_read(f, f->pri + PRI_CTL, 2), PRI_ENABLE)) &&
		(f->pasid == 0 ||
			!FGET(pci_read(f, f->pasid + PASID_CTL, 2), PASID_ENABLE));
}
